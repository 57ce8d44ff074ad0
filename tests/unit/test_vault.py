"""The vault: a secret opens only where it belongs, every opening is an event, and nothing shows it."""

import json
from dataclasses import replace
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from accounts.models import User
from audit.facts import Facts
from audit.kinds import Kind, Result
from audit.models import Event
from mcpserver.admin import ConnectionForm, LoginForm
from mcpserver.vault import open as vault_open
from mcpserver.vault.binding import Binding, Moved
from mcpserver.vault.models import OFFICIAL_API, OFFICIAL_IAM, Auth, Role, Sealed, SqlLogin, TidbCloudConnection
from mcpserver.vault.open import open_secret
from tidbmcp.lib.errors import AuditUnavailable, VaultUnavailable
from tidbmcp.lib.keyring import CannotOpen, read_keys, seal
from tidbmcp.lib.secrets import Secret

PLANTED = "hunter2hunter2"
HOME = Binding("row-1", "sql-password", "https://h|1|", "reader")
RING = read_keys([Fernet.generate_key().decode()])
ALICE = Facts(request_id="r1", person="alice")
IAM = "https://iam.example.com/v1"


@pytest.fixture
def connection(db: None) -> TidbCloudConnection:
    row = TidbCloudConnection(name="ours", api_url="https://api.example.com/v1", iam_url=IAM, public_key="public")
    row.store(Secret(PLANTED), ALICE)
    return row


@pytest.fixture
def login(connection: TidbCloudConnection) -> SqlLogin:
    row = SqlLogin(connection=connection, cluster_id="1", role=Role.READONLY, username="reader")
    row.store(Secret(PLANTED), ALICE)
    return row


def opened(row: Sealed) -> Secret:
    return open_secret(row, purpose="test", facts=ALICE)


@pytest.mark.parametrize("field", ["row", "kind", "address", "user"])
def test_a_secret_opens_at_home_and_nowhere_else(field: str) -> None:
    sealed = HOME.seal(RING, Secret(PLANTED))
    assert HOME.unseal(RING, sealed).reveal() == PLANTED
    for value in ("", "other", getattr(HOME, field) + " "):
        moved: Any = {field: value}
        with pytest.raises(Moved):
            replace(HOME, **moved).unseal(RING, sealed)


@given(st.builds(Binding, st.text(), st.text(), st.text(), st.text()), st.text(st.characters(codec="utf-8")))
def test_any_secret_comes_back_as_it_was(home: Binding, text: str) -> None:
    assert home.unseal(RING, home.seal(RING, Secret(text))).reveal() == text


@pytest.mark.parametrize("text", ["", "x", '{"row": "row-1"}'], ids=["empty", "noise", "half"])
def test_what_the_ring_sealed_for_something_else_does_not_open(text: str) -> None:
    with pytest.raises((CannotOpen, Moved)):
        HOME.unseal(RING, seal(RING, text))


def test_it_is_stored_sealed_only(login: SqlLogin) -> None:
    assert PLANTED not in login.sealed
    stored = [str(row) for model in (TidbCloudConnection, SqlLogin, Event) for row in model.objects.values()]
    assert len(stored) == 4
    assert not [row for row in stored if PLANTED in row]
    assert PLANTED not in repr(login) + str(login) + repr(vars(login))


MOVES: dict[str, dict[str, str]] = {
    "another cluster": {"cluster_id": "2"},
    "a branch": {"branch_id": "1"},
    "another user": {"username": "root"},
    "cluster and branch, shifted": {"cluster_id": "", "branch_id": "1"},
}


@pytest.mark.parametrize("changes", MOVES.values(), ids=MOVES.keys())
def test_a_login_that_was_moved_in_the_database_does_not_open(login: SqlLogin, changes: dict[str, str]) -> None:
    SqlLogin.objects.update(**changes)
    with pytest.raises(VaultUnavailable):
        opened(SqlLogin.objects.get())


CONNECTION_MOVES = {
    "API address": {"api_url": "https://evil.example.com"},
    "IAM address": {"iam_url": "https://evil.example.com"},
    "user": {"public_key": "other"},
    "way": {"auth": Auth.BEARER},
    "way and user": {"auth": Auth.BEARER, "public_key": ""},
}


@pytest.mark.parametrize("changes", CONNECTION_MOVES.values(), ids=CONNECTION_MOVES.keys())
def test_a_connection_that_was_moved_does_not_open(connection: TidbCloudConnection, changes: dict[str, str]) -> None:
    TidbCloudConnection.objects.update(**changes)
    with pytest.raises(VaultUnavailable):
        opened(TidbCloudConnection.objects.get())


def test_a_key_does_not_open_when_its_two_addresses_change_places(db: None) -> None:
    api, iam = "https://api.example.com/v1", "https://iam.example.com/v1"
    TidbCloudConnection(name="two", api_url=api, iam_url=iam, public_key="public").store(Secret(PLANTED), ALICE)
    assert opened(TidbCloudConnection.objects.get()).reveal() == PLANTED
    TidbCloudConnection.objects.update(api_url=iam, iam_url=api)
    with pytest.raises(VaultUnavailable):
        opened(TidbCloudConnection.objects.get())


