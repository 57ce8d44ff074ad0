"""A batch of changes on a real server: all of it or nothing, counted before COMMIT, stopped in time, and an honest end."""

import asyncio
import threading
from typing import Any

import MySQLdb
import pytest

from mcpserver.sql.batch import Batch, Change, Ledger
from mcpserver.sql.errors import SqlError, SqlLost, SqlRejected, SqlTooLong, SqlTooMany, SqlUnknown, SqlUnreachable
from mcpserver.sql.session import Session, open_writer
from mcpserver.sql.statement import carry_out
from mcpserver.sql.stoppable import Writing
from mcpserver.sql.write import _open_end, write
from tests.sql.servers import SqlServer
from tests.sql.writes import BEFORE, MONEY, Writes, kill_writers
from tests.stack import wait_until


async def test_a_batch_is_committed_and_tells_what_each_statement_did(writes: Writes) -> None:
    written = await writes(
        "UPDATE accounts SET money = 100 WHERE id < 3; INSERT INTO things (name) VALUES ('rope'), ('saw')",
        "UPDATE accounts SET money = money - 1 WHERE id = 1",
    )
    assert [(one.verb, one.rows_affected, one.rows_matched) for one in written.results] == [
        ("UPDATE", 0, 2), ("INSERT", 2, None), ("UPDATE", 1, 1),
    ]  # fmt: skip
    assert written.committed
    assert str(written.results[1].last_insert_id).isdigit()
    assert writes.rows(MONEY)[0] == (1, 99)
    assert writes.ledger.happened == "3 statements were committed, 3 rows changed"
    writes.server.run("DELETE FROM things WHERE name IN ('rope', 'saw')", database=writes.server.database)


async def test_a_dry_run_tells_the_same_and_changes_nothing(writes: Writes) -> None:
    written = await writes("DELETE FROM accounts WHERE id < 3", dry_run=True)
    assert (written.rows, written.committed) == (2, False)
    assert writes.rows(MONEY) == BEFORE
    assert writes.ledger == Ledger()


async def test_one_that_fails_takes_the_others_back(writes: Writes) -> None:
    with pytest.raises(SqlRejected, match=r"Statement 2 of 2: .*Duplicate entry.*nothing is changed") as caught:
        await writes("UPDATE accounts SET money = 0 WHERE id = 1", "INSERT INTO accounts VALUES (2, 5)")
    assert "Duplicate" not in caught.value.recorded
    assert writes.rows(MONEY) == BEFORE


async def test_over_the_limit_of_rows_all_is_taken_back_and_counted(writes: Writes) -> None:
    with pytest.raises(SqlTooMany, match="would change 3 rows, and one call may change 2"):
        await writes("UPDATE accounts SET money = 1 WHERE id > 0", rows=2)
    assert writes.rows(MONEY) == BEFORE


async def test_warnings_are_shown(writes: Writes) -> None:
    written = await writes("INSERT IGNORE INTO accounts VALUES (1, 5)")
    assert "Duplicate entry" in written.results[0].warnings[0]


async def test_over_its_time_it_is_killed_and_rolled_back(writes: Writes) -> None:
    endless = "SELECT MAX(a.n) FROM numbers a, numbers b, numbers c, numbers d WHERE a.n + b.n + c.n + d.n > 1"
    with pytest.raises(SqlTooLong, match="stopped and rolled back: nothing is changed"):
        await writes(
            "UPDATE accounts SET money = 7 WHERE id = 2",
            f"UPDATE accounts SET money = ({endless}) WHERE id = 1",
            seconds=0.5,
        )
    assert writes.rows(MONEY) == BEFORE
    await asyncio.to_thread(writes.server.wait_until_gone, "accounts SET money = (")


async def test_a_caller_that_goes_away_before_commit_leaves_nothing(writes: Writes) -> None:
    endless = "SELECT MAX(a.n) FROM numbers a, numbers b, numbers c, numbers d WHERE a.n + b.n + c.n + d.n > 2"
    call = asyncio.create_task(writes(f"UPDATE accounts SET money = ({endless}) WHERE id = 1"))
    await asyncio.to_thread(wait_until, lambda: writes.server.running("d.n > 2"), "it runs")
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await asyncio.to_thread(writes.server.wait_until_gone, "d.n > 2")
    assert writes.rows(MONEY) == BEFORE
    assert (writes.ledger.pending, writes.ledger.happened) == ("", "")


