"""The server of the SQL suite: databases and users of its own there, made at the start and dropped at the end.

TIDBMCP_TEST_SQL_URL=mysql://user:password@host:port/ names a server of any engine that speaks MySQL's protocol; the user
must be able to make databases and users. Without it the suite starts a MariaDB.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import MySQLdb
from MySQLdb.connections import Connection

from mcpserver.sql.engines import engine_of
from mcpserver.sql.session import Target
from tests.sql import mariadb
from tests.stack import wait_until
from tidbmcp.lib.secrets import Secret

URL: Final = "TIDBMCP_TEST_SQL_URL"
NUMBERS: Final = 1000


@dataclass(frozen=True)
class Login:
    user: str
    password: str

    def secret(self) -> Secret:
        return Secret(self.password)


@dataclass(frozen=True)
class SqlServer:
    """A server, its administrator, and two logins that were made for us: one that reads our database, one that writes it."""

    host: str
    port: int
    admin: Login
    engine: str
    """tidb, mariadb or mysql."""
    database: str
    """Ours, with the tables `numbers` (n from 1 to 1000) and `things` (id, name, amount)."""
    reader: Login
    writer: Login

    def connect(self, login: Login | None = None, database: str = "") -> Connection:
        """Past the product, as the administrator unless said."""
        who = login or self.admin
        return MySQLdb.connect(
            host=self.host,
            port=self.port,
            user=who.user,
            password=who.password,
            database=database,
            charset="utf8mb4",
            autocommit=True,
        )

    def run(self, *statements: str, login: Login | None = None, database: str = "") -> list[tuple[Any, ...]]:
        """The rows of the last statement."""
        connection = self.connect(login, database)
        try:
            with connection.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement)
                return list(cursor.fetchall()) if cursor.description else []
        finally:
            connection.close()

    def target(self, login: Login | None = None, database: str | None = None) -> Target:
        """For the product, as the reader in our database unless said."""
        who = login or self.reader
        return Target(self.host, self.port, who.user, "1", self.database if database is None else database)

    def running(self, mark: str) -> int:
        """How many statements with this mark it is running."""
        like = mark.replace("'", "''")
        sql = (
            f"SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE '%{like}%' AND id <> CONNECTION_ID()"
        )
        return int(self.run(sql)[0][0])

    def wait_until_gone(self, mark: str) -> None:
        """A server answers a statement a moment before it takes it off its list."""
        wait_until(lambda: self.running(mark) == 0, "the statement is gone", 5)


@contextmanager
def sql_server(folder: Path) -> Iterator[SqlServer]:
    """The one that the environment names, or one of our own in this folder."""
    if url := os.environ.get(URL):
        found = urlsplit(url)
        admin = Login(unquote(found.username or "root"), unquote(found.password or ""))
        with _furnished(found.hostname or "127.0.0.1", found.port or 4000, admin) as server:
            yield server
        return
    admin = Login("suite_admin", uuid4().hex)
    create = f"CREATE OR REPLACE USER {admin.user}@'%' IDENTIFIED BY '{admin.password}'"
    mariadb.install(folder, create, f"GRANT ALL ON *.* TO {admin.user}@'%' WITH GRANT OPTION")
    with mariadb.serving(folder, "--character-set-server=utf8mb4", "--collation-server=utf8mb4_bin") as port:
        with _furnished("127.0.0.1", port, admin) as server:
            yield server


@contextmanager
def _furnished(host: str, port: int, admin: Login) -> Iterator[SqlServer]:
    name = f"suite_{uuid4().hex[:10]}"
    logins = Login(f"{name}_r", uuid4().hex), Login(f"{name}_w", uuid4().hex)
    server = SqlServer(host, port, admin, "", name, *logins)
    server = replace(server, engine=engine_of(server.run("SELECT VERSION()")[0][0]).name)
    try:
        server.run(*_furniture(server))
        yield server
    finally:
        users = ", ".join(f"'{login.user}'@'%'" for login in logins)
        server.run(f"DROP DATABASE IF EXISTS {name}", f"DROP USER IF EXISTS {users}")


def _furniture(server: SqlServer) -> list[str]:
    name, reader, writer = server.database, server.reader, server.writer
    numbers = ", ".join(f"({number})" for number in range(1, NUMBERS + 1))
    change = "SELECT, SHOW VIEW, INSERT, UPDATE, DELETE, CREATE, DROP, ALTER, INDEX, CREATE VIEW"
    return [
        f"CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
        f"CREATE USER '{reader.user}'@'%' IDENTIFIED BY '{reader.password}'",
        f"CREATE USER '{writer.user}'@'%' IDENTIFIED BY '{writer.password}'",
        f"GRANT SELECT, SHOW VIEW ON {name}.* TO '{reader.user}'@'%'",
        f"GRANT {change} ON {name}.* TO '{writer.user}'@'%'",
        f"CREATE TABLE {name}.numbers (n INT PRIMARY KEY)",
        f"INSERT INTO {name}.numbers VALUES {numbers}",
        f"CREATE TABLE {name}.things (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(50), amount INT)",
        f"INSERT INTO {name}.things (name, amount) VALUES ('anvil', 3), ('bicycle 🚲', 4), ('cup', 40)",
    ]
