"""`manage.py vault_key`: a fresh key for VAULT_KEYS."""

from typing import Any

from cryptography.fernet import Fernet
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Print a fresh key for VAULT_KEYS. To rotate, put it first and keep the old ones behind it."
    requires_system_checks: list[str] = []

    def handle(self, **options: Any) -> None:
        self.stdout.write(Fernet.generate_key().decode())
