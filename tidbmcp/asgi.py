"""The roof under ASGI: `/mcp` goes to the gate and the SDK, static files to Starlette, everything else to Django."""

import asyncio
import gc
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tidbmcp.settings")

from django.core.asgi import get_asgi_application

django_app = get_asgi_application()

from django.conf import settings  # noqa: E402
from starlette.applications import Starlette  # noqa: E402
from starlette.middleware.cors import CORSMiddleware  # noqa: E402
from starlette.routing import Mount  # noqa: E402
from starlette.staticfiles import StaticFiles  # noqa: E402
from starlette.types import ASGIApp, Receive, Scope, Send  # noqa: E402

import tidbmcp.celery  # noqa: E402, F401 - or shared tasks would look for a broker that is not there
from audit.refusals import REFUSALS  # noqa: E402
from mcpserver.gate import Gate  # noqa: E402
from mcpserver.protocol import build_session_manager  # noqa: E402
from mcpserver.sql.pool import POOL  # noqa: E402
from mcpserver.sql.query import all_stopped  # noqa: E402
from mcpserver.vault.clients import close_clients, forget_old_clients  # noqa: E402
from tidbmcp.checks import refuse_unsafe  # noqa: E402
from tidbmcp.http import Wrapper  # noqa: E402
from tidbmcp.lib.stopping import InFlight  # noqa: E402
from tidbmcp.lib.threads import in_control_thread  # noqa: E402
from tidbmcp.pages import PagesHandler  # noqa: E402
from tidbmcp.summary import summary  # noqa: E402

logger = logging.getLogger(__name__)

SWEEP_SECONDS = 5.0

pages_app = PagesHandler()
static_app = Starlette(routes=[Mount("/static", StaticFiles(directory=settings.STATIC_ROOT, check_dir=False))])


def mcp_app(gate: ASGIApp) -> ASGIApp:
    """The gate, with CORS in front where pages of other origins may call it."""
    if not settings.MCP_ALLOWED_ORIGINS:
        return gate
    exposed = ["WWW-Authenticate", "X-Request-Id", "Retry-After"]
    return CORSMiddleware(
        gate, settings.MCP_ALLOWED_ORIGINS, allow_methods=["POST"], allow_headers=["*"], expose_headers=exposed
    )


class Site:
    """Paths to applications. The SDK's session manager lives as long as the server: it is made anew at each start."""

    mcp: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one HTTP request."""
        path = scope["path"]
        if path in {"/mcp", "/mcp/"}:
            await self.mcp(scope, receive, send)
        elif path.startswith("/static/"):
            await static_app(scope, receive, send)
        else:
            await pages_app(cast("dict[str, Any]", scope), receive, cast("Any", send))


site = Site()
in_flight = InFlight(site)
wrapped = Wrapper(in_flight)


@asynccontextmanager
async def lifespan() -> AsyncIterator[None]:
    """From start to stop of one server process."""
    refuse_unsafe()
    for line in summary():
        logger.info("setting %s", line)
    manager = build_session_manager(settings.MCP_MAX_BODY_BYTES)
    site.mcp = mcp_app(Gate(manager.handle_request))
    sweeping = asyncio.create_task(sweep())
    gc.set_threshold(10_000, 20, 20)  # calls make thousands of objects that are gone before they could be garbage
    gc.freeze()  # what is there at the start stays: collections need not look at it again
    try:
        async with manager.run():
            yield
    finally:
        sweeping.cancel()
        await in_flight.all_ended()
        await all_stopped()
        await in_control_thread(REFUSALS.flush, everything=True)
        await close_clients()
        await asyncio.to_thread(POOL.sweep, everything=True)


async def sweep() -> None:
    """Every few seconds: write the refusals of minutes that have ended, close what was kept too long."""
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        try:
            await in_control_thread(REFUSALS.flush)
            await forget_old_clients()
            await asyncio.to_thread(POOL.sweep)
        except Exception:
            # Nobody else would do this work: whatever went wrong once is tried again.
            logger.exception("a sweep failed")


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """The ASGI application. Django answers the lifespan scope with an error, so it is handled here."""
    match scope["type"]:
        case "http":
            await wrapped(scope, receive, send)
        case "lifespan":
            await serve_lifespan(receive, send)
        case _:
            await send({"type": "websocket.close", "code": 1008})


async def serve_lifespan(receive: Receive, send: Send) -> None:
    """ASGI lifespan protocol, version 2."""
    await receive()
    running = lifespan()
    try:
        await running.__aenter__()
    except Exception as error:
        logger.exception("the start failed")
        await send({"type": "lifespan.startup.failed", "message": type(error).__name__})
        return
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await running.__aexit__(None, None, None)
    await send({"type": "lifespan.shutdown.complete"})
