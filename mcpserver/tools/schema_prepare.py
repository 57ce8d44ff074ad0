"""Preparing a schema change: made on a branch, and shown before anything happens to the parent."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

from anyio import CancelScope
from pydantic import Field

from accounts.scopes import Scope
from mcpserver.changes.models import SchemaChange, State
from mcpserver.changes.record import begin, end, move
from mcpserver.changes.sweep import remove_branch
from mcpserver.sql.schemas.compare import difference
from mcpserver.sql.schemas.cost import cost_of
from mcpserver.sql.schemas.read import from_hex, sizes_of
from mcpserver.sql.schemas.shape import Schema
from mcpserver.sql.schemas.statements import statements
from mcpserver.sql.schemas.stored import as_text
from mcpserver.sqlgate import Kind, Write
from mcpserver.sqlgate.quote import text_literal
from mcpserver.tidbcloud.changes import NewBranch
from mcpserver.tidbcloud.types import Branch
from mcpserver.tools.arguments import ClusterArguments, DatabaseName
from mcpserver.tools.branch_changes import logins_of_parent
from mcpserver.tools.changed import ChangeAnswer, Reason, carried_out, outcome
from mcpserver.tools.find import Found, find_cluster
from mcpserver.tools.reading import NOTICE, refuse_as_default
from mcpserver.tools.schemas import ask_of, schema_of, told
from mcpserver.tools.spec import Call, Effect, tool
from mcpserver.tools.statements import Statements, judged
from mcpserver.tools.waiting import wait_for
from mcpserver.tools.writer import run_schema, writer_of
from mcpserver.vault.clients import cloud
from mcpserver.vault.logins import Place, held, note_due
from mcpserver.vault.models import Role
from tidbmcp.lib.errors import GatewayError, NotFound, Refused, Unavailable
from tidbmcp.lib.threads import in_control_thread

STOPPED: Final = "The caller went away, or the server stopped, while it was being prepared."
REMOVED: Final = "The branch is removed again."
SWEPT_LATER: Final = "The branch is removed by the worker, in some minutes."
NO_CHANGE: Final = (
    "The statements ran, and nothing that is compared has changed: look at them again, and whether the reader login can see "
    "what they are about."
)
OF_TABLES: Final = frozenset(
    {
        *(f"{verb} {thing}" for verb in ("CREATE", "ALTER", "DROP") for thing in ("TABLE", "VIEW")),
        "CREATE INDEX", "DROP INDEX", "DROP TABLES", "RENAME TABLE", "RENAME TABLES", "TRUNCATE", "TRUNCATE TABLE",
    }
)  # fmt: skip
"""What a schema change is made of: its difference can be shown, and nothing else is touched."""


class PrepareArguments(ClusterArguments):
    """Statements about the tables of one database."""

    database: Annotated[DatabaseName, Field(description="Database whose tables and views they are about.")]
    statements: Statements
    reason: Reason = None


class PrepareAnswer(ChangeAnswer):
    """What it would do, and how to apply it."""

    id: str
    cluster_id: str
    branch_id: str
    branch: str
    expires_at: str
    equal: bool
    differences: list[dict[str, Any]]
    statements: list[str]
    truncated: bool
    cost: list[dict[str, Any]]
    decisions: list[str]
    notice: str


@tool(
    "prepare_schema_change",
    title="Prepare a schema change",
    description=(
        "Tries CREATE, ALTER, DROP on a new branch and shows the schema's difference and what it will cost on the cluster, "
        "which stays untouched. Then apply_schema_change does the same there. Takes a minute or more; the branch goes when it "
        "is applied or expires."
    ),
    scope=Scope.WRITE,
    also=frozenset({Scope.SQL}),
    effect=Effect.CREATES,
    arguments=PrepareArguments,
    output=PrepareAnswer,
)
async def prepare_schema_change(call: Call, arguments: PrepareArguments) -> dict[str, Any]:
    """What needs a person's decision may be tried, because it is tried on a branch only."""
    refuse_as_default(arguments.database)
    writes = await judged(arguments.statements)
    _refuse_others(writes, arguments.database)
    found = await find_cluster(call, arguments.cluster, fresh=True)
    await _refuse_without_owner(call, found)
    sizes = await _sizes(call, found, arguments.database)
    change = await in_control_thread(_begun, call, found, arguments, writes)
    try:
        branch = await _branch(call, found, change)
        before, after = await _tried(call, found, branch, arguments.database, writes)
        await in_control_thread(_ready, change, before, after)
    except GatewayError as error:
        error.public = f"{error.public} {await _given_up(call, change, error.recorded)}"
        raise
    except BaseException:
        with CancelScope(shield=True):  # the branch is left to the worker
            await in_control_thread(end, change, State.PREPARING, State.FAILED, STOPPED)
        raise
    return await in_control_thread(_answer, change, writes, sizes, before, after)


def _refuse_others(writes: Sequence[Write], database: str) -> None:
    for write in writes:
        verb = write.statement.verb
        if write.statement.kind is Kind.DATA:
            raise Refused(f"{verb} is no change of a database's tables or views: db_execute changes rows.")
        if verb not in OF_TABLES:
            raise Refused(
                f"{verb} is no change of a database's tables or views: a schema change is CREATE, ALTER and DROP of TABLE, INDEX "
                "and VIEW, RENAME TABLE and TRUNCATE. Leave it out here."
            )
        if any(name != database for name in write.databases):  # letters of two databases may differ in case alone
            raise Refused(
                f"A schema change is of one database: every statement must be about {database}, written just like that."
            )


