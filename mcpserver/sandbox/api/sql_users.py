"""SQL users of a cluster, on the IAM host: list, get, create, change, delete. Each is a real user of its database."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

from mcpserver.sandbox.api import sql_user_rules as rules
from mcpserver.sandbox.api.answers import ApiError
from mcpserver.sandbox.api.find import cluster_of, must_be_active
from mcpserver.sandbox.api.paging import MAXIMUM_SIZE, Pager
from mcpserver.sandbox.api.parameters import Parameters
from mcpserver.sandbox.api.shapes import read
from mcpserver.sandbox.cloud import Cloud
from mcpserver.sandbox.databases.fleet import Account
from mcpserver.sandbox.errors import WrongUser
from mcpserver.sandbox.places import Cluster, SqlUser


async def list_users(request: Request) -> JSONResponse:
    """By name, root too. A hundred a page when no size is sent."""
    pager: Pager = request.app.state.pager
    cluster = cluster_of(request)
    parameters = Parameters.of(request, ("pageSize", "pageToken"))
    page = pager.page(cluster.users, parameters, lambda user: user.name, default_size=MAXIMUM_SIZE)
    return JSONResponse({"sqlUsers": [_resource(user) for user in page.items], "nextPageToken": page.next_token})


async def get_user(request: Request) -> JSONResponse:
    """By the full name."""
    Parameters.of(request, ())
    return JSONResponse(_resource(_user(cluster_of(request), request)))


async def create_user(request: Request) -> JSONResponse:
    """It can log in when this answers. Noted first: after a kill in between it can be deleted and made again."""
    Parameters.of(request, ())
    cloud: Cloud = request.app.state.cloud
    cluster = cluster_of(request)
    sent: dict[str, Any] = rules.CREATE(await read(request), "")
    name, role = rules.full_name(sent, cluster.user_prefix), rules.created_role(sent, cluster.user_prefix)
    must_be_active(cloud, cluster)
    async with cloud.working_on(cluster):
        if cluster.user(name):
            raise ApiError(409, "sql user already exists")
        user = SqlUser(name, role, sent.get("customRoles", []))
        cluster.users.append(user)
        cloud.save(cluster)
        try:
            await cloud.fleet.create_user(cluster.place_id, Account(name, sent["password"], _plain(role)))
        except WrongUser:  # made by SQL, and not known here
            raise ApiError(409, "sql user already exists") from None
    return JSONResponse(_resource(user))


async def update_user(request: Request) -> JSONResponse:
    """Password, role, or both. Root keeps its role."""
    Parameters.of(request, ())
    cloud: Cloud = request.app.state.cloud
    cluster = cluster_of(request)
    _user(cluster, request)
    sent: dict[str, Any] = rules.UPDATE(await read(request), "")
    role = rules.updated_role(sent["builtinRole"], cluster.user_prefix) if "builtinRole" in sent else ""
    must_be_active(cloud, cluster)
    async with cloud.working_on(cluster):
        user = _user(cluster, request)
        if user.name == cluster.root and _plain(role) not in ("", _plain(user.role)):
            raise ApiError(400, "the role of root cannot be changed")
        new_role = _plain(role) if role and user.name != cluster.root else None
        await cloud.fleet.change_user(cluster.place_id, user.name, password=sent.get("password"), role=new_role)
        user.role = role or user.role
        user.custom_roles = sent.get("customRoles", user.custom_roles)
        cluster.has_password = cluster.has_password or (user.name == cluster.root and "password" in sent)
    return JSONResponse(_resource(user))


async def delete_user(request: Request) -> JSONResponse:
    """Its connections are closed."""
    Parameters.of(request, ())
    cloud: Cloud = request.app.state.cloud
    cluster = cluster_of(request)
    if _user(cluster, request).name == cluster.root:
        raise ApiError(400, "the root user cannot be deleted")
    must_be_active(cloud, cluster)
    async with cloud.working_on(cluster):
        user = _user(cluster, request)
        await cloud.fleet.drop_user(cluster.place_id, user.name)
        cluster.users.remove(user)
    return JSONResponse({"code": 200, "message": "ok"})


def _user(cluster: Cluster, request: Request) -> SqlUser:
    user = cluster.user(request.path_params["user_name"])
    if user is None:
        raise ApiError(404, "sql user not found")
    return user


def _plain(role: str) -> str:
    return role.rpartition(".")[2]


def _resource(user: SqlUser) -> dict[str, Any]:
    return {
        "userName": user.name,
        "authMethod": rules.METHOD,
        "builtinRole": user.role,
        "customRoles": user.custom_roles,
    }
