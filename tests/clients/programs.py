"""How each client is started and connected."""

import os
import sys
from pathlib import Path
from typing import Any

from tests.clients.client import Client
from tests.clients.driver import DrivenClient, Driver
from tests.clients.inspector import InspectorClient
from tests.stack import ROOT, Stack

NPM = Path(__file__).resolve().parent / "npm"
BIN = NPM / "node_modules" / ".bin"
"""`node` is here too: one that is new enough for all of them."""


class Programs:
    """One process for each driver, however many clients are made of it; their files go into `home`."""

    def __init__(self, stack: Stack, home: Path) -> None:
        self._stack = stack
        self._environment = {"PATH": f"{BIN}:{os.environ['PATH']}", "HOME": str(home), "LANG": "C.UTF-8"}
        self._drivers: dict[str, Driver] = {}

    def python(self, mode: str) -> Client:
        return self._driven(sys.executable, "-m", "tests.clients.drive_python", mode=mode)

    def typescript(self, driver: str, mode: str) -> Client:
        return self._driven(*node(NPM / driver), mode=mode)

    def mcp_remote(self, protocol: str) -> Client:
        """As a client runs it that speaks over stdin and stdout only."""
        options = ["--transport", "http-only", "--protocol", protocol, "--header", "Authorization:${AUTHORIZATION}"]
        command = [*node(BIN / "mcp-remote"), self._stack.mcp_url, *options]

        def order(token: str) -> dict[str, Any]:
            return {"command": command, "environment": self._environment | {"AUTHORIZATION": f"Bearer {token}"}}

        return DrivenClient(self._driver(*node(NPM / "sdk1.mjs")), order)

    def inspector(self, era: str) -> Client:
        command = [*node(BIN / "mcp-inspector"), "--cli", "--server-url", self._stack.mcp_url]
        options = ["--transport", "http", "--protocol-era", era, "--stored-auth-only", "--format", "json", "--quiet"]
        return InspectorClient([*command, *options], self._environment)

    def end(self) -> None:
        for driver in self._drivers.values():
            driver.end()

    def _driven(self, *command: str, mode: str) -> Client:
        def order(token: str) -> dict[str, Any]:
            return {"url": self._stack.mcp_url, "headers": {"Authorization": f"Bearer {token}"}, "mode": mode}

        return DrivenClient(self._driver(*command), order)

    def _driver(self, *command: str) -> Driver:
        if command[-1] not in self._drivers:
            self._drivers[command[-1]] = Driver(list(command), self._environment | {"PYTHONPATH": str(ROOT)})
        return self._drivers[command[-1]]


def node(script: Path) -> list[str]:
    return [str(BIN / "node"), str(script)]
