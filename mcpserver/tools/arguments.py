"""Arguments that several tools take, in the same words."""

from typing import Annotated

from pydantic import Field

from mcpserver.tools.spec import Arguments, BranchRef, ClusterRef

DatabaseName = Annotated[str, Field(min_length=1, max_length=64, description="Database name.")]


SqlText = Annotated[
    str,
    Field(
        min_length=1,
        max_length=256 * 1024,
        description="One reading statement (SELECT, WITH, SHOW, ...), at most 256 kB.",
    ),
]
DefaultDatabase = Annotated[
    DatabaseName | None, Field(description="Database for names without one; else write database.table.")
]
Seconds = Annotated[
    int | None, Field(ge=1, description="Stop it after so many seconds; the server's limit where left out.")
]


class ClusterArguments(Arguments):
    """One cluster."""

    cluster: ClusterRef


class PlaceArguments(ClusterArguments):
    """A cluster, or a branch of it."""

    branch: BranchRef = None


class ReadArguments(Arguments):
    """One statement that reads; what must be given comes first."""

    cluster: ClusterRef
    sql: SqlText
    branch: BranchRef = None
    database: DefaultDatabase = None
    timeout_seconds: Seconds = None


class TablesArguments(PlaceArguments):
    """One database of a cluster."""

    database: DatabaseName
