"""What the audit says of outcomes that nobody knows, and of logins and labels: the list, a call's page, CSV."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.test import Client

from accounts.models import User
from audit.filters import STILL_RUNNING
from audit.kinds import Kind, Result
from audit.models import Event, record
from tests.pages.test_export import lines_of
from tidbmcp.lib.clock import now
from tidbmcp.lib.ids import new_id

EVENTS = "/admin/audit/event/"
CHIP = '<span class="chip chip-unknown">outcome unknown</span>'
Call = Callable[..., Event]

OURS: dict[Kind, dict[str, Any]] = {
    Kind.LOGINS_MADE: {"call_id": new_id(), "cluster_id": "7", "parameters": {"connection": "ours"}},
    Kind.VAULT_FORGOTTEN: {"parameters": {"kind": "sql-password", "which": "u.reader on 7"}},
    Kind.CLUSTER_LABELLED: {"cluster": "shop", "parameters": {"before": "not labelled", "after": "staging"}},
}


def page_of(client: Client, event: Event) -> str:
    return client.get(f"{EVENTS}call/{event.call_id}/").text


@pytest.fixture
def unknown(call: Call) -> Event:
    call()
    why = "TiDB Cloud (ours) did not say whether this was done."
    return call(Result.UNKNOWN, tool="tidbcloud_create_cluster", error=why)


def test_the_list_shows_it_in_its_colour(as_alice: Client, unknown: Event) -> None:
    page = as_alice.get(EVENTS).text
    assert page.count(CHIP) == 1
    assert unknown.error in page


def test_the_list_can_be_filtered_by_it(as_alice: Client, unknown: Event) -> None:
    assert 'href="?result__exact=unknown">Outcome unknown</a>' in as_alice.get(EVENTS).text
    page = as_alice.get(f"{EVENTS}?result__exact=unknown")
    assert [event.pk for event in page.context["cl"].result_list] == [unknown.pk]
    assert 'Result: <span class="value">outcome unknown</span>' in page.text


def test_its_call_says_that_somebody_must_look(as_alice: Client, unknown: Event) -> None:
    page = page_of(as_alice, unknown)
    assert "It was asked for and may have been done: look at the cluster before anybody tries again." in page
    assert page.count(CHIP) == 2  # beside the title, and where it stands in what happened
    assert unknown.error in page


def test_home_asks_to_look_and_leads_there(as_alice: Client, unknown: Event) -> None:
    (need,) = [need for need in as_alice.get("/admin/").context["needs"] if need.state == "unknown"]
    assert need.text == "tidbcloud_create_cluster on no cluster: nobody knows whether it was done."
    assert as_alice.get(need.url).status_code == 200


@pytest.mark.django_db(transaction=True)
async def test_csv_has_it_by_its_word(alice: User, call: Call) -> None:
    await sync_to_async(call)()
    await sync_to_async(call)(Result.UNKNOWN, error="nobody knows")
    (line,) = await lines_of(alice, "?result__exact=unknown")
    assert (line["result"], line["error"]) == ("unknown", "nobody knows")


@pytest.mark.parametrize("kind", OURS)
def test_every_page_has_a_word_for_it(as_alice: Client, kind: Kind) -> None:
    event = record(kind, person="bob", **OURS[kind])
    record(Kind.TOKEN_MADE, person="charlie")
    page = as_alice.get(f"{EVENTS}?kind__exact={kind}")
    assert [found.pk for found in page.context["cl"].result_list] == [event.pk]
    for text in (page.text, as_alice.get("/admin/").text, as_alice.get(f"{EVENTS}{event.pk}/change/").text):
        assert kind.label in text
        assert str(next(iter(event.parameters.values()))) in text


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", OURS)
async def test_csv_has_the_kind_too(alice: User, kind: Kind) -> None:
    event = await sync_to_async(record)(kind, person="bob", **OURS[kind])
    (line,) = await lines_of(alice, f"?kind__exact={kind}")
    assert (line["kind"], line["id"], line["person"]) == (kind, str(event.pk), "bob")


def test_the_making_of_logins_says_where_and_how_it_ended(as_alice: Client) -> None:
    about: dict[str, Any] = {"call_id": new_id(), "cluster_id": "7", "person": "bob"}
    record(Kind.LOGINS_MADE, Result.STARTED, **about)
    event = record(Kind.LOGINS_MADE, Result.ERROR, error="the branch has no user", **about)
    page = page_of(as_alice, event)
    assert "<bdi>SQL logins made</bdi>" in page
    assert "Tried, and failed" in page
    assert "on <bdi>7</bdi>." in page
    assert "the branch has no user" in page


def test_logins_of_which_nobody_knows_whether_they_were_made_need_a_look(as_alice: Client) -> None:
    at = now() - STILL_RUNNING - timedelta(minutes=1)
    record(Kind.LOGINS_MADE, Result.STARTED, call_id=new_id(), cluster_id="7", at=at)
    assert "SQL logins made on 7: nobody knows whether it was done." in as_alice.get("/admin/").text
