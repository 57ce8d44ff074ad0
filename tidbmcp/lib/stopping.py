"""The end of a server process: what is in flight ends first, and what is cut is recorded and told."""

import asyncio
import logging
from typing import Any, Final

from sse_starlette.sse import AppStatus
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

logger = logging.getLogger(__name__)

RECORDED_WITHIN: Final = 10.0
"""Seconds in which a request that was cut stops its statement and writes its row."""

CUT: Final = "The server was stopped while this ran. Look whether it was done before you try again."

# Else every stream is ended the moment that a stop is asked for, with the calls in it; ours end with their calls.
if not hasattr(AppStatus, "enable_automatic_graceful_drain"):
    raise RuntimeError("sse_starlette drains streams in another way now: see that calls outlive a stop")
AppStatus.enable_automatic_graceful_drain = False


class InFlight:
    """Wraps the whole site and knows the requests that are under way."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._tasks: set[asyncio.Task[Any] | None] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one HTTP request."""
        task, started = asyncio.current_task(), False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        self._tasks.add(task)
        try:
            await self._app(scope, receive, watched)
        except asyncio.CancelledError:
            # The server's patience has ended. Nothing outside waits for the cancellation to pass.
            logger.warning("a request to %s was cut: the server stops", scope["path"])
            if not started:
                error = {"code": -32603, "message": CUT, "data": {"request_id": scope.get("request_id", "")}}
                await JSONResponse({"jsonrpc": "2.0", "id": None, "error": error}, 503)(scope, receive, send)
        finally:
            self._tasks.discard(task)

    async def all_ended(self) -> None:
        """Wait for those that were cut: before anything they need is closed."""
        tasks = {task for task in self._tasks if task is not None}
        if tasks:
            await asyncio.wait(tasks, timeout=RECORDED_WITHIN)
