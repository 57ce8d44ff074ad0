"""Tokens in the database: who gets in with one, who does not and why, and what is written down."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError
from pytest_django import DjangoAssertNumQueries, Settings

from accounts import models, principal
from accounts.models import AccessToken, User
from accounts.principal import Principal, Unknown, authenticate, keep_client
from accounts.scopes import Scope
from accounts.tokens import TokenText, new_token
from audit.facts import Facts
from audit.kinds import Kind
from audit.models import Event
from tidbmcp.lib.clock import now
from tidbmcp.lib.errors import AuditUnavailable

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def made(bob: User) -> tuple[AccessToken, TokenText]:
    return AccessToken.make(bob, name="Claude Code", scopes=[Scope.READ, Scope.SQL], read_only=True)


def test_a_good_token_becomes_its_person(made: tuple[AccessToken, TokenText], bob: User) -> None:
    token, text = made
    expected = Principal(bob.pk, "bob", token.pk, text.lookup, frozenset({Scope.READ, Scope.SQL}), True)
    assert authenticate(text.text) == expected


def test_the_text_is_stored_nowhere(made: tuple[AccessToken, TokenText]) -> None:
    secret = made[1].text[13:]
    stored = [str(row) for model in (AccessToken, Event) for row in model.objects.values()]
    assert len(stored) == 2
    assert not [row for row in stored if secret in row]


def test_making_one_is_an_event(made: tuple[AccessToken, TokenText]) -> None:
    event = Event.objects.get(kind=Kind.TOKEN_MADE)
    assert (event.person, event.token) == ("bob", made[1].lookup)
    assert event.parameters == {
        "name": "Claude Code",
        "scopes": "mcp:read mcp:sql",
        "read_only": True,
        "expires": "never",
    }


def _break_audit(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*args: object, **kwargs: object) -> None:
        raise DatabaseError("planted")

    monkeypatch.setattr("audit.models._insert", fails)


def test_where_the_audit_fails_no_token_exists(bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    _break_audit(monkeypatch)
    with pytest.raises(AuditUnavailable):
        AccessToken.make(bob, name="x", scopes=[Scope.READ])
    assert not AccessToken.objects.exists()


def test_where_the_audit_fails_a_token_is_not_revoked(
    made: tuple[AccessToken, TokenText], monkeypatch: pytest.MonkeyPatch
) -> None:
    _break_audit(monkeypatch)
    with pytest.raises(AuditUnavailable):
        made[0].revoke(Facts(person="alice"))
    made[0].refresh_from_db()
    assert made[0].revoked_at is None


def test_it_is_revoked_once(made: tuple[AccessToken, TokenText]) -> None:
    same = AccessToken.objects.get()
    facts = Facts(person="alice")
    assert [made[0].revoke(facts), made[0].revoke(facts), same.revoke(facts)] == [True, False, False]
    assert Event.objects.get(kind=Kind.TOKEN_REVOKED).person == "alice"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"revoked_at": NOON}, "revoked"),
        ({"expires_at": NOON - timedelta(seconds=1)}, "expired"),
        ({"expires_at": NOON}, "expired"),
        ({"revoked_at": NOON, "expires_at": NOON}, "revoked"),
        ({"digest": ""}, "no such token"),
        ({"digest": "0" * 64}, "no such token"),
        ({"lookup": "tmcp_other000"}, "no such token"),
    ],
    ids=["revoked", "expired", "expires now", "both", "no digest", "another's digest", "unknown"],
)
def test_a_token_that_opens_nothing_is_refused_with_its_reason(
    made: tuple[AccessToken, TokenText], changes: dict[str, object], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(principal, "now", lambda: NOON)
    AccessToken.objects.update(**changes)
    assert authenticate(made[1].text) == Unknown(reason, made[1].lookup)
    assert AccessToken.objects.get().last_used_at is None


def test_a_token_of_somebody_who_left_is_refused(made: tuple[AccessToken, TokenText], bob: User) -> None:
    User.objects.filter(pk=bob.pk).update(is_active=False)
    assert authenticate(made[1].text) == Unknown("its person is not active", made[1].lookup)
    assert not AccessToken.objects.usable(now()).exists()


def test_a_token_that_expires_later_still_opens(made: tuple[AccessToken, TokenText]) -> None:
    AccessToken.objects.update(expires_at=now() + timedelta(seconds=30))
    assert isinstance(authenticate(made[1].text), Principal)
    assert AccessToken.objects.usable(now()).exists()


def test_the_right_prefix_with_another_secret_is_refused(made: tuple[AccessToken, TokenText]) -> None:
    other = new_token()
    AccessToken.objects.update(lookup=other.lookup)
    assert authenticate(other.text) == Unknown("no such token", other.lookup)


def test_noise_is_refused_without_a_look_at_the_database(
    db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        assert authenticate("tmcp_" + "x" * 46) == Unknown("not a token of ours, or mistyped")


def test_a_known_token_costs_one_query(
    made: tuple[AccessToken, TokenText], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    authenticate(made[1].text)
    with django_assert_num_queries(1):
        authenticate(made[1].text)


@pytest.mark.parametrize(
    ("seconds", "expected"), [(0, 0), (59, 0), (60, 60), (3600, 3600)], ids=["at once", "59 s", "60 s", "an hour"]
)
def test_its_use_is_noted_at_most_once_a_minute(
    made: tuple[AccessToken, TokenText], seconds: int, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for moment in (NOON, NOON + timedelta(seconds=seconds)):
        monkeypatch.setattr(principal, "now", lambda moment=moment: moment)
        authenticate(made[1].text)
    assert AccessToken.objects.get().last_used_at == NOON + timedelta(seconds=expected)


def test_tokens_outlive_a_new_secret_key_by_the_fallbacks(
    made: tuple[AccessToken, TokenText], settings: Settings
) -> None:
    old, settings.SECRET_KEY = settings.SECRET_KEY, "a new key, long enough to be one, for this test alone"
    assert authenticate(made[1].text) == Unknown("no such token", made[1].lookup)
    settings.SECRET_KEY_FALLBACKS = [old]
    assert isinstance(authenticate(made[1].text), Principal)


def test_a_scope_that_was_retired_opens_nothing_and_breaks_nothing(made: tuple[AccessToken, TokenText]) -> None:
    AccessToken.objects.update(scopes="mcp:read mcp:retired")
    found = authenticate(made[1].text)
    assert isinstance(found, Unknown) or found.scopes == {Scope.READ}


def test_what_a_client_says_of_itself_is_kept_and_cut(made: tuple[AccessToken, TokenText]) -> None:
    known = authenticate(made[1].text)
    assert isinstance(known, Principal)
    keep_client(known, "c" * 300, "v" * 300)
    token = AccessToken.objects.get()
    assert (token.client_name, token.client_version) == ("c" * 99 + "…", "v" * 49 + "…")


@pytest.mark.parametrize("text", ["", "mcp:root", "mcp:read mcp:root"])
def test_the_model_refuses_scopes_that_do_not_exist(text: str) -> None:
    with pytest.raises(ValidationError):
        models.known_scopes(text)
