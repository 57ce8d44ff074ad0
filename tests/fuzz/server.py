"""A throw-away MariaDB with the fixture, which can be had anew: a copy of its data, on a server of its own."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

import MySQLdb
from MySQLdb.connections import Connection

from mcpserver.sql.engines import SQL_MODE
from tests.fuzz.fixture import CORPUS, FIXTURE, SECRET, SECRET_FILE
from tests.sql import mariadb

USER: Final = "fuzzer"
PASSWORD: Final = "only for this run"
DATABASE: Final = "app"
SECONDS_MOST: Final = 0.25
"""For one statement. Nothing that is let through waits; joins of everything with everything are cut."""

_SMALL: Final = (
    "--innodb-log-file-size=4M", "--innodb-flush-method=nosync", "--innodb-flush-log-at-trx-commit=0", "--skip-log-bin", "--skip-name-resolve",
    "--lock-wait-timeout=1", "--innodb-lock-wait-timeout=1", "--lower-case-table-names=1", "--plugin-load-add=metadata_lock_info",
    "--tmp-memory-table-size=4M", "--max-heap-table-size=4M", "--performance-schema=OFF",
)  # fmt: skip


class Server:
    """The running server. `folder` holds its data, and what it writes."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port

    def connect(self, database: str = DATABASE) -> Connection:
        """As an administrator, in a session like the product's but for one thing: it may write."""
        connection: Connection = MySQLdb.connect(
            host="127.0.0.1", port=self.port, user=USER, password=PASSWORD, database=database, charset="utf8mb4",
            use_unicode=False, autocommit=True, multi_statements=False, local_infile=0, ssl_mode="DISABLED", connect_timeout=10,
            read_timeout=30,
        )  # fmt: skip
        connection.query(f"SET sql_mode = '{SQL_MODE}', timestamp = 1700000000")
        return connection

    def has_crashed(self) -> bool:
        """Whether it ended by a fault of its own."""
        return "got signal" in (self.folder / "server.err").read_text(errors="replace")


def rows_of(connection: Connection, sql: str) -> list[tuple[Any, ...]]:
    """All of one statement's rows."""
    connection.query(sql)
    result = connection.store_result()
    return list(result.fetch_row(0)) if result else []


class Servers:
    """Makes the data once, then server after server from it. `more` are statements behind those of the fixture."""

    def __init__(self, folder: Path, more: Sequence[str] = ()) -> None:
        self._folder, self._made, self._running = folder, 0, ExitStack()
        self._statements = (*FIXTURE, *CORPUS, *more)
        self._template = folder / "template"
        self._make()

    def fresh(self) -> Server:
        """A server with the fixture as it was. The one before is gone."""
        self.close()
        self._made += 1
        folder = self._folder / f"server-{self._made}"
        shutil.copytree(self._template, folder, ignore=shutil.ignore_patterns("s", "server.err", "*.pid"))
        self._running.callback(shutil.rmtree, folder, ignore_errors=True)
        return Server(folder, self._running.enter_context(_serving(folder)))

    def close(self) -> None:
        self._running.close()

    def _make(self) -> None:
        self._template.mkdir()
        create = f"CREATE USER IF NOT EXISTS {USER}@'%' IDENTIFIED BY '{PASSWORD}'"
        mariadb.install(self._template, create, f"GRANT ALL ON *.* TO {USER}@'%' WITH GRANT OPTION")
        (self._template / "data" / SECRET_FILE).write_text(SECRET)
        with _serving(self._template) as port:
            connection = Server(self._template, port).connect(database="")
            for statement in self._statements:
                connection.query(statement)
            connection.close()


@contextmanager
def _serving(folder: Path) -> Iterator[int]:
    temporary = folder / "tmp"  # in a shared one, servers that start remove each other's temporary tables
    temporary.mkdir(exist_ok=True)
    with mariadb.serving(
        folder, *_SMALL, f"--tmpdir={temporary}", "--secure-file-priv="
    ) as port:  # files where it likes
        yield port
