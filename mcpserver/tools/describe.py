"""Looking at one table: what it is made of, how large it is."""

from typing import Annotated, Any

from pydantic import BaseModel, Field

from accounts.scopes import Scope
from mcpserver.sql.errors import SqlRejected
from mcpserver.sql.schemas.described import (
    as_columns,
    as_foreign_keys,
    as_keys,
    as_partitions,
    as_references,
    as_tiflash,
)
from mcpserver.sql.schemas.looked import (
    FoundTable,
    columns_of,
    foreign_keys_of,
    keys_of,
    partitions_of,
    referred_by,
    tiflash_of,
    view_of,
)
from mcpserver.tools.arguments import TablesArguments
from mcpserver.tools.reading import NOTICE
from mcpserver.tools.spec import Call, Effect, tool
from mcpserver.tools.tables import Looker, find_table, look_at
from tidbmcp.lib.visible import make_visible

TableName = Annotated[str, Field(min_length=1, max_length=64, description="Table or view: its exact name.")]


class TableArguments(TablesArguments):
    """One table of a database."""

    table: TableName


class ColumnRow(BaseModel):
    """One column, in the server's words."""

    name: str
    type: str
    nullable: bool
    default: str | None
    extra: str
    comment: str


class KeyRow(BaseModel):
    """One key."""

    name: str
    kind: str
    columns: list[str]


class ForeignKeyRow(BaseModel):
    """One foreign key. `references` is database.table."""

    name: str
    columns: list[str]
    references: str
    referenced_columns: list[str]
    on_delete: str | None
    on_update: str | None


class ReferenceRow(BaseModel):
    """A foreign key that points here: what becomes of its table's rows when a row here goes or changes."""

    table: str
    on_delete: str | None
    on_update: str | None


class PartitionRow(BaseModel):
    """One partition."""

    name: str
    values: str | None
    row_estimate: int


class TiflashReplica(BaseModel):
    """The replica in columns, on TiDB."""

    replicas: int
    available: bool
    progress: float


class DescribeAnswer(BaseModel):
    """One table. Its foreign keys are not among `keys`: they have a list of their own."""

    database: str
    table: str
    kind: str
    comment: str
    row_estimate: int | None
    size_bytes: int | None
    columns: list[ColumnRow]
    keys: list[KeyRow]
    foreign_keys: list[ForeignKeyRow]
    referenced_by: list[ReferenceRow]
    partitioned_by: str | None
    partitions: list[PartitionRow]
    tiflash_replica: TiflashReplica | None
    view_query: str | None
    truncated: bool
    notice: str


@tool(
    "describe_table",
    title="Describe a table",
    description=(
        "Shows one table or view: columns with types, defaults and comments, keys, foreign keys, partitions, TiFlash replica, "
        "estimated rows and size. Use it before you write a query; sample_table shows rows. Cheap."
    ),
    scope=Scope.READ,
    effect=Effect.READS,
    arguments=TableArguments,
    output=DescribeAnswer,
)
async def describe_table(call: Call, arguments: TableArguments) -> dict[str, Any]:
    """As the reader sees it, in a handful of small statements."""
    looker = await look_at(call, arguments.cluster, arguments.branch)
    found = await find_table(looker, arguments.database, arguments.table)
    columns = await looker.ask(columns_of(arguments.database, found.name))
    beside = await _beside(looker, arguments.database, found)
    call.rows, call.cut = len(columns.rows), looker.cut
    return {
        "database": arguments.database,
        "table": make_visible(found.name),
        "kind": found.kind,
        "comment": found.comment,
        "row_estimate": found.row_estimate,
        "size_bytes": found.size_bytes,
        "columns": as_columns(columns.rows),
        **beside,
        "truncated": looker.cut,
        "notice": NOTICE,
    }


async def _beside(looker: Looker, database: str, found: FoundTable) -> dict[str, Any]:
    """What stands around the columns. A view has its query, and nothing else."""
    keys, foreign, references, partitions = [], [], [], []
    view: str | None = None
    if found.kind == "table":
        keys = (await looker.ask(keys_of(database, found.name, found.engine))).rows
        foreign = (await looker.ask(foreign_keys_of(database, found.name))).rows
        references = (await looker.ask(referred_by(database, found.name))).rows
        partitions = (await looker.ask(partitions_of(database, found.name))).rows
    elif found.kind == "view":
        view = next((row[0] or None for row in (await looker.ask(view_of(database, found.name))).rows), None)
    by, rows = as_partitions(partitions)
    return {
        "keys": as_keys(keys),
        "foreign_keys": as_foreign_keys(foreign),
        "referenced_by": as_references(references),
        "partitioned_by": by,
        "partitions": rows,
        "tiflash_replica": await _tiflash(looker, database, found),
        "view_query": view,
    }


async def _tiflash(looker: Looker, database: str, found: FoundTable) -> dict[str, Any] | None:
    if found.engine.name != "tidb" or found.kind != "table":
        return None
    try:
        return as_tiflash((await looker.ask(tiflash_of(database, found.name))).rows)
    except SqlRejected:  # not every tier shows that table
        return None
