"""Looking at what is there: databases and tables."""

from typing import Any

from pydantic import BaseModel

from accounts.scopes import Scope
from mcpserver.sql.job import Statement
from mcpserver.sql.schemas.looked import databases, tables_in
from mcpserver.sqlgate import is_system_schema
from mcpserver.tools.arguments import PlaceArguments, TablesArguments
from mcpserver.tools.reading import NOTICE, default_limits, refuse_system, run_read
from mcpserver.tools.spec import Call, Effect, tool
from mcpserver.tools.tables import look_at, refuse_unknown_database


class DatabasesAnswer(BaseModel):
    """Databases by name."""

    databases: list[str]
    truncated: bool
    notice: str


class TableRow(BaseModel):
    """One table or view. The comment is its beginning."""

    name: str
    kind: str
    row_estimate: int | None
    comment: str


class TablesAnswer(BaseModel):
    """Tables and views by name, with what the server guesses of their rows."""

    database: str
    tables: list[TableRow]
    truncated: bool
    notice: str


@tool(
    "show_databases",
    title="Show databases",
    description="Lists the databases of a cluster that its reader can see. Use it before show_tables. Cheap.",
    scope=Scope.READ,
    effect=Effect.READS,
    arguments=PlaceArguments,
    output=DatabasesAnswer,
)
async def show_databases(call: Call, arguments: PlaceArguments) -> dict[str, Any]:
    """As the reader sees them."""
    table = await run_read(call, arguments.cluster, Statement(databases()), default_limits(), branch=arguments.branch)
    names = [row[0] for row in table.rows if not is_system_schema(row[0])]
    return {"databases": names, "truncated": bool(table.cut), "notice": NOTICE}


@tool(
    "show_tables",
    title="Show tables",
    description=(
        "Lists the tables and views of one database, with estimated rows and comments. Use describe_table for a table's "
        "columns, search_schema where there are many. Cheap."
    ),
    scope=Scope.READ,
    effect=Effect.READS,
    arguments=TablesArguments,
    output=TablesAnswer,
)
async def show_tables(call: Call, arguments: TablesArguments) -> dict[str, Any]:
    """From information_schema, so that a name is a value there and never part of a statement."""
    refuse_system(arguments.database)
    statement = Statement(tables_in(arguments.database))
    table = await run_read(call, arguments.cluster, statement, default_limits(), branch=arguments.branch)
    if not table.rows:
        looker = await look_at(call, arguments.cluster, arguments.branch)
        await refuse_unknown_database(looker, arguments.database)
    tables = [
        {"name": name, "kind": kind, "row_estimate": rows, "comment": comment or ""}
        for name, kind, rows, comment in table.rows
    ]
    return {"database": arguments.database, "tables": tables, "truncated": bool(table.cut), "notice": NOTICE}
