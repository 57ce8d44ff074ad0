"""Paths and pages, as the API wants them asked for."""

from typing import Final
from urllib.parse import quote

from mcpserver.tidbcloud.errors import CloudNotFound

PAGE_MOST: Final = 100
"""Rows of a page."""


def cluster_path(cluster_id: str) -> str:
    """Of a cluster. CloudNotFound where the id can't be one."""
    return f"clusters/{step(cluster_id)}"


def branch_path(cluster_id: str, branch_id: str) -> str:
    """Of a branch. CloudNotFound where an id can't be one."""
    return f"{cluster_path(cluster_id)}/branches/{step(branch_id)}"


def step(text: str) -> str:
    """One step of a path. No quoting keeps `..` from being two steps back: of a branch's path, the cluster's."""
    if not text.strip("."):
        raise CloudNotFound("TiDB Cloud has no such thing.", detail=f"{text!r} is no id")
    return quote(text, safe="")


def page_query(token: str | None, size: int = PAGE_MOST) -> dict[str, str]:
    """The parameters of a page: the first one, or the one that a token stands for."""
    return {"pageSize": str(size)} | ({"pageToken": token} if token else {})
