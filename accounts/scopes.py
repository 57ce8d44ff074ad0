"""Scopes: what a token opens. Closed until opened: a word that is not here is refused."""

from enum import StrEnum


class Scope(StrEnum):
    """`mcp:<what>`, from harmless to weighty."""

    READ = "mcp:read"
    WRITE = "mcp:write"
    DELETE = "mcp:delete"
    SQL = "mcp:sql"
    ADMIN = "mcp:admin"


MEANING = {
    Scope.READ: "see clusters, databases and tables, and query them",
    Scope.WRITE: "create and change clusters and branches",
    Scope.DELETE: "ask for the deletion of clusters and branches",
    Scope.SQL: "run statements that change data",
    Scope.ADMIN: "manage database users",
}


def parse_scopes(text: str) -> list[Scope]:
    """Scopes from words between blanks or commas, in order, each once. ValueError names what is not a scope."""
    words = text.replace(",", " ").split()
    known = {scope.value: scope for scope in Scope}
    if unknown := [word for word in words if word not in known]:
        raise ValueError(f"{unknown[0]!r} is not a scope; there are {', '.join(known)}")
    if not words:
        raise ValueError(f"name at least one scope of {', '.join(known)}")
    return [scope for scope in Scope if scope.value in words]
