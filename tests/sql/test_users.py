"""SQL users by SQL, on a real server: made whole or not at all, with the rights of their role, and gone when they are removed."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import MySQLdb
import pytest

from accounts.principal import Principal
from audit.facts import NOBODY, Facts
from mcpserver.sql.errors import SqlError, SqlRejected
from mcpserver.tools.spec import Call
from mcpserver.tools.user_api import UserUnclear
from mcpserver.tools.user_sql import SqlWay, sql_way
from mcpserver.tools.writer import run_fixed
from mcpserver.vault.models import Role
from tests.sql.servers import Login, SqlServer
from tidbmcp.lib.errors import Refused
from tidbmcp.lib.ids import new_id
from tidbmcp.lib.passwords import new_password
from tidbmcp.lib.secrets import Secret

DENIED = {1044, 1142, 1227, 1370}


class Owner:
    """The way as the vault would give it: the server's administrator."""

    def __init__(self, server: SqlServer) -> None:
        self.target, self._secret = server.target(server.admin, ""), server.admin.secret()

    def password(self, facts: Facts) -> Secret:
        return self._secret


@pytest.fixture
def call() -> Call:
    return Call(Principal(1, "bob", new_id(), "tmcp_bob", frozenset(), False), NOBODY, False)


@pytest.fixture
async def way(server: SqlServer, call: Call) -> SqlWay:
    return await sql_way(call, Owner(server), "pre")  # type: ignore[arg-type]


@pytest.fixture
def user(server: SqlServer) -> Iterator[str]:
    name = f"pre.u{uuid4().hex[:8]}"
    yield name
    server.run(f"DROP USER IF EXISTS '{name}'@'%', '{name}'@'localhost'")


@pytest.fixture
def later(server: SqlServer) -> Iterator[str]:
    """A database that is made when the users are there already."""
    name = f"later_{uuid4().hex[:8]}"
    yield name
    server.run(f"DROP DATABASE IF EXISTS {name}")


async def made(way: SqlWay, user: str, role: Role) -> Login:
    password = new_password()
    assert await way.make(user, role, password) == user
    return Login(user, password.reveal())


def may(server: SqlServer, login: Login, sql: str) -> bool:
    try:
        server.run(sql, login=login)
    except MySQLdb.Error as error:
        if error.args[0] not in DENIED:
            raise
        return False
    return True


READS = "SELECT COUNT(*) FROM {ours}.numbers"
WRITES = "UPDATE {ours}.numbers SET n = n WHERE n = 1"
MAKES = "CREATE TABLE {ours}.made_by_{tag} (n INT)"
HASHES = "SELECT COUNT(*) FROM mysql.user"
RIGHTS = "INSERT INTO mysql.db (Host, Db, User) VALUES ('x', 'x', 'x')"
USERS = "CREATE USER 'pre.by_{tag}'@'%'"


@pytest.mark.parametrize(
    ("role", "open_to_it"),
    [
        (Role.READONLY, {READS}),
        (Role.READWRITE, {READS, WRITES}),
        (Role.ADMIN, {READS, WRITES, MAKES, HASHES, RIGHTS, USERS}),
    ],
)
async def test_a_role_may_do_what_it_says_and_no_more(
    server: SqlServer, way: SqlWay, user: str, role: Role, open_to_it: set[str]
) -> None:
    login = await made(way, user, role)
    tag = user[-8:]
    try:
        for statement in (READS, WRITES, MAKES, HASHES, RIGHTS, USERS):
            sql = statement.format(ours=server.database, tag=tag)
            assert may(server, login, sql) is (statement in open_to_it), statement
    finally:
        server.run(
            f"DROP TABLE IF EXISTS {server.database}.made_by_{tag}", f"DROP USER IF EXISTS 'pre.by_{tag}'@'%'",
            "DELETE FROM mysql.db WHERE User = 'x'", "FLUSH PRIVILEGES",
        )  # fmt: skip


@pytest.mark.parametrize("role", [Role.READONLY, Role.READWRITE])
async def test_a_role_reaches_databases_that_come_later(
    server: SqlServer, way: SqlWay, user: str, role: Role, later: str
) -> None:
    login = await made(way, user, role)
    server.run(f"CREATE DATABASE {later}", f"CREATE TABLE {later}.t (n INT)")
    assert may(server, login, f"SELECT * FROM {later}.t")
    assert may(server, login, f"INSERT INTO {later}.t VALUES (1)") is (role is Role.READWRITE)


