"""Reading with SQL."""

from math import inf
from typing import Annotated, Any, Final

from django.conf import settings
from pydantic import BaseModel, Field

from accounts.scopes import Scope
from mcpserver.sql.job import Statement
from mcpserver.sql.limits import MANY, Limits
from mcpserver.sqlgate import judge
from mcpserver.tools.arguments import ReadArguments
from mcpserver.tools.paging import left_out, next_step
from mcpserver.tools.reading import NOTICE, Column, allowed, default_limits, run_read
from mcpserver.tools.spec import Call, Effect, tool

DEFAULT_ROWS: Final = 100
"""Rows of a question that does not say how many: every row is read by a model, and paid for."""


class QueryArguments(ReadArguments):
    """A read, and how much of it."""

    max_rows: Annotated[
        int | None, Field(ge=1, description="At most so many rows, up to the server's limit; 100 unless said.")
    ] = None
    max_tokens: Annotated[
        int | None,
        Field(ge=100, description="At most so many tokens, counted roughly; the server's limit where left out."),
    ] = None


class QueryAnswer(BaseModel):
    """A result."""

    columns: list[Column]
    rows: list[list[Any]]
    row_count: int
    truncated: bool
    truncated_by: str | None
    left_out: str | None
    next_step: str | None
    notice: str


@tool(
    "db_query",
    title="Query a database",
    description=(
        "Runs one reading SQL statement (SELECT, WITH, SHOW, DESCRIBE, EXPLAIN, TABLE, VALUES) and returns rows. Name the "
        "columns you need and aggregate in SQL: results are cut at the row, byte and token limits, and say so; over its time "
        "it is stopped. Use show_tables first if you don't know the schema."
    ),
    scope=Scope.READ,
    effect=Effect.READS,
    arguments=QueryArguments,
    output=QueryAnswer,
)
async def db_query(call: Call, arguments: QueryArguments) -> dict[str, Any]:
    """Judged, then run by the reader login of the cluster."""
    verdict = await allowed(arguments.sql, judge)
    statement = Statement(verdict.rendered, verdict.alone, verdict.as_of)
    asked = Limits(
        arguments.max_rows or DEFAULT_ROWS, MANY, arguments.max_tokens or MANY, arguments.timeout_seconds or inf
    )
    limits = Limits.lowest(asked, default_limits())
    table = await run_read(call, arguments.cluster, statement, limits, arguments.database or "", arguments.branch)
    return {
        "columns": table.columns,
        "rows": table.rows,
        "row_count": len(table.rows),
        "truncated": bool(table.cut),
        "truncated_by": table.cut or None,
        "left_out": left_out(table),
        "next_step": next_step(table, limits, settings.SQL_MAX_ROWS, verdict.rendered),
        "notice": NOTICE,
    }
