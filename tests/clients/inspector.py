"""The Inspector's command line: a process for each call."""

import json
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from tests.clients.client import PATIENCE, Answer, Client, Failed, Told


@dataclass
class InspectorClient(Client):
    """`command` is all but the token, the method and the tool."""

    command: list[str]
    environment: dict[str, str]
    _calls: "list[subprocess.Popen[str]]" = field(default_factory=list)

    def revision(self) -> str | None:
        return str(self._result(self._start("--method", "initialize"))["protocolVersion"])

    def tools(self) -> list[str]:
        return [tool["name"] for tool in self._result(self._start("--method", "tools/list"))["tools"]]

    def begin(self, tool: str, arguments: Mapping[str, Any], *, progress: bool = False) -> int:
        given = json.dumps(dict(arguments))
        return self._start("--method", "tools/call", "--tool-name", tool, "--tool-args-json", given)

    def wait(self, number: int, told: Told | None = None) -> Answer:
        result = self._result(number)
        text = "".join(block["text"] for block in result["content"])
        return Answer(result["isError"], text, result.get("structuredContent"))

    def cancel(self, number: int) -> None:
        self._calls[number].terminate()

    def _connect(self, token: str) -> None:
        """Nothing yet: each call connects for itself."""

    def _close(self) -> list[str]:
        for call in self._calls:
            call.kill()
            with suppress(ValueError), call:  # its pipes are closed where somebody has waited for it
                call.communicate()
        self._calls.clear()
        return []

    def _start(self, *options: str) -> int:
        command = [*self.command, "--header", f"Authorization: Bearer {self.token}", *options]
        pipe = subprocess.PIPE
        self._calls.append(subprocess.Popen(command, env=self.environment, stdout=pipe, stderr=pipe, encoding="utf-8"))
        return len(self._calls) - 1

    def _result(self, number: int) -> dict[str, Any]:
        said, complaints = self._calls[number].communicate(timeout=PATIENCE)
        if said:
            return dict(json.loads(said)["result"])
        error = json.loads(complaints)["error"] if complaints.startswith("{") else {"message": complaints}
        raise Failed(error["message"], error.get("code"))
