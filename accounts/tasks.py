"""Celery's edge of accounts: housekeeping."""

from celery import shared_task
from django.core.management import call_command


@shared_task
def forget_ended_sessions() -> None:
    """Remove sessions that have ended from the database. Once a day, by beat."""
    call_command("clearsessions")