async def test_a_lock_that_is_held_too_long_is_given_up(writes: Writes) -> None:
    holder = writes.server.connect(database=writes.server.database)
    holder.query("BEGIN")
    holder.query("UPDATE accounts SET money = 50 WHERE id = 1")
    with pytest.raises(SqlTooLong):
        await writes("UPDATE accounts SET money = 1 WHERE id = 1", seconds=0.5)
    holder.close()
    assert writes.rows(MONEY) == BEFORE


class Gate:
    """Between two statements: what happens there happens to a transaction that is open."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, meanwhile: Any) -> None:
        self.times = 0

        def patched(connection: Any, change: Change) -> Any:
            done: Any = carry_out(connection, change)
            self.times += 1
            if self.times == 1:
                meanwhile()
            return done

        monkeypatch.setattr("mcpserver.sql.transaction.carry_out", patched)


async def test_a_deadlock_is_tried_again_and_said(writes: Writes, monkeypatch: pytest.MonkeyPatch) -> None:
    other = writes.server.connect(database=writes.server.database)
    other.query("BEGIN")
    other.query("UPDATE accounts SET money = money - 10 WHERE id >= 2")  # more rows than ours, so that ours is given up

    def cross() -> None:
        def wait() -> None:
            other.query("UPDATE accounts SET money = money + 10 WHERE id = 1")
            other.query("COMMIT")

        threading.Thread(target=wait).start()

    Gate(monkeypatch, cross)
    written = await writes(
        "UPDATE accounts SET money = money + 1 WHERE id = 1", "UPDATE accounts SET money = money - 1 WHERE id = 2"
    )
    assert written.retries == 1
    assert sum(money for _, money in writes.rows(MONEY)) == 290
    other.close()


async def test_a_connection_that_is_lost_before_commit_has_changed_nothing(
    writes: Writes, monkeypatch: pytest.MonkeyPatch
) -> None:
    Gate(monkeypatch, lambda: kill_writers(writes.server))
    with pytest.raises(SqlLost, match="nothing is changed"):
        await writes("UPDATE accounts SET money = 1 WHERE id = 1", "UPDATE accounts SET money = 1 WHERE id = 2")
    assert writes.rows(MONEY) == BEFORE


@pytest.mark.parametrize("counts", [True, False], ids=["the server did it", "the server did not"])
async def test_an_answer_to_commit_that_does_not_come_is_unknown_and_not_repeated(
    writes: Writes, monkeypatch: pytest.MonkeyPatch, counts: bool
) -> None:
    may_commit, asked = Writing.may_commit, []

    def lose(writing: Any) -> bool:
        asked.append(1)
        answer = may_commit(writing)
        if counts:
            writing.session.connection.query("COMMIT")
        kill_writers(writes.server)
        return bool(answer)

    monkeypatch.setattr(Writing, "may_commit", lose)
    with pytest.raises(SqlUnknown, match="COMMIT was sent and its answer did not come") as caught:
        await writes("UPDATE accounts SET money = 1 WHERE id = 1")
    assert caught.value.outcome_unknown
    assert asked == [1]
    assert writes.ledger.pending
    assert writes.rows(MONEY)[0] == (1, 1 if counts else 100)


async def test_what_is_committed_is_told_however_long_its_connection_takes_to_close(
    writes: Writes, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_close, close = threading.Event(), Session.close

    def slowly(session: Session) -> None:
        may_close.wait(20)
        close(session)

    monkeypatch.setattr(Session, "close", slowly)
    try:
        assert (await writes("UPDATE accounts SET money = 1 WHERE id = 1", seconds=5)).committed
    finally:
        may_close.set()


AT_COMMIT, AFTER_IT = "COMMIT of 1 statements was sent", "1 statements were committed, 1 rows changed"
OPEN_ENDS: dict[str, tuple[bool, bool, str, str, type[SqlError], str]] = {
    "COMMIT was sent": (True, True, AT_COMMIT, "", SqlUnknown, "has not said yet how it ended: COMMIT of 1"),
    "COMMIT was just answered": (True, True, AT_COMMIT, AFTER_IT, SqlUnknown, "has not said yet how it ended"),
    "committed": (True, True, "", AFTER_IT, SqlTooLong, "and was committed. Look at the rows; don't run it again."),
    "before COMMIT": (True, True, "", "", SqlTooLong, "being stopped. It will not be committed."),
    "no connection": (True, False, "", "", SqlUnreachable, "did not accept a connection within 1 s: nothing is changed."),
    "a statement was sent": (False, True, "ALTER TABLE was sent", "", SqlUnknown, "how it ended: ALTER TABLE was sent"),
    "one by one": (False, True, "", "1 of 2 statements ran and stand", SqlTooLong, "no more of it is begun, and what ran stands."),
    "before the first": (False, True, "", "", SqlTooLong, "no more of it is begun, and what ran stands."),
    "no connection for the first": (False, False, "", "", SqlUnreachable, "nothing is changed."),
}  # fmt: skip


@pytest.mark.parametrize("where", OPEN_ENDS)
def test_over_its_time_the_sentence_says_what_is_known(where: str) -> None:
    atomic, reached, pending, happened, kind, words = OPEN_ENDS[where]
    writing = Writing(Batch((), atomic, 1, 1), Ledger(pending, happened), reached=reached)
    error = _open_end(writing, "1 s")
    assert type(error) is kind
    assert words in error.public


class Ordered(Ledger):
    """Keeps what a reader would find after each step."""

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        if name in {"pending", "happened"}:
            self.__dict__.setdefault("steps", []).append((self.__dict__.get("pending"), self.__dict__.get("happened")))


@pytest.mark.parametrize("sql", ["UPDATE accounts SET money = 1 WHERE id = 1", "CREATE TABLE added (a INT)"])
async def test_no_moment_finds_the_ledger_empty_once_something_was_sent(writes: Writes, sql: str) -> None:
    ledger, who = Ordered(), writes.server.writer
    await write(writes.server.target(who), who.secret, writes.batch(sql), ledger)
    steps: list[tuple[str, str]] = vars(ledger)["steps"][2:]  # behind the two empty ones of its beginning
    assert len(steps) == 3
    assert all(pending or happened for pending, happened in steps)


async def test_what_commits_by_itself_runs_one_by_one_and_says_what_stands(writes: Writes) -> None:
    with pytest.raises(SqlRejected, match="already exists"):
        await writes("CREATE TABLE added (a INT)", "CREATE TABLE accounts (a INT)", "CREATE INDEX i ON added (a)")
    assert writes.ledger.happened == "1 of 3 statements ran and stand"
    assert writes.ledger.pending == ""
    written = await writes("ALTER TABLE added ADD COLUMN b INT", "CREATE INDEX i ON added (a)")
    assert [one.verb for one in written.results] == ["ALTER TABLE", "CREATE INDEX"]


async def test_a_schema_change_whose_connection_broke_is_unknown(writes: Writes) -> None:
    holder = writes.server.connect(database=writes.server.database)
    holder.query("BEGIN")
    holder.query("SELECT * FROM accounts")
    holder.store_result()
    call = asyncio.create_task(writes("ALTER TABLE accounts ADD COLUMN late INT"))
    await asyncio.to_thread(wait_until, lambda: writes.server.running("ADD COLUMN late"), "it waits for the table")
    await asyncio.to_thread(kill_writers, writes.server)
    with pytest.raises(SqlUnknown, match="ALTER TABLE was sent"):
        await call
    assert writes.ledger.pending == "ALTER TABLE was sent"
    holder.close()


def break_at_warnings(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """Where a statement has warnings, and they are asked for."""

    def broken(connection: Any) -> Any:
        if connection.warning_count():
            raise error
        return []

    monkeypatch.setattr("mcpserver.sql.statement.warnings", broken)


LOST, STOPPED = MySQLdb.OperationalError(2013, "Lost connection"), MySQLdb.OperationalError(1317, "Interrupted")


@pytest.mark.parametrize("error", [LOST, STOPPED], ids=["lost", "interrupted"])
async def test_a_schema_change_that_was_answered_counts_though_its_warnings_cannot_be_read(
    writes: Writes, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    break_at_warnings(monkeypatch, error)
    written = await writes("CREATE TABLE IF NOT EXISTS accounts (a INT)")
    assert written.results[0].warnings == []
    assert (writes.ledger.pending, writes.ledger.happened) == ("", "1 of 1 statements ran and stand")


async def test_warnings_that_cannot_be_read_take_no_change_back_unless_the_connection_is_lost(
    writes: Writes, monkeypatch: pytest.MonkeyPatch
) -> None:
    spend = "UPDATE accounts SET money = 1 WHERE id = 1"
    break_at_warnings(monkeypatch, STOPPED)
    written = await writes("INSERT IGNORE INTO accounts VALUES (1, 5)", spend)
    assert (written.results[0].warnings, written.rows, written.committed) == ([], 1, True)
    break_at_warnings(monkeypatch, LOST)
    with pytest.raises(SqlLost, match="nothing is changed"):
        await writes("INSERT IGNORE INTO accounts VALUES (1, 5)", "UPDATE accounts SET money = 2 WHERE id = 1")
    assert writes.rows(MONEY)[0] == (1, 1)


class Refusing:
    """A connection whose ROLLBACK is not done."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection

    def query(self, sql: str) -> None:
        if sql == "ROLLBACK":
            raise STOPPED
        self.connection.query(sql)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.connection, name)


