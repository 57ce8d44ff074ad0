"""One connection to a SQL server, set up so that what is read is all that can happen on it."""

import os
from contextlib import suppress
from dataclasses import dataclass, field
from select import POLLIN, poll
from socket import SHUT_RDWR, socket
from time import monotonic
from typing import Any, Final

import MySQLdb
from django.conf import settings
from MySQLdb.connections import Connection

from mcpserver.addresses import is_loopback
from mcpserver.sql import widest
from mcpserver.sql.engines import Engine
from mcpserver.sql.errors import SqlError, SqlRejected, SqlUnreachable, SqlUnsafe
from mcpserver.sql.settle import check, may_only_read, settle
from mcpserver.sql.values import CONVERTERS
from mcpserver.sqlgate import may_be_default
from tidbmcp.lib.secrets import Secret

CONNECT_SECONDS: Final = 10
ACCESS_DENIED: Final = {1044, 1045, 1130, 1698}
UNKNOWN_DATABASE: Final = {1049, 1102}
"""There is none, or there can be none of this name."""


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
    engine: Engine
    opened: float = field(default_factory=monotonic)
    looked: float = field(default_factory=monotonic)
    """When it was last found out what the login may do."""

    def look(self, moment: float) -> None:
        """See again what the login may do, and that the session is as it was set. Raises SqlUnsafe, or the driver's errors."""
        check(self.connection, self.engine)
        self.reads_only = may_only_read(self.connection)
        self.looked = moment

    def is_dead(self) -> bool:
        """Whether the server has closed it: an idle connection has nothing to read but its end. Costs no round trip."""
        waiting = poll()  # select knows no file descriptors from 1024 on
        waiting.register(self.connection.fileno(), POLLIN)
        return bool(waiting.poll(0))

    def cut(self) -> None:
        """End it at once, with whatever is still to be read. Closing it comes after."""
        with suppress(OSError), socket(fileno=os.dup(self.connection.fileno())) as wire:
            wire.shutdown(SHUT_RDWR)

    def close(self) -> None:
        """Close it; a broken one too."""
        try:
            self.connection.close()
        except MySQLdb.Error:  # it is closed, then
            return


def open_session(target: Target, password: Secret) -> Session:
    """Connect, set the session, read it back, and look up what the login may do. Blocking.

    Raises SqlUnreachable, or SqlUnsafe where the session is not as it was set, or would stand in a system schema.
    """
    return _opened(target, password, reads=True)


def open_writer(target: Target, password: Secret) -> Session:
    """The same for a login that changes what is there: without the wall, and for one call only. Blocking."""
    return _opened(target, password, reads=False)


def _opened(target: Target, password: Secret, *, reads: bool) -> Session:
    if not may_be_default(target.database):
        raise SqlUnsafe(f"The system database {target.database} can't be the one that names without a database mean.")
    connection = connect(target, password)
    try:
        engine, server_id = settle(connection, reads=reads)
        return Session(target, connection, password, reads and may_only_read(connection), server_id, engine)
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
            read_timeout=max(settings.SQL_MAX_SECONDS, settings.SQL_MAX_WRITE_SECONDS)
            + 30,  # the last resort: timeouts and KILL come first
            write_timeout=30,
            **tls(target.host),
            **widest.options(),
        )
    except MySQLdb.Error as error:
        if error.args and error.args[0] in UNKNOWN_DATABASE:
            raise SqlRejected(f"There is no database {target.database!r} here: show_databases lists them.") from error
        denied = error.args and error.args[0] in ACCESS_DENIED
        public = (
            "The database server does not accept the stored login. Ask an admin to test it in the console."
            if denied
            else "The database server can't be reached. Try again in a moment; if it stays so, ask an admin."
        )
        raise SqlUnreachable(public, detail=f"{target}: {error}") from error


def needs_tls(host: str) -> bool:
    """All but a sandbox on this machine, outside production."""
    return settings.PRODUCTION or not is_loopback(host)


def tls(host: str) -> dict[str, Any]:
    """With chain and name verified, where it is needed."""
    if not needs_tls(host):
        return {"ssl_mode": "DISABLED"}
    return {"ssl_mode": "VERIFY_IDENTITY", "ssl": {"ca": settings.SQL_TLS_CA}}
