"""A call with a `request_key` runs once, whatever comes between: it is told again, still running, failed, or unknown."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import OperationalError, connection

from accounts.principal import Principal
from audit.facts import NOBODY
from mcpserver.request_keys import record
from mcpserver.request_keys.models import RequestKey, State
from mcpserver.request_keys.record import KEPT, Asked
from mcpserver.sql.errors import SqlRejected, SqlUnknown
from mcpserver.tasks import forget_request_keys
from mcpserver.tools.once import Unsure, once
from mcpserver.tools.spec import Call
from tidbmcp.lib.clock import now
from tidbmcp.lib.errors import BadInput, GatewayError, Unavailable
from tidbmcp.lib.ids import new_id
from tidbmcp.lib.threads import in_control_thread

pytestmark = pytest.mark.django_db(transaction=True)

TOKEN, OTHER_TOKEN = UUID(int=1), UUID(int=2)
INSERT = {"cluster": "shop", "statements": ["INSERT INTO t VALUES ('planted literal')"]}
Does = Callable[[Call], object]


def asked(key: str = "planted-key", token: UUID = TOKEN, tool: str = "db_execute", **arguments: Any) -> Asked:
    """As a call of its own, whose id is new."""
    return Asked(new_id(), token, tool, key, arguments or INSERT)


class Work:
    """What is to run once. `does` is what it does each time."""

    def __init__(self, does: Does = lambda call: None) -> None:
        self.runs, self.does = 0, does

    async def __call__(self, what: Asked | None) -> dict[str, Any]:
        self.call = Call(Principal(1, "bob", TOKEN, "tmcp_bob", frozenset(), False), NOBODY, False)
        return await once(self.call, what, self.run)

    async def run(self) -> dict[str, Any]:
        self.runs += 1
        found = self.does(self.call)
        if asyncio.iscoroutine(found):
            await found
        return {"rows_affected": self.runs}


async def fails(work: Work, what: Asked) -> BaseException:
    """What its caller gets instead of an answer."""
    with pytest.raises((Exception, asyncio.CancelledError)) as caught:
        await work(what)
    return caught.value


async def rows() -> list[RequestKey]:
    return await in_control_thread(lambda: list(RequestKey.objects.order_by("begun_at")))


async def older(by: timedelta) -> None:
    """As if all of them had begun so long ago."""
    await in_control_thread(lambda: RequestKey.objects.update(begun_at=now() - by))


def raises(error: BaseException, *, pending: str = "", happened: str = "") -> Does:
    """Fail with this, after noting how far it came."""

    def do(call: Call) -> object:
        call.pending, call.happened = pending, happened
        raise error

    return do


# Told again


async def test_without_a_key_nothing_is_a_duplicate() -> None:
    work = Work()
    assert [await work(None), await work(None)] == [
        {"rows_affected": 1, "repeated": False},
        {"rows_affected": 2, "repeated": False},
    ]
    assert await rows() == []


async def test_the_same_call_is_answered_from_the_record() -> None:
    work, first = Work(), asked()
    assert await work(first) == {"rows_affected": 1, "repeated": False}
    assert work.call.noted == {}
    assert await work(asked()) == {"rows_affected": 1, "repeated": True}
    assert work.runs == 1
    assert list(work.call.noted.values()) == [str(first.call_id)]


@pytest.mark.parametrize(
    "other",
    [asked(token=OTHER_TOKEN), asked(tool="another_tool"), asked(key="another-key"), asked(key="planted-key ")],
    ids=["another token", "another tool", "another key", "a longer key"],
)
async def test_what_is_not_this_key_of_this_token_runs(other: Asked) -> None:
    work = Work()
    await work(asked())
    assert (await work(other))["repeated"] is False
    assert work.runs == 2


@pytest.mark.parametrize("does", [lambda call: None, raises(SqlUnknown("Nobody knows."))], ids=["done", "unknown"])
async def test_the_key_with_other_arguments_is_refused(does: Does) -> None:
    work = Work(does)
    await asyncio.gather(work(asked()), return_exceptions=True)
    error = await fails(work, asked(cluster="shop", statements=["DELETE FROM t WHERE id = 1"]))
    assert isinstance(error, BadInput)
    assert "used for another call, so nothing was run" in error.public
    assert work.runs == 1


async def test_the_order_of_arguments_is_no_difference() -> None:
    work = Work()
    await work(asked(a=1, b=2))
    assert (await work(asked(b=2, a=1)))["repeated"] is True


async def test_what_the_server_said_is_not_kept() -> None:
    async def run() -> dict[str, Any]:
        return {"results": [{"verb": "INSERT", "warnings": ["planted value"]}]}

    call = Call(Principal(1, "bob", TOKEN, "tmcp_bob", frozenset(), False), NOBODY, False)
    first, second = [await once(call, asked(), run) for _ in range(2)]
    assert first["results"][0]["warnings"] == ["planted value"]
    assert second["results"] == [{"verb": "INSERT", "warnings": []}]
    failed = raises(SqlRejected("Duplicate entry 'planted value'", recorded="refused (1062)"), happened="1 ran")
    await fails(Work(failed), asked("other"))
    assert "refused (1062) (1 ran)" in str(await fails(Work(failed), asked("other")))
    assert "planted value" not in repr([vars(row) for row in await rows()])


async def test_neither_the_key_nor_the_arguments_are_kept() -> None:
    await Work()(asked())
    (row,) = await rows()
    kept = repr(vars(row))
    assert "planted" not in kept
    assert str(TOKEN) not in kept
    assert row.state == State.DONE


# Not told yet, and never


async def test_one_that_still_runs_says_so() -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def wait() -> None:
        begun.set()
        await may_end.wait()

    work = Work(lambda call: wait())
    first = asyncio.create_task(work(asked()))
    await begun.wait()
    error = await fails(work, asked())
    assert isinstance(error, Unavailable)
    assert "still running" in error.public
    may_end.set()
    assert (await first)["repeated"] is False
    assert (await work(asked()))["repeated"] is True
    assert work.runs == 1


async def test_one_whose_process_died_is_unknown_once_it_must_be_over(settings: Any) -> None:
    settings.SQL_MAX_WRITE_SECONDS = 60
    work = Work()
    await in_control_thread(record.claim, asked())
    for seconds, error in ((170, Unavailable), (190, Unsure)):
        await older(timedelta(seconds=seconds))
        assert type(await fails(work, asked())) is error
    assert work.runs == 0


async def test_what_nobody_knows_stays_unknown_and_is_not_run_again() -> None:
    work = Work(raises(SqlUnknown("COMMIT was sent."), pending="COMMIT was sent"))
    assert isinstance(await fails(work, asked()), SqlUnknown)
    for _ in range(2):
        error = await fails(work, asked())
        assert isinstance(error, Unsure)
        assert error.outcome_unknown
        assert "COMMIT was sent. (COMMIT was sent) It was not run again." in error.public
    assert work.runs == 1


async def test_one_that_failed_and_did_nothing_frees_its_key() -> None:
    work = Work(raises(SqlRejected("Duplicate entry.")))
    await fails(work, asked())
    assert await rows() == []
    work.does = lambda call: None
    assert (await work(asked()))["repeated"] is False


async def test_one_that_failed_halfway_is_not_run_again() -> None:
    work = Work(raises(SqlRejected("It exists already."), happened="1 of 2 statements ran and stand"))
    await fails(work, asked())
    error = await fails(work, asked())
    assert type(error) is GatewayError
    assert "It exists already. (1 of 2 statements ran and stand) It was not run again." in error.public
    assert work.runs == 1


@pytest.mark.parametrize("error", [asyncio.CancelledError(), RuntimeError("a bug")], ids=["cancelled", "a bug"])
@pytest.mark.parametrize(
    ("noted", "state"),
    [
        ({}, None),
        ({"pending": "ALTER TABLE was sent"}, State.UNKNOWN),
        ({"happened": "3 rows changed"}, State.FAILED),
        ({"happened": "1 of 2 statements ran", "pending": "CREATE INDEX was sent"}, State.UNKNOWN),
    ],
    ids=["before anything", "while it was sent", "after it was done", "in the middle"],
)
async def test_one_that_is_cut_off_keeps_what_is_known(
    error: BaseException, noted: dict[str, str], state: State | None
) -> None:
    work = Work(raises(error, **noted))
    assert await fails(work, asked()) is error
    assert [row.state for row in await rows()] == ([state] if state else [])
    if state:
        again = await fails(work, asked())
        assert all(word in str(again) for word in noted.values())
        assert work.runs == 1


# A day


async def test_after_a_day_the_key_is_free_and_not_before() -> None:
    work = Work()
    await work(asked())
    await older(KEPT - timedelta(minutes=1))
    assert (await work(asked()))["repeated"] is True
    await older(KEPT + timedelta(minutes=1))
    assert (await work(asked()))["repeated"] is False
    assert work.runs == 2


async def test_the_clean_up_removes_only_what_is_over() -> None:
    work = Work()
    await work(asked(key="old"))
    await in_control_thread(record.claim, asked(key="old and never ended"))
    await older(KEPT + timedelta(minutes=1))
    await work(asked(key="fresh"))
    await in_control_thread(record.claim, asked(key="running"))
    await in_control_thread(forget_request_keys)
    assert sorted(row.state for row in await rows()) == [State.DONE, State.RUNNING]
    assert (await work(asked(key="fresh")))["repeated"] is True


async def test_one_that_ends_after_its_day_leaves_the_row_of_the_next_alone() -> None:
    late, fresh = asked(), asked()
    await in_control_thread(record.claim, late)
    await older(KEPT + timedelta(minutes=1))
    assert await in_control_thread(record.claim, fresh) is None
    await in_control_thread(record.settle, late, State.DONE, "{}")
    await in_control_thread(record.release, late)
    assert [(row.call_id, row.state) for row in await rows()] == [(fresh.call_id, State.RUNNING)]


# At once


async def test_of_many_calls_at_once_one_runs() -> None:
    many = [Work() for _ in range(20)]
    told = await asyncio.gather(*(work(asked()) for work in many), return_exceptions=True)
    assert sum(work.runs for work in many) == 1
    assert [one for one in told if isinstance(one, dict) and not one["repeated"]] == [
        {"rows_affected": 1, "repeated": False}
    ]
    assert all(isinstance(one, dict | Unavailable) for one in told)


def test_of_many_threads_at_once_one_claims_it() -> None:
    def claim(_: int) -> bool:
        try:
            return record.claim(asked()) is None
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(claim, range(40))) == 1


# The record itself fails


def broken(*_: object) -> None:
    raise OperationalError("no control database")


async def test_where_the_record_can_not_be_read_nothing_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "claim", broken)
    work = Work()
    error = await fails(work, asked())
    assert isinstance(error, Unavailable)
    assert "so nothing was run" in error.public
    assert "control database" not in error.public
    assert work.runs == 0


async def test_an_answer_that_can_not_be_kept_is_given_all_the_same_and_never_run_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    work = Work()
    with monkeypatch.context() as patch:
        patch.setattr(record, "settle", broken)
        assert (await work(asked()))["rows_affected"] == 1
    await older(timedelta(hours=1))
    assert isinstance(await fails(work, asked()), Unsure)
    assert work.runs == 1


async def test_a_key_that_can_not_be_freed_does_not_hide_why_it_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "release", broken)
    reason = SqlRejected("Duplicate entry.")
    assert await fails(Work(raises(reason)), asked()) is reason
