"""The tools: `spec.py` says what is true of one, then a file a family. Importing this registers them all, in this order."""

from mcpserver.tools import (  # isort: skip - the order of tools/list
    regions,
    clusters,
    cluster_changes,
    cluster_delete,
    branches,
    branch_changes,
    schema,
    query,
    execute,
    users,
    schemas,
    schema_prepare,
    schema_apply,
    access,
)
from mcpserver.tools.spec import TOOLS, Tool

__all__ = [
    "TOOLS",
    "Tool",
    "access",
    "branch_changes",
    "branches",
    "cluster_changes",
    "cluster_delete",
    "clusters",
    "execute",
    "query",
    "regions",
    "schema",
    "schema_apply",
    "schema_prepare",
    "schemas",
    "users",
]
