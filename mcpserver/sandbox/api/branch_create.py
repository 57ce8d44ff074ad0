"""POST /clusters/{id}/branches."""

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse

from mcpserver.sandbox import clock, invent
from mcpserver.sandbox.api import quotas
from mcpserver.sandbox.api.answers import ApiError
from mcpserver.sandbox.api.branch_resource import resource
from mcpserver.sandbox.api.find import cluster_of, must_be_active
from mcpserver.sandbox.api.parameters import Parameters
from mcpserver.sandbox.api.shapes import Shape, password, read, record, refuse, text
from mcpserver.sandbox.cloud import Cloud
from mcpserver.sandbox.places import Branch, Cluster

_DAY: Final = 86_400
_READ_ONLY: Final = (
    "name", "branchId", "clusterId", "createdBy", "state", "endpoints", "userPrefix", "createTime", "updateTime",
    "annotations", "parentDisplayName",
)  # fmt: skip
_BODY: Final[Shape] = record(
    {
        "displayName": text(r"[^\x00-\x1f]{1,64}", "must have 1 to 64 characters"),
        "parentId": text(),
        "parentTimestamp": text(),
        "rootPassword": password,
    },
    required=("displayName",),
    ignored=_READ_ONLY,
)


async def create_branch(request: Request) -> JSONResponse:
    """It answers at once; the data are copied afterwards."""
    Parameters.of(request, ())
    cloud: Cloud = request.app.state.cloud
    cluster = cluster_of(request)
    sent: dict[str, Any] = _BODY(await read(request), "")
    parent = _parent(cloud, cluster, sent.get("parentId", ""))
    must_be_active(cloud, parent)
    timestamp = _timestamp(cloud, cluster, parent, sent.get("parentTimestamp", ""))
    if any(branch.display_name == sent["displayName"] for branch in cloud.branches_of(cluster)):
        raise ApiError(409, "branch display name already exists")
    quotas.check_branches(cloud)
    moment = cloud.moment()
    branch = Branch(
        place_id=invent.branch_id(),
        user_prefix=invent.user_prefix(),
        created_by=request.state.caller,
        created=moment,
        updated=moment,
        phase="CREATING",
        ready_at=moment + cloud.config.create_seconds,
        has_password="rootPassword" in sent or parent.has_password,
        display_name=sent["displayName"],
        cluster_id=cluster.place_id,
        parent_id=parent.place_id,
        parent_timestamp=timestamp,
        root_password=sent.get("rootPassword", ""),
    )
    await cloud.add(branch)
    return JSONResponse(resource(cloud, branch))


def _parent(cloud: Cloud, cluster: Cluster, parent_id: str) -> Cluster | Branch:
    """The cluster, unless one of its branches is named."""
    if parent_id in ("", cluster.place_id):
        return cluster
    for branch in cloud.branches_of(cluster):
        if branch.place_id == parent_id:
            return branch
    raise refuse("parentId", "must be the cluster or one of its branches")


def _timestamp(cloud: Cloud, cluster: Cluster, parent: Cluster | Branch, sent: str) -> str:
    """Within what is kept of the past, and within the parent's own time. The sandbox keeps no past: it is only shown."""
    if not sent:
        return ""
    moment = clock.read(sent)
    if moment is None:
        raise refuse("parentTimestamp", "must be an RFC 3339 time")
    days = 1 if cluster.free else 14
    now = cloud.clock.now()
    if not now - days * _DAY <= moment <= now:
        raise refuse("parentTimestamp", f"must be within the last {days * 24} hours")
    if moment < int(parent.created):
        raise refuse("parentTimestamp", "the parent did not exist then")
    return clock.shown(moment)
