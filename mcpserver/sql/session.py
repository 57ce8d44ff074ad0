"""One connection to a SQL server, set up so that what is read is all that can happen on it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from select import select
from time import monotonic
from typing import Any, Final

import MySQLdb
from django.conf import settings
from MySQLdb.connections import Connection

from mcpserver.addresses import is_loopback
from mcpserver.sql import widest
from mcpserver.sql.engines import engine_of
from mcpserver.sql.errors import SqlError, SqlRejected, SqlUnreachable, SqlUnsafe
from mcpserver.sql.grants import reads_only
from mcpserver.sql.values import CONVERTERS
from tidbmcp.lib.secrets import Secret

CONNECT_SECONDS: Final = 10
ACCESS_DENIED: Final = {1044, 1045, 1130, 1698}
MAY_NOT_LOOK: Final = {1044, 1141, 1142, 1227}
UNKNOWN_DATABASE: Final = 1049


@dataclass(frozen=True)
class Target:
    """Where to connect and as whom: the key of the pool. `version` changes with the stored secret."""

    host: str
    port: int
    user: str
    secret_version: str
    database: str = ""


@dataclass
class Session:
    """A connection and what was found out about it. The password stays, so that a second one can kill its query."""

    target: Target
    connection: Connection
    password: Secret
    reads_only: bool
    server_id: int
    """The server's number of this connection, for KILL. Known from the start: the driver locks while a query runs."""
    opened: float = field(default_factory=monotonic)

    def is_dead(self) -> bool:
        """Whether the server has closed it: an idle connection has nothing to read but its end. Costs no round trip."""
        readable, _, _ = select([self.connection.fileno()], [], [], 0)
        return bool(readable)

    def close(self) -> None:
        """Close it; a broken one too."""
        try:
            self.connection.close()
        except MySQLdb.Error:  # it is closed, then
            return


def open_session(target: Target, password: Secret) -> Session:
    """Connect, set the session, read it back, and look up what the login may do. Blocking.

    Raises SqlUnreachable, or SqlUnsafe where the session is not as it was set.
    """
    connection = connect(target, password)
    try:
        server_id = _set_up(connection)
        reader = reads_only(_grants(connection), lambda role: _grants(connection, role))
        return Session(target, connection, password, reader, server_id)
    except MySQLdb.Error as error:
        connection.close()
        raise SqlUnreachable(
            "The database server did not accept the session. Try again in a moment.", detail=f"{target}: {error}"
        ) from error
    except SqlError:
        connection.close()
        raise


def connect(target: Target, password: Secret) -> Connection:
    """A bare connection: one statement at a time, no local files, TLS with the name verified.

    Raises SqlUnreachable, or SqlRejected where the database is unknown.
    """
    try:
        return MySQLdb.connect(
            host=target.host,
            port=target.port,
            user=target.user,
            password=password.reveal(),
            database=target.database,
            charset="utf8mb4",
            use_unicode=False,
            conv=CONVERTERS,
            autocommit=True,
            multi_statements=False,
            local_infile=0,
            connect_timeout=CONNECT_SECONDS,
            read_timeout=settings.SQL_MAX_SECONDS + 30,  # the last resort: timeouts and KILL come first
            write_timeout=30,
            **tls(target.host),
            **widest.options(),
        )
    except MySQLdb.Error as error:
        if error.args and error.args[0] == UNKNOWN_DATABASE:
            raise SqlRejected(f"There is no database {target.database!r} here: show_databases lists them.") from error
        denied = error.args and error.args[0] in ACCESS_DENIED
        public = (
            "The database server does not accept the stored login. Ask an admin to test it in the console."
            if denied
            else "The database server can't be reached. Try again in a moment; if it stays so, ask an admin."
        )
        raise SqlUnreachable(public, detail=f"{target}: {error}") from error


def tls(host: str) -> dict[str, Any]:
    """TLS with chain and name verified; without TLS only a sandbox on this machine, outside production."""
    if is_loopback(host) and not settings.PRODUCTION:
        return {"ssl_mode": "DISABLED"}
    return {"ssl_mode": "VERIFY_IDENTITY", "ssl": {"ca": settings.SQL_TLS_CA}}


def _set_up(connection: Connection) -> int:
    """Set the session, read it back, and give the server's own number of it (behind a gateway not the driver's)."""
    version, server_id = _row(connection, "SELECT VERSION(), CONNECTION_ID()")
    wanted = engine_of(str(version)).session(settings.SQL_MAX_SECONDS)
    assignments = ", ".join(f"SESSION {name} = {_literal(value)}" for name, value in wanted.items())
    connection.query(f"SET {assignments}")
    found = _row(connection, "SELECT " + ", ".join(f"@@SESSION.{name}" for name in wanted))
    for (name, value), shown in zip(wanted.items(), found, strict=True):
        if _plain(value) != _plain(str(shown)):
            raise SqlUnsafe(
                "The database server did not take the session's limits, so nothing is run there.",
                detail=f"{name} is {shown!r}, wanted {value!r}",
            )
    return int(server_id)


def _literal(value: str) -> str:
    return value if value.replace(".", "").isdigit() else f"'{value}'"


def _plain(value: str) -> object:
    """For comparing: lists without order, numbers without trailing zeros."""
    if value.replace(".", "").isdigit():
        return float(value)
    return frozenset(value.upper().split(","))


def _grants(connection: Connection, role: str | None = None) -> Iterable[str]:
    """SHOW GRANTS, of this login or of a role as SHOW GRANTS writes it. A role that may not be looked up: nothing."""
    try:
        connection.query(f"SHOW GRANTS FOR {role}" if role else "SHOW GRANTS")
    except MySQLdb.Error as error:
        if role and error.args and error.args[0] in MAY_NOT_LOOK:
            return []
        raise
    return [str(row[0]) for row in connection.store_result().fetch_row(0)]


def _row(connection: Connection, sql: str) -> tuple[Any, ...]:
    connection.query(sql)
    row: tuple[Any, ...] = connection.store_result().fetch_row(1)[0]
    return row
