"""A session is set, and read back: what must hold does, or nothing is run on it. Blocking."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Final

from django.conf import settings
from MySQLdb import Error
from MySQLdb.connections import Connection

from mcpserver.sql.engines import Engine, engine_of
from mcpserver.sql.errors import SqlUnsafe
from mcpserver.sql.grants import reads_only

MAY_NOT_LOOK: Final = {1044, 1141, 1142, 1227}


def settle(connection: Connection, *, reads: bool = True) -> tuple[Engine, int]:
    """Set the session, read it back, and give the server's own number of it (behind a gateway not the driver's)."""
    version, server_id = _row(connection, "SELECT VERSION(), CONNECTION_ID()")
    engine = engine_of(str(version))
    _set(connection, engine.session(_seconds(reads), reads=reads))
    check(connection, engine, reads=reads)
    return engine, int(server_id)


def check(connection: Connection, engine: Engine, *, reads: bool = True) -> None:
    """Raise SqlUnsafe unless the session is as it was set; lower what it may use."""
    wanted, most = engine.session(_seconds(reads), reads=reads), engine.at_most()
    found = _row(connection, "SELECT " + ", ".join(f"@@SESSION.{name}" for name in [*wanted, *most]))
    for (name, value), shown in zip(wanted.items(), found, strict=False):
        if _plain(value) != _plain(str(shown)):
            raise SqlUnsafe(
                "The database server did not take the session's limits, so nothing is run there.",
                detail=f"{name} is {shown!r}, wanted {value!r}",
            )
    for (name, limit), shown in zip(most.items(), found[len(wanted) :], strict=True):
        if not 0 < int(shown) <= limit:  # 0 and less mean that there is none
            with suppress(Error):
                connection.query(f"SET SESSION {name} = {limit}")


def _seconds(reads: bool) -> int:  # noqa: FBT001 - one word, said by its only callers
    return settings.SQL_MAX_SECONDS if reads else settings.SQL_MAX_WRITE_SECONDS


def may_only_read(connection: Connection) -> bool:
    """What SHOW GRANTS says of this login now."""
    return reads_only(_grants(connection), lambda role: _grants(connection, role))


def _set(connection: Connection, wanted: dict[str, str]) -> None:
    """All at once; where the server takes one of them from nobody, each for itself. Reading them back decides."""
    assignments = [f"SESSION {name} = {_literal(value)}" for name, value in wanted.items()]
    try:
        connection.query("SET " + ", ".join(assignments))
    except Error:
        for assignment in assignments:
            with suppress(Error):
                connection.query(f"SET {assignment}")


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
    except Error as error:
        if role and error.args and error.args[0] in MAY_NOT_LOOK:
            return []
        raise
    return [str(row[0]) for row in connection.store_result().fetch_row(0)]


def _row(connection: Connection, sql: str) -> tuple[Any, ...]:
    connection.query(sql)
    row: tuple[Any, ...] = connection.store_result().fetch_row(1)[0]
    return row
