"""The clusters page: live over real HTTP; only the far end of the wire is ours."""

import threading
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import User
from audit.facts import NOBODY
from audit.kinds import Kind
from audit.models import Event
from mcpserver.grants.environments import environment_of, set_environment
from mcpserver.grants.models import Environment
from mcpserver.vault.models import Role, SqlLogin, TidbCloudConnection
from tests.pages.conftest import HOSTILE, TURNED, Connect, Start
from tests.pages.far_end import cluster, nobody_listens
from tests.pages.test_markup import Page
from tidbmcp.console import asking
from tidbmcp.console.logins import Logins
from tidbmcp.lib.secrets import Secret

CLUSTERS, LABEL = "/admin/clusters/", "/admin/clusters/label/"
UNLABELLED = "not labelled</span>"

pytestmark = pytest.mark.usefixtures("nothing_kept")


def opened() -> int:
    return Event.objects.filter(kind=Kind.VAULT_OPENED).count()


def names(client: Client, page: int = 1) -> list[str]:
    return [row.name for row in client.get(CLUSTERS, {"page": page}).context["rows"]]


def set_label(client: Client, row: TidbCloudConnection, **fields: Any) -> Any:
    sent = {"connection": str(row.pk), "cluster_id": "7", "environment": "staging", "page": 1} | fields
    return client.post(LABEL, {name: value for name, value in sent.items() if value is not None}, follow=True)


def staff(bob: User, *codenames: str) -> None:
    User.objects.filter(pk=bob.pk).update(is_staff=True)
    bob.user_permissions.add(*Permission.objects.filter(codename__in=codenames))


# What it shows


def test_without_a_connection_it_says_how_to_begin(as_alice: Client) -> None:
    page = as_alice.get(CLUSTERS).text
    assert "No TiDB Cloud connection yet" in page
    assert "/admin/mcpserver/tidbcloudconnection/add/" in page
    assert "Ask again" not in page


def test_without_a_cluster_it_says_so(as_alice: Client, far_end: Start, connect: Connect) -> None:
    connect("empty", far_end().address)
    assert "No clusters yet" in as_alice.get(CLUSTERS).text


def test_a_row_says_all_that_is_known_of_a_cluster(as_alice: Client, far_end: Start, connect: Connect) -> None:
    ours = connect("ours", far_end(cluster(7, "shop"), branches={"7": 3}).address)
    for role, branch_id in ((Role.READONLY, ""), (Role.ADMIN, ""), (Role.READONLY, "bran-1")):
        SqlLogin(connection=ours, cluster_id="7", branch_id=branch_id, role=role, username="u").store(
            Secret("x"), NOBODY
        )
    page = as_alice.get(CLUSTERS)
    (row,) = page.context["rows"]
    assert (row.connection, row.cluster_id, row.name) == (ours, "7", "shop")
    assert (row.plan, row.region, row.state, row.mark) == ("Starter", "aws-us-east-1", "active", "ok")
    assert (row.branches.count, row.logins) == (3, Logins([Role.READONLY, Role.ADMIN], 1))
    assert (row.environment, row.labelled) == (Environment.PRODUCTION, False)
    assert UNLABELLED in page.text
    assert "Make one" not in page.text
    assert 'datetime="' in page.text.split("as of")[1][:40]


def test_a_label_is_shown(as_alice: Client, far_end: Start, connect: Connect) -> None:
    ours = connect("ours", far_end(cluster(7, "shop")).address)
    set_environment(ours, "7", Environment.DEVELOPMENT, name="shop", facts=NOBODY)
    page = as_alice.get(CLUSTERS)
    assert page.context["rows"][0].environment == Environment.DEVELOPMENT
    assert UNLABELLED not in page.text


def test_a_cluster_without_a_reader_leads_to_the_form_for_one(
    as_alice: Client, far_end: Start, connect: Connect
) -> None:
    ours = connect("ours", far_end(cluster(7, "shop")).address)
    (row,) = as_alice.get(CLUSTERS).context["rows"]
    form = as_alice.get(row.add_reader).context["adminform"].form
    assert form.get_initial_for_field(form.fields["connection"], "connection") == str(ours.pk)
    assert (form.initial["cluster_id"], form.initial["role"]) == ("7", "role_readonly")


def test_a_cluster_of_which_little_is_told_is_shown(as_alice: Client, far_end: Start, connect: Connect) -> None:
    connect("ours", far_end({"clusterId": "7", "region": None, "state": None}).address)
    (row,) = as_alice.get(CLUSTERS).context["rows"]
    assert (row.name, row.plan, row.region, row.state, row.mark) == ("7", "", "", "unknown", "plain")


