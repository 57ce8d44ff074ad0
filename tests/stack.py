"""A whole product for tests: sandbox and server in processes of their own, on free ports, with data of their own."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from tests.sandbox_process import SandboxProcess, start_sandbox
from tidbmcp import local

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 40.0
PRODUCT = "tidbmcp.asgi:application"


@dataclass
class Stack:
    """`run` is what run.json tells; `log` what the server has printed."""

    folder: Path
    port: int
    environment: dict[str, str]
    sandbox: SandboxProcess
    run: dict[str, Any] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    application: str = PRODUCT

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def mcp_url(self) -> str:
        return f"{self.url}/mcp"

    def manage(self, *arguments: str, **environment: str) -> str:
        """What a command prints on stdout."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment | environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def token(self, scopes: str = "mcp:read", *options: str) -> str:
        return self.manage("create_token", "--user", "developer", "--scopes", scopes, *options).strip()

    def events(self, where: str = "1", *values: object) -> list[dict[str, Any]]:
        """Rows of the audit, oldest first, read past the product."""
        with sqlite3.connect(self.database) as connection:
            connection.row_factory = sqlite3.Row
            rows = connection.execute(f"SELECT * FROM audit_event WHERE {where} ORDER BY id", values).fetchall()
        connection.close()
        return [dict(row) for row in rows]

    def memory(self) -> int:
        """The most bytes of memory that the server has had."""
        status = Path(f"/proc/{self._server.pid}/status").read_text()
        return 1024 * int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])

    @property
    def database(self) -> Path:
        return self.folder / "tidbmcp.sqlite3"

    def post(self, body: Any, *, token: str | None = None, **options: Any) -> httpx2.Response:
        """A bare POST to /mcp, as a client without an SDK would send it."""
        headers = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
        if token != "":
            headers["Authorization"] = f"Bearer {token or self.run['tokens']['developer']}"
        headers |= options.pop("headers", {})
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        url = self.mcp_url + options.pop("query", "")
        method = options.pop("method", "POST")
        transport = httpx2.HTTPTransport(local_address=options.pop("address", "127.0.0.1"))
        with httpx2.Client(transport=transport, trust_env=False, timeout=60) as client:
            return client.request(method, url, content=content, headers=headers, **options)

    def call(self, tool: str, arguments: Mapping[str, Any] | None = None, **options: Any) -> dict[str, Any]:
        """A tool call without an SDK; the JSON-RPC answer."""
        params = {"name": tool, "arguments": dict(arguments or {})}
        response = self.post({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}, **options)
        return answer_of(response)

    def query(self, sql: str, **arguments: Any) -> dict[str, Any]:
        result: dict[str, Any] = self.call("db_query", {"cluster": "shop", "sql": sql, **arguments})["result"]
        return result

    def answer(self, tool: str, arguments: Mapping[str, Any] | None = None, **options: Any) -> dict[str, Any]:
        """What a tool answers when all goes well."""
        result = self.call(tool, arguments, **options)["result"]
        assert not result["isError"], result["content"][0]["text"]
        found: dict[str, Any] = result["structuredContent"]
        return found

    def refusal(self, tool: str, arguments: Mapping[str, Any] | None = None, **options: Any) -> str:
        """The sentence of a call that does not go well."""
        result = self.call(tool, arguments, **options)["result"]
        assert result["isError"], result["content"][0]["text"]
        return str(result["content"][0]["text"])

    # Starting and stopping

    def set_up(self) -> None:
        local.write(self.folder, self.port)
        self.manage("local_setup")
        self.run = json.loads((self.folder / "run.json").read_text())

    def start(self, **environment: str) -> None:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen()
        self.port = listener.getsockname()[1]
        self._start("--fd", str(listener.fileno()), environment=environment, pass_fds=[listener.fileno()])
        listener.close()
        self._wait_until_well()

    def start_as_documented(self, *options: str) -> None:
        """It opens its port itself, so that it can also close it."""
        self._start("--host", "127.0.0.1", "--port", str(self.port), *options)
        self._wait_until_well()

    def _start(self, *options: str, environment: Mapping[str, str] | None = None, pass_fds: Sequence[int] = ()) -> None:
        command = [sys.executable, "-m", "uvicorn", self.application, *options]
        quiet = ["--no-proxy-headers", "--no-access-log", "--no-server-header", "--log-level", "warning"]
        self._server = subprocess.Popen(
            [*command, *quiet],
            cwd=ROOT,
            env=self.environment | dict(environment or {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            pass_fds=pass_fds,
        )
        self._reader = threading.Thread(target=self._read_log, daemon=True)
        self._reader.start()

    def signal(self, number: signal.Signals) -> None:
        self._server.send_signal(number)

    def processes(self) -> set[int]:
        """Those that serve: the workers, where there are any."""
        pid = self._server.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        workers = {int(child) for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()}
        return workers or {pid}

    def stop(self) -> None:
        self._server.terminate()
        self._server.wait(PATIENCE)
        self._reader.join(PATIENCE)

    def _read_log(self) -> None:
        assert self._server.stdout
        with self._server.stdout as lines:
            self.log.extend(iter(lines.readline, ""))

    def _wait_until_well(self) -> None:
        wait_until(lambda: self._server.poll() is not None or self._is_well(), "the server answers")
        assert self._server.poll() is None, "".join(self.log)

    def _is_well(self) -> bool:
        try:
            return httpx2.get(f"{self.url}/api/health", trust_env=False).status_code == 200
        except httpx2.HTTPError:
            return False


def wait_until(holds: Any, what: str, patience: float = PATIENCE) -> None:
    """Look again and again until something holds."""
    until = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < until, f"waited in vain: {what}"
        time.sleep(0.02)


def answer_of(response: httpx2.Response) -> dict[str, Any]:
    """The JSON-RPC answer, sent as JSON or as the last event of a stream."""
    if response.headers["content-type"].startswith("text/event-stream"):
        data = [line.removeprefix("data: ") for line in response.text.splitlines() if line.startswith("data: {")]
        return dict(json.loads(data[-1]))
    return dict(response.json())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_stack(folder: Path, *sandbox: str, application: str = PRODUCT, **environment: str) -> Stack:
    """Sandbox (with these options), data, server: ready when this returns."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    own = inherited | {"LOCAL_FOLDER": str(folder), "PRODUCTION": "false", "PYTHONUNBUFFERED": "1"} | environment
    folder.mkdir(parents=True, exist_ok=True)
    stack = Stack(folder, free_port(), own, start_sandbox(folder / "sandbox", *sandbox), application=application)
    try:
        stack.set_up()
        stack.start()
    except BaseException:
        stack.sandbox.stop()  # or it would stay behind
        raise
    return stack


@contextmanager
def running_stack(folder: Path, *sandbox: str, application: str = PRODUCT, **environment: str) -> Iterator[Stack]:
    """The same, stopped at the end, whatever happens to the server meanwhile."""
    stack = start_stack(folder, *sandbox, application=application, **environment)
    try:
        yield stack
    finally:
        try:
            stack.stop()
        finally:
            stack.sandbox.stop()
