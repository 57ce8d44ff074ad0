"""One statement that changes something, sent, and what the server says of it. Blocking."""

import re
from typing import Final

import MySQLdb
from MySQLdb.connections import Connection

from mcpserver.sql.batch import WARNINGS_MOST, Change, Done
from mcpserver.sql.told import is_lost
from tidbmcp.lib.visible import make_visible

_MATCHED: Final = re.compile(r"Rows matched: (\d+)")


def carry_out(connection: Connection, change: Change, *, stands: bool = False) -> Done:
    """Run it. The driver's errors pass through. `stands`: once it was answered it counts, whatever breaks after that."""
    connection.query(change.sql)
    connection.store_result()
    info = _MATCHED.search(connection.info() or "")
    last = connection.insert_id()
    return Done(
        change.verb,
        connection.affected_rows(),
        int(info[1]) if info else None,
        str(last) if last else None,
        _texts(connection, stands=stands),
    )


def _texts(connection: Connection, *, stands: bool) -> list[str]:
    """Of its warnings. It was answered, so an error here says nothing of it, unless all ends with the connection."""
    try:
        return [text for _, text in warnings(connection)]
    except MySQLdb.Error as error:
        if is_lost(error) and not stands:
            raise
        return []


def warnings(connection: Connection) -> list[tuple[int, str]]:
    """Codes and texts of the statement before, the first few."""
    if not connection.warning_count():
        return []
    connection.query("SHOW WARNINGS")
    rows = connection.store_result().fetch_row(WARNINGS_MOST)
    return [(int(code), f"{make_visible(str(message))} ({code})") for _, code, message in rows]