@pytest.mark.parametrize(
    ("state", "mark"), [("ACTIVE", "ok"), ("CREATING", "plain"), ("MAINTENANCE", "ask"), (HOSTILE, "plain")]
)
def test_only_a_known_state_has_a_colour(
    as_alice: Client, far_end: Start, connect: Connect, state: str, mark: str
) -> None:
    connect("ours", far_end(cluster(7, "shop", state=state)).address)
    (row,) = as_alice.get(CLUSTERS).context["rows"]
    assert row.mark == mark
    assert row.state[:19] == state.lower()[:19]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (HOSTILE, "&lt;script&gt;alert"),
        (TURNED, "U+202E"),
        ("x" * 100_000, "x" * 199 + "…"),
        ("עגלת קניות", "עגלת קניות</bdi>"),
    ],
    ids=["script", "turned", "long", "right-to-left"],
)
def test_names_from_outside_are_text(as_alice: Client, far_end: Start, connect: Connect, name: str, shown: str) -> None:
    ours = connect("ours", far_end(cluster(7, name, region={"name": name}, servicePlan=name)).address)
    page = as_alice.get(CLUSTERS)
    assert shown in page.text
    assert HOSTILE not in page.text
    assert "x" * 201 not in page.text
    assert Page(page.text).found == []
    (told,) = set_label(as_alice, ours).context["messages"]
    assert str(told).startswith("<bdi>")
    assert shown in str(told)
    assert HOSTILE not in str(told)


def test_nothing_of_the_key_is_on_the_page(as_alice: Client, far_end: Start, connect: Connect) -> None:
    connect("ours", far_end(cluster(7, "shop")).address)
    assert "a key" not in as_alice.get(CLUSTERS).text


# Many clusters, many connections


def test_thirty_clusters_over_pages_of_the_api_are_two_pages_here(
    as_alice: Client, far_end: Start, connect: Connect
) -> None:
    end = far_end(*(cluster(number, f"c{number:02}") for number in range(30)), page_most=12)
    connect("ours", end.address)
    assert names(as_alice) == [f"c{number:02}" for number in range(25)]
    assert end.asked_for("/branches") == 25
    assert names(as_alice, 2) == [f"c{number:02}" for number in range(25, 30)]
    assert (end.asked_for("/branches"), end.asked_for("/clusters")) == (30, 3)


@pytest.mark.parametrize("page", ["0", "99", "x", "-1"])
def test_a_page_that_is_not_there_is_the_nearest(as_alice: Client, far_end: Start, connect: Connect, page: str) -> None:
    connect("ours", far_end(cluster(7, "shop")).address)
    assert [row.name for row in as_alice.get(CLUSTERS, {"page": page}).context["rows"]] == ["shop"]


def test_clusters_of_several_connections_stand_together_and_say_whose_they_are(
    as_alice: Client, far_end: Start, connect: Connect
) -> None:
    connect("beta", far_end(cluster(7, "shop"), branches={"7": 1}).address)
    connect("alpha", far_end(cluster(7, "twin"), branches={"7": 2}).address)
    rows = as_alice.get(CLUSTERS).context["rows"]
    assert [(row.connection.name, row.name, row.branches.count) for row in rows] == [
        ("alpha", "twin", 2),
        ("beta", "shop", 1),
    ]


@pytest.mark.parametrize(
    ("status", "said"),
    [(None, "did not answer"), (401, "does not accept"), (429, "no more requests"), (500, "Try again later")],
)
def test_a_connection_that_fails_is_told_and_hides_no_other(
    as_alice: Client, far_end: Start, connect: Connect, status: int | None, said: str
) -> None:
    connect("bad", far_end(status=status).address if status else nobody_listens())
    connect("good", far_end(cluster(7, "shop")).address)
    page = as_alice.get(CLUSTERS)
    assert [row.name for row in page.context["rows"]] == ["shop"]
    (problem,) = page.context["problems"]
    assert said in problem
    assert "bad" in problem
    assert "Its clusters are missing here." in problem
    assert problem in page.text
    assert "a text of the API" not in page.text


def test_a_key_that_does_not_open_is_told_and_hides_no_other(
    as_alice: Client, far_end: Start, connect: Connect
) -> None:
    bad = connect("bad", far_end(cluster(8, "unseen")).address)
    TidbCloudConnection.objects.filter(pk=bad.pk).update(sealed="nonsense")
    connect("good", far_end(cluster(7, "shop")).address)
    page = as_alice.get(CLUSTERS)
    assert [row.name for row in page.context["rows"]] == ["shop"]
    assert "can&#x27;t be opened" in page.text
    as_alice.get(CLUSTERS)
    assert Event.objects.filter(kind=Kind.VAULT_REFUSED).count() == 1


