"""Events as CSV: read back as they were, harmless to spreadsheets, a page at a time."""

import csv
from collections.abc import Iterator
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from audit import export
from audit.export import COLUMNS, csv_pages, csv_pages_async, harmless
from audit.facts import Facts
from audit.kinds import Kind
from audit.models import Event, record
from tidbmcp.lib.threads import in_control_thread


def read(pages: Iterator[str]) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO("".join(pages), newline="")))


@pytest.fixture
def many(db: None) -> list[Event]:
    return [record(Kind.CALL_FINISHED, tool=f"tool {number}") for number in range(11)]


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "|calc",
        "%0A",
        " =1",
        '"=1',
        "'=1",
        "\" '=1",
        "=cmd|' /C calc'!A0",
    ],
)
def test_a_formula_becomes_text(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["", "bob", "a=b", "SELECT ?", '{"a": 1}', "10.0.0.1", "'quoted'", " blank", "2026-11-22"]
)
def test_ordinary_text_stays(text: str) -> None:
    assert harmless(text) == text


@pytest.mark.parametrize("sign", "\uff1d\uff0b\uff0d\uff20")
def test_full_width_signs_are_formulas_too(sign: str) -> None:
    assert harmless(f"{sign}1+1").startswith("'")


def test_a_cell_is_not_split_by_another_separator(db: None) -> None:
    record(Kind.CALL_FINISHED, person="a;=1+1")
    assert '"a;=1+1"' in "".join(csv_pages(Event.objects.all()))


@given(st.text(st.characters(codec="utf-8")))
def test_no_cell_begins_a_formula(text: str) -> None:
    assert not harmless(text).lstrip(' "').startswith(("=", "+", "-", "@", "|", "%", "\t", "\r", "\n"))


def test_it_reads_back_as_it_was(db: None) -> None:
    facts = Facts("r1", None, 'bob, "the" builder', "tmcp_x", "client\nname", "1", "10.0.0.1")
    made = record(
        Kind.CALL_FINISHED,
        facts=facts,
        tool="=1+1",
        parameters={"a": 'b,"c"'},
        sql="SELECT ?,\n?",
        rows=0,
        duration_ms=1.5,
    )
    (row,) = read(csv_pages(Event.objects.all()))
    assert list(row) == list(COLUMNS)
    assert (row["person"], row["client_name"], row["tool"]) == ('bob, "the" builder', "client\nname", "'=1+1")
    assert (row["parameters"], row["sql"], row["rows"], row["bytes"]) == ('{"a": "b,\\"c\\""}', "SELECT ?,\n?", "0", "")
    assert (row["id"], row["at"], row["count"]) == (str(made.pk), made.at.isoformat(), "1")


def test_every_column_of_an_event_is_in_it() -> None:
    assert set(COLUMNS) == {field.name for field in Event._meta.concrete_fields}


@pytest.mark.parametrize("size", [1, 3, 10, 11, 12])
def test_pages_have_every_event_once_newest_first(
    many: list[Event], size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "PAGE", size)
    assert [row["id"] for row in read(csv_pages(Event.objects.all()))] == [str(event.pk) for event in many[::-1]]


def test_it_reads_a_page_when_it_is_asked_for_and_not_before(
    many: list[Event], django_assert_num_queries: DjangoAssertNumQueries, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "PAGE", 4)
    pages = csv_pages(Event.objects.all())
    with django_assert_num_queries(0):
        next(pages)
    with django_assert_num_queries(1) as asked:
        assert next(pages).count("\r\n") == 4
    assert "LIMIT 4" in asked[0]["sql"]
    with django_assert_num_queries(2):
        assert [page.count("\r\n") for page in pages] == [4, 3]


def test_filters_hold_on_every_page(many: list[Event], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "PAGE", 1)
    some = Event.objects.filter(tool__in=["tool 1", "tool 2", "tool 3"])
    assert [row["tool"] for row in read(csv_pages(some))] == ["tool 3", "tool 2", "tool 1"]


def test_events_that_come_while_it_runs_are_left_out(many: list[Event], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "PAGE", 5)
    pages = csv_pages(Event.objects.all())
    begun = next(pages) + next(pages)
    record(Kind.CALL_FINISHED, tool="late")
    assert "late" not in begun + "".join(pages)


def test_nothing_is_a_header(db: None) -> None:
    (line,) = csv_pages(Event.objects.all())
    assert list(csv.reader([line])) == [list(COLUMNS)]


@pytest.mark.django_db(transaction=True)
async def test_an_answer_of_the_server_has_the_same_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "PAGE", 2)
    for number in range(5):
        await in_control_thread(record, Kind.CALL_FINISHED, tool=f"tool {number}")
    streamed = [page async for page in csv_pages_async(Event.objects.all())]
    assert streamed == await in_control_thread(lambda: list(csv_pages(Event.objects.all())))
    assert len(streamed) == 4
