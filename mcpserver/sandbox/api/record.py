"""ASGI wrapper that writes down what was asked, for tests that want to know what really went over the wire."""

from collections import deque
from typing import Any, Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mcpserver.sandbox.api.answers import Service

KEPT: Final = 10_000

Requests = deque[dict[str, Any]]
"""Of both hosts, in the order in which they arrived."""


class Record:
    """Of one host."""

    def __init__(self, app: ASGIApp, service: Service, requests: Requests) -> None:
        self._app = app
        self._service = service
        self._requests = requests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on. The status stays null where nothing was answered."""
        body = bytearray()
        query = scope["query_string"].decode("latin-1")
        entry: dict[str, Any] = {
            "host": self._service.name,
            "method": scope["method"],
            "target": scope["raw_path"].decode("latin-1") + (f"?{query}" if query else ""),
            "headers": dict(Headers(scope=scope)),
            "body": "",
            "status": None,
        }
        self._requests.append(entry)

        async def receive_recorded() -> Message:
            message = await receive()
            body.extend(message.get("body", b""))
            entry["body"] = body.decode(errors="replace")
            return message

        async def send_recorded(message: Message) -> None:
            if message["type"] == "http.response.start":
                entry["status"] = message["status"]
            await send(message)

        await self._app(scope, receive_recorded, send_recorded)