def test_when_all_fail_it_does_not_say_that_there_are_no_clusters(as_alice: Client, connect: Connect) -> None:
    connect("bad", nobody_listens())
    connect("worse", nobody_listens())
    page = as_alice.get(CLUSTERS).text
    assert "The clusters of 2 connections are not known, as of" in page
    assert "No clusters yet" not in page
    assert "0 clusters" not in page


def test_one_that_hangs_is_not_waited_for(
    as_alice: Client, far_end: Start, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "PATIENCE", 0.3)
    hold = threading.Event()
    connect("hanging", far_end(hold=hold).address)
    connect("good", far_end(cluster(7, "shop")).address)
    page = as_alice.get(CLUSTERS)
    hold.set()
    assert [row.name for row in page.context["rows"]] == ["shop"]
    assert "hanging) is slow" in page.text


def test_an_api_whose_pages_never_end_is_left(as_alice: Client, far_end: Start, connect: Connect) -> None:
    end = far_end(*(cluster(number, "c") for number in range(600)))
    connect("endless", end.address)
    page = as_alice.get(CLUSTERS)
    assert page.context["total"] == 500
    assert "At least 500 clusters of 1 connection, as of" in page.text
    assert "Only some of its clusters are shown." in page.text


# Branches


def test_branches_that_are_not_offered_are_a_dash(as_alice: Client, far_end: Start, connect: Connect) -> None:
    end = far_end(*(cluster(number, "c") for number in range(7)), branches_status=501)
    connect("ours", end.address)
    page = as_alice.get(CLUSTERS)
    assert [row.branches.count for row in page.context["rows"]] == [None] * 7
    assert page.context["problems"] == []
    assert "does not offer" in page.text
    assert end.asked_for("/branches") == 7


@pytest.mark.parametrize(("status", "said"), [(429, "no more requests"), (503, "is in trouble")])
def test_where_asking_on_makes_no_sense_the_other_branches_are_not_asked_for(
    as_alice: Client, far_end: Start, connect: Connect, status: int, said: str
) -> None:
    end = far_end(*(cluster(number, "c") for number in range(25)), branches_status=status)
    connect("ours", end.address)
    rows = as_alice.get(CLUSTERS).context["rows"]
    assert len({path for path in end.asked if path.endswith("/branches")}) == asking.AT_ONCE
    assert all(said in row.branches.why for row in rows)


def test_more_branches_than_a_page_of_the_api_are_so_many_or_more(
    as_alice: Client, far_end: Start, connect: Connect
) -> None:
    connect("ours", far_end(cluster(7, "shop"), branches={"7": 130}).address)
    assert ">100+<" in as_alice.get(CLUSTERS).text


# What is kept


def test_for_a_minute_nothing_is_asked_again_and_no_key_opened(
    as_alice: Client, far_end: Start, connect: Connect
) -> None:
    end = far_end(cluster(7, "shop"))
    connect("ours", end.address)
    first = as_alice.get(CLUSTERS).context["asked_at"]
    asked, keys = len(end.asked), opened()
    assert keys == 1
    assert as_alice.get(CLUSTERS).context["asked_at"] == first
    assert (len(end.asked), opened()) == (asked, keys)
    event = Event.objects.filter(kind=Kind.VAULT_OPENED).latest("pk")
    assert (event.person, event.parameters["purpose"]) == ("alice", "show clusters in the console")


