"""`manage.py create_token`: prints the token and nothing else, or an error and no token."""

import json
from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import AccessToken, User
from accounts.principal import Principal, authenticate
from accounts.scopes import Scope
from tidbmcp.lib.clock import now


def create(*arguments: str) -> str:
    out = StringIO()
    call_command("create_token", *arguments, stdout=out)
    return out.getvalue()


def test_it_prints_the_token_and_nothing_else(bob: User) -> None:
    printed = create("--user", "bob", "--scopes", "mcp:read mcp:sql")
    assert len(printed.splitlines()) == 1
    known = authenticate(printed.strip())
    assert isinstance(known, Principal)
    assert (known.person, known.scopes, known.read_only) == ("bob", frozenset({Scope.READ, Scope.SQL}), False)


def test_as_json_it_says_token_id_and_expiry(bob: User) -> None:
    facts = json.loads(create("--user", "bob", "--scopes", "mcp:read", "--expires", "12h", "--read-only", "--json"))
    token = AccessToken.objects.get()
    assert list(facts) == ["token", "id", "expires"]
    assert facts["id"] == str(token.pk)
    assert datetime.fromisoformat(facts["expires"]) == token.expires_at
    assert token.read_only
    assert isinstance(authenticate(facts["token"]), Principal)


@pytest.mark.parametrize(
    ("text", "span"),
    [("30d", timedelta(days=30)), ("12h", timedelta(hours=12)), ("2w", timedelta(weeks=2)), (None, timedelta(days=90))],
)
def test_it_lives_as_long_as_was_said(bob: User, text: str | None, span: timedelta) -> None:
    create("--user", "bob", "--scopes", "mcp:read", *(["--expires", text] if text else []))
    expires = AccessToken.objects.get().expires_at
    assert expires is not None
    assert abs(expires - now() - span) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--user", "nobody", "--scopes", "mcp:read"], "no active person named 'nobody'"),
        (["--user", "BOB ", "--scopes", "mcp:read"], "no active person"),
        (["--user", "bob"], "--scopes"),
        (["--scopes", "mcp:read"], "--user"),
        (["--user", "bob", "--scopes", ""], "at least one scope"),
        (["--user", "bob", "--scopes", "mcp:root"], "'mcp:root' is not a scope"),
        (["--user", "bob", "--scopes", "mcp:read", "--expires", "never"], "as in 30d"),
        (["--user", "bob", "--scopes", "mcp:read", "--expires", "0d"], "as in 30d"),
        (["--user", "bob", "--scopes", "mcp:read", "--expires", "-3d"], "expires"),
        (["--user", "bob", "--scopes", "mcp:read", "--expires", "30"], "as in 30d"),
        (["--user", "bob", "--scopes", "mcp:read", "--expires", "99999w"], "at most ten years"),
    ],
    ids=["unknown", "not quite", "no scopes", "no user", "empty scopes", "bad scope", "never", "0d", "-3d", "no unit", "too long"],
)  # fmt: skip
def test_what_is_wrong_makes_no_token(bob: User, arguments: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        create(*arguments)
    assert not AccessToken.objects.exists()


def test_somebody_who_left_gets_none(bob: User) -> None:
    User.objects.update(is_active=False)
    with pytest.raises(CommandError, match="no active person"):
        create("--user", "bob", "--scopes", "mcp:read")
    assert not AccessToken.objects.exists()
