"""Copies: everything comes along under another prefix, as it is at one moment, and then goes its own way."""

# ruff: noqa: ASYNC110, ASYNC240 - other processes send no events, and the files are small

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

import MySQLdb
import pytest

from mcpserver.sandbox.databases.fleet import Account, Fleet
from mcpserver.sandbox.errors import SandboxError
from tests.sandbox.fleet.clients import ALICE, ALL, BOB, CHARLIE, PATIENCE, Client, Connect, pid_of, until

COPIED = {account.user: Account(account.user.replace("a1.", "b22."), account.password, account.role) for account in ALL}
OWNED = (
    "CREATE VIEW test.v AS SELECT 'a1.root@%' AS text",
    "CREATE PROCEDURE test.p() SELECT 'CREATE DEFINER=`a1.root`@`%`'",
    "CREATE FUNCTION test.f() RETURNS INT RETURN 7",
    "CREATE TABLE test.t (id INT, text VARCHAR(99))",
    "CREATE TRIGGER test.before_t BEFORE INSERT ON test.t FOR EACH ROW SET NEW.text = ' \\'CREATE DEFINER=`a1.x`\\\\'",
    "CREATE TRIGGER test.after_t AFTER INSERT ON test.t FOR EACH ROW SET @last = ' ''a1.root'' '",
    "CREATE EVENT test.e ON SCHEDULE EVERY 1 DAY DO SET @x = 1",
    "CREATE ROLE 'a1.role'",
    "GRANT 'a1.role' TO 'a1.bob'@'%'",
    "SET DEFAULT ROLE 'a1.role' FOR 'a1.bob'@'%'",
    "GRANT SELECT (id) ON test.t TO 'a1.charlie'@'%'",
    "GRANT EXECUTE ON PROCEDURE test.p TO 'a1.charlie'@'%'",
)
DEFINERS = (
    "SELECT definer FROM information_schema.views WHERE table_schema IN ('shop', 'test')",
    "SELECT definer FROM information_schema.routines WHERE routine_schema = 'test'",
    "SELECT definer FROM information_schema.triggers WHERE trigger_schema = 'test'",
    "SELECT definer FROM information_schema.events",
)


@pytest.fixture
async def pair(fleet: Fleet) -> tuple[int, int]:
    """A cluster with the shop, and a place for its branch."""
    return await fleet.open("one", ALL, seed="shop"), await fleet.open("branch", [])


async def tables_of(client: Client) -> list[list[tuple[Any, ...]]]:
    names = [name for (name,) in await client.rows("SHOW TABLES FROM shop")]
    return [await client.rows(f"SELECT * FROM shop.{name} ORDER BY 1, 2") for name in names]


@pytest.mark.parametrize("running", [False, True])
async def test_a_copy_has_everything_under_another_prefix(
    fleet: Fleet, pair: tuple[int, int], connect: Connect, tmp_path: Path, running: bool
) -> None:
    one, branch = pair
    source = await connect(one)
    for sql in OWNED:
        await source.rows(sql)
    data = await tables_of(source)
    if not running:
        os.kill(pid_of(tmp_path), signal.SIGTERM)
        await until(lambda: not fleet.running())
    await fleet.copy("one", "branch", ("a1", "b22"))
    copy = await connect(branch, COPIED[ALICE.user])
    assert await tables_of(copy) == data
    for sql in DEFINERS:
        found = await copy.rows(sql)
        assert found
        assert set(found) == {("b22.root@%",)}
    await copy.rows("INSERT INTO test.t (id) VALUES (1)")
    assert await copy.rows("SELECT * FROM test.t") == [(1, " 'CREATE DEFINER=`a1.x`\\")]
    assert await copy.value("SELECT @last") == " 'a1.root' "
    assert await copy.value("SELECT text FROM test.v") == "a1.root@%"
    assert await copy.value("SELECT test.f()") == 7
    bob = await connect(branch, COPIED[BOB.user])
    assert await bob.value("SELECT CURRENT_ROLE()") == "b22.role"
    charlie = await connect(branch, COPIED[CHARLIE.user])
    grants = {grant.split(" TO ")[0] for (grant,) in await charlie.rows("SHOW GRANTS")}
    assert {"GRANT SELECT (`id`) ON `test`.`t`", "GRANT EXECUTE ON PROCEDURE `test`.`p`"} <= grants


async def test_a_source_without_data_is_made_first(fleet: Fleet, pair: tuple[int, int], connect: Connect) -> None:
    await fleet.copy("one", "branch", ("a1", "b22"))
    assert fleet.running() == set()
    copy = await connect(pair[1], COPIED[CHARLIE.user])
    assert await copy.value("SELECT SUM(revenue) FROM shop.monthly_sales") > 0


async def test_nobody_of_the_source_gets_into_the_copy(fleet: Fleet, pair: tuple[int, int], connect: Connect) -> None:
    await fleet.copy("one", "branch", ("a1", "b22"))
    for port, account in ((pair[1], ALICE), (pair[0], COPIED[ALICE.user])):
        with pytest.raises(MySQLdb.OperationalError, match="Access denied"):
            await connect(port, account)


