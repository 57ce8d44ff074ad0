"""Refusals of strangers: a few are rows, what is over them is counted, and nothing is forgotten."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from audit import refusals
from audit.facts import Facts
from audit.kinds import Kind, Result
from audit.models import Event
from audit.refusals import OTHERS, SINGLE_ROWS, Refusals
from tidbmcp.lib.errors import AuditUnavailable


class Clock:
    """Stands still until it is moved."""

    seconds = 600.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def counting(db: None, clock: Clock) -> Refusals:
    return Refusals(clock)


def refuse(
    counting: Refusals, times: int, address: str = "10.0.0.1", kind: Kind = Kind.AUTH_REFUSED, why: str = "no token"
) -> None:
    for _ in range(times):
        counting.refused(kind, Facts(address=address), error=why)


def rows() -> list[tuple[str, str, int]]:
    return list(Event.objects.order_by("pk").values_list("address", "error", "count"))


def test_the_first_five_of_a_minute_are_rows(counting: Refusals) -> None:
    refuse(counting, 5)
    assert rows() == [("10.0.0.1", "no token", 1)] * SINGLE_ROWS
    assert set(Event.objects.values_list("kind", "result")) == {(Kind.AUTH_REFUSED, Result.REFUSED)}


def test_what_is_over_them_is_one_counted_row_once_the_minute_ended(counting: Refusals, clock: Clock) -> None:
    refuse(counting, 9)
    refuse(counting, 2, why="expired")
    clock.seconds += 59
    counting.flush()
    assert len(rows()) == SINGLE_ROWS
    clock.seconds += 1
    counting.flush()
    counting.flush()
    assert rows()[SINGLE_ROWS:] == [("10.0.0.1", "expired; no token", 6)]


def test_the_next_minute_counts_anew(counting: Refusals, clock: Clock) -> None:
    refuse(counting, 6)
    clock.seconds += 60
    refuse(counting, 2)
    assert len(rows()) == 7


def test_each_address_and_each_kind_has_its_own_count(counting: Refusals) -> None:
    refuse(counting, 6, "10.0.0.1")
    refuse(counting, 6, "10.0.0.2")
    refuse(counting, 6, "10.0.0.1", Kind.SESSION_REFUSED)
    assert len(rows()) == 3 * SINGLE_ROWS
    counting.flush(everything=True)
    assert [row[2] for row in rows()[3 * SINGLE_ROWS :]] == [1, 1, 1]


def test_few_refusals_make_no_counted_row(counting: Refusals) -> None:
    refuse(counting, 5)
    counting.flush(everything=True)
    assert len(rows()) == 5


def test_a_stop_writes_the_running_minute_too(counting: Refusals) -> None:
    refuse(counting, 8)
    counting.flush()
    assert len(rows()) == 5
    counting.flush(everything=True)
    assert rows()[-1] == ("10.0.0.1", "no token", 3)


def test_a_flood_from_everywhere_is_counted_together(counting: Refusals, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refusals, "ADDRESSES_MOST", 3)
    for number in range(20):
        refuse(counting, 1, f"10.0.0.{number}")
    counting.flush(everything=True)
    assert sum(count for *_, count in rows()) == 20
    assert rows()[-1] == (OTHERS, "no token", 20 - 3 - SINGLE_ROWS)


def test_a_count_that_cannot_be_written_is_kept(
    counting: Refusals, clock: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    refuse(counting, 9)
    clock.seconds += 60

    def fails(*args: object, **kwargs: object) -> None:
        raise AuditUnavailable("no", detail="planted")

    with monkeypatch.context() as broken:
        broken.setattr(refusals, "record", fails)
        counting.flush()
    assert "4 refusals of 10.0.0.1 were not recorded" in caplog.text
    counting.flush()
    counting.flush()
    assert rows()[SINGLE_ROWS:] == [("10.0.0.1", "no token", 4)]


def test_a_refusal_that_cannot_be_written_says_so(counting: Refusals, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*args: object, **kwargs: object) -> None:
        raise AuditUnavailable("no")

    monkeypatch.setattr(refusals, "record", fails)
    with pytest.raises(AuditUnavailable):
        refuse(counting, 1)


def test_threads_lose_no_count(counting: Refusals, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[int] = []
    monkeypatch.setattr(refusals, "record", lambda *_, count=1, **__: written.append(count))
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: refuse(counting, 50), range(8)))
    counting.flush(everything=True)
    assert sum(written) == 400
