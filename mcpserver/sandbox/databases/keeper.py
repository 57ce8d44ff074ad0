"""The sandbox's own way into a running server: an account that is new at every start, and known to nobody else.

It lives in the server's memory alone. Its rights are those of an administrator of the place, and one more: to end the
connections of others. Whoever found a way to take it over would have won nothing.
"""

import contextlib
import logging
import os
import secrets
from collections.abc import Iterator, Sequence
from typing import Final, Self

import MySQLdb

from mcpserver.sandbox.databases import accounts
from mcpserver.sandbox.errors import KeptOut, SandboxError, WrongUser
from mcpserver.sandbox.facts import HOST

logger = logging.getLogger(__name__)

_NAME: Final = "sandbox-keeper-"
_PATIENCE: Final = 10
FORGET: Final = "DELETE FROM mysql.global_priv WHERE User LIKE 'sandbox-keeper-%'"
"""A killed server may have left the account in its tables."""
# An administrator can write anything into the table, more rights than there are to give too: at the start they are cut
# to the keeper's, which has the most. What is no number gives none, and what cannot be read is no user.
_ACCESS: Final = "CAST(COALESCE(JSON_VALUE(Priv, '$.access'), 0) AS UNSIGNED)"
_BOUNDS: Final = (
    "DELETE FROM mysql.global_priv WHERE JSON_TYPE(Priv) IS NULL OR JSON_TYPE(Priv) <> 'OBJECT'",
    f"SET @most = (SELECT {_ACCESS} FROM mysql.global_priv WHERE User LIKE 'sandbox-keeper-%')",  # noqa: S608 - ours
    f"UPDATE mysql.global_priv SET Priv = JSON_SET(Priv, '$.access', {_ACCESS} & @most)",  # noqa: S608 - ours
)
# A server skips the rest of its first statements when one fails. Only the last opens it, and the first connection sees
# that it did.
_OPEN: Final = "SET GLOBAL init_connect = ''"
_CONNECTIONS: Final = (
    "SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS"
    " WHERE VARIABLE_NAME = 'CONNECTIONS' AND @@GLOBAL.init_connect = ''"
)
_NOT_AS_EXPECTED: Final = (1269, 1396)
"""To revoke from nobody; to create a user who is there, or change one who is not."""
_DENIED: Final = (1044, 1045, 1142, 1227)


class Keeper:
    """The account of one run of a server."""

    def __init__(self, user: str, password: str) -> None:
        self._user = user
        self._password = password

    @classmethod
    def new(cls) -> Self:
        """Name and password are random."""
        return cls(_NAME + secrets.token_hex(8), secrets.token_urlsafe(24))

    @contextlib.contextmanager
    def script(self) -> Iterator[int]:
        """The SQL that a server runs before it listens, as a file in memory."""
        descriptor = os.memfd_create("start.sql")
        try:
            os.write(descriptor, "".join(f"{statement};\n" for statement in self._statements()).encode())
            yield descriptor
        finally:
            os.close(descriptor)

    def run(self, port: int, statements: Sequence[str]) -> None:
        """Blocks. To be called in a thread."""
        with self._connected(port) as connection:
            for statement in statements:
                connection.query(statement)

    def connections(self, port: int) -> int:
        """How many the server has had, this one among them. Fails unless its first statements have all run. Blocks."""
        with self._connected(port) as connection, connection.cursor() as cursor:
            if not cursor.execute(_CONNECTIONS):
                raise SandboxError("The database did not run all of its first statements.")
            return int(cursor.fetchone()[0])

    @contextlib.contextmanager
    def _connected(self, port: int) -> Iterator[MySQLdb.Connection]:
        try:
            with contextlib.closing(self._connect(port)) as connection:
                yield connection
        except MySQLdb.Error as error:
            logger.warning("The server on port %s refused the sandbox: %s", port, error)
            kind = {**dict.fromkeys(_NOT_AS_EXPECTED, WrongUser), **dict.fromkeys(_DENIED, KeptOut)}.get(error.args[0])
            raise (kind or SandboxError)("The database refused this change of its users.") from None

    def _connect(self, port: int) -> MySQLdb.Connection:
        return MySQLdb.connect(
            host=HOST,
            port=port,
            user=self._user,
            password=self._password,
            charset="utf8mb4",
            autocommit=True,
            connect_timeout=_PATIENCE,
            read_timeout=_PATIENCE,
        )

    def _statements(self) -> Iterator[str]:
        account = f"'{self._user}'@'{HOST}'"
        yield "SET sql_mode = '', check_constraint_checks = 0"  # no value in the tables may stop what follows
        yield FORGET
        yield f"CREATE USER {account} IDENTIFIED BY PASSWORD {accounts.digest(self._password)}"
        yield f"GRANT {accounts.ADMIN} ON *.* TO {account} WITH GRANT OPTION"
        yield from _BOUNDS
        yield "FLUSH PRIVILEGES"
        yield f"GRANT CONNECTION ADMIN ON *.* TO {account}"
        yield FORGET
        yield _OPEN