async def _refuse_without_owner(call: Call, found: Found) -> None:
    """A branch has the users of its parent, so its owner login is looked for before a branch is made."""
    place = Place(found.connection, found.cluster.cluster_id)
    await logins_of_parent(call, place)
    if Role.ADMIN.value not in await in_control_thread(held, place):
        await writer_of(found, call, Role.ADMIN)  # says that there is none, and what to do


async def _sizes(call: Call, found: Found, database: str) -> dict[str, tuple[int | None, int | None]]:
    """What the parent guesses of its tables. NotFound where it has no such database."""
    ask = await ask_of(call, found, None)
    rows = await ask(sizes_of(database))
    if not rows and not await ask(
        f"SELECT 1 FROM information_schema.schemata WHERE schema_name = {text_literal(database)}"  # noqa: S608 - in hex
    ):
        raise NotFound(f"There is no database {database!r} here: show_databases lists them.")
    return {from_hex(name): (_number(count), _number(size)) for name, count, size in rows}


def _number(found: Any) -> int | None:
    """A sum comes as a decimal, which is a text."""
    return None if found is None else int(found)


def _begun(call: Call, found: Found, arguments: PrepareArguments, writes: Sequence[Write]) -> SchemaChange:
    return begin(
        connection=found.connection,
        cluster_id=found.cluster.cluster_id,
        cluster_name=found.cluster.display_name or "",
        database=arguments.database,
        statements=[write.rendered for write in writes],
        requester_id=call.principal.person_id,
        requester=call.principal.person,
        token=call.principal.token,
        reason=arguments.reason or "",
    )


async def _branch(call: Call, found: Found, change: SchemaChange) -> Branch:
    """A branch that is ready and has its logins."""
    call.branch = change.branch_name
    client = await cloud(found.connection, call.facts)
    work = client.create_branch(change.cluster_id, NewBranch(display_name=change.branch_name))

    async def note(branch: Branch) -> None:
        change.branch_id = branch.branch_id
        await in_control_thread(change.save, update_fields=["branch_id"])
        place = Place(found.connection, change.cluster_id, branch.branch_id)
        await in_control_thread(note_due, place, call.principal.person)

    asked = f"a branch {change.branch_name} was asked for"
    branch = await carried_out(call, work, asked, lambda one: f"the branch {one.branch_id} is made", note)
    place = Place(found.connection, change.cluster_id, branch.branch_id)
    branch, in_the_way = await wait_for(
        call, place, branch, lambda client: client.get_branch(change.cluster_id, branch.branch_id)
    )
    if in_the_way:
        raise Unavailable(f"The branch can't be used: {in_the_way}")
    return branch


async def _tried(
    call: Call, found: Found, branch: Branch, database: str, writes: Sequence[Write]
) -> tuple[Schema, Schema]:
    """The schema on the branch without the change, which is the parent's of a moment ago, and with it."""
    before = await schema_of(call, found, branch, database)
    writer = await writer_of(found, call, Role.ADMIN, database, branch)
    await run_schema(call, writer, writes)
    call.happened = f"the branch {branch.branch_id} is made, and the statements ran there"
    return before, await schema_of(call, found, branch, database)


def _ready(change: SchemaChange, before: Schema, after: Schema) -> None:
    kept = {"before": as_text(before), "after": as_text(after)}
    changes = [one.as_dict() for one in difference(before, after)]
    if not move(change, State.PREPARING, State.READY, difference=changes, **kept):
        raise Unavailable("It took too long and was given up meanwhile. Prepare it again.")


async def _given_up(call: Call, change: SchemaChange, problem: str) -> str:
    """Nothing is left but the record; a sentence that says so."""
    await in_control_thread(end, change, State.PREPARING, State.FAILED, problem)
    try:
        gone = await remove_branch(change, call.facts)
    except GatewayError:
        gone = False
    call.happened = "" if gone else f"the branch {change.branch_name} is still being removed"
    return f"{REMOVED if gone else SWEPT_LATER} The cluster is as it was."


def _answer(
    change: SchemaChange,
    writes: Sequence[Write],
    sizes: dict[str, tuple[int | None, int | None]],
    before: Schema,
    after: Schema,
) -> dict[str, Any]:
    changes = difference(before, after)
    decisions = [write.decision for write in writes if write.decision]
    step = f"Show it to the user; then apply_schema_change with this id, before {change.expires_at:%Y-%m-%dT%H:%M:%SZ}."
    if decisions:
        step += " It needs a person's decision, which this version can't collect yet."
    return {
        **outcome(),
        "next_step": step if changes else NO_CHANGE,
        "id": str(change.id),
        "cluster_id": change.cluster_id,
        "branch_id": change.branch_id,
        "branch": change.branch_name,
        "expires_at": f"{change.expires_at:%Y-%m-%dT%H:%M:%SZ}",
        **told(changes, statements(before, after)),
        "cost": [_cost(writes[:place], sizes, before, after) for place in range(1, len(writes) + 1)],
        "decisions": decisions,
        "notice": NOTICE,
    }


def _cost(
    writes: Sequence[Write], sizes: dict[str, tuple[int | None, int | None]], before: Schema, after: Schema
) -> dict[str, Any]:
    """Of the last of these."""
    *earlier, write = writes
    table, cost = cost_of(write.rendered, before, after, [one.rendered for one in earlier])
    rows, size = sizes.get(table, (None, None))
    return {"verb": write.statement.verb, "table": table, "how": cost.value, "rows": rows, "bytes": size}
