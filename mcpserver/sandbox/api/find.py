"""Finding what a path names: what is not there is a 404, and what was deleted whatever the sandbox was told."""

from starlette.requests import Request

from mcpserver.sandbox.api.answers import ApiError
from mcpserver.sandbox.cloud import Cloud
from mcpserver.sandbox.places import Branch, Cluster, Place


def cluster_of(request: Request) -> Cluster:
    """The cluster in the path."""
    return cluster_by_id(request.app.state.cloud, request.path_params["cluster_id"])


def cluster_by_id(cloud: Cloud, cluster_id: str) -> Cluster:
    """The cluster with this id."""
    found = cloud.clusters.get(cluster_id)
    if found is None:
        raise _missing(cloud, cluster_id, "cluster not found")
    return found


def branch_of(request: Request) -> Branch:
    """The branch in the path, which belongs to the cluster in the path."""
    cloud: Cloud = request.app.state.cloud
    cluster = cluster_of(request)
    branch_id = request.path_params["branch_id"]
    found = cloud.branches.get(branch_id)
    if found is None or found.cluster_id != cluster.place_id:
        raise _missing(cloud, branch_id, "branch not found")
    return found


def must_be_active(cloud: Cloud, place: Place) -> None:
    """Its database can be worked on."""
    if cloud.state(place) != "ACTIVE":
        kind = "cluster" if isinstance(place, Cluster) else "branch"
        raise ApiError(400, f"the {kind} is not ACTIVE: its state is {cloud.state(place)}")


def _missing(cloud: Cloud, place_id: str, message: str) -> ApiError:
    if place_id in cloud.deleted and cloud.config.after_delete == 403:
        return ApiError(403, "permission denied")
    return ApiError(404, message)
