"""The page of one call."""

from collections.abc import Callable

import pytest
from django.test import Client

from audit.kinds import Kind, Result
from audit.models import Event, record
from tidbmcp.lib.ids import new_id

Call = Callable[..., Event]


def page_of(client: Client, event: Event) -> str:
    return client.get(f"/admin/audit/event/call/{event.call_id}/").text


def test_it_says_what_was_asked_and_how_it_ended(as_alice: Client, call: Call) -> None:
    event = call(Result.REFUSED, sql="DROP TABLE orders", error="writes are not open", cluster="orders-eu")
    page = page_of(as_alice, event)
    assert all(
        text in page
        for text in ("Refused, so nothing was done", "DROP TABLE orders", "writes are not open", "orders-eu")
    )


def test_sql_is_named_untrusted(as_alice: Client, call: Call) -> None:
    assert "untrusted text" in page_of(as_alice, call(sql="SELECT 1"))


@pytest.mark.parametrize("result", list(Result))
def test_every_result_has_a_sentence(as_alice: Client, call: Call, result: Result) -> None:
    assert result.label in page_of(as_alice, call(result))


def test_its_events_stand_in_order(as_alice: Client, call: Call) -> None:
    call_id, request_id = new_id(), "a" * 32
    record(Kind.CALL_STARTED, Result.STARTED, call_id=call_id, request_id=request_id, tool="db_execute")
    record(Kind.VAULT_OPENED, request_id=request_id)
    page = page_of(as_alice, call(call_id=call_id, request_id=request_id))
    assert page.index("tool call started") < page.index("secret opened") < page.rindex("tool call")


def test_an_unknown_call_is_not_found(as_alice: Client) -> None:
    assert as_alice.get(f"/admin/audit/event/call/{new_id()}/").status_code == 404


def test_members_may_not_see_it(as_bob: Client, call: Call) -> None:
    answer = as_bob.get(f"/admin/audit/event/call/{call().call_id}/", follow=True)
    assert answer.status_code == 403
