"""The tools: `spec.py` says what is true of one, then a file a family. Importing this registers them all."""

from mcpserver.tools import access, clusters, query, schema
from mcpserver.tools.spec import TOOLS, Tool

__all__ = ["TOOLS", "Tool", "access", "clusters", "query", "schema"]
