"""Signing in and out: one page each, for members and operators alike."""

import pytest
from django.test import Client

from accounts.models import User

LOGIN = "/accounts/login/"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    [
        "/me/tokens/",
        "/admin/",
        "/admin/audit/event/",
        "/admin/audit/event/export.csv",
        "/admin/accounts/user/",
        "/admin/accounts/accesstoken/",
        "/accounts/password/change/",
        "/accounts/reauthenticate/",
    ],
)
def test_strangers_are_sent_to_sign_in(client: Client, address: str) -> None:
    final = client.get(address, follow=True).redirect_chain[-1][0]
    assert final.startswith(LOGIN)


def test_a_person_signs_in_with_name_and_password(client: Client, bob: User) -> None:
    answer = client.post(LOGIN, {"login": "bob", "password": "a password of bob"})
    assert answer.headers["location"] == "/me/tokens/"


def test_a_wrong_password_is_refused_and_the_name_is_kept(client: Client, bob: User) -> None:
    page = client.post(LOGIN, {"login": "bob", "password": "wrong"}).text
    assert "not correct" in page
    assert 'value="bob"' in page


def test_an_inactive_person_is_told_so(client: Client, bob: User) -> None:
    User.objects.filter(pk=bob.pk).update(is_active=False)
    answer = client.post(LOGIN, {"login": "bob", "password": "a password of bob"}, follow=True)
    assert "inactive" in answer.text


def test_members_may_not_see_the_console(as_bob: Client) -> None:
    answer = as_bob.get("/admin/", follow=True)
    assert answer.status_code == 403
    assert "You may not see this" in answer.text


def test_a_member_is_offered_only_what_leads_somewhere(as_bob: Client) -> None:
    page = as_bob.get("/me/tokens/").text
    assert "My tokens" in page
    assert 'href="/admin' not in page


def test_signing_out_is_a_post_and_ends_the_session(as_bob: Client) -> None:
    assert "Sign out?" in as_bob.get("/accounts/logout/").text
    as_bob.post("/accounts/logout/")
    assert as_bob.get("/me/tokens/").status_code == 302


@pytest.mark.parametrize("address", ["/admin/password_change/", "/admin/audit/"])
def test_the_admins_own_pages_lead_to_ours(as_alice: Client, address: str) -> None:
    assert as_alice.get(address).status_code == 302


def test_a_person_changes_the_password(as_bob: Client, bob: User) -> None:
    new = "quite another 8431 password"
    form = {"oldpassword": "a password of bob", "password1": new, "password2": new}
    page = as_bob.post("/accounts/password/change/", form, follow=True).text
    assert "Your password is changed" in page
    bob.refresh_from_db()
    assert bob.check_password(new)