async def test_no_statement_holds_the_password(
    server: SqlServer, way: SqlWay, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    run = run_fixed

    async def heard(call: Call, writer: Any, statements: list[str]) -> object:
        sent.extend(statements)
        return await run(call, writer, statements)

    monkeypatch.setattr("mcpserver.tools.user_sql.run_fixed", heard)
    login = await made(way, user, Role.READWRITE)
    assert len(sent) > 1
    assert login.password not in "".join(sent)


async def test_what_was_done_on_the_way_is_said_by_who_does_the_whole(way: SqlWay, call: Call, user: str) -> None:
    await made(way, user, Role.READONLY)
    assert (call.happened, call.pending) == ("", "")


async def test_a_user_that_somebody_made_meanwhile_keeps_its_password(
    server: SqlServer, way: SqlWay, user: str
) -> None:
    server.run(f"CREATE USER '{user}'@'%' IDENTIFIED BY 'theirs, Aa1!'")
    with pytest.raises(Refused, match="There is a user"):
        await way.make(user, Role.ADMIN, new_password())
    assert server.run("SELECT CURRENT_USER()", login=Login(user, "theirs, Aa1!"))


def failing_at(number: int, monkeypatch: pytest.MonkeyPatch, *, undo_too: bool = False) -> None:
    """A server that refuses the batch of this number; the rights are the second, dropping again is the third."""
    run, batches = run_fixed, iter(range(1, 100))

    async def sometimes(call: Call, writer: Any, statements: list[str]) -> object:
        turn = next(batches)
        if turn == number or (undo_too and turn > number):
            await run(call, writer, statements[:-1]) if turn == number and statements[:-1] else None
            raise SqlRejected("The database refused the statement: near 'IDENTIFIED BY PASSWORD '*ABCDEF'' (1064)")
        return await run(call, writer, statements)

    monkeypatch.setattr("mcpserver.tools.user_sql.run_fixed", sometimes)


async def test_where_its_rights_are_refused_the_user_goes_again(
    server: SqlServer, way: SqlWay, call: Call, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing_at(2, monkeypatch)
    with pytest.raises(SqlError, match="Nothing was made") as caught:
        await way.make(user, Role.READONLY, new_password())
    assert not caught.value.outcome_unknown
    assert "ABCDEF" not in caught.value.public
    assert server.run(f"SELECT COUNT(*) FROM mysql.user WHERE user = '{user}'") == [(0,)]
    assert call.happened == ""


async def test_where_it_does_not_go_the_outcome_is_unknown(
    server: SqlServer, way: SqlWay, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing_at(2, monkeypatch, undo_too=True)
    with pytest.raises(UserUnclear, match="may be there still.*db_remove_user"):
        await way.make(user, Role.READONLY, new_password())
    assert server.run(f"SELECT COUNT(*) FROM mysql.user WHERE user = '{user}'") == [(1,)]


async def test_an_owner_that_may_not_make_users_makes_none(server: SqlServer, call: Call, user: str) -> None:
    weak = Owner(server)
    weak.target, weak._secret = server.target(server.writer, ""), server.writer.secret()
    server.run(f"GRANT SELECT ON mysql.* TO '{server.writer.user}'@'%'")
    try:
        way = await sql_way(call, weak, "pre")  # type: ignore[arg-type]
        with pytest.raises(SqlRejected, match="Nothing was made"):
            await way.make(user, Role.READONLY, new_password())
    finally:
        server.run(f"REVOKE SELECT ON mysql.* FROM '{server.writer.user}'@'%'")


async def test_a_user_is_dropped_at_every_host_and_can_not_log_in(server: SqlServer, way: SqlWay, user: str) -> None:
    login = await made(way, user, Role.READONLY)
    server.run(f"CREATE USER '{user}'@'localhost' IDENTIFIED BY 'Aa1!Aa1!'")
    assert await way.drop(user) is True
    with pytest.raises(MySQLdb.OperationalError, match="denied"):
        server.run("SELECT 1", login=login)
    assert server.run(f"SELECT COUNT(*) FROM mysql.user WHERE user = '{user}'") == [(0,)]
    assert await way.drop(user) is False


async def test_one_that_stays_is_said_to(
    server: SqlServer, way: SqlWay, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await made(way, user, Role.READONLY)
    failing_at(1, monkeypatch)
    with pytest.raises(UserUnclear, match="is still there"):
        await way.drop(user)


async def test_roles_are_no_users(server: SqlServer, call: Call) -> None:
    name = f"role_{uuid4().hex[:8]}"
    server.run(f"CREATE ROLE '{name}'")
    try:
        way = await sql_way(call, Owner(server), "pre")  # type: ignore[arg-type]
        assert name not in way.users
        assert await way.drop(name) is False
        assert server.admin.user in way.users
    finally:
        server.run(f"DROP ROLE '{name}'")
