"""The Celery app. Imported by asgi.py and manage.py, or `shared_task` would look for a broker that is not there."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tidbmcp.settings")

app = Celery("tidbmcp")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
