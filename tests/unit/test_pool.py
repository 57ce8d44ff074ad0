"""Kept connections: recycled, pinged, replaced, bounded, and never shared between logins."""

import fcntl
import os
import resource
from collections.abc import Callable, Iterator
from typing import Any, cast

import MySQLdb
import pytest

from mcpserver.sql import pool as pool_module
from mcpserver.sql.engines import Engine
from mcpserver.sql.errors import SqlUnreachable, SqlUnsafe
from mcpserver.sql.pool import IDLE_MOST, LIFETIME, LOOK_AFTER, PING_AFTER, Pool
from mcpserver.sql.session import Session, Target
from tidbmcp.lib.secrets import Secret

HERE = Target("h", 4000, "reader", "1", "shop")


class Wire:
    """The far end: a connection that can die."""

    def __init__(self) -> None:
        self.pings, self.closed, self.dead = 0, 0, False
        self.end = os.eventfd(0)  # readable once the far end has closed it

    def fileno(self) -> int:
        return self.end

    def ping(self) -> None:
        self.pings += 1
        if self.dead:
            raise MySQLdb.OperationalError(2006, "gone")

    def close(self) -> None:
        self.closed += 1
        if self.dead:
            raise MySQLdb.OperationalError(2006, "gone")


class Bench:
    """A pool with a clock and a count of connections made."""

    def __init__(self) -> None:
        self.seconds, self.made, self.asked = 1000.0, 0, 0
        self.looks, self.still_reads = 0, True
        self.pool = Pool(lambda: self.seconds)

    def open(self, target: Target, password: Secret) -> Session:
        self.made += 1
        return Session(
            target, cast("Any", Wire()), password, True, self.made, Engine("mysql"), self.seconds, self.seconds
        )

    def look(self, session: Session, moment: float) -> None:
        self.looks += 1
        wire(session).ping()
        session.reads_only, session.looked = self.still_reads, moment

    def password(self) -> Secret:
        self.asked += 1
        return Secret("x")

    def take(self, target: Target = HERE) -> Session:
        return self.pool.take(target, self.password)


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    bench = Bench()
    monkeypatch.setattr(pool_module, "open_session", bench.open)
    monkeypatch.setattr(Session, "look", lambda session, moment: bench.look(session, moment))
    return bench


def wire(session: Session) -> Wire:
    return cast("Wire", session.connection)


def test_a_connection_that_was_given_back_is_taken_again_without_the_password(bench: Bench) -> None:
    first = bench.take()
    bench.pool.give_back(first)
    assert bench.take() is first
    assert (bench.made, bench.asked, wire(first).pings) == (1, 1, 0)


def test_what_is_taken_is_not_taken_by_another(bench: Bench) -> None:
    bench.pool.give_back(bench.take())
    assert bench.take() is not bench.take()


@pytest.mark.parametrize(
    "other",
    [
        Target("other", 4000, "reader", "1", "shop"), Target("h", 4001, "reader", "1", "shop"), Target("h", 4000, "root", "1", "shop"),
        Target("h", 4000, "reader", "2", "shop"), Target("h", 4000, "reader", "1", "freight"), Target("h", 4000, "reader", "1"),
    ],
    ids=["host", "port", "user", "newer secret", "database", "no database"],
)  # fmt: skip
def test_another_login_or_database_never_gets_it(bench: Bench, other: Target) -> None:
    bench.pool.give_back(bench.take())
    assert bench.take(other).target == other
    assert bench.made == 2


@pytest.mark.parametrize(("idle", "pings"), [(PING_AFTER - 1, 0), (PING_AFTER, 1), (LIFETIME - 1, 1)])
def test_one_that_was_idle_is_asked_first(bench: Bench, idle: float, pings: int) -> None:
    session = bench.take()
    bench.pool.give_back(session)
    bench.seconds += idle
    assert bench.take() is session
    assert wire(session).pings == pings