def test_a_token_does_not_open_as_the_half_of_a_key(db: None) -> None:
    TidbCloudConnection(name="token", auth=Auth.BEARER).store(Secret(PLANTED), ALICE)
    assert opened(TidbCloudConnection.objects.get()).reveal() == PLANTED
    TidbCloudConnection.objects.update(auth=Auth.API_KEY)
    with pytest.raises(VaultUnavailable):
        opened(TidbCloudConnection.objects.get())


def test_a_key_of_tidb_cloud_that_was_stored_before_there_was_an_iam_address_still_opens(
    db: None, settings: Settings
) -> None:
    row = TidbCloudConnection(name="old", public_key="public")
    assert (row.api_url, row.iam_url) == (OFFICIAL_API, OFFICIAL_IAM)
    row.store(Secret(PLANTED), ALICE)
    binding = Binding(str(row.pk), "tidbcloud-api-key", OFFICIAL_API, "public")
    assert binding.unseal(settings.VAULT_RING, row.sealed).reveal() == PLANTED


def test_a_key_of_another_api_that_was_stored_before_does_not_open_for_tidb_clouds_iam(
    connection: TidbCloudConnection, settings: Settings
) -> None:
    old = Binding(str(connection.pk), "tidbcloud-api-key", connection.api_url, "public")
    sealed = old.seal(settings.VAULT_RING, Secret(PLANTED))
    TidbCloudConnection.objects.update(sealed=sealed, iam_url=OFFICIAL_IAM)
    with pytest.raises(VaultUnavailable):
        opened(TidbCloudConnection.objects.get())


def test_a_login_does_not_open_when_another_api_says_where_its_cluster_is(login: SqlLogin) -> None:
    TidbCloudConnection.objects.update(api_url="https://evil.example.com")
    with pytest.raises(VaultUnavailable):
        opened(SqlLogin.objects.get())


def test_a_ciphertext_that_was_copied_to_another_row_does_not_open(
    login: SqlLogin, connection: TidbCloudConnection
) -> None:
    copied = SqlLogin.objects.create(
        connection=connection, cluster_id="1", role=Role.ADMIN, username="reader", sealed=login.sealed
    )
    connection.sealed = login.sealed
    for row in (copied, connection):
        with pytest.raises(VaultUnavailable):
            opened(row)


def test_every_opening_is_an_event(login: SqlLogin) -> None:
    opened(login)
    opened(login)
    events = Event.objects.filter(kind=Kind.VAULT_OPENED)
    assert [(event.person, event.request_id) for event in events] == [("alice", "r1")] * 2
    assert events[0].parameters == {"kind": "sql-password", "which": "reader on 1", "purpose": "test"}


def test_a_foreign_ring_opens_nothing_and_says_whom_to_ask(login: SqlLogin, settings: Settings) -> None:
    settings.VAULT_RING = RING
    settings.ADMIN_CONTACT = "the platform team"
    with pytest.raises(VaultUnavailable) as caught:
        opened(login)
    assert (
        caught.value.public
        == "The stored secret of reader on 1 can't be opened. Ask the platform team to enter it again."
    )
    event = Event.objects.get(kind=Kind.VAULT_REFUSED)
    assert (event.result, event.error) == (Result.ERROR, "no key of the ring opens it")


def test_a_move_is_told_from_a_lost_key_in_the_record(login: SqlLogin) -> None:
    login.username = "root"
    with pytest.raises(VaultUnavailable):
        opened(login)
    assert Event.objects.get(kind=Kind.VAULT_REFUSED).error == "stored for another address, user or row"


def test_what_an_older_key_sealed_opens_when_it_stands_second(login: SqlLogin, settings: Settings) -> None:
    settings.VAULT_RING = read_keys([Fernet.generate_key().decode(), *settings.VAULT_KEYS])
    assert opened(login).reveal() == PLANTED


def test_where_the_opening_cannot_be_recorded_it_stays_closed(login: SqlLogin, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*args: object, **kwargs: object) -> None:
        raise AuditUnavailable("no")

    monkeypatch.setattr(vault_open, "record", fails)
    with pytest.raises(AuditUnavailable):
        opened(login)


def connection_form(row: TidbCloudConnection | None = None, **changes: str) -> ConnectionForm:
    said = {"name": "ours", "api_url": "https://api.example.com/v1", "iam_url": IAM, "auth": "api_key"}
    return ConnectionForm(said | {"public_key": "public", "secret": ""} | changes, instance=row)


