"""Tables that can't roll back, by whatever words a statement reaches them: nothing is run, or what stays is told."""

import asyncio
from typing import Any

import pytest
from MySQLdb import OperationalError

from mcpserver.sql.errors import SqlRejected, SqlUnknown
from tests.sql.writes import BEFORE, MONEY, Writes
from tests.stack import wait_until


@pytest.fixture(autouse=True)
def rolls_back_in_parts(writes: Writes) -> None:
    if writes.server.engine == "tidb":
        pytest.skip("TiDB takes back all")


@pytest.mark.parametrize("engine", ["MyISAM", "Aria", "MEMORY"])
@pytest.mark.parametrize("dry_run", [True, False])
async def test_a_table_that_cannot_roll_back_is_left_alone(writes: Writes, engine: str, dry_run: bool) -> None:
    if engine == "Aria" and writes.server.engine != "mariadb":
        pytest.skip("this server has no such engine")
    writes.server.run(f"CREATE TABLE log (a INT) ENGINE={engine}", database=writes.server.database)
    for sql in ("INSERT INTO log VALUES (1)", f"INSERT INTO {writes.server.database}.log VALUES (1)"):
        with pytest.raises(SqlRejected, match="can't roll back"):
            await writes(sql, dry_run=dry_run)
    assert writes.rows("SELECT * FROM log") == []
    await writes("UPDATE accounts SET money = 1 WHERE id = 1")


REACHING = {
    "behind an alias": "UPDATE accounts a, log l SET l.a = 5 WHERE a.id = 1 AND l.a = 1",
    "behind AS": "UPDATE accounts AS a, log AS l SET l.a = 5 WHERE a.id = 1 AND l.a = 1",
    "by STRAIGHT_JOIN": "UPDATE accounts a STRAIGHT_JOIN log l SET l.a = 5 WHERE a.id = 1 AND l.a = 1",
    "by JOIN": "UPDATE accounts a INNER JOIN log l ON a.id = l.a SET l.a = 5 WHERE a.id = 1",
    "DELETE with a list": "DELETE l FROM accounts a, log l WHERE a.id = 1 AND l.a = 1",
    "DELETE with USING": "DELETE FROM l USING accounts AS a, log AS l WHERE a.id = 1 AND l.a = 1",
    "behind PARTITION": "UPDATE rooms PARTITION (p0), log SET log.a = 5 WHERE rooms.n = 1 AND log.a = 1",
    "in parentheses": "UPDATE (accounts a, log l) SET l.a = 5 WHERE a.id = 1 AND l.a = 1",
    "in backticks": "UPDATE accounts a, `log` SET `log`.a = 5 WHERE a.id = 1 AND `log`.a = 1",
    "with its database": "UPDATE accounts a, {database}.log l SET l.a = 5 WHERE a.id = 1 AND l.a = 1",
    "by a view": "UPDATE seen SET a = 5 WHERE a = 1",
    "by a view of a view": "UPDATE seen_twice SET a = 5 WHERE a = 1",
    "second in the batch": "UPDATE accounts SET money = 1 WHERE id = 1; DELETE FROM log WHERE a = 1",
}


@pytest.mark.parametrize("where", ["the session's database", "another database"])
@pytest.mark.parametrize("words", REACHING.values(), ids=REACHING)
async def test_it_is_found_whatever_stands_around_its_name(writes: Writes, words: str, where: str) -> None:
    name = writes.server.database
    writes.server.run(
        "CREATE TABLE log (a INT) ENGINE=MyISAM",
        "INSERT INTO log VALUES (1)",
        "CREATE TABLE rooms (n INT PRIMARY KEY) PARTITION BY RANGE (n) (PARTITION p0 VALUES LESS THAN (5))",
        "INSERT INTO rooms VALUES (1)",
        "CREATE VIEW seen AS SELECT a FROM log",
        "CREATE VIEW seen_twice AS SELECT a FROM seen",
        database=name,
    )
    sql = words.replace("{database}", name)
    if where == "another database":
        writes.database = ""
        for table in ("accounts", "log", "rooms", "seen_twice", "seen"):
            for before in ("UPDATE ", "UPDATE (", "FROM ", "JOIN ", ", ", "USING "):
                sql = sql.replace(f"{before}{table} ", f"{before}{name}.{table} ")
        sql = sql.replace(", `log` ", f", `{name}`.`log` ").replace(", log ", f", {name}.log ")
    with pytest.raises(SqlRejected, match="is of the engine MyISAM, which can't roll back: nothing was run"):
        await writes(sql, dry_run=True)
    assert writes.rows("SELECT * FROM log") == [(1,)]
    assert writes.rows(MONEY) == BEFORE


async def test_one_with_versions_is_found(writes: Writes) -> None:
    if writes.server.engine != "mariadb":
        pytest.skip("only MariaDB has them")
    writes.server.run("CREATE TABLE log (a INT) ENGINE=MyISAM WITH SYSTEM VERSIONING", database=writes.server.database)
    with pytest.raises(SqlRejected, match="can't roll back"):
        await writes("INSERT INTO log VALUES (1)")


async def test_those_of_databases_that_are_not_named_are_no_matter(writes: Writes) -> None:
    other = f"{writes.server.database}_other"
    writes.server.run(f"CREATE DATABASE {other}", f"CREATE TABLE {other}.accounts (a INT) ENGINE=MyISAM")
    try:
        assert (await writes("UPDATE accounts SET money = 1 WHERE id = 1")).committed
    finally:
        writes.server.run(f"DROP DATABASE {other}")


TRIGGER = (
    "CREATE TABLE log (a INT) ENGINE=MyISAM",
    "CREATE TRIGGER logged AFTER UPDATE ON accounts FOR EACH ROW INSERT INTO log VALUES (NEW.id)",
)


async def test_a_trigger_that_reaches_such_a_table_is_told(writes: Writes) -> None:
    writes.server.run(*TRIGGER, database=writes.server.database)
    with pytest.raises(SqlUnknown, match="can't be"):
        await writes("UPDATE accounts SET money = 1 WHERE id = 1", dry_run=True)
    assert writes.ledger.pending == "it was rolled back, and a table without transactions may have been changed"
    assert writes.rows(MONEY) == BEFORE


async def test_it_is_on_record_for_a_caller_that_has_gone(writes: Writes) -> None:
    writes.server.run(*TRIGGER, database=writes.server.database)
    endless = "SELECT MAX(a.n) FROM numbers a, numbers b, numbers c, numbers d WHERE a.n + b.n + c.n + d.n > 3"
    spend = "UPDATE accounts SET money = 1 WHERE id = 1"
    call = asyncio.create_task(writes(spend, f"UPDATE accounts SET money = ({endless}) WHERE id = 1"))
    await asyncio.to_thread(wait_until, lambda: writes.server.running("d.n > 3"), "it runs")
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert writes.ledger.pending.startswith("it was rolled back, and a table without transactions")


async def test_where_the_warnings_of_a_rollback_cannot_be_read_nobody_knows(
    writes: Writes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(connection: Any) -> Any:
        if connection.warning_count():
            raise OperationalError(2013, "Lost connection")
        return []

    writes.server.run(*TRIGGER, database=writes.server.database)
    monkeypatch.setattr("mcpserver.sql.transaction.warnings", broken)
    with pytest.raises(SqlUnknown, match="can't be"):
        await writes("UPDATE accounts SET money = 1 WHERE id = 1", dry_run=True)
    assert writes.rows("SELECT a FROM log") == [(1,)]
