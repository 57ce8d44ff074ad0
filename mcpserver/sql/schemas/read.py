"""Reading the schema of one database by fixed statements: names from information_schema, definitions in the engine's words.

information_schema has no column for much that an engine can say of a table (TTL, clustered keys, what a default was written
as), and each engine writes defaults there in its own way. SHOW CREATE TABLE is whole, and can be run again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final

from mcpserver.sql.engines import engine_of
from mcpserver.sql.errors import SqlRejected
from mcpserver.sql.schemas.definition import table_of
from mcpserver.sql.schemas.shape import Schema, Table, View
from mcpserver.sqlgate.quote import quoted_name, text_literal

Ask = Callable[[str], Awaitable[list[list[Any]]]]
"""Runs a statement that reads, and gives its rows."""

TABLES_MOST: Final = 1_000
"""Of one database: each costs a round trip."""
AT_ONCE: Final = 4

NO_TABLES: Final = frozenset({"VIEW", "SYSTEM VIEW", "SEQUENCE", "TEMPORARY"})
SECURITY: Final = {"INVOKER": "SQL SECURITY INVOKER"}
CHECK: Final = {"LOCAL": "WITH LOCAL CHECK OPTION", "CASCADED": "WITH CASCADED CHECK OPTION"}


def tables_of(database: str) -> str:
    """Names in hex: no converter may touch what is to be quoted again."""
    return (
        "SELECT HEX(table_name), table_type, VERSION() FROM information_schema.tables "
        f"WHERE table_schema = {text_literal(database)} ORDER BY table_name LIMIT {TABLES_MOST + 1}"
    )


def views_of(database: str) -> str:
    """Their queries in hex, for the same reason."""
    return (
        "SELECT HEX(table_name), HEX(view_definition), security_type, check_option FROM information_schema.views "
        f"WHERE table_schema = {text_literal(database)} ORDER BY table_name LIMIT {TABLES_MOST + 1}"
    )


def sizes_of(database: str) -> str:
    """What the engine guesses of its tables: rows and bytes."""
    return (
        "SELECT HEX(table_name), table_rows, COALESCE(data_length, 0) + COALESCE(index_length, 0) "
        "FROM information_schema.tables "
        f"WHERE table_schema = {text_literal(database)} AND table_type <> 'VIEW' LIMIT {TABLES_MOST + 1}"
    )


async def read_schema(ask: Ask, database: str) -> Schema:
    """Every table and view of it. SqlRejected where there are too many, or one is not understood; what `ask` raises."""
    rows = await ask(tables_of(database))
    if len(rows) > TABLES_MOST:
        raise SqlRejected(f"The database has more than {TABLES_MOST:,} tables: its schema is not read as a whole.")
    engine = engine_of(str(rows[0][2])).name if rows else ""
    names = [from_hex(name) for name, kind, _ in rows if str(kind).upper() not in NO_TABLES]
    views = await ask(views_of(database)) if any(kind == "VIEW" for _, kind, _ in rows) else []
    turns = asyncio.Semaphore(AT_ONCE)
    tables = await _all_of([_table(ask, turns, database, name) for name in names])
    return Schema(engine, {table.name: table for table in tables}, {view.name: view for view in map(_view, views)})


async def _all_of(work: list[Coroutine[Any, Any, Table]]) -> list[Table]:
    """All of it; where one fails, the others are stopped, and its own error is raised."""
    tasks = [asyncio.ensure_future(one) for one in work]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _table(ask: Ask, turns: asyncio.Semaphore, database: str, name: str) -> Table:
    async with turns:
        rows = await ask(f"SHOW CREATE TABLE {quoted_name(database)}.{quoted_name(name)}")
    return table_of(name, str(rows[0][1]))


def _view(row: list[Any]) -> View:
    name, query, security, check = row
    return View(from_hex(name), from_hex(query), SECURITY.get(str(security), ""), CHECK.get(str(check), ""))


def from_hex(text: Any) -> str:
    """What HEX() made of a text."""
    return bytes.fromhex(str(text or "")).decode("utf-8", "replace")
