"""The Celery app. Imported by asgi.py and manage.py, or `shared_task` would look for a broker that is not there."""

import os
from pathlib import Path
from typing import Any

from celery import Celery
from celery.signals import beat_init, before_task_publish, celeryd_init

import tidbmcp.lib.file_broker  # noqa: F401 - what filesystem:// means from here on

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tidbmcp.settings")

app = Celery("tidbmcp")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@celeryd_init.connect
@beat_init.connect
def refuse_unsafe_start(**kwargs: Any) -> None:
    """A worker is as unsafe as the server with the same settings."""
    from tidbmcp.checks import refuse_unsafe  # Django is not set up when this module is read

    refuse_unsafe()


@celeryd_init.connect
@beat_init.connect
@before_task_publish.connect
def make_folders(**kwargs: Any) -> None:
    """The file broker's folders: it does not make them itself."""
    for folder in (app.conf.broker_transport_options or {}).values():
        if isinstance(folder, str):
            Path(folder).mkdir(mode=0o700, parents=True, exist_ok=True)
