"""Looking at the branches of a cluster."""

from typing import Annotated, Any

from pydantic import BaseModel, Field

from accounts.scopes import Scope
from mcpserver.tidbcloud.errors import CloudRejected
from mcpserver.tidbcloud.types import Branch
from mcpserver.tools.arguments import ClusterArguments
from mcpserver.tools.find import Found, find_branch, find_cluster
from mcpserver.tools.page_tokens import ListArguments, Onward, not_taken, onward, write_token
from mcpserver.tools.spec import Call, Effect, tool
from mcpserver.vault.clients import cloud
from mcpserver.vault.logins import Place, held
from tidbmcp.lib.errors import BadInput
from tidbmcp.lib.threads import in_control_thread

BranchName = Annotated[str, Field(min_length=1, max_length=100, description="Branch: its id or exact display name.")]


class BranchesArguments(ClusterArguments, ListArguments):
    """A page of a cluster's branches."""


class BranchArguments(ClusterArguments):
    """One branch."""

    branch: BranchName


class BranchRow(BaseModel):
    """One branch, in short."""

    branch_id: str
    display_name: str | None
    state: str | None
    parent_id: str | None
    parent_display_name: str | None
    create_time: str | None


class BranchesAnswer(BaseModel):
    """A page of branches."""

    cluster_id: str
    branches: list[BranchRow]
    next_page_token: str | None


class BranchDetail(BranchRow):
    """One branch."""

    cluster_id: str
    connection: str
    parent_timestamp: str | None
    host: str | None
    port: int | None
    user_prefix: str | None
    sql_logins: list[str]
    created_by: str | None
    update_time: str | None


@tool(
    "tidbcloud_list_branches",
    title="List branches",
    description=(
        "Lists the branches of a cluster: copies of its data with an endpoint of their own, to try changes on. "
        "Use tidbcloud_get_branch for one in full. Cheap."
    ),
    scope=Scope.READ,
    effect=Effect.READS,
    arguments=BranchesArguments,
    output=BranchesAnswer,
)
async def list_branches(call: Call, arguments: BranchesArguments) -> dict[str, Any]:
    """In the API's order, which is oldest first."""
    found = await find_cluster(call, arguments.cluster)
    cluster_id, mark = found.cluster.cluster_id, onward(arguments)
    if mark.of not in ("", cluster_id):
        raise BadInput("This page_token is of another cluster's list. Leave it out to start again.")
    client = await cloud(found.connection, call.facts)
    try:
        page = await client.list_branches(cluster_id, page_size=mark.size, page_token=mark.token)
    except CloudRejected as error:
        raise not_taken(mark, error) from error
    after = Onward(of=cluster_id, token=page.next_page_token, size=mark.size)
    call.rows = len(page.branches)
    return {
        "cluster_id": cluster_id,
        "branches": [_row(branch) for branch in page.branches[: mark.size]],
        "next_page_token": write_token(after) if page.next_page_token else None,
    }


@tool(
    "tidbcloud_get_branch",
    title="Get a branch",
    description="Shows one branch in full: state, parent, SQL endpoint, logins. Give its id or exact name. Cheap.",
    scope=Scope.READ,
    effect=Effect.READS,
    arguments=BranchArguments,
    output=BranchDetail,
)
async def get_branch(call: Call, arguments: BranchArguments) -> dict[str, Any]:
    """Fresh from the API."""
    found = await find_cluster(call, arguments.cluster)
    branch = await find_branch(call, found, arguments.branch)
    client = await cloud(found.connection, call.facts)
    return await branch_detail(found, await client.get_branch(found.cluster.cluster_id, branch.branch_id))


async def branch_detail(found: Found, branch: Branch) -> dict[str, Any]:
    """All that a tool tells of a branch."""
    endpoint = branch.public_endpoint
    place = Place(found.connection, found.cluster.cluster_id, branch.branch_id)
    return {
        **_row(branch),
        "cluster_id": found.cluster.cluster_id,
        "connection": found.connection.name,
        "parent_timestamp": branch.parent_timestamp,
        "host": endpoint.host if endpoint else None,
        "port": endpoint.port if endpoint else None,
        "user_prefix": branch.user_prefix,
        "sql_logins": await in_control_thread(held, place),
        "created_by": branch.created_by,
        "update_time": branch.update_time,
    }


def _row(branch: Branch) -> dict[str, Any]:
    return {
        "branch_id": branch.branch_id,
        "display_name": branch.display_name,
        "state": branch.state,
        "parent_id": branch.parent_id,
        "parent_display_name": branch.parent_display_name,
        "create_time": branch.create_time,
    }