EVIL = "https://evil.example.com"
CHANGES: dict[str, tuple[dict[str, str], list[str]]] = {
    "nothing": ({}, []),
    "name": ({"name": "renamed"}, []),
    "API address": ({"api_url": EVIL}, ["secret"]),
    "path": ({"api_url": "https://api.example.com/v2"}, ["secret"]),
    "IAM address": ({"iam_url": EVIL}, ["secret"]),
    "user": ({"public_key": "other"}, ["secret"]),
    "way": ({"auth": "bearer", "public_key": ""}, ["secret"]),
    "a blank secret": ({"api_url": EVIL, "secret": " "}, ["secret"]),
    "API address and secret": ({"api_url": EVIL, "secret": "the new one"}, []),
    "TiDB Cloud's IAM for another API": ({"iam_url": OFFICIAL_IAM, "secret": "the new one"}, ["iam_url"]),
    "IAM address and secret": ({"iam_url": EVIL, "secret": "the new one"}, []),
    "way and secret": ({"auth": "bearer", "public_key": "", "secret": "the token"}, []),
    "no HTTPS": ({"api_url": "http://evil.example.com", "secret": "the new one"}, ["api_url"]),
    "no HTTPS to IAM": ({"iam_url": "http://evil.example.com", "secret": "the new one"}, ["iam_url"]),
    "a user in the address": ({"iam_url": "https://u:p@evil.example.com", "secret": "the new one"}, ["iam_url"]),
    "a long secret": ({"public_key": "other", "secret": "x" * 1001}, ["secret"]),
    "a token with a public key": ({"auth": "bearer", "secret": "the token"}, ["public_key"]),
    "a key without its public half": ({"public_key": "", "secret": "the new one"}, ["public_key"]),
    "an unknown way": ({"auth": "magic", "secret": "the new one"}, ["auth"]),
}


@pytest.mark.parametrize(("changes", "wrong"), CHANGES.values(), ids=CHANGES.keys())
def test_a_changed_address_or_user_needs_the_secret(
    connection: TidbCloudConnection, changes: dict[str, str], wrong: list[str]
) -> None:
    assert list(connection_form(connection, **changes).errors) == wrong


def test_a_new_connection_needs_its_secret(db: None) -> None:
    assert list(connection_form().errors) == ["secret"]


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({}, []),
        ({"role": "role_readwrite"}, []),
        ({"cluster_id": "2"}, ["secret"]),
        ({"branch_id": "b"}, ["secret"]),
        ({"username": "root"}, ["secret"]),
        ({"connection": "other"}, ["secret"]),
    ],
    ids=["nothing", "role", "cluster", "branch", "user", "connection"],
)
def test_a_login_that_moves_needs_its_password(login: SqlLogin, changes: dict[str, str], wrong: list[str]) -> None:
    other = TidbCloudConnection.objects.create(
        name="other", api_url="https://other.example.com", public_key="p", sealed=""
    )
    said = {
        "connection": str(login.connection_id),
        "cluster_id": "1",
        "branch_id": "",
        "role": "role_readonly",
        "username": "reader",
    }
    said |= changes | ({"connection": str(other.pk)} if "connection" in changes else {}) | {"secret": ""}
    assert list(LoginForm(said, instance=login).errors) == wrong


@pytest.fixture
def as_alice(alice: User) -> Client:
    client = Client()
    client.force_login(alice)
    return client


def test_the_console_shows_no_secret_and_no_ciphertext(as_alice: Client, login: SqlLogin) -> None:
    for model, row in (("tidbcloudconnection", login.connection), ("sqllogin", login)):
        for page in (
            reverse(f"admin:mcpserver_{model}_changelist"),
            reverse(f"admin:mcpserver_{model}_change", args=[row.pk]),
        ):
            html = as_alice.get(page).content.decode()
            assert "reader" in html or "ours" in html
            assert PLANTED not in html
            assert row.sealed not in html


def test_a_form_that_comes_back_does_not_repeat_the_secret(as_alice: Client) -> None:
    page = reverse("admin:mcpserver_tidbcloudconnection_add")
    said = {"name": "", "api_url": "http://h", "iam_url": "http://h", "auth": "api_key", "public_key": "p"}
    answer = as_alice.post(page, said | {"secret": PLANTED})
    assert answer.status_code == 200
    assert PLANTED not in answer.content.decode()


def test_storing_one_in_the_console_is_an_event_of_who_did(as_alice: Client) -> None:
    page = reverse("admin:mcpserver_tidbcloudconnection_add")
    said = {"name": "ours", "api_url": "https://h", "iam_url": "https://i", "auth": "api_key", "public_key": "p"}
    said["secret"] = PLANTED
    assert as_alice.post(page, said).status_code == 302
    assert opened(TidbCloudConnection.objects.get()).reveal() == PLANTED
    assert Event.objects.get(kind=Kind.VAULT_STORED).person == "alice"
    assert PLANTED not in json.dumps([str(row) for row in Event.objects.values()])


def test_somebody_without_permission_gets_no_page(bob: User, connection: TidbCloudConnection) -> None:
    client = Client()
    client.force_login(bob)
    assert client.get(reverse("admin:mcpserver_tidbcloudconnection_changelist")).status_code in {302, 403, 404}
