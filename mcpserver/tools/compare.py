"""Comparing the schemas of two branches."""

from typing import Annotated, Any

from pydantic import BaseModel, Field

from accounts.scopes import Scope
from mcpserver.sql.schemas.compare import difference
from mcpserver.sql.schemas.statements import statements
from mcpserver.tools.arguments import ClusterArguments, DatabaseName
from mcpserver.tools.find import find_branch, find_cluster
from mcpserver.tools.reading import NOTICE, refuse_system
from mcpserver.tools.schemas import schema_of, told
from mcpserver.tools.spec import BranchRef, Call, Effect, tool
from tidbmcp.lib.errors import BadInput, NotFound


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
