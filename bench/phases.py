"""The governed server with a clock in each phase of a call: `bench.phases:application`; `/phases` tells the sums.

CPU time of the thread that does the work, so that waiting, and what other threads do meanwhile, does not count.
"""

import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from functools import wraps
from time import thread_time_ns
from typing import Any

from tidbmcp import asgi  # isort: skip - first of all: it sets Django up

import audit.writer
import mcpserver.gate
import mcpserver.governor
import mcpserver.sql.query
import mcpserver.tools.query
import mcpserver.tools.reader
from mcpserver.splice import Splice

PHASES: dict[str, list[tuple[Any, str]]] = {
    "gate: host, origin, rate, headers": [
        (mcpserver.gate, name) for name in ("allowed_here", "over_rate", "bearer_of", "read_only_of")
    ],
    "token": [(mcpserver.gate, "authenticate")],
    "rights": [(mcpserver.governor, "_verdict")],
    "SQL gate": [(mcpserver.tools.query, "judge")],
    "vault: reader still stands": [(mcpserver.tools.reader.Reader, "still_stands")],
    "SQL": [(mcpserver.sql.query, "run")],
    "audit": [(audit.writer, "_committed")],
    "encoding": [(mcpserver.governor, "_encoded"), (Splice, "_filled")],
}
_spent: dict[str, list[int]] = defaultdict(lambda: [0, 0])
_lock = threading.Lock()


def _clocked(phase: str, work: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(work)
    def timed(*args: Any, **kwargs: Any) -> Any:
        started = thread_time_ns()
        try:
            return work(*args, **kwargs)
        finally:
            spent = thread_time_ns() - started
            with _lock:
                sums = _spent[phase]
                sums[0] += spent
                sums[1] += 1

    return timed


def _install() -> None:
    for phase, places in PHASES.items():
        for owner, name in places:
            setattr(owner, name, _clocked(phase, getattr(owner, name)))


async def application(scope: Any, receive: Any, send: Any) -> None:
    """As the product's. `/phases` answers with the sums so far: seconds and times by phase, and CPU by thread."""
    if scope["type"] == "http" and scope["path"] == "/phases":
        with _lock:
            sums = {phase: [spent / 1e9, times] for phase, (spent, times) in _spent.items()}
        body = json.dumps({"phases": sums, "main": thread_time_ns() / 1e9, "process": time.process_time()}).encode()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
        await send({"type": "http.response.body", "body": body})
        return
    await asgi.application(scope, receive, send)


_install()
