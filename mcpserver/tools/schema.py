"""Looking at what is there: databases and tables."""

from typing import Any

from pydantic import BaseModel

from accounts.scopes import Scope
from mcpserver.sql.job import Statement
from mcpserver.sqlgate import is_system_schema
from mcpserver.sqlgate.quote import text_literal
from mcpserver.tools.clusters import ClusterArguments
from mcpserver.tools.query import NOTICE, DatabaseName, default_limits, refuse_system, run_read
from mcpserver.tools.spec import BranchRef, Call, Effect, tool
from tidbmcp.lib.errors import NotFound


class PlaceArguments(ClusterArguments):
    """A cluster, or a branch of it."""

    branch: BranchRef = None


class TablesArguments(PlaceArguments):
    """One database of a cluster."""

    database: DatabaseName


class DatabasesAnswer(BaseModel):
    """Databases by name."""

    databases: list[str]
    truncated: bool
    notice: str


class TableRow(BaseModel):
    """One table or view."""

    name: str
    kind: str


class TablesAnswer(BaseModel):
    """Tables and views by name."""

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
    sql = "SELECT schema_name FROM information_schema.schemata ORDER BY schema_name"
    table = await run_read(call, arguments.cluster, Statement(sql), default_limits(), branch=arguments.branch)
    names = [row[0] for row in table.rows if not is_system_schema(row[0])]
    return {"databases": names, "truncated": bool(table.cut), "notice": NOTICE}


@tool(
    "show_tables",
    title="Show tables",
    description="Lists the tables and views of one database. Use db_query with DESCRIBE for a table's columns. Cheap.",
    scope=Scope.READ,
    effect=Effect.READS,
    arguments=TablesArguments,
    output=TablesAnswer,
)
async def show_tables(call: Call, arguments: TablesArguments) -> dict[str, Any]:
    """From information_schema, so that a name is a value there and never part of a statement."""
    refuse_system(arguments.database)
    sql = (
        "SELECT table_name, CASE table_type WHEN 'BASE TABLE' THEN 'table' ELSE LOWER(table_type) END "  # noqa: S608 - in hex
        f"FROM information_schema.tables WHERE table_schema = {text_literal(arguments.database)} ORDER BY table_name"
    )
    table = await run_read(call, arguments.cluster, Statement(sql), default_limits(), branch=arguments.branch)
    if not table.rows:
        known = await show_databases(call, PlaceArguments(cluster=arguments.cluster, branch=arguments.branch))
        if arguments.database not in known["databases"]:
            raise NotFound(
                f"There is no database {arguments.database!r}. There are: {', '.join(known['databases'][:50])}."
            )
    tables = [{"name": row[0], "kind": row[1]} for row in table.rows]
    return {"database": arguments.database, "tables": tables, "truncated": bool(table.cut), "notice": NOTICE}
