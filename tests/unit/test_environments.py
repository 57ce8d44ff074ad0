"""Environments of clusters: what is not labelled, or not understood, is production."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit.facts import Facts
from audit.kinds import Kind
from audit.models import Event
from mcpserver.grants import environments
from mcpserver.grants.environments import environment_of, environments_of, labels_of, set_environment
from mcpserver.grants.models import ClusterEnvironment, Environment
from mcpserver.vault.models import TidbCloudConnection
from tidbmcp.lib.errors import AuditUnavailable
from tidbmcp.lib.ids import new_id
from tidbmcp.lib.secrets import Secret

ALICE = Facts(request_id="r1", person="alice", address="192.0.2.1")
DEVELOPMENT, PRODUCTION, STAGING = Environment.DEVELOPMENT, Environment.PRODUCTION, Environment.STAGING


def connected(name: str) -> TidbCloudConnection:
    urls = {"api_url": "https://api.example.com/v1", "iam_url": "https://iam.example.com/v1"}
    row = TidbCloudConnection(name=name, public_key="public", **urls)
    row.store(Secret("a key"), ALICE)
    return row


@pytest.fixture
def ours(db: None) -> TidbCloudConnection:
    return connected("ours")


def label(connection: TidbCloudConnection, environment: Environment, cluster_id: str = "7") -> bool:
    return set_environment(connection, cluster_id, environment, name="shop", facts=ALICE)


def test_a_cluster_without_a_label_is_production(ours: TidbCloudConnection) -> None:
    assert environment_of(ours.pk, "7") == PRODUCTION
    assert environment_of(new_id(), "") == PRODUCTION


def test_a_label_is_of_one_cluster_of_one_connection(ours: TidbCloudConnection) -> None:
    theirs = connected("theirs")
    label(ours, STAGING, "7")
    label(theirs, DEVELOPMENT, "8")
    pairs = [(row.pk, cluster_id) for row in (ours, theirs) for cluster_id in ("7", "8")]
    assert [environments_of(pairs)[pair] for pair in pairs] == [STAGING, PRODUCTION, PRODUCTION, DEVELOPMENT]
    assert labels_of([(ours.pk, "8"), (theirs.pk, "7")]) == {}
    assert labels_of(pairs) == {(ours.pk, "7"): STAGING, (theirs.pk, "8"): DEVELOPMENT}


def test_no_question_costs_no_statement() -> None:
    assert environments_of([]) == {}


def test_many_are_read_with_one_statement(
    ours: TidbCloudConnection, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    with django_assert_num_queries(1):  # type: ignore[operator]
        environments_of((ours.pk, str(number)) for number in range(500))


def test_it_can_be_changed_and_set_back_to_production(ours: TidbCloudConnection) -> None:
    for environment in (DEVELOPMENT, STAGING, PRODUCTION):
        assert label(ours, environment)
        assert environment_of(ours.pk, "7") == environment
    assert ClusterEnvironment.objects.count() == 1


@pytest.mark.parametrize("stored", ["", "dev", "Development", "test"])
def test_a_stored_word_that_is_not_known_is_production(ours: TidbCloudConnection, stored: str) -> None:
    ClusterEnvironment.objects.create(connection=ours, cluster_id="7", environment=stored)
    assert environment_of(ours.pk, "7") == PRODUCTION


def test_setting_it_is_an_event_with_before_and_after(ours: TidbCloudConnection) -> None:
    label(ours, STAGING)
    label(ours, DEVELOPMENT)
    second, first = Event.objects.filter(kind=Kind.CLUSTER_LABELLED)
    assert first.parameters == {"connection": "ours", "before": "not labelled", "after": "staging"}
    assert second.parameters == {"connection": "ours", "before": "staging", "after": "development"}
    assert (first.person, first.address, first.cluster, first.cluster_id) == ("alice", "192.0.2.1", "shop", "7")


def test_setting_what_is_set_already_is_no_event(ours: TidbCloudConnection) -> None:
    assert [label(ours, STAGING), label(ours, STAGING)] == [True, False]
    assert Event.objects.filter(kind=Kind.CLUSTER_LABELLED).count() == 1


def test_what_cannot_be_recorded_is_not_set(ours: TidbCloudConnection, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **about: object) -> None:
        raise AuditUnavailable("not written")

    monkeypatch.setattr(environments, "record", broken)
    with pytest.raises(AuditUnavailable):
        label(ours, DEVELOPMENT)
    assert environment_of(ours.pk, "7") == PRODUCTION


def test_a_connection_that_goes_takes_its_labels_along(ours: TidbCloudConnection) -> None:
    label(ours, DEVELOPMENT)
    ours.delete()
    assert ClusterEnvironment.objects.count() == 0


def test_another_address_takes_the_labels_away(ours: TidbCloudConnection, alice: User, client: Client) -> None:
    label(ours, DEVELOPMENT)
    client.force_login(alice)
    page = reverse("admin:mcpserver_tidbcloudconnection_change", args=[ours.pk])
    form = {"name": "ours", "api_url": ours.api_url, "iam_url": ours.iam_url, "auth": "api_key", "public_key": "public"}
    assert client.post(page, {**form, "name": "renamed"}).status_code == 302
    assert environment_of(ours.pk, "7") == DEVELOPMENT
    moved = {**form, "api_url": "https://other.example.com/v1", "secret": "another key"}
    assert client.post(page, moved).status_code == 302
    assert environment_of(ours.pk, "7") == PRODUCTION
