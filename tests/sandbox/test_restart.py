"""What the API has made outlives the process, however it ends."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import MySQLdb
import pytest

from tests.sandbox.wire import PASSWORD, REGION, Wire, ask_sql
from tests.sandbox_process import SandboxProcess, start_sandbox

Restart = Callable[[], Wire]


@pytest.fixture
def restart(tmp_path: Path, http: httpx2.Client) -> Iterator[Restart]:
    """Start, and at the next call kill what runs and start again."""
    running: list[SandboxProcess] = []

    def start() -> Wire:
        if running:
            running.pop().kill()
        running.append(start_sandbox(tmp_path, "--control", "--unlimited"))
        return Wire(running[0], http)

    yield start
    running[0].stop()


def test_clusters_and_branches_and_users_are_there_after_a_kill(restart: Restart) -> None:
    wire = restart()
    cluster = wire.cluster(rootPassword=PASSWORD, labels={"env": "dev"})
    ask_sql(wire.connect(cluster), "CREATE TABLE test.kept (id INT)")
    branch = wire.branch(cluster)
    user = {"userName": "app", "autoPrefix": True, "builtinRole": "role_readonly", "password": PASSWORD}
    wire.post(f"/{cluster['name']}/sqlUsers", user, host="iam")
    body = {"cluster": {"displayName": "renamed"}, "updateMask": "displayName"}
    cluster = wire.patch(f"/{cluster['name']}", body)

    wire = restart()
    wire.sandbox.advance(3_600)
    found = wire.get(f"/{cluster['name']}")
    assert (found["displayName"], found["labels"], found["userPrefix"]) == (
        "renamed", cluster["labels"], cluster["userPrefix"],
    )  # fmt: skip
    assert ask_sql(wire.connect(found, f"{found['userPrefix']}.app"), "SHOW TABLES FROM test") == (("kept",),)
    found = wire.get(f"/{branch['name']}")
    assert (found["state"], found["endpoints"]) == ("ACTIVE", branch["endpoints"])
    assert ask_sql(wire.connect(found), "SHOW TABLES FROM test") == (("kept",),)


def test_a_branch_that_was_being_made_is_made_after_a_kill(restart: Restart) -> None:
    wire = restart()
    shop = wire.sandbox.cluster("shop")
    made = wire.post(f"/clusters/{shop['cluster_id']}/branches", {"displayName": "try", "rootPassword": PASSWORD})
    wire = restart()
    found = wire.active(f"/{made['name']}")
    assert ask_sql(wire.connect(found), "SELECT COUNT(*) FROM shop.customers") == ((400,),)
    assert 'root_password": ""' in (wire.sandbox.folder / made["branchId"] / "branch.json").read_text()


def test_the_clock_goes_on_from_where_it_was(restart: Restart) -> None:
    wire = restart()
    then = wire.sandbox.advance(3 * 86_400)
    assert restart().sandbox.advance(0) >= then


def test_a_seed_is_a_cluster_like_any_other(restart: Restart) -> None:
    wire = restart()
    facts = wire.sandbox.facts
    shop, freight = (cluster["cluster_id"] for cluster in facts["clusters"])
    wire.patch(f"/clusters/{shop}", {"cluster": {"displayName": "renamed"}, "updateMask": "displayName"})
    wire.delete(f"/clusters/{freight}")
    wire = restart()
    assert [cluster["displayName"] for cluster in wire.get("/clusters")["clusters"]] == ["renamed"]
    assert wire.sandbox.facts == facts
    login = facts["clusters"][0]["logins"]["role_readonly"]
    found = wire.get(f"/clusters/{shop}")
    assert ask_sql(wire.connect(found, **login), "SELECT COUNT(*) FROM shop.customers") == ((400,),)


def test_what_a_kill_left_half_done_is_thrown_away(restart: Restart) -> None:
    wire = restart()
    branch = wire.branch(wire.cluster())
    cluster_id, folder = branch["clusterId"], wire.sandbox.folder
    kept = wire.cluster("kept")
    (folder / "10999999999999999999" / "data").mkdir(parents=True)  # made, and not noted yet
    (folder / "removed-1234" / "data").mkdir(parents=True)
    drafts = [folder / kept["clusterId"] / ".cluster.json.0a1b2c3d", folder / ".seeded.json.0a1b2c3d"]
    for draft in drafts:
        draft.write_text("half of")
    (folder / cluster_id / "cluster.json").unlink()  # what deleting does first
    wire = restart()
    names = [cluster["displayName"] for cluster in wire.get("/clusters")["clusters"]]
    assert names == ["shop", "northwind-freight", "kept"]
    assert not [draft for draft in drafts if draft.exists()]
    left = {path.name for path in folder.iterdir() if path.is_dir()}
    assert left - {cluster["cluster_id"] for cluster in wire.sandbox.facts["clusters"]} <= {
        kept["clusterId"],
        "template",
    }


def test_a_file_that_cannot_be_understood_stops_the_start(restart: Restart) -> None:
    wire = restart()
    path = wire.sandbox.folder / wire.cluster()["clusterId"] / "cluster.json"
    path.write_text("{}")
    with pytest.raises(AssertionError, match="cannot be read"):
        restart()
    path.unlink()
    restart()


def test_a_folder_from_before_there_was_an_iam_host_is_completed(restart: Restart) -> None:
    wire = restart()
    path = wire.sandbox.folder / "sandbox.json"
    facts: dict[str, Any] = wire.sandbox.facts
    old = {name: value for name, value in facts.items() if name not in ("iam_url", "bearer_token")}
    path.write_text(json.dumps(old))
    for cluster in facts["clusters"]:
        (wire.sandbox.folder / cluster["cluster_id"] / "cluster.json").unlink()
    (wire.sandbox.folder / "seeded.json").unlink()
    wire = restart()
    assert {name: wire.sandbox.facts[name] for name in old} == old
    assert wire.get("/projects", host="iam")["projects"]
    assert wire.get("/clusters")["totalSize"] == 2


def test_no_password_is_kept_once_it_is_in_the_database(restart: Restart) -> None:
    wire = restart()
    cluster = wire.cluster(rootPassword=PASSWORD)
    path = wire.sandbox.folder / cluster["clusterId"] / "cluster.json"
    assert PASSWORD in path.read_text()
    assert path.stat().st_mode & 0o077 == 0
    wire.put(f"/{cluster['name']}/password", {"password": "An0ther-password!"})
    assert PASSWORD not in path.read_text()
    assert "An0ther" not in path.read_text()
    with pytest.raises(MySQLdb.OperationalError, match="Access denied"):
        wire.connect(cluster)


def test_a_thousand_clusters_are_made_and_found_and_outlive_a_kill(restart: Restart) -> None:
    wire = restart()
    one = {"cluster": {"displayName": "many", "region": REGION}}
    made = wire.post("/clusters:batchCreate", {"requests": [one] * 1000})["clusters"]
    wire = restart()
    wire.sandbox.advance(5)
    page = wire.get("/clusters?pageSize=100&skip=900&filter=state%3DACTIVE")
    assert (page["totalSize"], page["clusters"][-1]["clusterId"]) == (1002, made[897 + 100]["clusterId"])
    assert not list(wire.sandbox.folder.glob("*/tmp/mariadbd.pid"))
