"""Comparing the schemas of two branches; and what the tools that change a schema share with that."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Final, TypeVar

import orjson
from django.conf import settings
from pydantic import BaseModel, Field

from accounts.scopes import Scope
from mcpserver.sql.job import Statement
from mcpserver.sql.limits import MANY, Limits
from mcpserver.sql.schemas.compare import Change, difference
from mcpserver.sql.schemas.read import Ask, read_schema
from mcpserver.sql.schemas.shape import Schema
from mcpserver.sql.schemas.statements import statements
from mcpserver.tidbcloud.types import Branch
from mcpserver.tools.arguments import ClusterArguments, DatabaseName
from mcpserver.tools.find import Found, find_branch, find_cluster
from mcpserver.tools.reader import reader_of
from mcpserver.tools.reading import NOTICE, read_as, refuse_system
from mcpserver.tools.spec import BranchRef, Call, Effect, tool
from tidbmcp.lib.errors import BadInput, NotFound

T = TypeVar("T")

BYTES_READ: Final = 16 * 1024 * 1024
"""Of one list of tables, or one definition."""
BYTES_SHOWN: Final = 40_000
"""Of differences, and again of statements: a model reads them all."""


class CompareArguments(ClusterArguments):
    """Two places of one database."""

    database: DatabaseName
    from_branch: Annotated[BranchRef, Field(description="Branch to compare; the cluster itself where left out.")] = None
    to_branch: Annotated[BranchRef, Field(description="Branch to compare with; the cluster itself where left out.")] = (
        None
    )


class CompareAnswer(BaseModel):
    """What the one has and the other has not."""

    equal: bool
    differences: list[dict[str, Any]]
    statements: list[str]
    truncated: bool
    notice: str


@tool(
    "compare_schema",
    title="Compare a schema",
    description=(
        "Shows how a database's tables and views differ between a cluster and its branch, or two branches: as data, and as "
        "statements that would turn the first into the second. Use it before you change a schema. It reads every table's "
        "definition: some seconds for hundreds of tables."
    ),
    scope=Scope.READ,
    effect=Effect.READS,
    arguments=CompareArguments,
    output=CompareAnswer,
)
async def compare_schema(call: Call, arguments: CompareArguments) -> dict[str, Any]:
    """As the readers of both see them."""
    refuse_system(arguments.database)
    if arguments.from_branch == arguments.to_branch:
        raise BadInput("Name two places: leave one of from_branch and to_branch out for the cluster itself.")
    found = await find_cluster(call, arguments.cluster)
    names = arguments.from_branch, arguments.to_branch
    branches = [await find_branch(call, found, name) if name else None for name in names]
    before, after = [await schema_of(call, found, branch, arguments.database) for branch in branches]
    if before.is_empty and after.is_empty:
        raise NotFound(
            f"There is no table in a database {arguments.database!r} in either place. show_databases lists databases."
        )
    call.branch = " to ".join(name or "the cluster" for name in names)
    return {**told(difference(before, after), statements(before, after)), "notice": NOTICE}


async def schema_of(call: Call, found: Found, branch: Branch | None, database: str) -> Schema:
    """The schema of one database of a cluster, or of a branch of it."""
    return await read_schema(await ask_of(call, found, branch), database)


async def ask_of(call: Call, found: Found, branch: Branch | None) -> Ask:
    """Runs fixed statements as the reader of this place."""
    reader = await reader_of(found, call, "", branch)
    limits = Limits(MANY, BYTES_READ, MANY, settings.SQL_MAX_SECONDS)

    async def ask(sql: str) -> list[list[Any]]:
        table = await read_as(call, reader, Statement(sql), limits)
        if table.cut:
            raise BadInput("The schema of this database is too large to be read here.")
        return table.rows

    return ask


def told(changes: Sequence[Change], texts: Sequence[str]) -> dict[str, Any]:
    """A difference for an answer, as much of it as a model can read."""
    shown, some = _some([change.as_dict() for change in changes]), _some(texts)
    cut = (len(shown), len(some)) != (len(changes), len(texts))
    return {"equal": not changes, "differences": shown, "statements": some, "truncated": cut}


def in_short(changes: Sequence[Change], most: int = 10) -> str:
    """A difference in a sentence."""
    names = [
        f"{one.kind} {one.table}{f'.{one.name}' if one.name not in ('', one.table) else ''} {one.change}"
        for one in changes
    ]
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _some(items: Iterable[T]) -> list[T]:
    kept, size = list[T](), 0
    for item in items:
        size += len(orjson.dumps(item))
        if size > BYTES_SHOWN:
            break
        kept.append(item)
    return kept
