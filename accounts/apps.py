"""The app `accounts`."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People and their tokens."""

    name = "accounts"
    verbose_name = "People"

    def ready(self) -> None:
        """Connect sign-in to the audit."""
        from accounts import sessions  # noqa: F401 - connects its receivers, once models are there
