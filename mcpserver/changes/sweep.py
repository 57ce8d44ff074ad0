"""Removing the branch of a schema change that is over: asked for until the API says that it is gone, and on record each time."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from django.db.models import F

from audit.facts import Facts
from audit.kinds import Kind, Result
from audit.models import record
from mcpserver.changes.models import SchemaChange
from mcpserver.changes.record import place_of
from mcpserver.tidbcloud.client import TidbCloud
from mcpserver.tidbcloud.errors import GONE
from mcpserver.tidbcloud.types import DELETED, Branch
from mcpserver.vault.clients import cloud
from mcpserver.vault.logins import forget_logins
from tidbmcp.lib.clock import now
from tidbmcp.lib.errors import GatewayError
from tidbmcp.lib.ids import new_id
from tidbmcp.lib.threads import in_control_thread

CLAIM: Final = timedelta(minutes=2)
"""How long who sweeps keeps others away."""
LOOK_AGAIN: Final = timedelta(seconds=15)
PAUSE_MOST: Final = timedelta(hours=1)
LATE: Final = timedelta(minutes=10)
"""How long after its end a branch is looked for whose creation was never confirmed: it may come late."""


async def remove_branch(change: SchemaChange, facts: Facts) -> bool:
    """Ask for its deletion, or look whether it is gone. True where it is. Raises GatewayError, and is due again then."""
    if not await in_control_thread(_claim, change):
        return False
    own = replace(facts, call_id=new_id(), person=change.requester, client_name="tidbmcp", client_version="")
    try:
        gone = await _removed(await cloud(change.connection, own), change, own)
    except GatewayError as error:
        await in_control_thread(_put_back, change, error.public)
        raise
    if gone:
        await in_control_thread(_gone, change, own)
    else:
        await in_control_thread(_put_back, change)
    return gone


async def _removed(client: TidbCloud, change: SchemaChange, facts: Facts) -> bool:
    branch = await _branch(client, change)
    if branch is None:
        return bool(change.branch_id) or _is_late(change)
    if branch.state in DELETED:
        return branch.state == "DELETED"
    await in_control_thread(_record, change, Result.STARTED, facts)
    try:
        left = await client.delete_branch(change.cluster_id, branch.branch_id)
    except GatewayError as error:
        result = Result.UNKNOWN if error.outcome_unknown else Result.ERROR
        await in_control_thread(_record, change, result, facts, error.recorded)
        raise
    await in_control_thread(_record, change, Result.OK, facts)
    if not change.branch_id:
        change.branch_id = branch.branch_id  # its logins are forgotten by it
    return left is None or left.state == "DELETED"


async def _branch(client: TidbCloud, change: SchemaChange) -> Branch | None:
    """By its id, or its name where the answer with the id never came. None where the cluster is gone with it."""
    try:
        branches = [branch async for branch in client.all_branches(change.cluster_id)]
    except GONE:
        await client.list_clusters(page_size=1)  # a key that is refused raises here: then nobody knows
        return None
    if change.branch_id:
        return next((one for one in branches if one.branch_id == change.branch_id), None)
    return next((one for one in branches if one.display_name == change.branch_name), None)


def _is_late(change: SchemaChange) -> bool:
    return change.ended_at is not None and change.ended_at + LATE < now()


def _claim(change: SchemaChange) -> bool:
    moment = now()
    rows = SchemaChange.objects.filter(pk=change.pk, branch_gone_at=None, not_before__lte=moment)
    return rows.update(not_before=moment + CLAIM) == 1


def _put_back(change: SchemaChange, problem: str = "") -> None:
    pause = LOOK_AGAIN * 2 ** min(change.tries, 8) if problem else LOOK_AGAIN
    SchemaChange.objects.filter(pk=change.pk).update(
        not_before=now() + min(pause, PAUSE_MOST), tries=F("tries") + bool(problem)
    )


def _gone(change: SchemaChange, facts: Facts) -> None:
    if change.branch_id:  # without one it would mean the cluster's own
        forget_logins(change.connection, change.cluster_id, change.branch_id, facts)
    SchemaChange.objects.filter(pk=change.pk).update(branch_gone_at=now(), branch_id=change.branch_id)


def _record(change: SchemaChange, result: Result, facts: Facts, error: str = "") -> None:
    about = {"change": str(change.pk), "branch_id": change.branch_id, "connection": change.connection.name}
    record(Kind.CHANGE_SWEPT, result, facts, error=error, **place_of(change), parameters=about)
