"""One's own tokens."""

import re
from typing import Any

from django.contrib.sessions.models import Session
from django.test import Client

from accounts.models import AccessToken, User
from accounts.tokens import LENGTH
from audit.models import Event
from tests.pages.conftest import HOSTILE, TURNED

TOKENS = "/me/tokens/"
FORM: dict[str, Any] = {"name": "Cursor", "scopes": ["mcp:read"], "lifetime": "90"}


def token_in(page: str) -> str:
    found = re.search(rf"tmcp_[0-9A-Za-z]{{{LENGTH - 5}}}", page)
    assert found
    return found.group()


def test_a_new_token_is_shown_once(as_bob: Client) -> None:
    made = as_bob.post(TOKENS, FORM)
    text = token_in(made.text)
    assert (
        f"claude mcp add --transport http tidbmcp http://testserver/mcp --header &quot;Authorization: Bearer {text}"
        in (made.text.replace('"Authorization', "&quot;Authorization"))
    )
    assert text not in as_bob.get(TOKENS).text
    assert "no-store" in made.headers["cache-control"]


def test_the_text_of_a_token_is_stored_nowhere(as_bob: Client) -> None:
    text = token_in(as_bob.post(TOKENS, FORM).text)
    secret = text[13:]
    stored = [AccessToken.objects.values_list(), Event.objects.values_list(), Session.objects.values_list()]
    assert all(secret not in str(list(rows)) for rows in stored)


def test_reading_alone_is_ticked_at_first(as_bob: Client) -> None:
    ticked = re.findall(r'name="scopes" value="([^"]+)"[^>]* checked', as_bob.get(TOKENS).text)
    assert ticked == ["mcp:read"]


def test_a_token_must_say_when_it_ends(as_bob: Client) -> None:
    as_bob.post(TOKENS, {"name": "Cursor", "scopes": ["mcp:read"]})
    assert not AccessToken.objects.exists()


def test_a_token_may_never_end_when_asked_to(as_bob: Client) -> None:
    as_bob.post(TOKENS, FORM | {"lifetime": "never"})
    assert AccessToken.objects.get().expires_at is None


def test_nothing_is_lost_on_bad_input(as_bob: Client) -> None:
    page = as_bob.post(
        TOKENS, {"name": "My laptop", "scopes": ["mcp:sql", "mcp:root"], "read_only": "on", "lifetime": "365"}
    ).text
    assert 'value="My laptop"' in page
    assert "mcp:root is not one of the available choices" in page
    assert re.search(r'value="mcp:sql"[^>]* checked', page)
    assert re.search(r'name="read_only"[^>]* checked', page)
    assert re.search(r'value="365"[^>]* selected', page)
    assert not AccessToken.objects.exists()


def test_others_tokens_are_not_listed(as_charlie: Client, token_of_bob: AccessToken) -> None:
    assert token_of_bob.lookup not in as_charlie.get(TOKENS).text


def test_the_owner_revokes_a_token(as_bob: Client, token_of_bob: AccessToken) -> None:
    page = as_bob.post(f"{TOKENS}{token_of_bob.pk}/revoke/", follow=True).text
    token_of_bob.refresh_from_db()
    assert token_of_bob.revoked_at
    assert "is revoked" in page
    assert "chip-revoked" in page


def test_a_strangers_token_is_not_found(as_charlie: Client, token_of_bob: AccessToken) -> None:
    assert as_charlie.post(f"{TOKENS}{token_of_bob.pk}/revoke/").status_code == 404
    token_of_bob.refresh_from_db()
    assert token_of_bob.revoked_at is None


def test_a_look_revokes_nothing(as_bob: Client, token_of_bob: AccessToken) -> None:
    assert as_bob.get(f"{TOKENS}{token_of_bob.pk}/revoke/").status_code == 405


def test_hostile_names_are_shown_as_text(as_bob: Client, bob: User) -> None:
    as_bob.post(TOKENS, FORM | {"name": HOSTILE + TURNED})
    page = as_bob.get(TOKENS).text
    assert "&lt;script&gt;" in page
    assert HOSTILE not in page
    assert "U+202E" in page
    assert "\u202e" not in page
