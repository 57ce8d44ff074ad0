"""People and everybody's tokens, in the console."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import AccessToken, User
from audit.kinds import Kind
from audit.models import Event

TOKENS = "/admin/accounts/accesstoken/"


def revoke(client: Client, token: AccessToken) -> None:
    client.post(TOKENS, {"action": "revoke", "_selected_action": [str(token.pk)]})
    token.refresh_from_db()


def test_an_admin_makes_nobodys_token(as_alice: Client) -> None:
    assert as_alice.get(f"{TOKENS}add/").status_code == 403
    assert "Add access token" not in as_alice.get(TOKENS).text


def test_an_admin_revokes_anybodys_token(as_alice: Client, token_of_bob: AccessToken) -> None:
    revoke(as_alice, token_of_bob)
    assert token_of_bob.revoked_at
    assert Event.objects.get(kind=Kind.TOKEN_REVOKED).person == "alice"


def test_who_may_only_look_revokes_nothing(as_bob: Client, bob: User, token_of_bob: AccessToken) -> None:
    User.objects.filter(pk=bob.pk).update(is_staff=True)
    bob.user_permissions.add(Permission.objects.get(codename="view_accesstoken"))
    revoke(as_bob, token_of_bob)
    assert token_of_bob.revoked_at is None


@pytest.mark.parametrize(("state", "listed"), [("active", True), ("revoked", False), ("expired", False)])
def test_tokens_are_filtered_by_state(as_alice: Client, token_of_bob: AccessToken, state: str, listed: bool) -> None:
    assert (token_of_bob.lookup in as_alice.get(TOKENS, {"state": state}).text) is listed


def test_nothing_that_opens_anything_is_on_a_tokens_page(as_alice: Client, token_of_bob: AccessToken) -> None:
    page = as_alice.get(f"{TOKENS}{token_of_bob.pk}/change/").text
    assert token_of_bob.lookup in page
    assert token_of_bob.digest not in page


def test_nobody_is_deleted(as_alice: Client, bob: User) -> None:
    assert as_alice.get(f"/admin/accounts/user/{bob.pk}/delete/").status_code == 403
