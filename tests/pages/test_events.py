"""The list of events: read-only, newest first, never counted."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit.admin import EventAdmin
from audit.filters import STILL_RUNNING
from audit.kinds import Kind, Result
from audit.models import Event, record
from tests.pages.conftest import HOSTILE, TURNED
from tidbmcp.lib.clock import now
from tidbmcp.lib.ids import new_id

EVENTS = "/admin/audit/event/"
Call = Callable[..., Event]


@pytest.mark.parametrize("address", ["add/", "{id}/delete/"])
def test_events_are_only_read(as_alice: Client, call: Call, address: str) -> None:
    assert as_alice.get(EVENTS + address.format(id=call().pk)).status_code == 403


def test_an_event_is_not_changed_by_its_page(as_alice: Client, call: Call) -> None:
    event = call()
    assert as_alice.post(f"{EVENTS}{event.pk}/change/", {"person": "charlie"}).status_code == 403


def test_the_newest_stands_first(as_alice: Client, call: Call) -> None:
    call(cluster="first-one")
    call(cluster="second-one")
    page = as_alice.get(EVENTS).text
    assert page.index("second-one") < page.index("first-one")


@pytest.mark.parametrize("query", ["", "?person=bob&since=24h", "?result__exact=refused", "?q=tmcp_AbCd1234"])
def test_the_table_is_never_counted(as_alice: Client, call: Call, query: str) -> None:
    call()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        as_alice.get(EVENTS + query)
    assert not [entry["sql"] for entry in queries if "COUNT(" in entry["sql"] and "audit_event" in entry["sql"]]


@pytest.mark.parametrize(
    "query",
    ["person=bob", "tool=db_query", "cluster=orders", "result__exact=refused", "since=1h", "kind__exact=call.finished"],
)
def test_a_filter_keeps_what_fits(as_alice: Client, call: Call, query: str) -> None:
    call(Result.REFUSED, error="the one wanted", person="bob", tool="db_query", cluster="orders")
    record(Kind.TOKEN_MADE, person="dora", error="another one", tool="x", at=now() - timedelta(hours=3))
    page = as_alice.get(f"{EVENTS}?{query}").text
    assert "the one wanted" in page
    assert "another one" not in page


@pytest.mark.parametrize("found_by", ["request_id", "call_id", "token"])
def test_one_box_finds_three_things(as_alice: Client, call: Call, found_by: str) -> None:
    wanted = call(token="tmcp_AbCd1234", error="the one wanted")
    call(token="tmcp_other999", error="another one")
    page = as_alice.get(EVENTS, {"q": str(getattr(wanted, found_by))}).text
    assert "the one wanted" in page
    assert "another one" not in page


def test_the_box_takes_nonsense(as_alice: Client, call: Call) -> None:
    call()
    assert "Nothing fits" in as_alice.get(EVENTS, {"q": "' OR 1=1 --"}).text
    assert as_alice.get(EVENTS, {"q": "\x00"}).status_code == 200


def test_a_typed_filter_keeps_the_others_and_the_box(as_alice: Client, call: Call) -> None:
    call()
    page = as_alice.get(EVENTS, {"q": "tmcp_AbCd1234", "since": "24h"}).text
    forms = page.split('name="person"')[0].rsplit("<form", 1)[1]
    assert 'name="q" value="tmcp_AbCd1234"' in forms
    assert 'name="since" value="24h"' in forms


def test_pages_go_along_the_ids(as_alice: Client, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EventAdmin, "list_per_page", 2)
    for number in range(5):
        call(cluster=f"cluster-{number}")
    first = as_alice.get(EVENTS)
    assert ["cluster-4" in first.text, "cluster-2" in first.text] == [True, False]
    second = as_alice.get(EVENTS + first.context["cl"].older_query)
    assert ["cluster-2" in second.text, "cluster-4" in second.text] == [True, False]
    assert "← Newest" in second.text


def test_an_empty_list_teaches(as_alice: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_event")
    page = as_alice.get(EVENTS).text
    assert "Nothing has happened yet" in page
    assert "Make a token" in page


@pytest.mark.parametrize("kind", [Kind.CALL_STARTED, Kind.LOGINS_MADE])
def test_what_happened_on_the_way_is_no_outcome(as_alice: Client, kind: Kind) -> None:
    long_ago, call_id = now() - STILL_RUNNING - timedelta(minutes=1), new_id()
    record(kind, Result.STARTED, call_id=call_id, tool="db_execute", at=long_ago)
    record(Kind.VAULT_OPENED, call_id=call_id, at=long_ago)
    assert "nobody knows whether it was done" in as_alice.get("/admin/").text
    assert "nothing says how it ended" in as_alice.get(f"/admin/audit/event/call/{call_id}/").text


def test_a_call_that_never_ended_stands_out(as_alice: Client) -> None:
    long_ago = now() - STILL_RUNNING - timedelta(minutes=1)
    record(Kind.CALL_STARTED, Result.STARTED, call_id=new_id(), tool="db_execute", at=long_ago)
    assert "outcome unknown" in as_alice.get(EVENTS).text
    assert "nobody knows whether it was done" in as_alice.get("/admin/").text


def test_a_call_that_ended_does_not(as_alice: Client, call: Call) -> None:
    call_id = new_id()
    record(Kind.CALL_STARTED, Result.STARTED, call_id=call_id, tool="db_execute", at=now() - timedelta(hours=2))
    call(call_id=call_id)
    assert "outcome unknown" not in as_alice.get(EVENTS).text
    assert "nothing says how it ended" not in as_alice.get("/admin/").text


def test_a_call_that_may_still_run_does_not_either(as_alice: Client) -> None:
    record(Kind.CALL_STARTED, Result.STARTED, call_id=new_id(), tool="db_execute")
    assert "outcome unknown" not in as_alice.get(EVENTS).text


@pytest.mark.parametrize(
    "field", ["person", "client_name", "client_version", "tool", "cluster", "sql", "error", "address"]
)
def test_hostile_text_is_shown_as_text_everywhere(as_alice: Client, call: Call, field: str) -> None:
    event = call(**{field: (HOSTILE + TURNED)[: getattr(Event._meta.get_field(field), "max_length", None) or 100]})
    for address in ("/admin/", EVENTS, f"{EVENTS}call/{event.call_id}/", f"{EVENTS}{event.pk}/change/"):
        page = as_alice.get(address).text
        assert "<script>alert" not in page
        assert "\u202e" not in page


def test_hostile_parameters_are_shown_as_text(as_alice: Client, call: Call) -> None:
    event = call(parameters={HOSTILE: TURNED})
    page = as_alice.get(f"{EVENTS}call/{event.call_id}/").text
    assert "&lt;script&gt;" in page
    assert "U+202E" in page
    assert "\u202e" not in page


def test_long_text_breaks_nothing(as_alice: Client, call: Call) -> None:
    event = call(person="p" * 150, tool="t" * 100, cluster="c" * 100, error="e" * 500)
    assert as_alice.get(EVENTS).status_code == 200
    assert as_alice.get(f"{EVENTS}call/{event.call_id}/").status_code == 200