async def test_what_was_not_rolled_back_is_not_begun_anew(writes: Writes, monkeypatch: pytest.MonkeyPatch) -> None:
    """A transaction that begins commits the one that is open."""
    began: list[int] = []

    def conflict(connection: Any, change: Change) -> Any:
        began.append(1)
        carry_out(connection, change)
        raise MySQLdb.OperationalError(9007, "Write conflict")

    def opened(*asked: Any) -> Session:
        session = open_writer(*asked)
        monkeypatch.setattr(session, "connection", Refusing(session.connection))
        return session

    monkeypatch.setattr("mcpserver.sql.transaction.carry_out", conflict)
    monkeypatch.setattr("mcpserver.sql.write.open_writer", opened)
    with pytest.raises(SqlRejected, match="nothing is changed"):
        await writes("UPDATE accounts SET money = 1 WHERE id = 1")
    assert began == [1]
    assert writes.rows(MONEY) == BEFORE


async def test_a_reader_cannot_write(writes: Writes) -> None:
    reader = writes.server.reader
    with pytest.raises(SqlError):
        await write(
            writes.server.target(reader),
            reader.secret,
            writes.batch("UPDATE accounts SET money = 1 WHERE id = 1"),
            Ledger(),
        )
    assert writes.rows(MONEY) == BEFORE


