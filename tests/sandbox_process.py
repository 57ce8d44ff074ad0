"""A sandbox in a process of its own, for tests: started when it is ready, stopped when they are done."""

import json
import os
import select
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

ROOT = Path(__file__).resolve().parent.parent
_PATIENCE = 20.0


@dataclass
class SandboxProcess:
    folder: Path
    process: "subprocess.Popen[str]"
    log: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    _news: threading.Condition = field(default_factory=threading.Condition, repr=False)
    _ended: bool = False

    def cluster(self, display_name: str) -> dict[str, Any]:
        found: dict[str, Any] = next(c for c in self.facts["clusters"] if c["display_name"] == display_name)
        return found

    def database_pid(self, display_name: str) -> int | None:
        """The MariaDB of a cluster. None while there is none: it starts at the first connection."""
        try:
            return int((self.folder / self.cluster(display_name)["cluster_id"] / "tmp" / "mariadbd.pid").read_text())
        except FileNotFoundError:
            return None

    def kill_database(self, display_name: str) -> None:
        """In the middle of whatever it does. It comes back at the next connection."""
        pid = self.database_pid(display_name)
        assert pid is not None, f"the database of {display_name} is not running"
        end(pid, signal.SIGKILL)

    def advance(self, seconds: float) -> datetime:
        """Let so much time pass on its clock: what it shows now. This and all down to `configure` need `--control`."""
        return datetime.fromtimestamp(self._control("POST", "clock", {"advance": seconds})["now"], UTC)

    def fault(self, name: str, **options: Any) -> None:
        """Order a fault; `method`, `path`, `times` and `seconds` say for what, how often and how long."""
        self._control("POST", "faults", {"fault": name, **options})

    def clear(self) -> None:
        """No faults ordered, no requests remembered."""
        self._control("DELETE", "faults")
        self._control("DELETE", "requests")

    def requests(self) -> list[dict[str, Any]]:
        """What was asked of it since the last `clear`, in order."""
        found: list[dict[str, Any]] = self._control("GET", "requests")["requests"]
        return found

    def configure(self, **fields: Any) -> None:
        """Other limits and switches, at once."""
        self._control("PATCH", "config", fields)

    def _control(self, method: str, path: str, body: object = None) -> Any:
        url = f"{self.facts['api_url'].removesuffix('/v1beta1')}/_sandbox/{path}"
        data = None if body is None else json.dumps(body).encode()
        with urlopen(Request(url, data, method=method), timeout=_PATIENCE) as answer:
            return json.load(answer)

    def stop(self) -> int:
        """The clean way. Its exit code, which is 0 when all went well."""
        return self._end(signal.SIGTERM)

    def kill(self) -> int:
        return self._end(signal.SIGKILL)

    def _end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        code = self.process.wait(_PATIENCE)
        self._reader.join(_PATIENCE)
        return code

    def wait_for_log(self, words: str) -> None:
        with self._news:
            said = self._news.wait_for(lambda: self._ended or any(words in line for line in self.log), _PATIENCE)
        if not said or self._ended:
            raise AssertionError(f"the sandbox did not say {words!r}, but: {''.join(self.log)}")

    def _wait_until_ready(self) -> None:
        self._reader = threading.Thread(target=self._read_log, daemon=True)
        self._reader.start()
        try:
            self.wait_for_log("ready at")
        except AssertionError:
            self.kill()
            raise
        self.facts = json.loads((self.folder / "sandbox.json").read_text())

    def _read_log(self) -> None:
        assert self.process.stderr
        with self.process.stderr as lines:
            for line in lines:
                with self._news:
                    self.log.append(line)
                    self._news.notify_all()
        with self._news:
            self._ended = True
            self._news.notify_all()


def start_sandbox(folder: Path, *options: str) -> SandboxProcess:
    """Without limits, unless options are given."""
    told = command(folder, *(options or ("--unlimited",)))
    process = subprocess.Popen(told, cwd=ROOT, env=environment(), stderr=subprocess.PIPE, text=True)
    sandbox = SandboxProcess(folder, process)
    sandbox._wait_until_ready()
    return sandbox


def command(folder: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "mcpserver.sandbox", "--folder", str(folder), *options]


def environment() -> dict[str, str]:
    return {**os.environ, "PRODUCTION": "false"}


def end(pid: int, number: signal.Signals) -> None:
    """Signal a process that need not be our child, and wait until it is gone."""
    descriptor = os.pidfd_open(pid)
    try:
        signal.pidfd_send_signal(descriptor, number)
        wait_until_gone(descriptor)
    finally:
        os.close(descriptor)


def wait_until_gone(pid_descriptor: int) -> None:
    gone, _, _ = select.select([pid_descriptor], [], [], _PATIENCE)
    assert gone, "the process is still there"
