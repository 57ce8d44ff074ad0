"""Looking at a few rows of a table."""

from typing import Annotated, Any, Final

from pydantic import BaseModel, Field

from accounts.scopes import Scope
from mcpserver.sql.schemas.looked import columns_of
from mcpserver.sql.schemas.sampled import sample, sampled_column, shown
from mcpserver.sqlgate import Refuse, judge
from mcpserver.tools.describe import TableArguments
from mcpserver.tools.reading import NOTICE, Column
from mcpserver.tools.spec import Call, Effect, tool
from mcpserver.tools.tables import find_table, look_at
from tidbmcp.lib.errors import NotFound, Refused
from tidbmcp.lib.visible import make_visible

ROWS: Final = 5
ROWS_MOST: Final = 50


class SampleArguments(TableArguments):
    """A few of its rows."""

    max_rows: Annotated[int, Field(ge=1, le=ROWS_MOST, description="At most so many rows.")] = ROWS


class SampleAnswer(BaseModel):
    """Rows, in no order. `shortened` names the columns of which a value is not whole."""

    columns: list[Column]
    rows: list[list[Any]]
    row_count: int
    shortened: list[str]
    truncated: bool
    notice: str


@tool(
    "sample_table",
    title="Sample a table",
    description=(
        "Shows a few rows of a table or view, in no particular order, with wide values shortened: to learn what the columns "
        "hold. Use db_query for particular rows or whole values. Cheap on tables; a view runs its query."
    ),
    scope=Scope.READ,
    effect=Effect.READS,
    arguments=SampleArguments,
    output=SampleAnswer,
)
async def sample_table(call: Call, arguments: SampleArguments) -> dict[str, Any]:
    """By a statement of names that the server told, through the gate that every read passes."""
    looker = await look_at(call, arguments.cluster, arguments.branch)
    found = await find_table(looker, arguments.database, arguments.table)
    columns = [sampled_column(row) for row in (await looker.ask(columns_of(arguments.database, found.name))).rows]
    if not columns:
        raise NotFound(
            f"{arguments.table!r} has no columns that the reader login can see. Ask an admin for more rights."
        )
    verdict = judge(sample(arguments.database, found.name, columns, arguments.max_rows))
    if isinstance(verdict, Refuse):
        raise Refused(verdict.sentence, detail=verdict.rule)
    table = await looker.ask(verdict.rendered)
    rows, shortened = shown(columns, table.rows)
    call.rows, call.cut = len(rows), looker.cut
    return {
        "columns": [{"name": make_visible(column.name), "type": column.type} for column in columns],
        "rows": rows,
        "row_count": len(rows),
        "shortened": [make_visible(name) for name in shortened],
        "truncated": looker.cut,
        "notice": NOTICE,
    }
