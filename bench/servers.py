"""Both servers, the governed one and the bare one, on one core, where one of them is asked at a time; all else on another."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.sandbox_process import start_sandbox
from tests.stack import PRODUCT, ROOT, Stack, answer_of, free_port, wait_until

SERVER_CORE, OTHER_CORE = ({core} for core in sorted(os.sched_getaffinity(0))[:2])
BARE: Final = [sys.executable, "-m", "uvicorn", "bench.bare:app", "--no-access-log", "--log-level", "warning"]


@dataclass
class Server:
    """A server that is asked; a token for the one that wants one."""

    name: str
    port: int
    pid: int
    token: str = ""

    def cpu(self) -> float:
        """Seconds of CPU that it has taken so far (proc(5), utime and stime)."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def servers(folder: Path, application: str = PRODUCT) -> Iterator[tuple[Server, Server]]:
    """The governed and the bare one, with a sandbox behind them. This process stays off the servers' core."""
    os.sched_setaffinity(0, OTHER_CORE)
    environment = {
        "PATH": os.environ["PATH"],
        "SQL_MAX_TOKENS": "1000000",  # as the bare server: a thousand rows are not cut
        "LOCAL_FOLDER": str(folder),
        "PRODUCTION": "false",
        "LOG_LEVEL": "WARNING",
    }
    stack = Stack(folder, free_port(), environment, start_sandbox(folder / "sandbox"), application=application)
    bare = None
    try:
        stack.set_up()
        with _on_the_servers_core():
            stack.start_as_documented()
        token = stack.token()
        listed = answer_of(stack.post({"jsonrpc": "2.0", "id": 1, "method": "tools/list"}, token=token))
        bare, port = _start_bare(stack.sandbox.facts, listed["result"]["tools"])
        yield Server("governed", stack.port, stack.processes().pop(), token), Server("bare", port, bare.pid)
    finally:
        if bare is not None:
            bare.terminate()
            bare.wait()
        stack.stop()
        stack.sandbox.stop()


@contextmanager
def _on_the_servers_core() -> Iterator[None]:
    os.sched_setaffinity(0, SERVER_CORE)
    try:
        yield
    finally:
        os.sched_setaffinity(0, OTHER_CORE)


def _start_bare(facts: dict[str, Any], tools: list[dict[str, Any]]) -> "tuple[subprocess.Popen[bytes], int]":
    cluster = next(cluster for cluster in facts["clusters"] if cluster["display_name"] == "shop")
    login = cluster["logins"]["role_readonly"]
    told: dict[str, object] = {
        "BENCH_DATABASE": {name: cluster[name] for name in ("host", "port")} | login,
        "BENCH_API": {name: facts[name] for name in ("api_url", "public_key", "private_key")},
        "BENCH_TOOLS": tools,
    }
    port = free_port()
    with _on_the_servers_core():
        process = subprocess.Popen(
            [*BARE, "--port", str(port)],
            cwd=ROOT,
            env=os.environ | {name: json.dumps(value) for name, value in told.items()},
        )
    wait_until(lambda: _answers(port) or process.poll() is not None, "the bare server answers")
    assert process.poll() is None
    return process, port


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
