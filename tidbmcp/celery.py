"""The Celery app. Imported by asgi.py and manage.py, or `shared_task` would look for a broker that is not there."""

import os

from celery import Celery
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tidbmcp.settings")

app = Celery("tidbmcp")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def file_broker_options() -> dict[str, str]:
    """Where the file broker of a single machine keeps its messages. It loses one that a killed worker had read."""
    folder = settings.CELERY_FOLDER
    for name in ("queue", "control"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    queue = str(folder / "queue")
    return {"data_folder_in": queue, "data_folder_out": queue, "control_folder": str(folder / "control")}
