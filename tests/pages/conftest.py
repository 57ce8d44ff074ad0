"""The cast, signed in, and events for pages to show."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import AccessToken, User
from accounts.scopes import Scope
from audit.kinds import Kind, Result
from audit.models import Event, record
from tidbmcp.lib.ids import new_id, new_request_id

HOSTILE = '<script>alert("x")</script>'
TURNED = "abc\N{RIGHT-TO-LEFT OVERRIDE}cba"


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
