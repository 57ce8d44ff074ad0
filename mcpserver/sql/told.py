"""From the driver's errors to what a caller is told."""

from typing import Final

import MySQLdb

from mcpserver.sql.engines import INTERRUPTED
from mcpserver.sql.errors import SqlError, SqlLost, SqlRejected, SqlTooLong
from tidbmcp.lib.visible import make_visible

DRIVERS: Final = range(2000, 3000)
"""The driver's own codes: no answer of the server could be read."""

CLOSED: Final = {1053, 1927, 1152, 1158, 1159, 1160, 1161}
"""The server says that the connection ends: it stops, or was told to, or could not read or write."""

NEXT_STEPS: Final = {
    1046: ". Give database, or write database.table.",
    1049: ". show_databases lists the databases.",
    1054: ". describe_table lists a table's columns.",
    1146: ". show_tables lists the tables.",
}
"""What helps with the errors that models make most."""


def code_of(error: MySQLdb.Error) -> int:
    """The server's or the driver's number; 0 where there is none."""
    return error.args[0] if error.args and isinstance(error.args[0], int) else 0


def is_lost(error: MySQLdb.Error) -> bool:
    """Whether the connection broke. Without a code it counts as broken: then the server did not say anything."""
    code = code_of(error)
    return code == 0 or code in DRIVERS or code in CLOSED


def told(error: MySQLdb.Error) -> SqlError:
    """The engine repeats parts of the statement, literals too: its caller may read them, log and audit may not."""
    code = code_of(error)
    text = make_visible(str(error.args[1]) if len(error.args) > 1 else str(error))
    if code in INTERRUPTED:
        return SqlTooLong(
            "The statement was stopped on the server before it ended. Ask for less.", detail=f"error {code}"
        )
    if is_lost(error):
        return SqlLost(
            "The connection to the database broke while the statement ran. Try again.", detail=f"{code} {text}"
        )
    recorded = f"the database refused the statement ({code})"
    next_step = NEXT_STEPS.get(code, ".")
    return SqlRejected(f"The database refused the statement: {text} ({code}){next_step}", recorded=recorded)
