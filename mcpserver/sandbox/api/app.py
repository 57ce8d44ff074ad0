"""The API put together: trace id, then the gate, then one route for every documented operation."""

import secrets
from collections.abc import Awaitable, Callable
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from mcpserver.sandbox.api import answers, clusters, regions
from mcpserver.sandbox.api.answers import ApiError
from mcpserver.sandbox.api.digest import ApiKey
from mcpserver.sandbox.api.documented import OPERATIONS
from mcpserver.sandbox.api.gate import Gate
from mcpserver.sandbox.api.paging import Pager
from mcpserver.sandbox.api.trace import Trace
from mcpserver.sandbox.cloud import Cloud
from mcpserver.sandbox.config import Config

Endpoint = Callable[[Request], Awaitable[Response]]

BASE: Final = "/v1beta1"
BUILT: Final[dict[tuple[str, str], Endpoint]] = {
    ("GET", "/regions"): regions.list_regions,
    ("GET", "/clusters"): clusters.list_clusters,
    ("GET", "/clusters/{cluster_id}"): clusters.get_cluster,
}


def build(cloud: Cloud, key: ApiKey, config: Config) -> ASGIApp:
    """The ASGI application of one sandbox."""
    app = Starlette(
        routes=[
            Route(BASE + path, BUILT.get((method, path), not_yet), methods=[method])
            for path, methods in OPERATIONS
            for method in methods.split()
        ],
        exception_handlers={
            ApiError: answers.api_error,
            HTTPException: answers.http_error,
            Exception: answers.internal_error,
        },
    )
    app.router.redirect_slashes = False
    app.state.cloud = cloud
    app.state.pager = Pager(secrets.token_bytes(32))
    return Trace(Gate(app, key, config))


async def not_yet(request: Request) -> Response:
    """Documented, and a promise for later."""
    raise ApiError(501, f"The sandbox does not have {request.method} {request.url.path} yet.")
