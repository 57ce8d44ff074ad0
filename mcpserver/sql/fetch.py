"""A result, read row by row within limits; left in the middle where it goes over them. Blocking."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import MySQLdb
import orjson
from MySQLdb.connections import Connection

from mcpserver.sql.errors import SqlRejected
from mcpserver.sql.limits import Limits
from mcpserver.sql.values import type_name
from mcpserver.sql.widest import watched
from tidbmcp.lib.visible import make_visible

COLUMNS_MOST: Final = 4096
"""As many as a MySQL table may have; TiDB's has fewer."""

Leave = Callable[[Any], None]
"""Told to leave a result that is not read to its end."""


@dataclass(frozen=True)
class Table:
    """A result. `cut` says which limit ended it: "rows", "bytes", "tokens" or nothing. `engine` gave it."""

    columns: list[dict[str, str]]
    rows: list[list[Any]]
    size: int
    cut: str
    engine: str = ""


def fetch(
    connection: Connection,
    sql: str,
    limits: Limits,
    leave: Leave,
    given_up: Callable[[], bool],
    types: Mapping[int, str],
) -> Table:
    """Run it and read. `given_up` says whether somebody stops it: then an error is no row that was too wide.

    `types`: names of types that the engine has beside the usual ones.
    """
    connection.query(sql)
    result = connection.use_result()
    if result is None:
        return Table([], [], 0, "")
    if (width := connection.field_count()) > COLUMNS_MOST:
        leave(result)
        raise SqlRejected(f"The result has {width:,} columns: name the ones you need.")
    columns = _columns(result, types)
    most, by = limits.size()
    rows: list[list[Any]] = []
    size, cut = len(orjson.dumps(columns)), ""
    if size > most:
        leave(result)
        raise SqlRejected(f"The names of the columns alone are over {getattr(limits, by):,} {by}: name fewer.")
    for row in _rows(connection, result, given_up):
        size += len(orjson.dumps(row)) if row else most
        if len(rows) >= limits.rows or size > most:
            cut = "rows" if len(rows) >= limits.rows else by
            leave(result)
            break
        rows.append(list(row))
    return Table(columns, rows, size, cut)


def _columns(result: Any, types: Mapping[int, str]) -> list[dict[str, str]]:
    told = zip(result.describe(), result.converter, result.field_flags(), strict=True)
    return [
        {"name": make_visible(_name(about[0])), "type": types.get(about[1]) or type_name(about[1], converter, flags)}
        for about, converter, flags in told
    ]


def _rows(connection: Connection, result: Any, given_up: Callable[[], bool]) -> Iterator[tuple[Any, ...]]:
    """One at a time, for nobody knows how wide the next one is. An empty one is wider than the driver may read."""
    with watched(connection) as was_too_wide:
        try:
            while found := result.fetch_row(1):
                yield found[0]
        except MySQLdb.Error as error:
            if given_up() or not was_too_wide(error):
                raise
            yield ()


def _name(raw: str | bytes) -> str:
    return raw if isinstance(raw, str) else raw.decode("utf-8", "replace")
