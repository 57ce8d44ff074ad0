"""ASGI wrapper: every answer carries X-Debug-Trace-Id, and errors name the same id."""

import secrets
from datetime import UTC, datetime

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Trace:
    """The id is made here, for each request."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with its id in `request.state`."""
        trace_id = f"{datetime.now(UTC):%Y%m%d%H%M%S}{secrets.token_hex(9)}"
        scope.setdefault("state", {})["trace_id"] = trace_id

        async def send_traced(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Debug-Trace-Id"] = trace_id
            await send(message)

        await self._app(scope, receive, send_traced)
