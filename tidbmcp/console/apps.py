"""The console: the admin site in its own clothes."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class ConsoleAdminConfig(admin_apps.AdminConfig):
    """Django's admin, with our site as the default."""

    default = False
    default_site = "tidbmcp.console.site.ConsoleSite"


class ConsoleConfig(AppConfig):
    """Pages and commands that join several apps."""

    name = "tidbmcp.console"
    default = True
    label = "console"

    def ready(self) -> None:
        """Register the checks of settings."""
        from tidbmcp import checks  # noqa: F401 - registers them, once apps are there
