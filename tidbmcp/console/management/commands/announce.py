"""`manage.py announce`: waits until the trial answers, then says where it is and how to get in."""

import json
import time
from typing import Any

import httpx2
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

PATIENCE_SECONDS = 60

WORDS = """
tidbmcp is ready.

  console     {url}/admin/   {admin[username]} / {admin[password]}
  MCP         {mcp_url}
  token       {tokens[developer]}
  connect     claude mcp add --transport http tidbmcp {mcp_url} --header "Authorization: Bearer {tokens[developer]}"

All of it stands in {path}. Ctrl-C stops everything; `make run` starts it again with its data."""


class Command(BaseCommand):
    help = "Wait until the trial that `make run` starts is ready, then print how to get in."
    requires_system_checks: list[str] = []

    def handle(self, **options: Any) -> None:
        path = settings.LOCAL_FOLDER / "run.json"
        facts = json.loads(path.read_text())
        until = time.monotonic() + PATIENCE_SECONDS
        while not _is_well(f"{facts['url']}/api/health"):
            if time.monotonic() > until:
                raise CommandError("The product does not answer; the lines above say why.")
            time.sleep(0.2)
        self.stdout.write(WORDS.format(**facts, path=path))


def _is_well(url: str) -> bool:
    try:
        return httpx2.get(url, trust_env=False).status_code == httpx2.codes.OK
    except httpx2.HTTPError:
        return False
