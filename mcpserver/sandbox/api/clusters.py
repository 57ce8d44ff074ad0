"""Clusters: list them, get one or several, delete one."""

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse

from mcpserver.sandbox.api import filters, ordering
from mcpserver.sandbox.api.cluster_create import BATCH
from mcpserver.sandbox.api.cluster_resource import ONLY_FULL, resource
from mcpserver.sandbox.api.find import cluster_by_id, cluster_of
from mcpserver.sandbox.api.paging import Pager
from mcpserver.sandbox.api.parameters import Parameters
from mcpserver.sandbox.api.shapes import refuse
from mcpserver.sandbox.cloud import Cloud

VIEWS: Final = ("BASIC", "FULL")


async def list_clusters(request: Request) -> JSONResponse:
    """Oldest first, a page at a time."""
    cloud: Cloud = request.app.state.cloud
    pager: Pager = request.app.state.pager
    parameters = Parameters.of(request, ("pageSize", "pageToken", "skip", "filter", "orderBy"))
    conditions = filters.parse(parameters.text("filter"))
    order = ordering.parse(parameters.text("orderBy"))
    matching = [c for c in cloud.clusters.values() if all(condition.holds(cloud, c) for condition in conditions)]
    page = pager.page(matching, parameters, order.key, backwards=order.backwards)
    answer: dict[str, Any] = {"clusters": [resource(cloud, cluster) for cluster in page.items]}
    if page.items:  # past the end there is no token; on the last page it is empty
        answer["nextPageToken"] = page.next_token
    return JSONResponse({**answer, "totalSize": len(matching)})


async def get_cluster(request: Request) -> JSONResponse:
    """One cluster. Documents differ on the view that is meant when none is sent; here it is FULL."""
    hidden = hidden_by(Parameters.of(request, ("view",)))
    return JSONResponse(resource(request.app.state.cloud, cluster_of(request), *hidden))


async def batch_get(request: Request) -> JSONResponse:
    """All that are named, in that order, or an error."""
    cloud: Cloud = request.app.state.cloud
    parameters = Parameters.of(request, ("view",), repeated=("clusterIds",))
    ids = parameters.all("clusterIds")
    if not 1 <= len(ids) <= BATCH:
        raise refuse("clusterIds", f"must name 1 to {BATCH}")
    hidden = hidden_by(parameters)
    found = [cluster_by_id(cloud, cluster_id) for cluster_id in ids]
    return JSONResponse({"clusters": [resource(cloud, cluster, *hidden) for cluster in found]})


async def delete_cluster(request: Request) -> JSONResponse:
    """Its branches go with it."""
    Parameters.of(request, ())
    cloud: Cloud = request.app.state.cloud
    cluster = cluster_of(request)
    cluster.updated = cloud.moment()
    branches = sorted(cloud.branches_of(cluster), key=lambda branch: branch.created)  # a parent is older
    await cloud.remove(cluster, *branches)
    return JSONResponse(resource(cloud, cluster))


def hidden_by(parameters: Parameters) -> tuple[str, ...]:
    """The fields that the view asked for leaves out."""
    return ONLY_FULL if parameters.choice("view", VIEWS, default="FULL") == "BASIC" else ()
