"""SQL users: what each role may do, and that passwords, roles and names can be changed and cannot be abused."""

import contextlib
import os
import signal
from pathlib import Path

import MySQLdb
import pytest

from mcpserver.sandbox.databases.fleet import Account, Fleet
from mcpserver.sandbox.errors import SandboxError
from tests.sandbox.fleet.clients import ALICE, ALL, BOB, CHARLIE, Connect, pid_of, until

READ = {"read": "SELECT COUNT(*) FROM shop.orders", "see a view": "SELECT COUNT(*) FROM shop.monthly_sales"}
WRITE = {
    "insert": "INSERT INTO shop.customers (name, email, city, country, created_at) VALUES ('B', 'b@b', 'B', 'DE', NOW())",
    "update": "UPDATE shop.orders SET note = 'x' WHERE id = 1",
    "delete": "DELETE FROM shop.order_items WHERE order_id = 1",
}
RULE = {
    "create": "CREATE TABLE test.t (id INT)",
    "drop": "DROP DATABASE shop",
    "name a user": "CREATE USER 'a1.dave'@'%' IDENTIFIED BY 'Dave-is-new-1'",
}
NEVER = {"set a global": "SET GLOBAL max_connections = 5", "shut down": "SHUTDOWN", "dump": "SELECT 1 INTO OUTFILE 'x'"}
MAY: dict[str, list[dict[str, str]]] = {
    "role_readonly": [READ],
    "role_readwrite": [READ, WRITE],
    "role_admin": [READ, WRITE, RULE],
}


@pytest.mark.parametrize("role", MAY)
async def test_a_new_user_may_do_what_its_role_says(fleet: Fleet, connect: Connect, role: str) -> None:
    port = await fleet.open("one", [ALICE], seed="shop")
    user = Account("a1.new", "New-here-since-1", role)
    await fleet.create_user("one", user)
    client = await connect(port, user)
    for group in (READ, WRITE, RULE, NEVER):
        for sql in group.values():
            if group in MAY[role]:
                await client.rows(sql)
            else:
                with pytest.raises(MySQLdb.Error, match="denied"):
                    await client.rows(sql)


async def test_a_password_is_changed_and_the_session_stays(fleet: Fleet, connect: Connect) -> None:
    port = await fleet.open("one", ALL)
    before = await connect(port, BOB)
    await fleet.change_user("one", BOB.user, password="Another-Passw0rd")
    with pytest.raises(MySQLdb.OperationalError, match="Access denied"):
        await connect(port, BOB)
    after = await connect(port, Account(BOB.user, "Another-Passw0rd", BOB.role))
    assert [await client.value("SELECT 1") for client in (before, after)] == [1, 1]


@pytest.mark.parametrize("role", MAY)
async def test_another_role_takes_the_place_of_the_first(fleet: Fleet, connect: Connect, role: str) -> None:
    port = await fleet.open("one", ALL)
    first = await connect(port, BOB)
    await fleet.change_user("one", BOB.user, role=role)
    await fleet.create_user("one", Account(BOB.user.replace("bob", "new"), BOB.password, role))
    changed, new = [await connect(port, Account(user, BOB.password, role)) for user in (BOB.user, "a1.new")]
    grants = [sorted(grant.replace("bob", "new") for (grant,) in await c.rows("SHOW GRANTS")) for c in (changed, new)]
    assert grants[0] == grants[1]
    with pytest.raises(MySQLdb.OperationalError):  # it would have kept its rights
        await first.value("SELECT 1")


async def test_a_dropped_user_is_out(fleet: Fleet, connect: Connect) -> None:
    port = await fleet.open("one", ALL)
    bob, charlie = await connect(port, BOB), await connect(port, CHARLIE)
    await fleet.drop_user("one", BOB.user)
    with pytest.raises(MySQLdb.OperationalError):
        await bob.value("SELECT 1")
    with pytest.raises(MySQLdb.OperationalError, match="Access denied"):
        await connect(port, BOB)
    assert await charlie.value("SELECT 1") == 1
    await fleet.drop_user("one", BOB.user)


