"""`manage.py audit_export`: CSV on stdout and nothing else; the export is an event itself."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from audit.facts import Facts
from audit.kinds import Kind, Result
from audit.models import Event, record
from tidbmcp.lib.clock import now

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def calls() -> list[Event]:
    start = now() - timedelta(hours=10)
    return [
        record(
            Kind.CALL_FINISHED,
            result,
            Facts(person=person),
            tool=tool,
            cluster=cluster,
            at=start + timedelta(hours=hour),
        )
        for hour, (person, tool, cluster, result) in enumerate(
            [
                ("bob", "db_query", "shop", Result.OK),
                ("bob", "my_access", "", Result.ERROR),
                ("eve", "db_query", "freight", Result.OK),
            ]
        )
    ]


def export(*arguments: str) -> list[dict[str, str]]:
    out, err = StringIO(newline=""), StringIO()
    call_command("audit_export", "--format", "csv", *arguments, stdout=out, stderr=err)
    assert err.getvalue() == ""
    return [row for row in csv.DictReader(StringIO(out.getvalue(), newline="")) if row["kind"] == "call.finished"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], [2, 1, 0]),
        (["--person", "bob"], [1, 0]),
        (["--tool", "db_query"], [2, 0]),
        (["--cluster", "shop"], [0]),
        (["--result", "error"], [1]),
        (["--person", "bob", "--tool", "db_query"], [0]),
        (["--person", "BOB'; --"], []),
    ],
    ids=["all, newest first", "person", "tool", "cluster", "result", "two at once", "nobody"],
)
def test_it_filters(calls: list[Event], arguments: list[str], expected: list[int]) -> None:
    assert [row["id"] for row in export(*arguments)] == [str(calls[index].pk) for index in expected]


def test_since_is_from_then_on_and_until_is_before(calls: list[Event]) -> None:
    since, until = calls[1].at.isoformat(), calls[2].at.isoformat()
    assert [row["id"] for row in export("--since", since, "--until", until)] == [str(calls[1].pk)]


def test_it_is_an_event_that_says_what_was_taken() -> None:
    export("--person", "bob")
    assert Event.objects.get(kind=Kind.AUDIT_EXPORTED).parameters == {"filters": {"person": "bob"}, "by": "manage.py"}


@pytest.mark.parametrize(
    "arguments",
    [
        ["--since", "yesterday"],
        ["--since", "2026-11-22T14:00:00"],
        ["--until", "2026-99-99T00:00:00Z"],
        ["--result", "fine"],
    ],
    ids=["words", "without offset", "no such day", "unknown result"],
)
def test_a_filter_that_is_not_understood_stops_it(arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        export(*arguments)
    assert not Event.objects.filter(kind=Kind.AUDIT_EXPORTED).exists()


def test_without_a_format_it_stops() -> None:
    with pytest.raises(CommandError, match="format"):
        call_command("audit_export")
