"""One statement that changes something, sent, and what the server says of it. Blocking."""

import re
from typing import Final

from MySQLdb.connections import Connection

from mcpserver.sql.batch import WARNINGS_MOST, Change, Done
from tidbmcp.lib.visible import make_visible

_MATCHED: Final = re.compile(r"Rows matched: (\d+)")


def carry_out(connection: Connection, change: Change) -> Done:
    """Run it. The driver's errors pass through."""
    connection.query(change.sql)
    connection.store_result()
    info = _MATCHED.search(connection.info() or "")
    last = connection.insert_id()
    return Done(
        change.verb,
        connection.affected_rows(),
        int(info[1]) if info else None,
        str(last) if last else None,
        [text for _, text in warnings(connection)],
    )


def warnings(connection: Connection) -> list[tuple[int, str]]:
    """Codes and texts of the statement before, the first few."""
    if not connection.warning_count():
        return []
    connection.query("SHOW WARNINGS")
    rows = connection.store_result().fetch_row(WARNINGS_MOST)
    return [(int(code), f"{make_visible(str(message))} ({code})") for _, code, message in rows]
