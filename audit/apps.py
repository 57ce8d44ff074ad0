"""The app `audit`."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """What happened, and who did it."""

    name = "audit"
    verbose_name = "Audit"
