"""A bare server on the SDK's high level: the same tools and the same queries, no token, no rights, no audit.

`uvicorn bench.bare:app`. BENCH_DATABASE and BENCH_API are JSON: where and as whom to ask.
"""

import asyncio
import json
import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import local
from typing import Any

import httpx2
import MySQLdb
from mcp.server import MCPServer
from mcp.server.mcpserver.tools import Tool

DATABASE = json.loads(os.environ["BENCH_DATABASE"])
API = json.loads(os.environ["BENCH_API"])
LISTED = json.loads(os.environ["BENCH_TOOLS"])
"""What tools/list shows beside the two that work: as long a list as the governed server's."""

_threads = ThreadPoolExecutor(16)
_kept = local()
_http = httpx2.AsyncClient(auth=httpx2.DigestAuth(API["public_key"], API["private_key"]), trust_env=False)


def _ask(sql: str, max_rows: int) -> dict[str, Any]:
    if not hasattr(_kept, "connection"):
        _kept.connection = MySQLdb.connect(**DATABASE, charset="utf8mb4", autocommit=True)
    cursor = _kept.connection.cursor()
    cursor.execute(sql)
    rows = [list(row) for row in cursor.fetchmany(max_rows)]
    return {"columns": [{"name": column[0]} for column in cursor.description], "rows": rows, "row_count": len(rows)}


async def db_query(cluster: str, sql: str, max_rows: int = 100) -> dict[str, Any]:
    """Run a statement."""
    return await asyncio.get_running_loop().run_in_executor(_threads, partial(_ask, sql, max_rows))


async def tidbcloud_list_clusters() -> dict[str, Any]:
    """List clusters."""
    answer = await _http.get(f"{API['api_url']}/clusters", params={"pageSize": 20})
    found: dict[str, Any] = answer.json()
    return found


def _tools() -> list[Tool]:
    made = [Tool.from_function(db_query), Tool.from_function(tidbcloud_list_clusters)]
    names = {tool.name for tool in made}
    others = [
        Tool.from_function(db_query, name=tool["name"], title=tool["title"], description=tool["description"])
        for tool in LISTED
        if tool["name"] not in names
    ]
    by_name = {tool["name"]: tool for tool in LISTED}
    for tool in made + others:
        listed = by_name[tool.name]
        tool.title, tool.description, tool.parameters = listed["title"], listed["description"], listed["inputSchema"]
        tool.fn_metadata = tool.fn_metadata.model_copy(update={"output_schema": listed["outputSchema"]})
    return made + others


app = MCPServer("bare", tools=_tools(), log_level="WARNING").streamable_http_app(stateless_http=True)
