"""The clusters page while a connection fails: what it last told stands in, with its age."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from audit.facts import NOBODY
from audit.models import Event
from mcpserver.grants.environments import environment_of
from mcpserver.grants.models import Environment
from mcpserver.vault.models import TidbCloudConnection
from tests.pages.conftest import HOSTILE, Connect, Start
from tests.pages.far_end import FarEnd, cluster
from tidbmcp.console import asking, inventory
from tidbmcp.lib.clock import now
from tidbmcp.lib.secrets import Secret

CLUSTERS, LABEL = "/admin/clusters/", "/admin/clusters/label/"
LATER = timedelta(minutes=7, seconds=5)

pytestmark = pytest.mark.usefixtures("nothing_kept")

Earlier = Callable[[], Any]


@pytest.fixture
def earlier(as_alice: Client, monkeypatch: pytest.MonkeyPatch) -> Earlier:
    """Look at the page, seven minutes ago."""

    def look() -> Any:
        moment = now() - LATER
        with monkeypatch.context() as then:
            then.setattr(asking, "now", lambda: moment)
            return as_alice.get(CLUSTERS)

    return look


def ask_again(client: Client) -> Any:
    return client.post(CLUSTERS, follow=True)


def names(page: Any) -> list[str]:
    return [row.name for row in page.context["rows"]]


def age(page: Any) -> datetime:
    found: datetime = page.context["asked_at"]
    return found


@pytest.mark.parametrize("status", [401, 429, 500])
def test_what_it_last_told_stands_in_with_its_age(
    as_alice: Client, far_end: Start, connect: Connect, earlier: Earlier, status: int
) -> None:
    end = far_end(cluster(7, "shop"), branches={"7": 3})
    connect("ours", end.address)
    first = earlier()
    end.status = status
    page = ask_again(as_alice)
    (row,) = page.context["rows"]
    assert (row.name, row.branches.count, row.as_of) == ("shop", 3, age(first))
    assert "1 cluster of 1 connection, as of" in page.text
    (problem,) = page.context["problems"]
    assert problem in page.text
    assert "ours" in problem
    assert problem.endswith("Its clusters are shown as they were 7 min ago.")
    assert "7 min ago</time></span>" in page.text


def test_a_state_that_may_be_another_by_now_has_no_colour(
    as_alice: Client, far_end: Start, connect: Connect, earlier: Earlier
) -> None:
    end = far_end(cluster(7, "shop"))
    connect("ours", end.address)
    assert earlier().context["rows"][0].mark == "ok"
    end.status = 500
    assert ask_again(as_alice).context["rows"][0].mark == "plain"


def test_those_that_answer_are_new_beside_it(
    as_alice: Client, far_end: Start, connect: Connect, earlier: Earlier
) -> None:
    bad, good = far_end(cluster(7, "shop")), far_end(cluster(8, "office"))
    connect("bad", bad.address)
    connect("good", good.address)
    first = earlier()
    bad.status, good.clusters = 500, [cluster(8, "office"), cluster(9, "new")]
    page = ask_again(as_alice)
    assert names(page) == ["shop", "office", "new"]
    assert [row.as_of for row in page.context["rows"]] == [age(first), None, None]
    assert "3 clusters of 2 connections, as of" in page.text
    assert age(page) > age(first)


def test_one_that_never_told_is_said_to_be_unknown(as_alice: Client, far_end: Start, connect: Connect) -> None:
    connect("bad", far_end(status=500).address)
    connect("good", far_end(cluster(7, "shop")).address)
    page = as_alice.get(CLUSTERS).text
    assert '<p class="lead">1 cluster of 1 connection, as of' in page
    assert "; those of 1 other are not known." in page


def test_that_there_were_none_is_known_too(
    as_alice: Client, far_end: Start, connect: Connect, earlier: Earlier
) -> None:
    end = far_end()
    connect("ours", end.address)
    assert "No clusters yet" in earlier().text
    end.status = 500
    page = ask_again(as_alice).text
    assert "0 clusters of 1 connection, as of" in page
    assert "shown as they were 7 min ago" in page


def test_a_part_that_came_now_gives_way_to_a_whole_that_was(
    as_alice: Client, far_end: Start, connect: Connect, earlier: Earlier
) -> None:
    end = far_end(*(cluster(number, "c") for number in range(30)), page_most=20)
    connect("ours", end.address)
    assert earlier().context["total"] == 30
    end.fails_from_page = 2
    page = ask_again(as_alice)
    assert page.context["total"] == 30
    assert "shown as they were 7 min ago" in page.text


def test_a_part_that_has_more_than_the_last_whole_is_shown(
    as_alice: Client, far_end: Start, connect: Connect, earlier: Earlier
) -> None:
    end = far_end(cluster(1, "c"), page_most=20)
    connect("ours", end.address)
    earlier()
    end.clusters = [cluster(number, "c") for number in range(30)]
    end.fails_from_page = 2
    page = ask_again(as_alice)
    assert "At least 20 clusters of 1 connection, as of" in page.text
    assert page.context["rows"][0].as_of is None


def test_what_has_failed_is_asked_again_and_is_new_then(
    as_alice: Client, far_end: Start, connect: Connect, earlier: Earlier
) -> None:
    end = far_end(cluster(7, "shop"))
    connect("ours", end.address)
    earlier()
    end.status = 500
    ask_again(as_alice)
    assert names(ask_again(as_alice)) == ["shop"]
    end.status, end.clusters = 200, [cluster(8, "new")]
    page = ask_again(as_alice)
    assert names(page) == ["new"]
    assert page.context["problems"] == []


def test_the_branches_of_one_that_fails_are_not_asked_for(
    as_alice: Client, far_end: Start, connect: Connect, earlier: Earlier
) -> None:
    end = far_end(*(cluster(number, f"c{number:02}") for number in range(30)))
    connect("ours", end.address)
    earlier()
    end.status = 500
    ask_again(as_alice)
    asked = end.asked_for("/branches")
    page = as_alice.get(CLUSTERS, {"page": 2})  # whose branches nobody has counted
    assert len(page.context["rows"]) == 5
    assert all("ours" in row.branches.why for row in page.context["rows"])
    assert end.asked_for("/branches") == asked


def test_after_an_hour_it_is_not_known_any_more(
    as_alice: Client, far_end: Start, connect: Connect, earlier: Earlier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inventory, "REMEMBERED", 0)
    end = far_end(cluster(7, "shop"))
    connect("ours", end.address)
    earlier()
    end.status = 500
    page = ask_again(as_alice)
    assert names(page) == []
    assert "The clusters of 1 connection are not known" in page.text


def test_a_new_key_does_not_get_what_the_old_one_was_told(
    as_alice: Client, far_end: Start, connect: Connect, earlier: Earlier
) -> None:
    end = far_end(cluster(7, "shop"))
    ours = connect("ours", end.address)
    earlier()
    end.status = 401
    ours.store(Secret("another key"), NOBODY)
    assert names(as_alice.get(CLUSTERS)) == []


def test_names_that_were_told_are_text_too(
    as_alice: Client, far_end: Start, connect: Connect, earlier: Earlier
) -> None:
    end = far_end(cluster(7, HOSTILE))
    connect("ours", end.address)
    earlier()
    end.status = 500
    page = ask_again(as_alice).text
    assert "&lt;script&gt;alert" in page
    assert HOSTILE not in page


def label(client: Client, row: TidbCloudConnection, cluster_id: str) -> Any:
    sent = {"connection": str(row.pk), "cluster_id": cluster_id, "environment": "staging", "page": 1}
    return client.post(LABEL, sent, follow=True)


def down_since(client: Client, end: FarEnd) -> None:
    end.status = 500
    ask_again(client)


def test_what_it_last_told_can_be_labelled(
    as_alice: Client, far_end: Start, connect: Connect, earlier: Earlier
) -> None:
    end = far_end(cluster(7, "shop"))
    ours = connect("ours", end.address)
    earlier()
    down_since(as_alice, end)
    assert "<bdi>shop</bdi> is now staging." in label(as_alice, ours, "7").text
    assert environment_of(ours.pk, "7") == Environment.STAGING
    assert Event.objects.filter(kind="cluster.labelled", cluster="shop").count() == 1


def test_what_it_never_told_cannot(as_alice: Client, far_end: Start, connect: Connect, earlier: Earlier) -> None:
    end = far_end(cluster(7, "shop"))
    ours = connect("ours", end.address)
    earlier()
    down_since(as_alice, end)
    page = label(as_alice, ours, "8").text
    assert "The environment was not set." in page
    assert "ours" in page
    assert environment_of(ours.pk, "8") == Environment.PRODUCTION


def test_what_is_kept_is_no_secret(as_alice: Client, far_end: Start, connect: Connect, earlier: Earlier) -> None:
    connect("ours", far_end(cluster(7, "shop")).address)
    earlier()
    kept = repr(cache._cache)  # type: ignore[attr-defined]
    assert "shop" in kept
    assert "a key" not in kept
