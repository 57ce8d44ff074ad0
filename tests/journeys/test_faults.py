"""Every fault that TiDB Cloud is known or feared to have, against every tool: what the caller gets, and what is on record."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from mcpserver.tools import TOOLS
from mcpserver.tools.spec import Effect
from tests.stack import Stack, start_stack, wait_until

RESTORE = """
from audit.facts import Facts
from mcpserver.models import TidbCloudConnection
from mcpserver.vault.open import open_secret
row = TidbCloudConnection.objects.get()
row.store(open_secret(row, purpose="test", facts=Facts()), Facts())
"""


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    options = ("--control", "--unlimited", "--set", "create_seconds=0")
    stack = start_stack(tmp_path_factory.mktemp("faults"), *options, TIDBCLOUD_TIMEOUT_SECONDS="1")
    stack.answer("tidbcloud_create_branch", {"cluster": "shop", "display_name": "steady"})
    steady = {"cluster": "shop", "branch": "steady"}
    wait_until(lambda: stack.answer("tidbcloud_get_branch", steady)["state"] == "ACTIVE", "the branch is there")
    stack.answer("show_databases", steady)
    yield stack
    stack.stop()
    stack.sandbox.stop()


def mended(own: Stack, *, budget: bool = False) -> None:
    """No fault any more. A client that was told to wait is replaced with the key that is stored again."""
    own.sandbox.clear()
    if budget:
        own.manage("shell", "-v0", "-c", RESTORE)


READS: dict[str, dict[str, Any]] = {
    "tidbcloud_list_regions": {},
    "tidbcloud_list_clusters": {},
    "tidbcloud_get_cluster": {"cluster": "shop"},
    "tidbcloud_list_branches": {"cluster": "shop"},
    "tidbcloud_get_branch": {"cluster": "shop", "branch": "steady"},
    "db_query": {"cluster": "shop", "branch": "steady", "sql": "SELECT 1"},
    "explain_query": {"cluster": "shop", "branch": "steady", "sql": "SELECT 1"},
    "show_databases": {"cluster": "shop", "branch": "steady"},
    "show_tables": {"cluster": "shop", "branch": "steady", "database": "shop"},
    "search_schema": {"cluster": "shop", "branch": "steady", "words": "customer"},
    "describe_table": {"cluster": "shop", "branch": "steady", "database": "shop", "table": "customers"},
    "sample_table": {"cluster": "shop", "branch": "steady", "database": "shop", "table": "customers"},
    "get_connection_info": {"cluster": "shop", "branch": "steady"},
    "compare_schema": {"cluster": "shop", "to_branch": "steady", "database": "shop"},
    "my_access": {},
}


def changes(name: str) -> dict[str, dict[str, Any]]:
    """In an order in which each finds what the one before has made, if it has made it."""
    return {
        "tidbcloud_create_cluster": {"display_name": name, "region": "aws-us-east-1"},
        "tidbcloud_update_cluster": {"cluster": name, "labels": {"touched": "yes"}},
        "tidbcloud_create_branch": {"cluster": name, "display_name": name},
        "tidbcloud_delete_branch": {"cluster": name, "branch": name, "confirm": True, "confirm_name": name},
        "tidbcloud_delete_cluster": {"cluster": name, "confirm": True, "confirm_name": name},
    }


ELSEWHERE = {"apply_schema_change", "db_create_user", "db_execute", "db_remove_user", "prepare_schema_change"}
"""Changes on another host: tests/unit/test_users.py and tests/sql have their faults."""


def test_every_tool_is_in_the_tables() -> None:
    changing = {name for name, tool in TOOLS.items() if tool.effect is not Effect.READS}
    assert set(changes("x")) | ELSEWHERE == changing
    assert set(READS) == set(TOOLS) - changing


FINE = ("ok", "")
WHEN_LOOKING = {
    "rate_limited": ("error", "TiDB Cloud takes no more requests for the connection sandbox now; try again in"),
    "internal_error": ("error", "TiDB Cloud (sandbox) is in trouble (500)."),
    "unavailable_html": ("error", "TiDB Cloud (sandbox) is in trouble (503)."),
    "slow": ("error", "TiDB Cloud (sandbox) did not answer."),
    "dropped_before_apply": ("error", "TiDB Cloud (sandbox) did not answer."),
    "dropped_after_apply": ("error", "TiDB Cloud (sandbox) did not answer."),
    "unauthorized": ("error", "TiDB Cloud does not accept the key of the connection sandbox."),
    "forbidden": ("error", "The key of the connection sandbox may not do this"),
    "not_json": ("error", "TiDB Cloud (sandbox) gave an answer that can't be understood."),
    "redirect": ("error", "TiDB Cloud (sandbox) gave an answer that is not expected here."),
    "empty_spending_limit": FINE,
    "null_provider": FINE,
    "unknown_fields": FINE,
    "null_cluster_plan": FINE,
}


@pytest.mark.parametrize("fault", WHEN_LOOKING)
def test_a_fault_while_looking(own: Stack, fault: str) -> None:
    result, words = WHEN_LOOKING[fault]
    own.sandbox.fault(fault, method="GET", times=10_000, **({"seconds": 3} if fault == "slow" else {}))
    with ThreadPoolExecutor(5) as pool:  # they wait for far ends more than they work
        answers = list(pool.map(lambda tool: own.call(tool, READS[tool])["result"], READS))
    for tool, answer in zip(READS, answers, strict=True):
        row = own.events("tool = ?", tool)[-1]
        if tool == "my_access":
            assert words in (answer["structuredContent"]["problem"] or "")
            assert row["result"] == "ok"
        else:
            assert (row["result"], words in row["error"]) == (result, True), tool
            assert words in answer["content"][0]["text"]
        assert "<html" not in str(answer)
    mended(own, budget=fault == "rate_limited")


def test_a_stale_nonce_is_no_fault_for_anybody(own: Stack) -> None:
    for tool, arguments in {**READS, **changes("stale-nonce")}.items():
        own.sandbox.fault("stale_nonce", times=1)
        own.answer(tool, arguments)


SAID = "TiDB Cloud (sandbox)"
LOST = ("unknown", f"{SAID} did not say whether this was done.")
WHEN_CHANGING = {
    "rate_limited": ("error", "TiDB Cloud takes no more requests for the connection sandbox now; try again in"),
    "internal_error": ("unknown", f"{SAID} failed (500) and did not say whether this was done."),
    "unavailable_html": ("unknown", f"{SAID} failed (503) and did not say whether this was done."),
    "slow": FINE,
    "dropped_before_apply": LOST,
    "dropped_after_apply": FINE,
    "unauthorized": ("error", "TiDB Cloud does not accept the key of the connection sandbox."),
    "forbidden": ("error", "The key of the connection sandbox may not do this"),
    "payment_required": ("error", "TiDB Cloud wants to be paid for this first"),
    "conflict": ("error", f"{SAID} can't do this now."),
    "redirect": ("error", f"{SAID} gave an answer that is not expected here."),
    "not_json": ("unknown", f"{SAID} gave an answer that can't be understood."),
    "empty_spending_limit": FINE,
    "null_provider": FINE,
    "unknown_fields": FINE,
    "null_cluster_plan": FINE,
}
METHODS = {"create": "POST", "update": "PATCH", "delete": "DELETE"}


@pytest.mark.parametrize("fault", WHEN_CHANGING)
def test_a_fault_while_changing(own: Stack, fault: str) -> None:
    """Nothing is asked for twice; what stands afterwards is what the answer says."""
    result, words = WHEN_CHANGING[fault]
    name = f"fault-{fault}".replace("_", "-")
    for tool, arguments in changes(name).items():
        method = METHODS[tool.split("_")[1]]
        own.sandbox.clear()
        times = 2 if fault == "unauthorized" else 1  # the first 401 is a challenge, which is answered
        own.sandbox.fault(
            fault, method=method, path="^(?!.*sqlUsers)", times=times, **({"seconds": 2} if fault == "slow" else {})
        )
        answer = own.call(tool, arguments)["result"]
        asked = [request for request in own.sandbox.requests() if "sqlUsers" not in request["target"]]
        sent = [request for request in asked if request["method"] == method]
        row = own.events("tool = ? AND kind = 'call.finished'", tool)[-1]
        assert (row["result"], words in row["error"]) == (result, True), (tool, row["error"])
        assert words in answer["content"][0]["text"]
        assert answer["isError"] is (result != "ok")
        assert "<html" not in str(answer)
        assert len([request for request in sent if request["status"] != 401]) == (fault != "unauthorized"), (tool, sent)
        mended(own, budget=fault == "rate_limited")
        if result != "ok":
            own.answer(tool, arguments)  # it had not been done, and now it is
