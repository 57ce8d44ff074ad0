"""What goes out to TiDB Cloud: only what its documents know, never a caller's token, and one request for a page."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from tests.sandbox import contract
from tests.stack import Stack, running_stack, wait_until

REGION = "aws-us-east-1"


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    options = ("--control", "--unlimited", "--set", "create_seconds=0")
    with running_stack(tmp_path_factory.mktemp("upstream"), *options) as stack:
        yield stack


def everything(own: Stack) -> None:
    """Every tool that speaks to TiDB Cloud, once."""
    own.answer("tidbcloud_list_regions")
    own.answer("tidbcloud_list_clusters")
    arguments = {"display_name": "upstream", "region": REGION, "labels": {"a": "b"}, "wait": True}
    made = own.answer("tidbcloud_create_cluster", arguments)
    cluster = {"cluster": made["cluster_id"]}
    changed = {
        "spending_limit_monthly_usd_cents": 100,
        "labels": {"c": "d"},
        "automated_backup": {"start_time": "05:30"},
    }
    own.answer("tidbcloud_update_cluster", {**cluster, "display_name": "upstream-2", **changed})
    own.answer("tidbcloud_create_branch", {**cluster, "display_name": "try", "wait": True})
    own.answer("tidbcloud_list_branches", {**cluster, "page_size": 1})
    own.answer("tidbcloud_get_branch", {**cluster, "branch": "try"})
    own.answer("db_query", {**cluster, "branch": "try", "sql": "SELECT 1"})
    confirm = {"confirm": True}
    own.answer("tidbcloud_delete_branch", {**cluster, "branch": "try", **confirm, "confirm_name": "try"})
    own.answer("tidbcloud_delete_cluster", {**cluster, **confirm, "confirm_name": "upstream-2"})
    own.answer("my_access")


@pytest.fixture(scope="module")
def requests(own: Stack) -> list[dict[str, Any]]:
    own.sandbox.clear()
    everything(own)
    return own.sandbox.requests()


def test_no_token_of_a_caller_is_ever_among_them(own: Stack, requests: list[dict[str, Any]]) -> None:
    text = json.dumps(requests)
    assert "tmcp_" not in text
    assert own.run["tokens"]["developer"].removeprefix("tmcp_")[:8] not in text
    assert {request["headers"]["user-agent"].split("/")[0] for request in requests} == {"tidbmcp"}


def test_no_root_password_is_ever_sent(requests: list[dict[str, Any]]) -> None:
    assert not [request for request in requests if "rootPassword" in request["body"]]


def test_passwords_go_to_calls_about_sql_users_alone_and_never_without_credentials(
    requests: list[dict[str, Any]],
) -> None:
    with_password = [request for request in requests if "password" in request["body"]]
    assert len(with_password) == 6  # three users of a cluster, three of a branch
    for request in with_password:
        assert "/sqlUsers" in request["target"]
        assert request["headers"]["authorization"].startswith("Digest ")


def test_a_challenge_is_asked_for_once_a_host(requests: list[dict[str, Any]]) -> None:
    refused = [request["host"] for request in requests if request["status"] == 401]
    assert len(refused) == len(set(refused)) <= 2


@pytest.mark.skipif(not contract.FILES.is_dir(), reason="The OpenAPI files of TiDB Cloud are not beside this checkout.")
def test_every_request_fits_the_documents_of_the_api(requests: list[dict[str, Any]]) -> None:
    wrong = []
    for request in requests:
        body = json.loads(request["body"]) if request["body"] else None
        wrong += contract.request_problems(request["method"], request["target"], body, request["host"])
    assert wrong == []
    assert len({(request["method"], urlsplit(request["target"]).path.count("/")) for request in requests}) > 8


def test_a_thousand_clusters_come_in_pages_that_cost_one_request_each(own: Stack) -> None:
    facts = own.sandbox.facts
    key = httpx2.DigestAuth(facts["public_key"], facts["private_key"])
    with httpx2.Client(base_url=facts["api_url"], auth=key, trust_env=False, timeout=120) as client:
        region = {"name": f"regions/{REGION}"}
        wanted = [{"cluster": {"displayName": f"many-{number:04}", "region": region}} for number in range(1000)]
        answer = client.post("/clusters:batchCreate", json={"requests": wanted})
        assert answer.status_code == 200, answer.text
    own.sandbox.clear()
    found, pages, token = [], 0, None
    while True:
        page = own.answer("tidbcloud_list_clusters", {"page_size": 100, "page_token": token})
        found += [cluster["display_name"] for cluster in page["clusters"]]
        pages += 1
        token = page["next_page_token"]
        if token is None:
            break
    assert found[-1000:] == [f"many-{number:04}" for number in range(1000)]
    asked = [request for request in own.sandbox.requests() if request["status"] == 200]
    assert len(asked) == pages == 11
    last = own.answer("tidbcloud_get_cluster", {"cluster": "many-0999"})
    wait_until(lambda: last["state"] == "ACTIVE", "it is ready")
