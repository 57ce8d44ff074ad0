"""Applying a prepared schema change to its parent, once."""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any, Final

from anyio import CancelScope
from django.conf import settings
from pydantic import Field

from accounts.scopes import Scope
from mcpserver.changes.models import SchemaChange, State
from mcpserver.changes.record import claim, end, move, of
from mcpserver.changes.sweep import remove_branch
from mcpserver.sql.schemas.compare import Change, difference
from mcpserver.sql.schemas.stored import from_text
from mcpserver.sqlgate import Write
from mcpserver.tools.changed import ChangeAnswer, Reason, outcome
from mcpserver.tools.find import Found, find_cluster
from mcpserver.tools.reading import NOTICE
from mcpserver.tools.schemas import in_short, schema_of, told
from mcpserver.tools.spec import Arguments, Call, Effect, tool
from mcpserver.tools.statements import StatementResult, judged
from mcpserver.tools.writer import Writer, run_schema, writer_of
from mcpserver.vault.models import Role
from tidbmcp.lib.clock import now
from tidbmcp.lib.errors import BadInput, GatewayError, NotFound, Refused
from tidbmcp.lib.threads import in_control_thread, uncancelled

AGAIN: Final = "Prepare it again with prepare_schema_change."
SAID: Final = {
    State.PREPARING: "It is still being prepared. Wait for prepare_schema_change to answer.",
    State.APPLYING: "Another call is applying it.",
    State.APPLIED: "It was applied already, and is not applied twice.",
    State.FAILED: f"It has failed. {AGAIN}",
    State.EXPIRED: f"It has expired. {AGAIN}",
    State.DISCARDED: f"It was given up. {AGAIN}",
    State.UNKNOWN: "It was being applied, and nobody knows how that ended. It is not tried again: look with compare_schema.",
}
AFTER_FAILURE: Final = {
    State.READY: "Nothing was changed, and the change is still there to be applied.",
    State.FAILED: "The rest was not run. Look with describe_table, and prepare what is left.",
    State.UNKNOWN: "It is never run again by itself: look with compare_schema.",
}


class ApplyArguments(Arguments):
    """A prepared change."""

    id: Annotated[
        str, Field(min_length=1, max_length=64, description="Schema change: the id of prepare_schema_change.")
    ]
    confirm: Annotated[
        bool, Field(description="true, after the user has agreed, or left out; false only tells what it would do.")
    ] = True
    discard: Annotated[bool, Field(description="true: give it up and remove its branch, and apply nothing.")] = False
    reason: Reason = None


class ApplyAnswer(ChangeAnswer):
    """What it did, and whether the schema is as it was prepared."""

    id: str
    cluster_id: str
    results: list[StatementResult]
    equal: bool | None
    differences: list[dict[str, Any]]
    branch_removed: bool
    notice: str


@tool(
    "apply_schema_change",
    title="Apply a schema change",
    description=(
        "Runs the statements of prepare_schema_change on the cluster itself, if its schema is still as it was then, and "
        "removes the branch. Call it after the user has seen the difference. Runs once; if the outcome is "
        "unknown, look with compare_schema. With discard it is given up."
    ),
    scope=Scope.SQL,
    effect=Effect.CHANGES,
    arguments=ApplyArguments,
    output=ApplyAnswer,
)
async def apply_schema_change(call: Call, arguments: ApplyArguments) -> dict[str, Any]:
    """Everything is looked at before the one that takes it is found."""
    change = await in_control_thread(of, arguments.id, call.principal.person_id)
    if change is None:
        raise NotFound("You have no schema change with this id. prepare_schema_change makes one.")
    call.cluster, call.cluster_id, call.branch = change.cluster_name, change.cluster_id, change.branch_name
    call.sql = ";\n".join(change.statements)
    _refuse_state(change)
    if arguments.discard:
        return await _discarded(call, change)
    writes = await judged(change.statements)
    if not arguments.confirm:
        raise BadInput(_preview(change, writes))
    _refuse_undecided(writes)
    found = await _parent(call, change)
    writer = await writer_of(found, call, Role.ADMIN, change.database)
    await _refuse_drifted(call, found, change)
    await _claim(change)
    results = await _run(call, change, writer, writes)
    left, unread = await _left(call, found, change)
    return {
        **(await _ended(call, change)),
        "next_step": _next_step(left, unread=unread),
        "results": results,
        "equal": None if unread else not left,
        "differences": told(left, [])["differences"],
    }


async def _ended(call: Call, change: SchemaChange) -> dict[str, Any]:
    """What is said of one that is over, whose branch goes; and that nothing ran, unless more is said."""
    return {
        **outcome(),
        "next_step": None,
        "id": str(change.pk),
        "cluster_id": change.cluster_id,
        "results": [],
        "equal": None,
        "differences": [],
        "branch_removed": await _removed(call, change),
        "notice": NOTICE,
    }