@pytest.mark.parametrize(
    ("user", "password"),
    [
        ("a1.o'brien", 'it\'s \\ "quoted" ; -- # /*'),
        ("a1.\\", "\\"),
        ("a1.`x`@'%'; DROP DATABASE test; --", "'; SHUTDOWN; --"),
        ("a1.王小明", "فاطمة-🌻-Ünïcode"),
        ("a1.%", "%s{}%(x)s"),
        ("a1." + "n" * 61, "p" * 64),
        ("a1.two words", " spaces around "),
    ],
)
async def test_every_name_and_password_works(fleet: Fleet, connect: Connect, user: str, password: str) -> None:
    founder = Account(user, password, "role_readonly")
    port = await fleet.open("one", [ALICE, founder])
    assert await (await connect(port, founder)).value("SELECT CURRENT_USER()") == f"{user}@%"
    for role in ("role_admin", "role_readwrite"):
        await fleet.change_user("one", user, password=password[::-1], role=role)
    client = await connect(port, Account(user, password[::-1], ""))
    assert "test" in {name for (name,) in await client.rows("SHOW DATABASES")}
    await fleet.drop_user("one", user)
    await fleet.create_user("one", founder)
    await connect(port, founder)


@pytest.mark.parametrize(
    ("user", "password", "role"),
    [
        ("", "Some-Passw0rd", "role_admin"),
        ("a1.bob ", "Some-Passw0rd", "role_admin"),
        ("a1.\n", "Some-Passw0rd", "role_admin"),
        ("a1.\0", "Some-Passw0rd", "role_admin"),
        ("a1.🌻", "Some-Passw0rd", "role_admin"),
        ("a1.\ud800", "Some-Passw0rd", "role_admin"),
        ("n" * 129, "Some-Passw0rd", "role_admin"),
        ("a1.new", "", "role_admin"),
        ("a1.new", "p\0", "role_admin"),
        ("a1.new", "\ud800", "role_admin"),
        ("a1.new", "Some-Passw0rd", "role_everything"),
        ("a1.new", "Some-Passw0rd", ""),
        ("a1.bob", "Some-Passw0rd", "role_admin"),
    ],
    ids=repr,
)
async def test_what_cannot_be_a_user_is_refused(fleet: Fleet, user: str, password: str, role: str) -> None:
    await fleet.open("one", ALL)
    with pytest.raises(SandboxError):
        await fleet.create_user("one", Account(user, password, role))
    if user != BOB.user:
        with pytest.raises(SandboxError):
            await fleet.open("two", [Account(user, password, role)])


async def test_a_stranger_cannot_be_changed(fleet: Fleet) -> None:
    await fleet.open("one", ALL)
    for change in ({"password": "Some-Passw0rd"}, {"role": "role_admin"}):
        with pytest.raises(SandboxError):
            await fleet.change_user("one", "a1.nobody", **change)


async def test_clients_see_no_account_of_the_sandbox(fleet: Fleet, connect: Connect, tmp_path: Path) -> None:
    port = await fleet.open("one", ALL)
    client = await connect(port)
    await fleet.create_user("one", Account("a1.new", "New-here-since-1", "role_admin"))
    users = {user for (user,) in await client.rows("SELECT User FROM mysql.global_priv")}
    assert users == {"mariadb.sys", "a1.new", *(account.user for account in ALL)}
    await client.rows("INSERT INTO mysql.global_priv (Host, User) VALUES ('%', 'sandbox-keeper-left-over')")
    os.kill(pid_of(tmp_path), signal.SIGKILL)
    client = await connect(port)
    assert users == {user for (user,) in await client.rows("SELECT User FROM mysql.global_priv")}


