"""PUT /clusters/{id}/password, and PATCH .../branches/{id}/sqlUsers/{name}."""

from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse

from mcpserver.sandbox.api.answers import ApiError
from mcpserver.sandbox.api.find import branch_of, cluster_of, must_be_active
from mcpserver.sandbox.api.parameters import Parameters
from mcpserver.sandbox.api.shapes import Shape, password, read, record
from mcpserver.sandbox.cloud import Cloud
from mcpserver.sandbox.places import Place

_BODY: Final[Shape] = record({"password": password}, required=("password",))


async def change_root_password(request: Request) -> JSONResponse:
    """Of a cluster. The answer is empty."""
    Parameters.of(request, ())
    cloud: Cloud = request.app.state.cloud
    cluster = cluster_of(request)
    new = _BODY(await read(request), "")["password"]
    must_be_active(cloud, cluster)
    await change_password(cloud, cluster, cluster.root, new)
    return JSONResponse({})


async def change_branch_user(request: Request) -> JSONResponse:
    """Of any SQL user that the branch has."""
    Parameters.of(request, ())
    cloud: Cloud = request.app.state.cloud
    branch = branch_of(request)
    new = _BODY(await read(request), "")["password"]
    must_be_active(cloud, branch)
    name = request.path_params["user_name"]
    if branch.user(name) is None:
        raise ApiError(404, "sql user not found")
    await change_password(cloud, branch, name, new)
    return JSONResponse({"username": name})


async def change_password(cloud: Cloud, place: Place, name: str, new: str) -> None:
    """In the database, at once."""
    async with cloud.working_on(place):
        await cloud.fleet.change_user(place.place_id, name, password=new)
        place.has_password = place.has_password or name == place.root