class Watched(Ledger):
    """Calls in the moment in which COMMIT is about to be sent."""

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        if name == "pending" and str(value).startswith("COMMIT"):
            self.at_commit()

    def at_commit(self) -> None:
        """Nothing, unless it is told."""


class KilledBefore(Watched):
    """Its connection is gone before COMMIT arrives."""

    def __init__(self, server: SqlServer) -> None:
        super().__init__()
        self.server = server

    def at_commit(self) -> None:
        kill_writers(self.server)


class KilledMeanwhile(KilledBefore):
    """Its connection is killed while COMMIT is on its way, or runs, or has just ended."""

    def at_commit(self) -> None:
        threading.Thread(target=kill_writers, args=[self.server]).start()


async def test_money_is_neither_made_nor_lost_whatever_is_killed(writes: Writes, times: int) -> None:
    """Transfers side by side while connections are killed, at random and at COMMIT; what is unknown is flagged, and no more."""
    server, told = writes.server, {"done": 0, "failed": 0, "unknown": 0}
    stop = threading.Event()

    def killer() -> None:
        while not stop.wait(0.01):
            kill_writers(server)

    def ledger_of(number: int) -> Ledger:
        kinds = {3: lambda: KilledBefore(server), 7: lambda: KilledMeanwhile(server)}
        return kinds.get(number % 10, Ledger)()

    async def transfer(number: int) -> None:
        one, other = 1 + number % 3, 1 + (number + 1) % 3
        batch = writes.batch(
            f"UPDATE accounts SET money = money - 1 WHERE id = {one}; UPDATE accounts SET money = money + 1 WHERE id = {other}; "
            f"INSERT INTO log VALUES ({number})"
        )
        ledger = ledger_of(number)
        try:
            await write(server.target(server.writer), server.writer.secret, batch, ledger)
        except SqlError as error:
            found = "unknown" if error.outcome_unknown else "failed"
        else:
            found = "done"
        told[found] += 1
        assert bool(ledger.pending) is (found == "unknown")
        assert bool(ledger.happened) is (found == "done")
        if found != "unknown":
            there = writes.rows(f"SELECT * FROM log WHERE a = {number}")
            assert there == ([(number,)] if found == "done" else [])

    server.run("CREATE TABLE log (a INT PRIMARY KEY)", database=server.database)
    thread = threading.Thread(target=killer)
    thread.start()
    try:
        await asyncio.gather(*(transfer(number) for number in range(60 * times)))
    finally:
        stop.set()
        thread.join()
    last = 60 * times
    await transfer(last + 1)  # nobody kills it
    await transfer(last + 3)  # at its COMMIT
    assert sum(money for _, money in writes.rows(MONEY)) == 300
    there = writes.rows("SELECT COUNT(*) FROM log")[0][0]
    assert told["done"] <= there <= told["done"] + told["unknown"]
    assert all(told.values()), told
