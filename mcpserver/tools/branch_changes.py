"""Creating and deleting branches."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import Field

from accounts.scopes import Scope
from mcpserver.tidbcloud.changes import NewBranch
from mcpserver.tidbcloud.errors import CloudError
from mcpserver.tidbcloud.types import Branch
from mcpserver.tools.arguments import ClusterArguments
from mcpserver.tools.branches import BranchArguments, BranchDetail, BranchName, branch_detail
from mcpserver.tools.changed import (
    ChangeAnswer,
    DeleteArguments,
    Wait,
    carried_out,
    confirmed,
    outcome,
)
from mcpserver.tools.find import find_branch, find_cluster
from mcpserver.tools.spec import Call, Effect, tool
from mcpserver.tools.waiting import wait_for
from mcpserver.vault.clients import cloud
from mcpserver.vault.logins import Place, due_of, forget_logins, held, make_logins, note_due
from tidbmcp.lib.clock import now
from tidbmcp.lib.errors import BadInput
from tidbmcp.lib.threads import in_control_thread, uncancelled

AFTER = "Look with tidbcloud_get_branch until state is ACTIVE and sql_logins are there."
NO_LOGINS = "The vault holds no SQL logins of the parent now, and until it does the branch gets none."


class CreateBranchArguments(ClusterArguments):
    """A new branch."""

    display_name: Annotated[
        str,
        Field(
            min_length=1,
            max_length=64,
            pattern=r"^[^\x00-\x1f\x7f]+$",
            description="Name: 1 to 64 characters in one line, and no other branch of the cluster has it.",
        ),
    ]
    parent_branch: Annotated[BranchName | None, Field(description="Branch to copy; the cluster where left out.")] = None
    at: Annotated[
        str | None,
        Field(
            max_length=40,
            description="Copy the data as of this time, with its zone (2026-01-31T08:30:00Z); now where left out.",
        ),
    ] = None
    wait: Wait = False


class DeleteBranchArguments(DeleteArguments, BranchArguments):
    """A branch, named twice."""


class BranchChanged(BranchDetail, ChangeAnswer):
    """A branch that was made."""


class BranchDeleted(BranchChanged):
    """A branch that is gone, and what went with it."""

    lost: str


@tool(
    "tidbcloud_create_branch",
    title="Create a branch",
    description=(
        "Makes a branch: a copy of a cluster's data with an endpoint and logins of its own, on which changes can be tried "
        "without touching the parent. Answers at once with state CREATING, or waits with wait: true. SQL tools take it as branch."
    ),
    scope=Scope.WRITE,
    effect=Effect.CREATES,
    arguments=CreateBranchArguments,
    output=BranchChanged,
)
async def create_branch(call: Call, arguments: CreateBranchArguments) -> dict[str, Any]:
    """Once asked for it goes on, whoever waits."""
    at = _time(arguments.at)
    found = await find_cluster(call, arguments.cluster, fresh=True)
    parent = await find_branch(call, found, arguments.parent_branch) if arguments.parent_branch else None
    wanted = NewBranch(
        display_name=arguments.display_name, parent_id=parent.branch_id if parent else None, parent_timestamp=at
    )
    client = await cloud(found.connection, call.facts)
    cluster_id, parent_id = found.cluster.cluster_id, wanted.parent_id or ""
    call.branch = wanted.display_name
    if not parent_id and at is None:
        await logins_of_parent(call, Place(found.connection, cluster_id))

    async def note(branch: Branch) -> None:
        place = Place(found.connection, cluster_id, branch.branch_id)
        await in_control_thread(note_due, place, call.principal.person, parent_id)

    asked = f"a branch {wanted.display_name} was asked for"
    branch = await carried_out(call, client.create_branch(cluster_id, wanted), asked, _being_made, note)
    if arguments.wait:
        place = Place(found.connection, cluster_id, branch.branch_id)
        branch, in_the_way = await wait_for(
            call, place, branch, lambda client: client.get_branch(cluster_id, place.branch_id)
        )
    else:
        source = Place(found.connection, cluster_id, parent_id)
        in_the_way = AFTER if await in_control_thread(held, source) else f"{AFTER} {NO_LOGINS}"
    return {
        **outcome(in_the_way),
        **await branch_detail(found, branch),
    }


async def logins_of_parent(call: Call, cluster: Place) -> None:
    """A branch has the SQL users that its parent has: where the vault holds none of the cluster, they are made first."""
    if await in_control_thread(held, cluster):
        return
    await in_control_thread(note_due, cluster, call.principal.person)
    due = await in_control_thread(due_of, cluster)
    if due is not None:
        with suppress(CloudError):  # it is tried again, and the branch does not wait for that
            await uncancelled(make_logins(due, call.facts))


def _being_made(branch: Branch) -> str:
    return f"the branch {branch.branch_id} is being created"


@tool(
    "tidbcloud_delete_branch",
    title="Delete a branch",
    description=(
        "Deletes a branch with its data, for good; the parent stays as it is. Needs confirm: true and the exact name; with "
        "confirm: false it only tells what would be lost. A branch that others were made from can't go before them."
    ),
    scope=Scope.DELETE,
    effect=Effect.DESTROYS,
    arguments=DeleteBranchArguments,
    output=BranchDeleted,
)
async def delete_branch(call: Call, arguments: DeleteBranchArguments) -> dict[str, Any]:
    """Found afresh, so that what is named is what is deleted."""
    found = await find_cluster(call, arguments.cluster, fresh=True)
    branch = await find_branch(call, found, arguments.branch)
    name = branch.display_name or branch.branch_id
    lost = (
        f"the branch {name} ({branch.branch_id}) of {found.cluster.display_name}, made {branch.create_time}, "
        "and all that was changed in it; the parent stays"
    )
    confirmed(arguments, name, lost)
    cluster_id, branch_id = found.cluster.cluster_id, branch.branch_id
    client = await cloud(found.connection, call.facts)

    async def forget(_: Branch | None) -> None:
        await in_control_thread(forget_logins, found.connection, cluster_id, branch_id, call.facts)

    work = client.delete_branch(cluster_id, branch_id)
    asked = f"the deletion of the branch {branch_id} was asked for"
    gone = await carried_out(call, work, asked, lambda _: f"the branch {branch_id} is deleted", forget)
    return {
        **outcome(),
        **await branch_detail(found, gone or branch.model_copy(update={"state": "DELETED"})),
        "lost": lost,
    }


def _time(text: str | None) -> str | None:
    """As the API takes it: UTC, whole seconds. BadInput for what is no time, has no zone or is still to come."""
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
        utc = at.astimezone(UTC)
    except (ValueError, OverflowError):
        at = None
    if at is None or at.tzinfo is None:
        raise BadInput("at must be a time with its zone, as in 2026-01-31T08:30:00Z.")
    if at > now():
        raise BadInput(
            f"at is in the future: the time is {now():%Y-%m-%dT%H:%M:%SZ}. Leave it out for the data as they are now."
        )
    return f"{utc:%Y-%m-%dT%H:%M:%SZ}"