def test_asking_again_asks_again(
    as_alice: Client, far_end: Start, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tidbmcp.console import inventory

    end = far_end(cluster(7, "shop"))
    connect("ours", end.address)
    assert names(as_alice) == ["shop"]
    end.clusters = [cluster(8, "new")]
    assert "a few seconds ago" in as_alice.post(CLUSTERS, follow=True).text
    assert names(as_alice) == ["shop"]
    monkeypatch.setattr(inventory, "FRESH", -inventory.FRESH)
    as_alice.post(CLUSTERS)
    assert names(as_alice) == ["new"]
    assert end.asked_for("/8/branches") == 1


def test_what_failed_is_asked_again_at_once(as_alice: Client, far_end: Start, connect: Connect) -> None:
    end = far_end(cluster(7, "shop"), status=500)
    connect("ours", end.address)
    assert names(as_alice) == []
    end.status = 200
    assert names(as_alice) == []
    as_alice.post(CLUSTERS)
    assert names(as_alice) == ["shop"]


def test_a_new_key_is_used_at_once(as_alice: Client, far_end: Start, connect: Connect) -> None:
    end = far_end(cluster(7, "shop"), status=401)
    ours = connect("ours", end.address)
    assert names(as_alice) == []
    end.status = 200
    ours.store(Secret("the right key"), NOBODY)
    assert names(as_alice) == ["shop"]


# Setting the environment


def test_the_environment_is_set_by_a_row(as_alice: Client, far_end: Start, connect: Connect) -> None:
    ours = connect("ours", far_end(cluster(7, "shop")).address)
    page = set_label(as_alice, ours)
    assert page.redirect_chain == [("/admin/clusters/?page=1", 302)]
    assert "<bdi>shop</bdi> is now staging." in page.text
    assert page.context["rows"][0].environment == Environment.STAGING
    event = Event.objects.get(kind=Kind.CLUSTER_LABELLED)
    assert (event.person, event.cluster, event.cluster_id) == ("alice", "shop", "7")
    assert "was already staging" in set_label(as_alice, ours).text


@pytest.mark.parametrize(
    "fields",
    [
        {"environment": "dev"},
        {"environment": ""},
        {"environment": None},
        {"environment": "Staging"},
        {"cluster_id": ""},
        {"cluster_id": None},
        {"cluster_id": "7" * 65},
        {"connection": "019a0000-0000-7000-8000-000000000000"},
        {"connection": "x"},
        {"page": "x"},
    ],
    ids=str,
)
def test_what_is_not_understood_sets_nothing(
    as_alice: Client, far_end: Start, connect: Connect, fields: dict[str, Any]
) -> None:
    ours = connect("ours", far_end(cluster(7, "shop")).address)
    assert set_label(as_alice, ours, **fields).status_code == 400
    assert environment_of(ours.pk, "7") == Environment.PRODUCTION


def test_a_cluster_that_the_connection_does_not_know_is_not_labelled(
    as_alice: Client, far_end: Start, connect: Connect
) -> None:
    ours = connect("ours", far_end(cluster(7, "shop")).address)
    theirs = connect("theirs", far_end(cluster(8, "other")).address)
    assert "ours has no such cluster any more" in set_label(as_alice, ours, cluster_id="8").text
    assert environment_of(ours.pk, "8") == environment_of(theirs.pk, "8") == Environment.PRODUCTION


def test_nothing_is_labelled_while_the_connection_is_down(as_alice: Client, connect: Connect) -> None:
    page = set_label(as_alice, connect("bad", nobody_listens()))
    assert "The environment was not set." in page.text
    assert "did not answer" in page.text


def test_a_label_is_not_set_by_a_link(as_alice: Client, db: None) -> None:
    assert as_alice.get(LABEL).status_code == 405


def test_a_form_from_elsewhere_sets_nothing(alice: User, far_end: Start, connect: Connect) -> None:
    ours = connect("ours", far_end(cluster(7, "shop")).address)
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    assert set_label(client, ours).status_code == 403
    assert client.post(CLUSTERS).status_code == 403


# Who may


@pytest.mark.parametrize("address", [CLUSTERS, LABEL])
def test_members_and_strangers_do_not_get_in(client: Client, as_bob: Client, address: str) -> None:
    for visitor in (client, as_bob):
        answer = visitor.post(address)
        assert answer.status_code in {302, 403}
        assert opened() == 0


def test_who_may_not_view_connections_sees_nothing(as_bob: Client, bob: User, far_end: Start, connect: Connect) -> None:
    ours = connect("ours", far_end(cluster(7, "shop")).address)
    staff(bob, "view_user", "change_clusterenvironment")
    assert as_bob.get(CLUSTERS).status_code == 403
    assert as_bob.post(CLUSTERS).status_code == 403
    assert set_label(as_bob, ours).status_code == 403
    assert "Clusters" not in [link.text for link in as_bob.get("/admin/").context["words"]]


def test_who_may_only_look_labels_nothing(as_bob: Client, bob: User, far_end: Start, connect: Connect) -> None:
    ours = connect("ours", far_end(cluster(7, "shop")).address)
    staff(bob, "view_tidbcloudconnection")
    page = as_bob.get(CLUSTERS)
    assert [row.name for row in page.context["rows"]] == ["shop"]
    assert LABEL not in page.text
    assert "Make one" not in page.text
    assert set_label(as_bob, ours).status_code == 403
    assert environment_of(ours.pk, "7") == Environment.PRODUCTION


def test_the_permission_to_label_is_enough(as_bob: Client, bob: User, far_end: Start, connect: Connect) -> None:
    ours = connect("ours", far_end(cluster(7, "shop")).address)
    staff(bob, "view_tidbcloudconnection", "change_clusterenvironment")
    set_label(as_bob, ours, environment="development")
    assert environment_of(ours.pk, "7") == Environment.DEVELOPMENT
    assert Event.objects.get(kind=Kind.CLUSTER_LABELLED).person == "bob"
