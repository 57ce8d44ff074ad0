"""`manage.py sandbox`: a TiDB Cloud on this machine, for trying and for tests."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from mcpserver.sandbox.config import Config
from mcpserver.sandbox.console import log_to_stderr
from mcpserver.sandbox.errors import SandboxError
from mcpserver.sandbox.prepare import prepare
from mcpserver.sandbox.serve import serve


class Command(BaseCommand):
    help = "Run a TiDB Cloud on this machine, for trying and for tests, until it is stopped by a signal."
    requires_system_checks: list[str] = []  # it needs no database, and starts before there is one

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--folder", type=Path, help="where it keeps its state (LOCAL_FOLDER/sandbox by default)")
        parser.add_argument("--prepare", action="store_true", help="only settle ports, keys and logins; print nothing")

    def handle(self, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The sandbox has made-up data and known keys: it does not run with PRODUCTION=true.")
        folder = options["folder"] or _default_folder()
        try:
            if options["prepare"]:
                prepare(folder)
            else:
                log_to_stderr()
                serve(folder, Config.unlimited())
        except SandboxError as error:
            raise CommandError(str(error)) from error


def _default_folder() -> Path:
    return Path(settings.LOCAL_FOLDER) / "sandbox"
