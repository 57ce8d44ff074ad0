"""What is over its time, or wanted by nobody any more, is killed on the server; what was cut is never a result."""

import asyncio
from typing import Any

import pytest

from mcpserver.sql import query
from mcpserver.sql.errors import SqlRejected, SqlTooLong, SqlUnreachable
from mcpserver.sql.fetch import Table
from mcpserver.sql.job import Job, Statement, run
from mcpserver.sql.limits import Limits
from mcpserver.sql.query import all_stopped
from tests.sql.reads import WIDE_OPEN, Reads
from tests.sql.servers import SqlServer
from tests.stack import wait_until

SLOW = "SELECT COUNT(*) AS `{mark}` FROM numbers a, numbers b, numbers c, numbers d"


async def running(server: SqlServer, mark: str) -> None:
    await asyncio.to_thread(wait_until, lambda: server.running(mark), "the statement runs")


async def test_a_caller_that_goes_away_takes_its_statement_along(server: SqlServer, read: Reads) -> None:
    call = asyncio.create_task(read(SLOW.format(mark="left alone")))
    await running(server, "left alone")
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await asyncio.to_thread(server.wait_until_gone, "left alone")
    assert (await read("SELECT 1")).rows == [[1]]


@pytest.mark.parametrize("sql", [SLOW, "SELECT SLEEP(30) AS `{mark}`"], ids=["a join", "a sleep"])
async def test_a_statement_that_was_cut_is_never_a_result(server: SqlServer, read: Reads, sql: str) -> None:
    """TiDB answers 1 for a SLEEP that it cut."""
    with pytest.raises(SqlTooLong):
        await read(sql.format(mark="cut short"), limits=Limits(10, 1000, 1000, 0.5))
    await asyncio.to_thread(server.wait_until_gone, "cut short")


def test_what_ends_after_its_time_is_no_result_even_if_nobody_saw(server: SqlServer, read: Reads) -> None:
    late = Job(Statement("SELECT 1"), Limits(10, 1000, 1000, 0))
    with pytest.raises(SqlTooLong, match="ran over its time"):
        run(late, read.pool, server.target(), server.reader.secret, lambda: None)


def test_what_ends_after_it_was_to_be_stopped_is_no_result(
    server: SqlServer, read: Reads, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = Job(Statement("SELECT 1"), WIDE_OPEN)

    def meanwhile(*asked: Any) -> Any:
        job.stopped = True
        return "a table"

    monkeypatch.setattr("mcpserver.sql.job.fetch", meanwhile)
    with pytest.raises(SqlTooLong):
        run(job, read.pool, server.target(), server.reader.secret, lambda: None)


async def test_a_connection_is_held_until_its_statement_is_seen_to_have_ended(
    server: SqlServer, read: Reads, monkeypatch: pytest.MonkeyPatch
) -> None:
    kills: list[Job] = []
    monkeypatch.setattr(query, "GRACE", 0.2)
    monkeypatch.setattr(query, "kill", kills.append)  # none arrives
    with pytest.raises(SqlTooLong, match="has not confirmed yet"):
        await read(SLOW.format(mark="hard to kill"), limits=Limits(10, 1000, 1000, 0.5))

    def held() -> bool:
        return kills[0].session is not None and not kills[0].future.done()

    assert held()
    monkeypatch.undo()
    await all_stopped()
    assert not held()
    await asyncio.to_thread(server.wait_until_gone, "hard to kill")


@pytest.mark.parametrize("error", [None, SqlRejected("There is no such table.")], ids=["with rows", "with an error"])
async def test_what_ended_just_as_its_time_was_over_had_reached_its_server(error: Exception | None) -> None:
    job = Job(Statement("SELECT 1"), Limits(10, 1000, 1000, 0.5), reached=True)
    job.future.set_running_or_notify_cancel()
    job.future.set_exception(error) if error else job.future.set_result(Table([], [], 0, ""))
    found = await query._stop_late(job, asyncio.wrap_future(job.future))
    assert found is error if error else isinstance(found, SqlTooLong)


async def test_one_that_ends_while_its_kill_is_under_way_had_reached_its_server() -> None:
    job = Job(Statement("SELECT 1"), Limits(10, 1000, 1000, 0.5), reached=True)  # its session is gone already
    job.future.set_running_or_notify_cancel()
    stopping = asyncio.create_task(query._stop_late(job, asyncio.wrap_future(job.future)))
    await asyncio.sleep(0)
    job.future.set_result(Table([], [], 0, ""))
    assert isinstance(await stopping, SqlTooLong)


async def test_a_result_that_no_kill_gets_through_to_is_cut_all_the_same(
    server: SqlServer, read: Reads, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*asked: Any) -> Any:
        raise SqlUnreachable("no more connections")

    monkeypatch.setattr("mcpserver.sql.job.connect", fails)
    endless = "SELECT a.n, 'cut off' FROM numbers a, numbers b, numbers c, numbers d"
    assert len((await read(endless, limits=Limits(7, 1_000_000, 1_000_000, 20))).rows) == 7
    assert not read.pool._idle
    await asyncio.to_thread(server.wait_until_gone, "cut off")