async def _discarded(call: Call, change: SchemaChange) -> dict[str, Any]:
    call.sql = ""  # none of it runs
    if not await uncancelled(in_control_thread(end, change, State.READY, State.DISCARDED)):
        raise Refused("Another call has taken it, or its time is over. Nothing was changed by this one.")
    return await _ended(call, change) | {"next_step": "It is given up, and nothing was applied."}


async def _claim(change: SchemaChange) -> None:
    """Take it. A caller that goes away meanwhile leaves it as it was."""
    try:
        await uncancelled(in_control_thread(claim, change))
    except asyncio.CancelledError:
        with CancelScope(shield=True):
            if change.state == State.APPLYING:
                await in_control_thread(partial(move, change, State.APPLYING, State.READY, decided_at=None))
        raise
    if change.state != State.APPLYING:
        raise Refused("Another call has taken it, or its time is over. Nothing was run by this one.")


def _refuse_state(change: SchemaChange) -> None:
    state = State(change.state)
    if state is State.READY and change.expires_at <= now():
        state = State.EXPIRED
    if state is not State.READY:
        raise Refused(SAID[state])


def _preview(change: SchemaChange, writes: Sequence[Write]) -> str:
    changes = [Change(**one) for one in change.difference]
    decided = "If that is what the user wants, call again with confirm: true."
    undecided = "It needs a person's decision, which this version can't collect yet, so it can't be applied."
    return (
        f"Nothing was changed. It would run {len(change.statements)} statements on the database {change.database} of "
        f"{change.cluster_name or change.cluster_id}: {in_short(changes) or 'no difference'}. "
        f"{undecided if any(write.decision for write in writes) else decided}"
    )


def _refuse_undecided(writes: Sequence[Write]) -> None:
    if reasons := [write.decision for write in writes if write.decision]:
        raise Refused(
            f"This needs a person's decision, which this version can't collect yet: {'; '.join(reasons)}. Nothing was run, and "
            f"the change stays ready. Ask {settings.ADMIN_CONTACT} to do it.",
            detail="needs a decision",
        )


async def _parent(call: Call, change: SchemaChange) -> Found:
    """By the connection with which it was prepared, or one to the same API."""
    found = await find_cluster(call, change.cluster_id, fresh=True)
    if found.connection.api_url != change.connection.api_url:
        raise Refused(f"The cluster is reached by another connection than it was prepared with. {AGAIN}")
    return found


async def _refuse_drifted(call: Call, found: Found, change: SchemaChange) -> None:
    there = await schema_of(call, found, None, change.database)
    if drift := difference(from_text(change.before), there):
        raise Refused(f"The parent has changed since it was prepared: {in_short(drift)}. Nothing was run. {AGAIN}")


async def _run(call: Call, change: SchemaChange, writer: Writer, writes: Sequence[Write]) -> list[dict[str, Any]]:
    """Whatever becomes of it is kept, also where nobody waits for it any more."""
    try:
        written = await run_schema(call, writer, writes)
    except BaseException as error:
        with CancelScope(shield=True):
            state = await in_control_thread(_failed, change, error, call.happened, call.pending)
        if isinstance(error, GatewayError):
            error.public = f"{error.public} {AFTER_FAILURE[state]}"
        raise
    await uncancelled(in_control_thread(end, change, State.APPLYING, State.APPLIED))
    return [StatementResult(**vars(done)).model_dump() for done in written.results]


def _failed(change: SchemaChange, error: BaseException, happened: str, pending: str) -> State:
    """What it is from now on. Ready again only where it is known that nothing ran."""
    known = isinstance(error, GatewayError) and not error.outcome_unknown
    known = (known or isinstance(error, asyncio.CancelledError)) and not pending
    if known and not happened:
        move(change, State.APPLYING, State.READY, decided_at=None)
        return State.READY
    state = State.FAILED if known else State.UNKNOWN
    why = error.recorded if isinstance(error, GatewayError) else "The caller went away, or something failed."
    end(change, State.APPLYING, state, "; ".join(filter(None, (why, happened, pending))))
    return state


async def _left(call: Call, found: Found, change: SchemaChange) -> tuple[tuple[Change, ...], bool]:
    """How the parent differs from what was prepared; and whether it could not be read."""
    try:
        there = await schema_of(call, found, None, change.database)
    except GatewayError:
        return (), True
    return difference(from_text(change.after), there), False


async def _removed(call: Call, change: SchemaChange) -> bool:
    try:
        return await remove_branch(change, call.facts)
    except GatewayError:
        return False  # the worker goes on


def _next_step(left: Sequence[Change], *, unread: bool) -> str | None:
    if unread:
        return "It is applied, but the schema could not be read afterwards: look with show_tables."
    return f"It is applied, but the schema is not as it was prepared: {in_short(left)}." if left else None
