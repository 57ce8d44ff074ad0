"""The writer commits what waits together, tells each caller of its own row, and never stands still."""

import asyncio
from collections.abc import Callable
from threading import Event as Signal

import pytest
from django.db import DataError, OperationalError

from audit import models
from audit.facts import NOBODY
from audit.kinds import Kind, Result
from audit.models import Event, event_of
from audit.writer import Writer
from tidbmcp.lib.errors import AuditUnavailable
from tidbmcp.lib.threads import in_control_thread

pytestmark = pytest.mark.django_db(transaction=True)

Inserted = list[list[str]]


def row(tool: str) -> Event:
    return event_of(Kind.CALL_FINISHED, Result.OK, NOBODY, tool=tool)


async def written() -> set[str]:
    return await in_control_thread(lambda: set(Event.objects.values_list("tool", flat=True)))


def raises(error: Exception) -> Callable[[list[Event]], None]:
    def fails(_: list[Event]) -> None:
        raise error

    return fails


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> tuple[Signal, Signal, Inserted]:
    """The first insert waits for `go`, having set `begun`; and what each insert held."""
    begun, go, inserted = Signal(), Signal(), Inserted()
    insert = models._insert

    def slow(events: list[Event]) -> None:
        inserted.append([event.tool for event in events])
        begun.set()
        assert go.wait(20)
        if any(event.tool == "bad" for event in events):
            raise DataError("planted")
        insert(events)

    monkeypatch.setattr(models, "_insert", slow)
    return begun, go, inserted


async def asked(writer: Writer, *tools: str) -> "list[asyncio.Task[None]]":
    tasks = [asyncio.create_task(writer.write(row(tool))) for tool in tools]
    await asyncio.sleep(0)
    return tasks


async def test_what_comes_while_it_writes_is_committed_together(held: tuple[Signal, Signal, Inserted]) -> None:
    begun, go, inserted = held
    writer = Writer()
    first = await asked(writer, "one")
    await asyncio.to_thread(begun.wait, 20)
    rest = await asked(writer, "two", "three", "four")
    go.set()
    await asyncio.gather(*first, *rest)
    assert inserted == [["one"], ["two", "three", "four"]]
    assert await written() == {"one", "two", "three", "four"}


async def test_a_row_that_cannot_be_written_takes_no_other_along(held: tuple[Signal, Signal, Inserted]) -> None:
    begun, go, _ = held
    writer = Writer()
    first = await asked(writer, "one")
    await asyncio.to_thread(begun.wait, 20)
    rest = await asked(writer, "two", "bad", "three")
    go.set()
    ends = await asyncio.gather(*first, *rest, return_exceptions=True)
    assert [type(end) for end in ends] == [type(None), type(None), AuditUnavailable, type(None)]
    assert await written() == {"one", "two", "three"}


async def test_where_the_database_is_gone_all_are_told_at_once(
    held: tuple[Signal, Signal, Inserted], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go, inserted = held
    writer = Writer()
    first = await asked(writer, "one")
    await asyncio.to_thread(begun.wait, 20)
    tried = []

    def fails(events: list[Event]) -> None:
        tried.append(len(events))
        raise OperationalError("planted")

    monkeypatch.setattr(models, "_insert", fails)
    rest = await asked(writer, "two", "three")
    go.set()
    ends = await asyncio.gather(*first, *rest, return_exceptions=True)
    assert [type(end) for end in ends] == [type(None), AuditUnavailable, AuditUnavailable]
    assert (inserted, tried) == ([["one"]], [2])


async def test_after_a_failure_it_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    writer = Writer()
    for error, seen in ((ValueError("planted"), ValueError), (OperationalError("planted"), AuditUnavailable)):
        with monkeypatch.context() as patched:
            patched.setattr(models, "_insert", raises(error))
            with pytest.raises(seen):
                await writer.write(row("lost"))
    await writer.write(row("kept"))
    assert await written() == {"kept"}


async def test_who_comes_while_a_dead_database_is_waited_for_is_told_with_the_others(
    held: tuple[Signal, Signal, Inserted], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go, inserted = held
    writer = Writer()
    insert = models._insert

    def fails(events: list[Event]) -> None:
        insert(events)
        raise OperationalError("planted")

    monkeypatch.setattr(models, "_insert", fails)
    first = await asked(writer, "one")
    await asyncio.to_thread(begun.wait, 20)
    rest = await asked(writer, "two", "three")
    go.set()
    ends = await asyncio.gather(*first, *rest, return_exceptions=True)
    assert [type(end) for end in ends] == [AuditUnavailable] * 3
    assert inserted == [["one"]]
    monkeypatch.undo()
    await writer.write(row("later"))
    assert "later" in await written()


async def test_a_row_is_written_although_its_caller_goes_away(held: tuple[Signal, Signal, Inserted]) -> None:
    begun, go, _ = held
    (task,) = await asked(Writer(), "one")
    await asyncio.to_thread(begun.wait, 20)
    task.cancel()
    go.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await written() == {"one"}


async def test_many_at_once_are_all_there() -> None:
    writer = Writer()
    await asyncio.gather(*(writer.write(row(f"tool {number}")) for number in range(500)))
    assert len(await written()) == 500


def test_event_loops_one_after_the_other_share_it() -> None:
    writer = Writer()
    for number in range(3):
        asyncio.run(writer.write(row(f"loop {number}")))
    assert Event.objects.count() == 3
