"""SQL logins that are still to be made: their list, and where the console tells of them."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import User
from audit.facts import NOBODY
from audit.kinds import Kind
from audit.models import Event
from mcpserver.vault.models import LoginsDue, Role, SqlLogin, TidbCloudConnection
from tests.pages.conftest import HOSTILE, TURNED, Connect, Start
from tests.pages.far_end import cluster
from tidbmcp.lib.clock import now
from tidbmcp.lib.secrets import Secret

CLUSTERS, DUE = "/admin/clusters/", "/admin/mcpserver/loginsdue/"
PROBLEM = "TiDB Cloud (ours) did not answer."

pytestmark = pytest.mark.usefixtures("nothing_kept")


def due(row: TidbCloudConnection, problem: str = "", **fields: Any) -> LoginsDue:
    return LoginsDue.objects.create(connection=row, problem=problem, **{"cluster_id": "7", "asked_by": "bob"} | fields)


@pytest.fixture
def ours(far_end: Start, connect: Connect) -> TidbCloudConnection:
    return connect("ours", far_end(cluster(7, "shop"), cluster(8, "office")).address)


# The list


def test_without_a_row_it_says_that_nothing_is_due(as_alice: Client) -> None:
    page = as_alice.get(DUE).text
    assert "Nothing is due" in page
    assert "Add one" not in page


def test_a_row_says_what_went_wrong_and_for_whom(as_alice: Client, ours: TidbCloudConnection) -> None:
    due(ours, PROBLEM, branch_id="bran-1", tries=3)
    page = as_alice.get(DUE).text
    assert all(text in page for text in (PROBLEM, "bran-1", "bob", "ours"))


def test_what_went_wrong_is_text(as_alice: Client, ours: TidbCloudConnection) -> None:
    row = due(ours, HOSTILE)
    for address in (DUE, f"{DUE}{row.pk}/change/", CLUSTERS):
        assert HOSTILE not in as_alice.get(address).text


def test_nobody_adds_or_changes_one(as_alice: Client, ours: TidbCloudConnection) -> None:
    row = due(ours)
    assert as_alice.get(f"{DUE}add/").status_code == 403
    assert as_alice.post(f"{DUE}{row.pk}/change/", {"asked_by": "charlie"}).status_code == 403
    assert LoginsDue.objects.get().asked_by == "bob"


def test_giving_up_on_one_is_recorded(as_alice: Client, ours: TidbCloudConnection) -> None:
    row = due(ours)
    as_alice.post(f"{DUE}{row.pk}/delete/", {"post": "yes"})
    assert not LoginsDue.objects.exists()
    event = Event.objects.get(kind=Kind.ADMIN_CHANGED)
    assert (event.person, event.parameters["verb"], event.parameters["which"]) == ("alice", "deleted", ["logins of 7"])


def test_it_is_a_tab_under_clusters(as_alice: Client, ours: TidbCloudConnection) -> None:
    links = as_alice.get(DUE).context["links"]
    assert [(link.text, link.here) for link in links] == [
        ("Clusters", False),
        ("TiDB Cloud connections", False),
        ("SQL logins", False),
        ("SQL logins due", True),
        ("Schema changes", False),
    ]


@pytest.mark.parametrize("method", ["get", "post"])
def test_members_and_strangers_do_not_get_in(client: Client, as_bob: Client, db: None, method: str) -> None:
    for visitor in (client, as_bob):
        assert getattr(visitor, method)(DUE).status_code in {302, 403}


# The first page


@pytest.mark.parametrize(
    ("count", "said"), [(1, "SQL logins of one cluster or branch"), (2, "SQL logins of 2 clusters or branches")]
)
def test_home_says_what_could_not_be_made(as_alice: Client, ours: TidbCloudConnection, count: int, said: str) -> None:
    for number in range(count):
        due(ours, PROBLEM, cluster_id=str(number))
    page = as_alice.get("/admin/")
    assert f"{said} could not be made yet." in page.text
    assert DUE in [need.url for need in page.context["needs"]]


def test_home_is_silent_while_they_are_being_made(as_alice: Client, ours: TidbCloudConnection) -> None:
    due(ours)
    assert "could not be made yet" not in as_alice.get("/admin/").text


def test_home_tells_of_those_that_are_not_tried_any_more(as_alice: Client, ours: TidbCloudConnection) -> None:
    due(ours, asked_at=now() - timedelta(hours=25))
    assert "could not be made yet" in as_alice.get("/admin/").text


def test_home_tells_nobody_who_may_not_see_them(as_bob: Client, bob: User, ours: TidbCloudConnection) -> None:
    due(ours, PROBLEM)
    User.objects.filter(pk=bob.pk).update(is_staff=True)
    assert "could not be made yet" not in as_bob.get("/admin/").text


# The clusters page


def shown(client: Client) -> str:
    """The cell for logins of the first cluster."""
    return client.get(CLUSTERS).text.split('data-label="Logins">')[1].split("</td>")[0]


def test_a_cluster_whose_logins_are_being_made_says_so_and_asks_for_no_reader(
    as_alice: Client, ours: TidbCloudConnection
) -> None:
    due(ours)
    cell = shown(as_alice)
    assert f'<a href="{DUE}"' in cell
    assert '<span class="chip chip-plain">being made</span>' in cell
    assert "Make one" not in cell
    assert ">none<" not in cell


def test_the_other_clusters_say_nothing_of_it(as_alice: Client, ours: TidbCloudConnection) -> None:
    due(ours, cluster_id="8")
    due(ours, cluster_id="nowhere")
    cell = shown(as_alice)
    assert DUE not in cell
    assert "Make one" in cell


def test_a_problem_is_told_and_a_reader_can_be_added(as_alice: Client, ours: TidbCloudConnection) -> None:
    due(ours, PROBLEM)
    cell = shown(as_alice)
    assert f'<a href="{DUE}" title="{PROBLEM}"><span class="chip chip-ask">problem</span></a>' in cell
    assert "Make one" in cell


def test_those_that_are_not_tried_any_more_are_a_problem(as_alice: Client, ours: TidbCloudConnection) -> None:
    due(ours, asked_at=now() - timedelta(hours=25))
    assert "are not tried any more" in shown(as_alice)


def test_a_problem_of_a_branch_comes_before_what_goes_well(as_alice: Client, ours: TidbCloudConnection) -> None:
    due(ours)
    due(ours, PROBLEM, branch_id="bran-1")
    cell = shown(as_alice)
    assert PROBLEM in cell
    assert "being made" not in cell


def test_logins_of_a_branch_being_made_do_not_hide_that_the_cluster_has_none(
    as_alice: Client, ours: TidbCloudConnection
) -> None:
    due(ours, branch_id="bran-1")
    cell = shown(as_alice)
    assert "being made" in cell
    assert ">none<" in cell


def test_what_stands_in_a_title_hides_nothing(as_alice: Client, ours: TidbCloudConnection) -> None:
    due(ours, f'{TURNED}" onclick="x{"y" * 1000}')
    cell = shown(as_alice)
    assert "⟦U+202E⟧" in cell
    assert 'onclick="' not in cell
    assert "y" * 301 not in cell


def test_who_may_not_see_what_is_due_sees_only_the_logins(as_bob: Client, bob: User, ours: TidbCloudConnection) -> None:
    due(ours, PROBLEM)
    SqlLogin(connection=ours, cluster_id="7", role=Role.READONLY, username="u").store(Secret("x"), NOBODY)
    User.objects.filter(pk=bob.pk).update(is_staff=True)
    wanted = ("view_tidbcloudconnection", "view_sqllogin")
    bob.user_permissions.add(*Permission.objects.filter(codename__in=wanted))
    cell = shown(as_bob)
    assert "reader" in cell
    assert PROBLEM not in cell
    assert DUE not in cell
