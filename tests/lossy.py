"""The product on a wire that breaks as soon as COMMIT was sent: `tests.lossy:application`."""

import MySQLdb
from MySQLdb.connections import Connection

from tidbmcp.asgi import application

_send = Connection.query


def _query(connection: Connection, sql: str | bytes) -> None:
    _send(connection, sql)
    if sql == "COMMIT":
        raise MySQLdb.OperationalError(2013, "Lost connection to server during query")


Connection.query = _query  # type: ignore[method-assign, assignment]

__all__ = ["application"]
