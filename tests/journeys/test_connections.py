"""Several TiDB Clouds side by side: joined, told apart, and none hidden by another that fails."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.sandbox_process import SandboxProcess, start_sandbox
from tests.stack import Stack, start_stack

ADD = """
import json, os
from audit.facts import Facts
from mcpserver.models import TidbCloudConnection
from tidbmcp.lib.secrets import Secret
wanted = json.loads(os.environ["WANTED"])
secret = wanted.pop("secret")
row = TidbCloudConnection.objects.filter(name=wanted["name"]).first() or TidbCloudConnection()
for name, value in wanted.items():
    setattr(row, name, value)
row.store(Secret(secret), Facts())
"""


@dataclass
class Two:
    """A product with two organizations; the second one is known by a bearer token."""

    stack: Stack
    second: SandboxProcess

    def connect(self, name: str, **changes: Any) -> None:
        facts = self.second.facts
        wanted = {"name": name, "api_url": facts["api_url"], "iam_url": facts["iam_url"], "auth": "bearer"}
        wanted |= {"secret": facts["bearer_token"], **changes}
        self.stack.manage("shell", "-v0", "-c", ADD, WANTED=json.dumps(wanted))


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    folder: Path = tmp_path_factory.mktemp("connections")
    stack = start_stack(folder, "--control", "--unlimited")
    found = Two(stack, start_sandbox(folder / "second", "--control", "--unlimited"))
    found.connect("west")
    yield found
    stack.stop()
    stack.sandbox.stop()
    found.second.stop()


@pytest.fixture
def own(two: Two) -> Iterator[Two]:
    yield two
    two.second.clear()
    two.stack.sandbox.clear()
    two.connect("west")


def names(answer: dict[str, Any]) -> list[tuple[str, str]]:
    return [(cluster["connection"], cluster["display_name"]) for cluster in answer["clusters"]]


EVERYTHING = [("sandbox", "shop"), ("sandbox", "northwind-freight"), ("west", "shop"), ("west", "northwind-freight")]


def test_lists_join_them_and_say_which_is_which(own: Two) -> None:
    answer = own.stack.answer("tidbcloud_list_clusters")
    assert (names(answer), answer["missing"], answer["next_page_token"]) == (EVERYTHING, [], None)
    assert names(own.stack.answer("my_access")) == EVERYTHING


@pytest.mark.parametrize("size", [1, 2, 3])
def test_pages_go_on_from_one_to_the_next(own: Two, size: int) -> None:
    found, token = [], None
    for _ in range(6):
        answer = own.stack.answer("tidbcloud_list_clusters", {"page_size": size, "page_token": token})
        found += names(answer)
        token = answer["next_page_token"]
        if token is None:
            break
    assert found == EVERYTHING


def test_a_name_in_both_asks_for_the_id_and_an_id_finds_its_own(own: Two) -> None:
    sentence = own.stack.refusal("tidbcloud_get_cluster", {"cluster": "shop"})
    west = own.second.cluster("shop")["cluster_id"]
    assert "2 clusters are named 'shop'" in sentence
    assert f"{west} (west)" in sentence
    assert own.stack.answer("tidbcloud_get_cluster", {"cluster": west})["connection"] == "west"


def test_a_new_cluster_must_say_where(own: Two) -> None:
    arguments = {"display_name": "which-one", "region": "aws-us-east-1"}
    sentence = own.stack.refusal("tidbcloud_create_cluster", arguments)
    assert "There are 2 connections: say which one as connection, one of sandbox, west." in sentence
    answer = own.stack.answer("tidbcloud_create_cluster", {**arguments, "connection": "west"})
    assert answer["connection"] == "west"
    confirm = {"cluster": answer["cluster_id"], "confirm": True, "confirm_name": "which-one"}
    own.stack.answer("tidbcloud_delete_cluster", confirm)


FAILING: dict[str, tuple[dict[str, Any], str]] = {
    "down": ({"api_url": "http://127.0.0.1:9/v1beta1"}, "did not answer"),
    "a wrong key": ({"secret": "wrong"}, "does not accept the key of the connection west"),
}


@pytest.mark.parametrize("what", FAILING)
def test_one_that_fails_does_not_hide_the_other(own: Two, what: str) -> None:
    changes, words = FAILING[what]
    own.connect("west", **changes)
    for tool in ("tidbcloud_list_clusters", "my_access"):
        answer = own.stack.answer(tool)
        assert names(answer) == EVERYTHING[:2]
        (missing,) = answer["missing"]
        assert missing["connection"] == "west"
        assert words in missing["problem"]
    assert own.stack.answer("tidbcloud_get_cluster", {"cluster": "shop"})["connection"] == "sandbox"
    assert own.stack.answer("tidbcloud_list_regions")["regions"]
    sentence = own.stack.refusal("tidbcloud_get_cluster", {"cluster": "somewhere-else"})
    assert "There is no cluster 'somewhere-else' where it could be looked for." in sentence
    assert words in sentence


def test_each_has_a_budget_of_its_own(own: Two) -> None:
    own.second.fault("rate_limited", times=50)
    own.second.configure(requests_per_minute=100)
    answer = own.stack.answer("tidbcloud_list_clusters")
    own.second.configure(requests_per_minute=None)
    assert names(answer) == EVERYTHING[:2]
    assert "takes no more requests for the connection west now" in answer["missing"][0]["problem"]


def test_a_name_is_not_enough_to_delete_while_one_cannot_be_asked(own: Two) -> None:
    own.stack.answer(
        "tidbcloud_create_cluster", {"display_name": "only-here", "region": "aws-us-east-1", "connection": "sandbox"}
    )
    own.connect("west", secret="wrong")
    confirm = {"cluster": "only-here", "confirm": True, "confirm_name": "only-here"}
    sentence = own.stack.refusal("tidbcloud_delete_cluster", confirm)
    assert "Give the id" in sentence
    cluster_id = own.stack.answer("tidbcloud_get_cluster", {"cluster": "only-here"})["cluster_id"]
    assert cluster_id in sentence
    assert own.stack.answer("tidbcloud_delete_cluster", {**confirm, "cluster": cluster_id})["status"] == "done"


def test_pages_stay_full_when_they_reach_into_the_next_connection(own: Two) -> None:
    facts = own.second.facts
    with httpx2.Client(headers={"Authorization": f"Bearer {facts['bearer_token']}"}, trust_env=False) as client:
        region = {"name": "regions/aws-us-east-1"}
        wanted = [{"cluster": {"displayName": f"west-{number:03}", "region": region}} for number in range(60)]
        made = client.post(f"{facts['api_url']}/clusters:batchCreate", json={"requests": wanted})
        assert made.status_code == 200
        sizes, found, token = [], [], None
        while True:
            answer = own.stack.answer("tidbcloud_list_clusters", {"page_token": token})
            sizes.append(len(answer["clusters"]))
            found += names(answer)
            token = answer["next_page_token"]
            if token is None:
                break
        for cluster in made.json()["clusters"]:
            client.delete(f"{facts['api_url']}/clusters/{cluster['clusterId']}")
    assert sizes == [20, 20, 20, 4]
    assert len(set(found)) == 64


def test_two_keys_that_see_one_cluster_are_no_puzzle(own: Two) -> None:
    """An organization's key beside a project's: the one that holds the logins is meant."""
    facts = own.stack.sandbox.facts
    keys = {"api_url": facts["api_url"], "iam_url": facts["iam_url"], "auth": "bearer", "secret": facts["bearer_token"]}
    own.connect("a-second-key", **keys)
    try:
        found = own.stack.answer("tidbcloud_get_cluster", {"cluster": facts["clusters"][0]["cluster_id"]})
        rows = own.stack.answer("db_query", {"cluster": found["cluster_id"], "sql": "SELECT 1"})["rows"]
    finally:
        forget = "from mcpserver.models import TidbCloudConnection as T; T.objects.get(name='a-second-key').delete()"
        own.stack.manage("shell", "-v0", "-c", forget)
    assert (found["connection"], rows) == ("sandbox", [[1]])


def test_an_id_that_two_clouds_claim_is_not_changed(own: Two) -> None:
    """What another cloud says of an id must not decide what is deleted."""
    cluster_id = own.stack.sandbox.cluster("shop")["cluster_id"]
    claimed = json.dumps({"clusterId": cluster_id, "displayName": "claimed", "state": "ACTIVE"}).encode()

    class Liar(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(claimed)))
            self.end_headers()
            self.wfile.write(claimed)

        def log_message(self, *args: object) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Liar) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        own.connect("west", api_url=f"http://127.0.0.1:{server.server_port}/v1beta1")
        arguments = {"cluster": cluster_id, "confirm": True, "confirm_name": "shop"}
        sentence = own.stack.refusal("tidbcloud_delete_cluster", arguments)
        server.shutdown()
        thread.join()
    assert f"each know a cluster {cluster_id}" in sentence
