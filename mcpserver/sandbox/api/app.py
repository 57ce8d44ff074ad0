"""Both APIs put together: trace id, then the gate, then one route for every documented operation."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from mcpserver.sandbox.api import (
    answers,
    branch_create,
    branches,
    cluster_create,
    cluster_patch,
    clusters,
    control,
    passwords,
    projects,
    regions,
    sql_users,
)  # fmt: skip
from mcpserver.sandbox.api.answers import IAM, SERVERLESS, ApiError, Service
from mcpserver.sandbox.api.digest import ApiKey
from mcpserver.sandbox.api.documented import (
    IAM_OPERATIONS,
    IAM_WITHOUT_VERSION,
    SERVERLESS_OPERATIONS,
    Operations,
)  # fmt: skip
from mcpserver.sandbox.api.faults import Faults
from mcpserver.sandbox.api.gate import Gate
from mcpserver.sandbox.api.limits import RateLimit
from mcpserver.sandbox.api.paging import Pager
from mcpserver.sandbox.api.record import KEPT, Record, Requests
from mcpserver.sandbox.api.trace import Trace
from mcpserver.sandbox.api.troubles import Troubles
from mcpserver.sandbox.cloud import Cloud
from mcpserver.sandbox.errors import Gone, SandboxError, WrongUser
from mcpserver.sandbox.facts import Facts

Endpoint = Callable[[Request], Awaitable[Response]]

BASE: Final = "/v1beta1"
_BRANCHES: Final = "/clusters/{cluster_id}/branches"
_USERS: Final = "/clusters/{cluster_id}/sqlUsers"
BUILT: Final[dict[tuple[str, str], Endpoint]] = {
    ("GET", "/regions"): regions.list_regions,
    ("GET", "/regions:listCloudProviders"): regions.list_cloud_providers,
    ("GET", "/clusters"): clusters.list_clusters,
    ("POST", "/clusters"): cluster_create.create_cluster,
    ("POST", "/clusters:batchCreate"): cluster_create.batch_create,
    ("GET", "/clusters:batchGet"): clusters.batch_get,
    ("GET", "/clusters/{cluster_id}"): clusters.get_cluster,
    ("PATCH", "/clusters/{cluster_id}"): cluster_patch.update_cluster,
    ("DELETE", "/clusters/{cluster_id}"): clusters.delete_cluster,
    ("PUT", "/clusters/{cluster_id}/password"): passwords.change_root_password,
    ("GET", _BRANCHES): branches.list_branches,
    ("POST", _BRANCHES): branch_create.create_branch,
    ("GET", f"{_BRANCHES}/{{branch_id}}"): branches.get_branch,
    ("DELETE", f"{_BRANCHES}/{{branch_id}}"): branches.delete_branch,
    ("POST", f"{_BRANCHES}/{{branch_id}}:reset"): branches.reset_branch,
    ("PATCH", f"{_BRANCHES}/{{branch_id}}/sqlUsers/{{user_name}}"): passwords.change_branch_user,
    ("GET", _USERS): sql_users.list_users,
    ("POST", _USERS): sql_users.create_user,
    ("GET", f"{_USERS}/{{user_name}}"): sql_users.get_user,
    ("PATCH", f"{_USERS}/{{user_name}}"): sql_users.update_user,
    ("DELETE", f"{_USERS}/{{user_name}}"): sql_users.delete_user,
    ("GET", "/projects"): projects.list_projects,
}


@dataclass(frozen=True)
class Apps:
    """The ASGI applications of one sandbox."""

    serverless: ASGIApp
    iam: ASGIApp


def build(cloud: Cloud, facts: Facts) -> Apps:
    """Both, over the same cloud, behind the same key."""
    key = ApiKey(facts.public_key, facts.private_key, facts.bearer_token)
    limit, faults, requests = RateLimit(), Faults(), Requests(maxlen=KEPT)

    def whole(service: Service, operations: Operations) -> ASGIApp:
        app = Troubles(_operations(cloud, service, operations), service, faults)
        gate = Trace(Gate(app, service, cloud, key, limit, faults))
        return Record(gate, service, requests) if cloud.config.control else gate

    serverless = whole(SERVERLESS, SERVERLESS_OPERATIONS)
    if cloud.config.control:
        serverless = _Beside(control.build(cloud, faults, requests), serverless)
    return Apps(serverless, whole(IAM, IAM_OPERATIONS))


def _operations(cloud: Cloud, service: Service, operations: Operations) -> Starlette:
    without_version = IAM_WITHOUT_VERSION if service is IAM else ()
    app = Starlette(
        routes=[
            Route(base + path, BUILT.get((method, path), not_yet), methods=[method])
            for base, known in ((BASE, operations), ("", without_version))
            for path, methods in known
            for method in methods.split()
        ],
        exception_handlers={
            ApiError: answers.api_error,
            Gone: answers.gone,
            WrongUser: answers.wrong_user,
            SandboxError: answers.sandbox_error,
            HTTPException: answers.http_error,
            Exception: answers.internal_error,
        },
    )
    app.router.redirect_slashes = False
    app.state.cloud = cloud
    app.state.service = service
    app.state.pager = Pager(secrets.token_bytes(32))
    return app


class _Beside:
    """The paths of tests go one way, all others the other."""

    def __init__(self, ours: ASGIApp, others: ASGIApp) -> None:
        self._ours = ours
        self._others = others

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        ours = scope["path"].startswith(f"{control.PATH}/")
        await (self._ours if ours else self._others)(scope, receive, send)


async def not_yet(request: Request) -> Response:
    """Documented, and a promise for later."""
    raise ApiError(501, f"The sandbox does not have {request.method} {request.url.path} yet.")