def test_what_a_login_may_do_is_looked_up_again_as_it_ages(bench: Bench) -> None:
    session = bench.take()
    bench.pool.give_back(session)
    bench.seconds += LOOK_AFTER - 1
    bench.pool.give_back(bench.take())
    assert bench.looks == 0
    bench.seconds += 1
    bench.still_reads = False
    assert bench.take() is session
    assert (bench.looks, session.reads_only) == (1, False)  # and nothing is run with it


def test_one_whose_session_is_not_as_it_was_set_is_closed_and_told_of(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(session: Session, moment: float) -> None:
        raise SqlUnsafe("changed", detail="max_execution_time is 0")

    session = bench.take()
    bench.pool.give_back(session)
    bench.seconds += LOOK_AFTER
    monkeypatch.setattr(Session, "look", fails)
    assert bench.take() is not session
    assert wire(session).closed == 1
    assert "a kept connection of reader to h:4000 is closed: max_execution_time is 0" in caplog.text


def test_one_of_which_nobody_knows_what_is_wrong_is_closed(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(session: Session, moment: float) -> None:
        raise ValueError("not even a number")

    session = bench.take()
    bench.pool.give_back(session)
    bench.seconds += LOOK_AFTER
    monkeypatch.setattr(Session, "look", fails)
    with pytest.raises(ValueError, match="not even a number"):
        bench.take()
    assert wire(session).closed == 1


@pytest.fixture
def many_files() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 2000), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.usefixtures("many_files")
@pytest.mark.parametrize("dead", [False, True])
def test_its_end_is_seen_in_a_process_with_many_files_open(bench: Bench, dead: bool) -> None:
    session = bench.take()
    wire(session).end = fcntl.fcntl(os.eventfd(int(dead)), fcntl.F_DUPFD, 1500)
    try:
        assert session.is_dead() is dead
    finally:
        os.close(wire(session).end)


def test_one_that_died_is_closed_and_replaced(bench: Bench) -> None:
    sessions = [bench.take() for _ in range(3)]
    for session in sessions:
        bench.pool.give_back(session)
        wire(session).dead = True
    bench.seconds += PING_AFTER
    assert bench.take() not in sessions
    assert [wire(session).closed for session in sessions] == [1, 1, 1]


def test_one_of_five_minutes_is_closed_and_not_even_asked(bench: Bench) -> None:
    old = bench.take()
    bench.seconds += LIFETIME - 1
    bench.pool.give_back(old)
    bench.seconds += 1
    assert bench.take() is not old
    assert (wire(old).closed, wire(old).pings) == (1, 0)


def test_only_so_many_wait(bench: Bench) -> None:
    sessions = [bench.take() for _ in range(IDLE_MOST + 2)]
    for session in sessions:
        bench.pool.give_back(session)
    assert [wire(session).closed for session in sessions] == [1, 1] + [0] * IDLE_MOST  # the newest stay


def _old_and_young(bench: Bench) -> tuple[Session, Session]:
    old = bench.take()
    bench.seconds += LIFETIME / 2
    young = bench.take()
    for session in (old, young):
        bench.pool.give_back(session)
    bench.seconds += LIFETIME / 2
    return old, young


@pytest.mark.parametrize(
    ("sweep", "closed"),
    [(lambda pool: pool.sweep(), [1, 0]), (lambda pool: pool.sweep(everything=True), [1, 1])],
    ids=["old ones", "everything"],
)
def test_a_sweep_closes(bench: Bench, sweep: Callable[[Pool], None], closed: list[int]) -> None:
    sessions = _old_and_young(bench)
    sweep(bench.pool)
    sweep(bench.pool)
    assert [wire(session).closed for session in sessions] == closed
    assert (bench.take() is sessions[1]) is (closed == [1, 0])


def test_a_server_that_cannot_be_reached_leaves_the_pool_as_it_was(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(target: Target, password: Secret) -> Session:
        raise SqlUnreachable("down")

    kept = bench.take()
    monkeypatch.setattr(pool_module, "open_session", fails)
    with pytest.raises(SqlUnreachable):
        bench.take()
    bench.pool.give_back(kept)
    assert bench.take() is kept