BITS = "JSON_VALUE(priv, '$.access') | 1 << 7 | 1 << 9 | 1 << 15"  # to shut down, to use files, to do anything
MORE = f"UPDATE mysql.global_priv SET priv = JSON_SET(priv, '$.access', {BITS}) WHERE user LIKE 'a1.%'"


async def test_whoever_gets_all_rights_writes_no_file(fleet: Fleet, connect: Connect, tmp_path: Path) -> None:
    port = await fleet.open("one", ALL)
    client = await connect(port)
    await client.rows(MORE)
    await client.rows("GRANT SELECT ON *.* TO 'a1.root'@'%'")  # makes the server read the row again
    again = await connect(port)
    assert "SUPER" in str(await again.rows("SHOW GRANTS"))
    for file in (tmp_path / "out", tmp_path / "one" / "empty" / "out", Path("/tmp") / f"out-{tmp_path.name}"):
        with pytest.raises(MySQLdb.Error):
            await again.rows(f"SELECT 1 INTO DUMPFILE '{file}'")
        with contextlib.suppress(MySQLdb.Error):
            await again.rows(f"SET GLOBAL general_log_file = '{file}'")
            await again.rows("SET GLOBAL general_log = 1")
        with contextlib.suppress(MySQLdb.Error):
            await again.rows(
                f"CREATE TABLE test.t{len(file.parts)} (id INT) ENGINE=Aria DATA DIRECTORY = '{file.parent}'"
            )
        assert not file.exists()
    assert not list((tmp_path / "one" / "empty").iterdir())
    assert await again.value("SELECT 1") == 1


ROWS = (
    """('%', 'a1.words', '{"access": "plenty"}')""",
    """('%', 'a1.none', '{}')""",
    """('%', 'a1.null', '{"access": null}')""",
    """('%', 'a1.less', '{"access": -1}')""",
    """('%', 'a1.list', '[18446744073709551615]')""",
    """('%', 'a1.rubbish', '{"access": 18446744')""",
    """('%', 'a1.nothing', '')""",
    """('%', '', '{"access": 18446744073709551615}')""",
)


@pytest.mark.parametrize("row", ROWS)
async def test_a_row_that_cannot_be_read_puts_nobody_out_of_bounds(
    fleet: Fleet, connect: Connect, tmp_path: Path, row: str
) -> None:
    port = await fleet.open("one", ALL)
    client = await connect(port)
    await client.rows(MORE)
    await client.rows("SET check_constraint_checks = 0")
    await client.rows(f"INSERT INTO mysql.global_priv VALUES {row}")
    os.kill(pid_of(tmp_path), signal.SIGKILL)
    for account in (ALICE, BOB):
        client = await connect(port, account)
        for sql in NEVER.values():
            with pytest.raises(MySQLdb.Error, match="denied"):
                await client.rows(sql)


async def test_a_server_that_could_not_be_put_into_bounds_serves_nobody(
    fleet: Fleet, connect: Connect, tmp_path: Path
) -> None:
    port = await fleet.open("one", ALL)
    client = await connect(port)
    await client.rows("ALTER TABLE mysql.global_priv CHANGE User User CHAR(20)")  # the keeper's name is longer
    os.kill(pid_of(tmp_path), signal.SIGKILL)
    for _ in range(2):
        with pytest.raises(MySQLdb.OperationalError):
            await (await connect(port)).rows("SELECT 1")
    await until(lambda: not fleet.running())


async def test_rights_written_into_the_tables_count_for_nothing(fleet: Fleet, connect: Connect, tmp_path: Path) -> None:
    port = await fleet.open("one", ALL)
    client = await connect(port)
    await client.rows(MORE)
    os.kill(pid_of(tmp_path), signal.SIGKILL)
    for account in (ALICE, BOB):
        client = await connect(port, account)
        for sql in NEVER.values():
            with pytest.raises(MySQLdb.Error, match="denied"):
                await client.rows(sql)