async def test_each_goes_its_own_way(fleet: Fleet, pair: tuple[int, int], connect: Connect) -> None:
    await fleet.copy("one", "branch", ("a1", "b22"))
    source, copy = await connect(pair[0]), await connect(pair[1], COPIED[ALICE.user])
    await copy.rows("DELETE FROM shop.order_items")
    await source.rows("DROP VIEW shop.monthly_sales")
    await fleet.change_user("branch", "b22.bob", password="Another-Passw0rd")
    assert await source.value("SELECT COUNT(*) FROM shop.order_items") == 3003
    assert await copy.value("SELECT COUNT(*) FROM shop.monthly_sales") == 0
    await connect(pair[0], BOB)


async def test_it_is_of_one_moment_while_others_write(
    fleet: Fleet, pair: tuple[int, int], connect: Connect, tmp_path: Path
) -> None:
    writer, watcher = await connect(pair[0]), await connect(pair[0])
    for table in ("a", "b"):
        await writer.rows(f"CREATE TABLE test.{table} (id INT AUTO_INCREMENT PRIMARY KEY, text VARCHAR(999))")
    answered = 0
    enough = asyncio.Event()

    async def write() -> None:
        nonlocal answered
        await writer.rows("SET autocommit = 0")
        while not enough.is_set():
            for table in ("a", "b"):
                await writer.rows(f"INSERT INTO test.{table} (text) VALUES (REPEAT('x', 900))")
            await writer.rows("COMMIT")
            answered += 1

    writing = asyncio.create_task(write())
    while answered < 200:
        await asyncio.sleep(0)
    least = answered
    copying = asyncio.create_task(fleet.copy("one", "branch", ("a1", "b22")))
    states = set()
    while not copying.done():
        states.add(Path(f"/proc/{pid_of(tmp_path)}/stat").read_text().split()[2])
        await asyncio.sleep(0)
    await copying
    assert "T" in states, "it stood still"
    copy = await connect(pair[1], COPIED[ALICE.user])
    first, second = [await copy.value(f"SELECT COUNT(*) FROM test.{table}") for table in ("a", "b")]
    most = await watcher.value("SELECT COUNT(*) FROM test.a")
    enough.set()
    await writing
    assert least <= first == second < most
    assert await copy.rows("CHECK TABLE test.a, test.b EXTENDED") == [
        (f"test.{table}", "check", "status", "OK") for table in ("a", "b")
    ]


async def test_a_reset_takes_the_data_again_and_ends_connections(
    fleet: Fleet, pair: tuple[int, int], connect: Connect
) -> None:
    await fleet.copy("one", "branch", ("a1", "b22"))
    source, copy = await connect(pair[0]), await connect(pair[1], COPIED[ALICE.user])
    await copy.rows("DROP DATABASE shop")
    await source.rows("CREATE TABLE test.newer (id INT)")
    await fleet.copy("one", "branch", ("a1", "b22"))
    with pytest.raises(MySQLdb.OperationalError):
        await copy.rows("SELECT 1")
    again = await connect(pair[1], COPIED[ALICE.user])
    assert await again.value("SELECT COUNT(*) FROM shop.orders") == 1200
    assert await again.rows("SELECT * FROM test.newer") == []


async def test_a_copy_of_a_copy(fleet: Fleet, pair: tuple[int, int], connect: Connect) -> None:
    await fleet.copy("one", "branch", ("a1", "b22"))
    port = await fleet.open("twig", [])
    await fleet.copy("branch", "twig", ("b22", "a1"))
    assert await (await connect(port)).value("SELECT COUNT(*) FROM shop.orders") == 1200


async def test_copies_in_a_circle_do_not_wait_for_each_other(fleet: Fleet, pair: tuple[int, int]) -> None:
    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(fleet.copy("one", "branch", ("a1", "b2")), fleet.copy("branch", "one", ("b2", "a1")))


async def test_a_copy_that_fails_leaves_the_target(
    fleet: Fleet, pair: tuple[int, int], connect: Connect, tmp_path: Path
) -> None:
    await fleet.copy("one", "branch", ("a1", "b22"))
    copy = await connect(pair[1], COPIED[ALICE.user])
    await copy.rows("CREATE TABLE test.kept (id INT)")
    with pytest.raises(SandboxError):
        await fleet.copy("one", "branch", ("a1", "b22'"))
    assert await copy.rows("SELECT * FROM test.kept") == []
    assert not list((tmp_path / "branch").glob("draft-*"))


@pytest.mark.parametrize("closed", ["one", "branch"])
async def test_closing_one_ends_the_copy(
    fleet: Fleet, pair: tuple[int, int], connect: Connect, tmp_path: Path, closed: str
) -> None:
    await connect(pair[0])
    copying = asyncio.create_task(fleet.copy("one", "branch", ("a1", "b22")))
    await until(lambda: bool(list((tmp_path / "branch").glob("draft-*"))))
    await fleet.close(closed)
    with pytest.raises(SandboxError, match="gone"):
        await copying
    assert [path.name for path in (tmp_path / "branch").glob("*")] in ([], ["make.log"])


@pytest.mark.parametrize(("source", "target"), [("one", "one"), ("one", "nowhere"), ("nowhere", "one")])
async def test_what_is_not_there_is_not_copied(fleet: Fleet, pair: tuple[int, int], source: str, target: str) -> None:
    with pytest.raises(SandboxError):
        await fleet.copy(source, target, ("a1", "b22"))
