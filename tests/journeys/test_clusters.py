"""Clusters and branches through the product: made, waited for, changed and deleted, over a TiDB Cloud by contract."""

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import httpx2
import MySQLdb
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from mcpserver.tools import TOOLS
from tests.stack import Stack, running_stack, wait_until

ERAS = ["2026-07-28", "legacy"]
REGION = "aws-us-east-1"
LOGINS = ["role_readonly", "role_readwrite", "role_admin"]


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Nothing becomes ready here before the test says so."""
    options = ("--control", "--unlimited", "--set", "create_seconds=1000")
    with running_stack(tmp_path_factory.mktemp("clusters"), *options) as stack:
        yield stack


def ready(own: Stack) -> None:
    """A thousand seconds pass."""
    own.sandbox.advance(1001)


def made(own: Stack, name: str, **arguments: Any) -> dict[str, Any]:
    """A cluster that is ready."""
    own.answer("tidbcloud_create_cluster", {"display_name": name, "region": REGION, **arguments})
    ready(own)
    return own.answer("tidbcloud_get_cluster", {"cluster": name})


def api(own: Stack) -> httpx2.Client:
    facts = own.sandbox.facts
    key = httpx2.DigestAuth(facts["public_key"], facts["private_key"])
    return httpx2.Client(base_url=facts["api_url"], auth=key, trust_env=False)


@pytest.mark.parametrize("era", ERAS)
async def test_a_client_waits_for_a_cluster_sees_progress_and_reads_it(own: Stack, era: str) -> None:
    seen: list[tuple[float, float, str]] = []

    async def progress(progress: float, total: float | None, message: str | None) -> None:
        seen.append((progress, total or 0, message or ""))
        await asyncio.to_thread(ready, own)

    name = f"waited-{era}"
    headers = {"Authorization": f"Bearer {own.run['tokens']['developer']}"}
    async with httpx2.AsyncClient(headers=headers, timeout=60, trust_env=False) as http:
        async with Client(streamable_http_client(own.mcp_url, http_client=http), mode=era) as client:
            arguments = {"display_name": name, "region": REGION, "wait": True}
            result = await client.call_tool("tidbcloud_create_cluster", arguments, progress_callback=progress)
            rows = await client.call_tool("db_query", {"cluster": name, "sql": "SELECT 1 AS one"})
    answer = result.structured_content
    assert (answer["status"], answer["state"], answer["sql_logins"]) == ("done", "ACTIVE", LOGINS)
    assert (answer["action"], answer["next_step"]) == (None, None)
    assert seen[0][0] < 1 < seen[0][1]
    assert f"{name} is CREATING" in seen[0][2]
    assert rows.structured_content["rows"] == [[1]]
    TOOLS["tidbcloud_create_cluster"].output.model_validate(answer)


def test_who_does_not_wait_is_told_what_to_do_next_and_reads_when_it_is_ready(own: Stack) -> None:
    answer = own.answer("tidbcloud_create_cluster", {"display_name": "not-waited", "region": f"regions/{REGION}"})
    assert (answer["status"], answer["state"], answer["sql_logins"]) == ("in_progress", "CREATING", [])
    assert "tidbcloud_get_cluster" in answer["next_step"]
    assert "no public SQL endpoint now (state CREATING)" in own.refusal("show_databases", {"cluster": "not-waited"})
    ready(own)
    wait_until(lambda: not own.call("show_databases", {"cluster": "not-waited"})["result"]["isError"], "it can be read")
    stored = own.events("kind = 'vault.stored' AND parameters LIKE '%tidbmcp_reader%'")
    assert stored[-1]["person"] == "developer"


def test_the_worker_makes_logins_that_nobody_waits_for(own: Stack) -> None:
    own.answer("tidbcloud_create_cluster", {"display_name": "by-worker", "region": REGION})
    work = "from mcpserver.tasks import make_logins; make_logins()"
    own.manage("shell", "-v0", "-c", work)
    assert own.answer("tidbcloud_get_cluster", {"cluster": "by-worker"})["sql_logins"] == []
    ready(own)
    own.manage("shell", "-v0", "-c", work)
    assert own.answer("tidbcloud_get_cluster", {"cluster": "by-worker"})["sql_logins"] == LOGINS


async def test_a_client_that_goes_away_stops_the_waiting_and_not_the_creating(own: Stack) -> None:
    waiting = asyncio.Event()

    async def progress(progress: float, total: float | None, message: str | None) -> None:
        waiting.set()

    headers = {"Authorization": f"Bearer {own.run['tokens']['developer']}"}
    async with httpx2.AsyncClient(headers=headers, timeout=60, trust_env=False) as http:
        async with Client(streamable_http_client(own.mcp_url, http_client=http), mode="2026-07-28") as client:
            arguments = {"display_name": "left-alone", "region": REGION, "wait": True}
            call = client.call_tool("tidbcloud_create_cluster", arguments, progress_callback=progress)
            task = asyncio.create_task(call)
            await waiting.wait()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def rows() -> list[dict[str, Any]]:
        return own.events("cluster = 'left-alone' AND kind = 'call.finished' AND tool = 'tidbcloud_create_cluster'")

    await asyncio.to_thread(wait_until, rows, "the row of the cancelled call")
    (row,) = rows()
    assert row["result"] == "cancelled"
    assert f"the cluster {row['cluster_id']} is being created" in row["error"]
    await asyncio.to_thread(ready, own)
    found = await asyncio.to_thread(own.answer, "tidbcloud_get_cluster", {"cluster": row["cluster_id"]})
    assert (found["display_name"], found["state"]) == ("left-alone", "ACTIVE")


def test_what_is_changed_in_a_branch_stays_in_the_branch(own: Stack) -> None:
    answer = own.answer("tidbcloud_create_branch", {"cluster": "shop", "display_name": "try"})
    assert (answer["status"], answer["state"], answer["parent_display_name"]) == ("in_progress", "CREATING", "shop")
    ready(own)
    place = {"cluster": "shop", "branch": "try"}
    wait_until(lambda: own.answer("tidbcloud_get_branch", place)["state"] == "ACTIVE", "the branch is there")
    count = {**place, "sql": "SELECT COUNT(*) FROM shop.orders"}
    before = own.answer("db_query", count)["rows"]
    branch = own.answer("tidbcloud_get_branch", place)
    assert branch["sql_logins"] == LOGINS
    delete_orders(own, branch)
    assert own.answer("db_query", count)["rows"] == [[0]]
    assert own.answer("db_query", {"cluster": "shop", "sql": count["sql"]})["rows"] == before != [[0]]
    (row,) = [row for row in own.events("tool = 'db_query' AND branch = 'try'") if row["rows"]][:1]
    assert row["cluster"] == "shop"


def delete_orders(own: Stack, branch: dict[str, Any]) -> None:
    """As the branch's root, on a connection of the test's own."""
    user, password = f"{branch['user_prefix']}.root", "A-password-of-the-test-1"
    with api(own) as client:
        path = f"/clusters/{branch['cluster_id']}/branches/{branch['branch_id']}/sqlUsers/{user}"
        assert client.patch(path, json={"password": password}).status_code == 200
    connection = MySQLdb.connect(
        host=branch["host"], port=branch["port"], user=user, password=password, database="shop"
    )
    cursor = connection.cursor()
    cursor.execute("DELETE FROM order_items")
    cursor.execute("DELETE FROM orders")
    connection.commit()
    connection.close()


def test_a_branch_of_a_branch_goes_before_its_parent(own: Stack) -> None:
    own.answer("tidbcloud_create_branch", {"cluster": "northwind-freight", "display_name": "parent"})
    ready(own)
    place = {"cluster": "northwind-freight", "branch": "parent"}
    wait_until(lambda: own.answer("tidbcloud_get_branch", place)["state"] == "ACTIVE", "the branch is there")
    own.answer("show_databases", place)  # its logins are made
    child = {"cluster": "northwind-freight", "display_name": "child", "parent_branch": "parent"}
    answer = own.answer("tidbcloud_create_branch", child)
    assert answer["parent_id"] == own.answer("tidbcloud_get_branch", place)["branch_id"]
    ready(own)
    confirm = {"confirm": True, "confirm_name": "parent"}
    assert "TiDB Cloud says" in own.refusal("tidbcloud_delete_branch", {**place, **confirm})
    for name in ("child", "parent"):
        here = {"cluster": "northwind-freight", "branch": name, "confirm": True, "confirm_name": name}
        assert own.answer("tidbcloud_delete_branch", here)["state"] == "DELETED"
    assert own.answer("tidbcloud_list_branches", {"cluster": "northwind-freight"})["branches"] == []


def test_a_deletion_says_what_will_be_lost_and_wants_the_exact_name(own: Stack) -> None:
    cluster = made(own, "to-delete")
    own.answer("show_databases", {"cluster": "to-delete"})
    own.answer("tidbcloud_create_branch", {"cluster": "to-delete", "display_name": "a branch"})
    arguments = {"cluster": "to-delete", "confirm": False, "confirm_name": ""}
    preview = own.refusal("tidbcloud_delete_cluster", arguments)
    assert "Nothing was deleted." in preview
    assert f"{cluster['cluster_id']}, Starter in {REGION} of sandbox" in preview
    assert "and its branch: a branch." in preview
    assert "confirm_name: 'to-delete'" in preview
    for wrong in ({"confirm": True, "confirm_name": "TO-DELETE"}, {"confirm": False, "confirm_name": "to-delete"}):
        assert "Nothing was deleted." in own.refusal("tidbcloud_delete_cluster", {**arguments, **wrong})
    assert own.answer("tidbcloud_get_cluster", {"cluster": "to-delete"})["sql_logins"] == LOGINS
    right = {**arguments, "confirm": True, "confirm_name": "to-delete", "reason": "done with it"}
    answer = own.answer("tidbcloud_delete_cluster", right)
    assert (answer["status"], answer["state"], answer["cluster_id"]) == ("done", "DELETED", cluster["cluster_id"])
    assert "There is no cluster 'to-delete'" in own.refusal("tidbcloud_get_cluster", {"cluster": "to-delete"})
    assert "There is no cluster" in own.refusal("db_query", {"cluster": cluster["cluster_id"], "sql": "SELECT 1"})
    assert len(own.events("kind = 'vault.forgotten' AND parameters LIKE ?", f"%{cluster['cluster_id']}%")) == 3
    started, finished = own.events("tool = 'tidbcloud_delete_cluster' AND kind LIKE 'call.%'")[-2:]
    assert (started["result"], finished["result"], finished["call_id"]) == ("started", "ok", started["call_id"])
    assert "done with it" in finished["parameters"]


def test_changes_are_merged_and_answered_as_they_are(own: Stack) -> None:
    made(own, "to-change", labels={"team": "sales", "tier": "one"})
    arguments = {
        "cluster": "to-change",
        "display_name": "changed-now",
        "spending_limit_monthly_usd_cents": 5000,
        "labels": {"tier": "two", "new": "yes"},
        "automated_backup": {"retention_days": 7},
    }
    answer = own.answer("tidbcloud_update_cluster", arguments)
    assert answer["changed"] == ["automated_backup", "display_name", "labels", "spending_limit_monthly_usd_cents"]
    found = own.answer("tidbcloud_get_cluster", {"cluster": "changed-now"})
    assert found["spending_limit_monthly_usd_cents"] == 5000
    assert {"team": "sales", "tier": "two", "new": "yes"}.items() <= found["labels"].items()
    assert (found["automated_backup_start_time"], found["automated_backup_retention_days"]) == ("07:00", 7)
    back = own.refusal("tidbcloud_update_cluster", {"cluster": "changed-now", "spending_limit_monthly_usd_cents": 0})
    assert "can't go back to 0 (free)" in back
    assert "Scalable cluster can not set spending limit to 0." in back


def test_what_the_plan_does_not_allow_is_said_in_the_users_words(own: Stack) -> None:
    own.sandbox.configure(free_clusters=0, branches=0)
    try:
        cluster = own.refusal("tidbcloud_create_cluster", {"display_name": "one-too-many", "region": REGION})
        branch = own.refusal("tidbcloud_create_branch", {"cluster": "shop", "display_name": "one too many"})
    finally:
        own.sandbox.configure(free_clusters=None, branches=None)
    assert "The plan allows no more clusters like this: give spending_limit_monthly_usd_cents" in cluster
    assert "The plan allows no more branches" in branch
    assert own.events("tool = 'tidbcloud_create_cluster'")[-1]["result"] == "error"


WRONG: dict[str, tuple[str, dict[str, Any], str]] = {
    "a short name": ("tidbcloud_create_cluster", {"display_name": "abc", "region": REGION}, "display_name"),
    "a name with a blank": ("tidbcloud_create_cluster", {"display_name": "my shop", "region": REGION}, "display_name"),
    "no region": ("tidbcloud_create_cluster", {"display_name": "good-name"}, "region: field required"),
    "an unknown region": (
        "tidbcloud_create_cluster",
        {"display_name": "good-name", "region": "aws-us-est-1"},
        "Near it: aws-us-east-1",
    ),
    "a limit as a text": (
        "tidbcloud_create_cluster",
        {"display_name": "good-name", "region": REGION, "spending_limit_monthly_usd_cents": "50"},
        "valid integer",
    ),
    "a limit below zero": (
        "tidbcloud_update_cluster",
        {"cluster": "shop", "spending_limit_monthly_usd_cents": -1},
        "greater than or equal to 0",
    ),
    "a label of the service": (
        "tidbcloud_update_cluster",
        {"cluster": "shop", "labels": {"tidb.cloud/project": "1"}},
        "belong to TiDB Cloud",
    ),
    "nothing to change": ("tidbcloud_update_cluster", {"cluster": "shop"}, "Say what to change"),
    "a root password": (
        "tidbcloud_create_cluster",
        {"display_name": "good-name", "region": REGION, "root_password": "hunter2hunter2"},
        "'root_password' is not an argument",
    ),
    "an unknown connection": (
        "tidbcloud_create_cluster",
        {"display_name": "good-name", "region": REGION, "connection": "nope"},
        "There is no connection 'nope'. There are: sandbox.",
    ),
    "an unknown cluster": (
        "tidbcloud_delete_cluster",
        {"cluster": "shpo", "confirm": True, "confirm_name": "shpo"},
        "Near it: shop",
    ),
    "no confirmation": ("tidbcloud_delete_cluster", {"cluster": "shop"}, "confirm: field required"),
    "confirmed by a text": (
        "tidbcloud_delete_cluster",
        {"cluster": "shop", "confirm": "true", "confirm_name": "shop"},
        "valid boolean",
    ),
    "an unknown branch": ("tidbcloud_get_branch", {"cluster": "shop", "branch": "nope"}, "There is no branch 'nope'"),
    "a time without a zone": (
        "tidbcloud_create_branch",
        {"cluster": "shop", "display_name": "x", "at": "2026-01-31T08:30:00"},
        "with its zone",
    ),
    "a time to come": (
        "tidbcloud_create_branch",
        {"cluster": "shop", "display_name": "x", "at": "2999-01-31T08:30:00Z"},
        "in the future",
    ),
    "empty labels": ("tidbcloud_update_cluster", {"cluster": "shop", "labels": {}}, "Say what to change"),
    "an empty backup": ("tidbcloud_update_cluster", {"cluster": "shop", "automated_backup": {}}, "Say what to change"),
    "a time before time": (
        "tidbcloud_create_branch",
        {"cluster": "shop", "display_name": "x", "at": "0001-01-01T00:00:00+14:00"},
        "with its zone",
    ),
    "a page token of ours for another list": (
        "tidbcloud_list_branches",
        {"cluster": "shop", "page_token": "bm9wZQ=="},
        "not one of this list",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_wrong_arguments_are_refused_with_what_to_do_and_nothing_is_sent(own: Stack, what: str) -> None:
    tool, arguments, words = WRONG[what]
    own.sandbox.clear()
    assert words in own.refusal(tool, arguments)
    assert {request["method"] for request in own.sandbox.requests()} <= {"GET"}


def test_a_read_only_token_sees_and_makes_no_change(own: Stack) -> None:
    token = own.run["tokens"]["read_only"]
    listed = own.post({"jsonrpc": "2.0", "id": 1, "method": "tools/list"}, token=token).text
    assert "tidbcloud_list_branches" in listed
    for name in ("create_cluster", "update_cluster", "delete_cluster", "create_branch", "delete_branch"):
        assert f'"tidbcloud_{name}"' not in listed
    arguments = {"display_name": "never-made", "region": REGION}
    assert "This token is read-only" in own.refusal("tidbcloud_create_cluster", arguments, token=token)


def test_two_at_once_make_the_logins_of_a_cluster_once(own: Stack) -> None:
    cluster = made(own, "raced-for")
    threads = [threading.Thread(target=own.call, args=("show_databases", {"cluster": "raced-for"})) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wait_until(lambda: not own.call("show_databases", {"cluster": "raced-for"})["result"]["isError"], "it can be read")
    stored = own.events("kind = 'vault.stored' AND parameters LIKE ?", f"%{cluster['cluster_id']}%")
    assert len(stored) == 3


def test_a_read_only_caller_sets_nothing_going(own: Stack) -> None:
    made(own, "left-to-others")
    own.sandbox.clear()
    token = own.run["tokens"]["read_only"]
    sentence = own.refusal("show_databases", {"cluster": "left-to-others"}, token=token)
    assert "The SQL logins of this are still being made." in sentence
    assert {request["method"] for request in own.sandbox.requests()} <= {"GET"}
    own.answer("show_databases", {"cluster": "left-to-others"})
    own.answer("show_databases", {"cluster": "left-to-others"}, token=token)


def test_a_branch_of_a_cluster_that_was_made_elsewhere_has_its_three_logins(own: Stack) -> None:
    with api(own) as client:
        client.post("/clusters", json={"displayName": "made-elsewhere", "region": {"name": f"regions/{REGION}"}})
    ready(own)
    own.answer("tidbcloud_create_branch", {"cluster": "made-elsewhere", "display_name": "try"})
    ready(own)
    place = {"cluster": "made-elsewhere", "branch": "try"}
    wait_until(lambda: own.answer("tidbcloud_get_branch", place)["state"] == "ACTIVE", "the branch is there")
    assert "test" in own.answer("show_databases", place)["databases"]
    assert own.answer("tidbcloud_get_branch", place)["sql_logins"] == LOGINS
    assert own.answer("tidbcloud_get_cluster", {"cluster": "made-elsewhere"})["sql_logins"] == LOGINS
