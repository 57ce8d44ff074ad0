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
from mcpserver.sandbox.errors import SandboxError
from mcpserver.sandbox.facts import HOST

logger = logging.getLogger(__name__)

_NAME: Final = "sandbox-keeper-"
_PATIENCE: Final = 10
FORGET: Final = "DELETE FROM mysql.global_priv WHERE User LIKE 'sandbox-keeper-%'"
"""A killed server may have left the account in its tables."""
# An administrator can write more rights into the table than there are to give: at the start they are cut to the
# keeper's, which has the most.
_BOUNDS: Final = (
    "SET @most = (SELECT CAST(JSON_VALUE(Priv, '$.access') AS UNSIGNED) FROM mysql.global_priv"
    " WHERE User LIKE 'sandbox-keeper-%')",
    "UPDATE mysql.global_priv SET Priv = JSON_SET(Priv, '$.access', JSON_VALUE(Priv, '$.access') & @most)"
    " WHERE JSON_VALUE(Priv, '$.access') & ~@most <> 0",
)


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
        try:
            with contextlib.closing(self._connect(port)) as connection:
                for statement in statements:
                    connection.query(statement)
        except MySQLdb.Error as error:
            logger.warning("The server on port %s refused a change of its users: %s", port, error)
            raise SandboxError("The database refused this change of its users.") from None

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
        yield FORGET
        yield f"CREATE USER {account} IDENTIFIED BY PASSWORD {accounts.digest(self._password)}"
        yield f"GRANT {accounts.ADMIN} ON *.* TO {account} WITH GRANT OPTION"
        yield from _BOUNDS
        yield "FLUSH PRIVILEGES"
        yield f"GRANT CONNECTION ADMIN ON *.* TO {account}"
        yield FORGET
