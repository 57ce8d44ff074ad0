"""A branch on the wire."""

from typing import Any, Final

from mcpserver.sandbox.api.cluster_resource import annotations, endpoints, is_late, update_time
from mcpserver.sandbox.clock import shown
from mcpserver.sandbox.cloud import Cloud
from mcpserver.sandbox.places import Branch
from mcpserver.sandbox.regions import BY_NAME
from mcpserver.sandbox.specs import public_to_all

_LATE: Final = ("endpoints", "userPrefix")


def resource(cloud: Cloud, branch: Branch, *hidden: str) -> dict[str, Any]:
    """As the API shows it now, without the fields that are hidden."""
    region = BY_NAME[cloud.clusters[branch.cluster_id].spec["region"]]
    state = cloud.state(branch)
    reachable = endpoints(branch, public_to_all(), region)
    reachable["private"].pop("alicloud", None)  # a branch documents none
    full = {
        "name": f"clusters/{branch.cluster_id}/branches/{branch.place_id}",
        "branchId": branch.place_id,
        "displayName": branch.display_name,
        "clusterId": branch.cluster_id,
        "parentId": branch.parent_id,
        "createdBy": branch.created_by,
        "state": state,
        "endpoints": reachable,
        "userPrefix": branch.user_prefix,
        "createTime": shown(branch.created),
        "updateTime": shown(update_time(cloud, branch)),
        "annotations": annotations(branch, late=True),
        "parentDisplayName": cloud.parent_of(branch).display_name,
        "parentTimestamp": branch.parent_timestamp,
        "rootPassword": "",
    }
    left_out = {*hidden, *(_LATE if is_late(cloud, branch) else ()), *(("endpoints",) if state == "DELETED" else ())}
    if not branch.parent_timestamp:
        left_out.add("parentTimestamp")
    return {name: value for name, value in full.items() if name not in left_out}
