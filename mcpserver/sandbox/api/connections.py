"""HTTP connections that can be cut: what a fault of the network looks like from outside."""

import asyncio

from starlette.types import Receive, Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class Protocol(HttpToolsProtocol):
    """uvicorn's own, with the transport in the state of each request."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """The state of the application is copied for each request."""
        self.app_state = {**self.app_state, "transport": transport}
        super().connection_made(transport)


async def cut(scope: Scope, receive: Receive) -> None:
    """Close the connection without a word, and come back when it is closed."""
    transport: asyncio.Transport = scope["state"]["transport"]
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass
