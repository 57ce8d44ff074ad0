"""Deleting clusters."""

from typing import Any

from accounts.scopes import Scope
from mcpserver.tidbcloud.errors import CloudError
from mcpserver.tidbcloud.types import Cluster
from mcpserver.tools.arguments import ClusterArguments
from mcpserver.tools.changed import ChangeAnswer, DeleteArguments, carried_out, confirmed, outcome
from mcpserver.tools.clusters import ClusterRow, cluster_rows
from mcpserver.tools.find import Found, find_cluster
from mcpserver.tools.spec import Call, Effect, tool
from mcpserver.vault.clients import cloud
from mcpserver.vault.logins import forget_logins
from tidbmcp.lib.threads import in_control_thread

NAMES_MOST = 20


class DeleteClusterArguments(DeleteArguments, ClusterArguments):
    """A cluster, named twice."""


class ClusterDeleted(ClusterRow, ChangeAnswer):
    """A cluster that is gone, and what went with it."""

    lost: str


@tool(
    "tidbcloud_delete_cluster",
    title="Delete a cluster",
    description=(
        "Deletes a cluster with all its databases and branches, for good. Needs confirm: true and the exact name; with "
        "confirm: false it only tells what would be lost. Show that to the user and delete only what they agreed to."
    ),
    scope=Scope.DELETE,
    effect=Effect.DESTROYS,
    arguments=DeleteClusterArguments,
    output=ClusterDeleted,
)
async def delete_cluster(call: Call, arguments: DeleteClusterArguments) -> dict[str, Any]:
    """Found afresh, so that what is named is what is deleted."""
    found = await find_cluster(call, arguments.cluster, fresh=True)
    lost = await _lost(call, found)
    confirmed(arguments, found.cluster.display_name or found.cluster.cluster_id, lost)
    cluster_id = found.cluster.cluster_id
    client = await cloud(found.connection, call.facts)

    async def forget(_: Cluster | None) -> None:
        await in_control_thread(forget_logins, found.connection, cluster_id, None, call.facts)

    work = client.delete_cluster(cluster_id)
    asked = f"the deletion of the cluster {cluster_id} was asked for"
    gone = await carried_out(call, work, asked, lambda _: f"the cluster {cluster_id} is deleted", forget)
    (row,) = await cluster_rows([(found.connection, gone or found.cluster.model_copy(update={"state": "DELETED"}))])
    return {**outcome(), **row, "lost": lost}


async def _lost(call: Call, found: Found) -> str:
    """In a sentence; branches that can't be listed are said to be unknown, and stop nothing."""
    cluster = found.cluster
    client = await cloud(found.connection, call.facts)
    try:
        branches = [branch.display_name or branch.id async for branch in client.all_branches(cluster.cluster_id)]
    except CloudError:
        return f"{_told(found)}, all its databases, and branches if it has any"
    if not branches:
        return f"{_told(found)} and all its databases; it has no branches"
    more = f" and {len(branches) - NAMES_MOST} more" if len(branches) > NAMES_MOST else ""
    names = ", ".join(branches[:NAMES_MOST])
    them = "branch" if len(branches) == 1 else f"{len(branches)} branches"
    return f"{_told(found)}, all its databases, and its {them}: {names}{more}"


def _told(found: Found) -> str:
    cluster = found.cluster
    region = cluster.region.id if cluster.region else "an unknown region"
    what = f"{cluster.cluster_id}, {cluster.plan or 'unknown plan'} in {region} of {found.connection.name}"
    return f"the cluster {cluster.display_name or 'without a name'} ({what}, made {cluster.create_time})"
