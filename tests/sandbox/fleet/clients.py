"""Those who come to the databases, and ways to see what becomes of the servers."""

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import MySQLdb
from MySQLdb.connections import Connection

from mcpserver.sandbox.databases.fleet import Account

ALICE = Account("a1.root", "Alice-runs-1t", "root")
BOB = Account("a1.bob", "Bob-works-here-1", "role_readwrite")
CHARLIE = Account("a1.charlie", "Charlie-reads-1", "role_readonly")
ALL = (ALICE, BOB, CHARLIE)
PATIENCE = 20.0
T = TypeVar("T")


POOL = ThreadPoolExecutor(32)  # clients are other people: they do not take the threads of the fleet


async def apart(work: Callable[..., T], *arguments: Any) -> T:
    return await asyncio.get_running_loop().run_in_executor(POOL, work, *arguments)


class Client:
    """A connection that does not hold up the loop, in which the fleet works."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return await apart(self._rows, sql)

    async def value(self, sql: str) -> Any:
        return (await self.rows(sql))[0][0]

    def _rows(self, sql: str) -> list[tuple[Any, ...]]:
        with self.connection.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())


class Connect:
    """Connections that are closed after the test."""

    def __init__(self) -> None:
        self.opened: list[Connection] = []

    async def __call__(self, port: int, account: Account = ALICE) -> Client:
        return Client(await apart(self._connect, port, account))

    def _connect(self, port: int, account: Account = ALICE) -> Connection:
        # Longer than the sandbox's own question to a server that a test has stopped in the middle of it.
        login = {"user": account.user, "password": account.password, "connect_timeout": int(3 * PATIENCE)}
        connection = MySQLdb.connect(host="127.0.0.1", port=port, charset="utf8mb4", autocommit=True, **login)
        self.opened.append(connection)
        return connection


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - other processes send no events
            await asyncio.sleep(0.01)


def pid_of(tmp_path: Path, place: str = "one") -> int:
    return int((tmp_path / place / "tmp" / "mariadbd.pid").read_text())


def sockets_of(pid: int) -> int:
    found = 0
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed while we looked
            found += str(entry.readlink()).startswith("socket:")
    return found
