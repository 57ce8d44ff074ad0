"""The page of a password that was made for somebody: theirs alone, shown once, within an hour."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client

from accounts.models import User
from audit.facts import NOBODY
from audit.kinds import Kind, Result
from audit.models import Event
from mcpserver.tasks import wipe_handed_passwords
from mcpserver.vault.handed import REMEMBERED, HandedSecret, hand, withdraw
from tests.pages.conftest import HOSTILE, TURNED, signed_in
from tests.pages.test_markup import Page
from tidbmcp.lib import clock, keyring
from tidbmcp.lib.errors import AuditUnavailable
from tidbmcp.lib.secrets import Secret

PASSWORD = "Ab3-" + "x" * 28
ABOUT = {
    "username": "pre.reports",
    "role": "role_readonly",
    "connection_name": "ours",
    "cluster_id": "7",
    "cluster_name": "shop",
    "host": "gateway01.example.com",
    "port": 4000,
}


def made_for(owner: User, **about: Any) -> HandedSecret:
    return hand(Secret(PASSWORD), NOBODY, owner=owner, **ABOUT | about)


def address(row: HandedSecret) -> str:
    return f"/me/passwords/{row.pk}/"


@pytest.fixture
def row(bob: User) -> HandedSecret:
    return made_for(bob)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    def move(by: timedelta) -> None:
        moment: datetime = clock.now() + by
        monkeypatch.setattr("mcpserver.vault.handed.now", lambda: moment)

    return move


def test_looking_at_the_page_shows_no_password_and_uses_nothing_up(as_bob: Client, row: HandedSecret) -> None:
    for _ in range(3):
        page = as_bob.get(address(row))
        assert "pre.reports" in page.text
        assert "shop" in page.text
        assert "Show the password" in page.text
        assert PASSWORD not in page.text
    assert PASSWORD in as_bob.post(address(row)).text


def test_a_server_on_this_machine_is_told_to_take_no_tls(as_bob: Client, bob: User) -> None:
    page = as_bob.post(address(made_for(bob, host="127.0.0.1"))).text
    assert "without TLS" in page
    assert "VERIFY_IDENTITY" not in page


def test_it_is_shown_once_with_all_that_is_needed_to_connect(as_bob: Client, row: HandedSecret) -> None:
    page = as_bob.post(address(row))
    for wanted in (PASSWORD, "pre.reports", "gateway01.example.com", "4000", "TLS"):
        assert wanted in page.text
    for again in (as_bob.post(address(row)), as_bob.get(address(row))):
        assert again.status_code == 200
        assert PASSWORD not in again.text
        assert "Show the password" not in again.text
        assert "is not shown again" in again.text
        assert "db_remove_user" in again.text


def test_no_browser_or_proxy_keeps_it(as_bob: Client, row: HandedSecret) -> None:
    for page in (as_bob.get(address(row)), as_bob.post(address(row))):
        assert {"no-store", "private"} <= set(page.headers["cache-control"].split(", "))


@pytest.mark.parametrize("who", ["as_charlie", "as_alice"], ids=["a colleague", "a superuser"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_else_finds_it(row: HandedSecret, who: str, method: str, request: pytest.FixtureRequest) -> None:
    client: Client = request.getfixturevalue(who)
    page = getattr(client, method)(address(row))
    assert page.status_code == 404
    assert "pre.reports" not in page.text
    row.refresh_from_db()
    assert row.state() == "waiting"


@pytest.mark.parametrize("method", ["get", "post"])
def test_who_is_not_signed_in_is_asked_to(client: Client, row: HandedSecret, method: str) -> None:
    answer = getattr(client, method)(address(row))
    assert answer.status_code == 302
    assert answer.headers["location"].startswith(f"/accounts/login/?next={address(row)}")


def test_a_form_of_another_site_shows_nothing(bob: User, row: HandedSecret) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(bob)
    assert strict.post(address(row)).status_code == 403
    row.refresh_from_db()
    assert row.state() == "waiting"
    token = re.findall(r'csrfmiddlewaretoken" value="(\w+)"', strict.get(address(row)).text)[0]
    assert PASSWORD in strict.post(address(row), {"csrfmiddlewaretoken": token}).text


@pytest.mark.parametrize("method", ["put", "delete", "head", "options"])
def test_other_methods_are_refused(as_bob: Client, row: HandedSecret, method: str) -> None:
    assert getattr(as_bob, method)(address(row)).status_code == 405


def test_after_an_hour_it_is_gone(as_bob: Client, row: HandedSecret, later: Callable[[timedelta], None]) -> None:
    later(timedelta(minutes=59))
    assert "Show the password" in as_bob.get(address(row)).text
    later(timedelta(hours=1))
    for page in (as_bob.get(address(row)), as_bob.post(address(row))):
        assert PASSWORD not in page.text
        assert "nobody came for it in time" in page.text


def test_what_nobody_came_for_is_wiped_and_later_forgotten(
    row: HandedSecret, later: Callable[[timedelta], None]
) -> None:
    wipe_handed_passwords()
    row.refresh_from_db()
    assert row.sealed
    later(timedelta(hours=1))
    wipe_handed_passwords()
    wipe_handed_passwords()
    row.refresh_from_db()
    assert row.sealed == ""
    assert [event.parameters["for"] for event in Event.objects.filter(kind=Kind.SECRET_EXPIRED)] == ["bob"]
    later(REMEMBERED + timedelta(hours=1))
    wipe_handed_passwords()
    assert not HandedSecret.objects.exists()


def test_what_was_seen_is_wiped_at_once_and_did_not_expire(
    as_bob: Client, row: HandedSecret, later: Callable[[timedelta], None]
) -> None:
    as_bob.post(address(row))
    row.refresh_from_db()
    assert row.sealed == ""
    later(timedelta(hours=2))
    wipe_handed_passwords()
    assert not Event.objects.filter(kind=Kind.SECRET_EXPIRED).exists()
    assert "It was shown" in as_bob.get(address(row)).text


def test_it_goes_with_its_user(as_bob: Client, bob: User, row: HandedSecret) -> None:
    other, branch = made_for(bob, username="pre.other"), made_for(bob, branch_id="bran-1")
    withdraw("7", "", "pre.reports", NOBODY)
    assert "its user was removed" in as_bob.post(address(row)).text
    assert PASSWORD in as_bob.post(address(other)).text
    assert PASSWORD in as_bob.post(address(branch)).text


def test_showing_and_opening_are_on_record(as_bob: Client, row: HandedSecret) -> None:
    as_bob.get(address(row))
    assert not Event.objects.filter(kind__in=[Kind.SECRET_SHOWN, Kind.VAULT_OPENED]).exists()
    as_bob.post(address(row))
    as_bob.post(address(row))
    shown = Event.objects.get(kind=Kind.SECRET_SHOWN)
    assert (shown.person, shown.cluster, shown.parameters["user"]) == ("bob", "shop", "pre.reports")
    assert Event.objects.get(kind=Kind.VAULT_OPENED).parameters["purpose"] == "show it once to who asked for it"


def test_what_can_not_be_recorded_is_not_shown_and_can_be_asked_for_again(
    as_bob: Client, row: HandedSecret, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object, **more: object) -> None:
        raise AuditUnavailable("It could not be written down.")

    with monkeypatch.context() as patch:
        patch.setattr("mcpserver.vault.handed.record", broken)
        page = as_bob.post(address(row))
        assert page.status_code == 503
        assert PASSWORD not in page.text
        assert "It could not be written down." in page.text
    assert PASSWORD in as_bob.post(address(row)).text


@pytest.mark.parametrize(
    "moved",
    [
        {"owner": "charlie"},
        {"username": "pre.root"},
        {"host": "gateway.evil.example"},
        {"port": 1},
        {"cluster_id": "8"},
        {"branch_id": "bran-1"},
        {"expires_at": clock.now() + timedelta(days=365)},
    ],
    ids=lambda moved: next(iter(moved)),
)
def test_a_row_that_was_tampered_with_opens_for_nobody(
    bob: User, charlie: User, row: HandedSecret, moved: dict[str, Any]
) -> None:
    owner = charlie if "owner" in moved else bob
    HandedSecret.objects.filter(pk=row.pk).update(**moved | ({"owner": charlie} if owner is charlie else {}))
    page = signed_in(owner).post(address(row))
    assert page.status_code == 503
    assert PASSWORD not in page.text
    assert "does not open" in page.text
    assert Event.objects.get(kind=Kind.VAULT_REFUSED).result == Result.ERROR
    row.refresh_from_db()
    assert (row.sealed, row.seen_at) == ("", None)


def test_without_the_key_it_stays_closed(as_bob: Client, row: HandedSecret, settings: Any) -> None:
    settings.VAULT_RING = keyring.read_keys([Fernet.generate_key().decode()])
    assert "does not open" in as_bob.post(address(row)).text


def test_the_password_is_nowhere_but_on_the_page(as_bob: Client, row: HandedSecret, caplog: Any) -> None:
    as_bob.get(address(row))
    as_bob.post(address(row))
    stored = [model.objects.values_list() for model in (HandedSecret, Event, Session)]
    assert all(PASSWORD not in str(list(rows)) for rows in stored)
    assert PASSWORD not in caplog.text


def test_text_from_outside_is_shown_as_text(as_bob: Client, bob: User) -> None:
    row = made_for(bob, cluster_name=HOSTILE, branch_id="bran-1", branch_name=TURNED, username="pre." + "a" * 124)
    for page in (as_bob.get(address(row)), as_bob.post(address(row)), as_bob.get(address(row))):
        assert HOSTILE not in page.text
        assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in page.text
        assert Page(page.text).found == []


@pytest.mark.django_db(transaction=True)
def test_of_two_tabs_at_once_one_sees_it(bob: User) -> None:
    row, clients = made_for(bob), [signed_in(bob) for _ in range(4)]
    together = Barrier(len(clients))

    def press(client: Client) -> str:
        together.wait()
        try:
            return client.post(address(row)).text
        finally:
            connection.close()

    with ThreadPoolExecutor(len(clients)) as threads:
        pages = list(threads.map(press, clients))
    assert sum(PASSWORD in page for page in pages) == 1
    assert sum("It was shown" in page for page in pages) == len(pages) - 1
    assert Event.objects.filter(kind=Kind.SECRET_SHOWN).count() == 1
    assert not Event.objects.filter(kind=Kind.VAULT_REFUSED).exists()
