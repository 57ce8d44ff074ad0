"""The list as CSV."""

import csv
import io
from collections.abc import Callable
from typing import cast

import pytest
from asgiref.sync import sync_to_async
from django.http import StreamingHttpResponse
from django.test import AsyncClient, Client

from accounts.models import User
from audit.kinds import Kind, Result
from audit.models import Event

EXPORT = "/admin/audit/event/export.csv"
Call = Callable[..., Event]


async def lines_of(person: User, query: str = "") -> list[dict[str, str]]:
    client = AsyncClient()
    await client.aforce_login(person)
    answer = cast("StreamingHttpResponse", await client.get(EXPORT + query))
    assert answer.status_code == 200
    body = b"".join([part async for part in answer])
    return list(csv.DictReader(io.StringIO(body.decode())))


@pytest.mark.django_db(transaction=True)
async def test_it_has_what_the_filters_keep(alice: User, call: Call) -> None:
    await sync_to_async(call)(Result.REFUSED, cluster="wanted")
    await sync_to_async(call)(Result.OK, cluster="other")
    lines = await lines_of(alice, "?result__exact=refused")
    assert [line["cluster"] for line in lines] == ["wanted"]


@pytest.mark.django_db(transaction=True)
async def test_formulas_are_made_harmless(alice: User, call: Call) -> None:
    await sync_to_async(call)(client_name="=HYPERLINK(1)", error="@SUM(A1)", tool="+1", cluster="-1")
    (line,) = await lines_of(alice, "?kind__exact=call.finished")
    assert [line[name][0] for name in ("client_name", "error", "tool", "cluster")] == ["'"] * 4


@pytest.mark.django_db(transaction=True)
async def test_the_export_is_an_event_itself(alice: User, call: Call) -> None:
    await sync_to_async(call)()
    await lines_of(alice, "?person=bob")
    event = await Event.objects.aget(kind=Kind.AUDIT_EXPORTED)
    assert (event.person, event.parameters) == ("alice", {"filters": {"person": "bob"}})


def test_the_page_links_to_it_with_its_filters(as_alice: Client, call: Call) -> None:
    call()
    assert f'href="{EXPORT}?person=bob"' in as_alice.get("/admin/audit/event/?person=bob").text


def test_members_may_not_export(as_bob: Client) -> None:
    assert as_bob.get(EXPORT, follow=True).status_code == 403
