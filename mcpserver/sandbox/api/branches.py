"""Branches: list them, get one, reset one, delete one."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

from mcpserver.sandbox.api.answers import ApiError
from mcpserver.sandbox.api.branch_resource import resource
from mcpserver.sandbox.api.clusters import hidden_by
from mcpserver.sandbox.api.find import branch_of, cluster_of, must_be_active
from mcpserver.sandbox.api.paging import Pager
from mcpserver.sandbox.api.parameters import Parameters
from mcpserver.sandbox.api.shapes import nothing
from mcpserver.sandbox.cloud import Cloud


async def list_branches(request: Request) -> JSONResponse:
    """Of one cluster, oldest first, a page at a time."""
    cloud: Cloud = request.app.state.cloud
    pager: Pager = request.app.state.pager
    branches = cloud.branches_of(cluster_of(request))
    page = pager.page(branches, Parameters.of(request, ("pageSize", "pageToken")), lambda branch: branch.list_key)
    answer: dict[str, Any] = {"branches": [resource(cloud, branch) for branch in page.items]}
    return JSONResponse({**answer, "nextPageToken": page.next_token, "totalSize": len(branches)})


async def get_branch(request: Request) -> JSONResponse:
    """FULL unless BASIC is asked for."""
    hidden = hidden_by(Parameters.of(request, ("view",)))
    return JSONResponse(resource(request.app.state.cloud, branch_of(request), *hidden))


async def reset_branch(request: Request) -> JSONResponse:
    """It gets the data and the users that its parent has now."""
    Parameters.of(request, ())
    await nothing(request)
    cloud: Cloud = request.app.state.cloud
    branch = branch_of(request)
    must_be_active(cloud, branch)
    must_be_active(cloud, cloud.parent_of(branch))
    cloud.restore(branch)
    return JSONResponse(resource(cloud, branch))


async def delete_branch(request: Request) -> JSONResponse:
    """Children first."""
    Parameters.of(request, ())
    cloud: Cloud = request.app.state.cloud
    branch = branch_of(request)
    if cloud.children_of(branch):
        raise ApiError(400, "the branch has child branches: delete them first")
    branch.updated = cloud.moment()
    answer = {**resource(cloud, branch, "endpoints"), "state": "DELETED"}  # its cluster may be gone afterwards
    await cloud.remove(branch)
    return JSONResponse(answer)
