"""The cast, signed in, and events for pages to show."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import AccessToken, User
from accounts.scopes import Scope
from audit.facts import NOBODY
from audit.kinds import Kind, Result
from audit.models import Event, record
from mcpserver.vault.models import TidbCloudConnection
from tests.pages.far_end import FarEnd, served
from tidbmcp.lib.ids import new_id, new_request_id
from tidbmcp.lib.secrets import Secret

HOSTILE = '<script>alert("x")</script>'
TURNED = "abc\N{RIGHT-TO-LEFT OVERRIDE}cba"

Connect = Callable[..., TidbCloudConnection]
Start = Callable[..., FarEnd]


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def as_alice(alice: User) -> Client:
    return signed_in(alice)


@pytest.fixture
def as_bob(bob: User) -> Client:
    return signed_in(bob)


@pytest.fixture
def as_charlie(charlie: User) -> Client:
    return signed_in(charlie)


@pytest.fixture
def token_of_bob(bob: User) -> AccessToken:
    return AccessToken.make(bob, name="Claude Code", scopes=[Scope.READ])[0]


@pytest.fixture
def call(db: None) -> Callable[..., Event]:
    """Record a finished call."""

    def make(result: Result = Result.OK, **facts: Any) -> Event:
        about: Any = {"call_id": new_id(), "request_id": new_request_id(), "person": "bob", "tool": "db_query"} | facts
        return record(Kind.CALL_FINISHED, result, **about)

    return make


@pytest.fixture
def far_end() -> Iterator[Start]:
    """Start a TiDB Cloud that has these clusters."""
    with ExitStack() as started:
        yield lambda *clusters, **how: started.enter_context(served(FarEnd(list(clusters), **how)))


@pytest.fixture
def connect(db: None) -> Connect:
    def make(name: str, address: str) -> TidbCloudConnection:
        row = TidbCloudConnection(name=name, api_url=address, public_key="public")
        row.store(Secret("a key"), NOBODY)
        return row

    return make


@pytest.fixture
def nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """No answer of an earlier test, and no pauses before one that failed is asked for again."""
    cache.clear()
    monkeypatch.setattr("mcpserver.tidbcloud.host.PAUSE", 0.0)
