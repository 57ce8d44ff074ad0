"""Finding tables and columns by words."""

from typing import Annotated, Any, Final

from pydantic import BaseModel, Field

from accounts.scopes import Scope
from mcpserver.sql.schemas.search import WORDS_MOST, best_first, matches, searches, words_in
from mcpserver.tools.arguments import DatabaseName, PlaceArguments
from mcpserver.tools.reading import NOTICE, refuse_system
from mcpserver.tools.spec import Call, Effect, tool
from mcpserver.tools.tables import look_at, refuse_unknown_database
from tidbmcp.lib.errors import BadInput

MATCHES: Final = 20
MATCHES_MOST: Final = 100


class SearchArguments(PlaceArguments):
    """Words, and where to look."""

    words: Annotated[
        str,
        Field(min_length=1, max_length=200, description="Words to look for in names and comments: customer email."),
    ]
    database: Annotated[DatabaseName | None, Field(description="Database to look in; all where left out.")] = None
    max_rows: Annotated[int, Field(ge=1, le=MATCHES_MOST, description="At most so many matches.")] = MATCHES


class MatchRow(BaseModel):
    """A database, table, view or column; what it is not is null."""

    kind: str
    database: str
    table: str | None
    column: str | None
    type: str | None
    comment: str | None


class SearchAnswer(BaseModel):
    """The best first."""

    matches: list[MatchRow]
    truncated: bool
    next_step: str | None
    notice: str


@tool(
    "search_schema",
    title="Search a schema",
    description=(
        "Finds databases, tables and columns whose names or comments hold your words, best first. Use it where you don't know "
        "in which table something is; then describe_table. Looks at names only, never at rows."
    ),
    scope=Scope.READ,
    effect=Effect.READS,
    arguments=SearchArguments,
    output=SearchAnswer,
)
async def search_schema(call: Call, arguments: SearchArguments) -> dict[str, Any]:
    """What holds any of the words is found; what holds more of them comes first."""
    words = words_in(arguments.words)
    if not words:
        raise BadInput("There is no word in words: give letters or digits of a name, such as customer email.")
    if len(words) > WORDS_MOST:
        raise BadInput(f"More than {WORDS_MOST} words: give fewer.")
    if arguments.database:
        refuse_system(arguments.database)
    looker = await look_at(call, arguments.cluster, arguments.branch)
    if arguments.database:
        await refuse_unknown_database(looker, arguments.database)
    tables = [await looker.ask(sql) for sql in searches(words, arguments.database)]
    found = best_first(matches(row for table in tables for row in table.rows), words)
    some = found[: arguments.max_rows]
    call.rows, call.cut = len(some), looker.cut or len(some) < len(found)
    return {
        "matches": [{field: value or None for field, value in vars(match).items()} for match in some],
        "truncated": call.cut,
        "next_step": _next_step(len(found), cut=call.cut),
        "notice": NOTICE,
    }


def _next_step(found: int, *, cut: bool) -> str | None:
    if not found:
        return (
            "No name or comment holds any of these words: try other or shorter ones, or show_databases and show_tables."
        )
    return "There are more matches: give more words, or a database." if cut else None
