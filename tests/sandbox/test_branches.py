"""Branches: copies of a cluster, with an address, a prefix and passwords of their own."""

from datetime import timedelta, timezone
from typing import Any

import MySQLdb
import pytest

from tests.sandbox.wire import PASSWORD, Wire, ask_sql

OTHER = "An0ther-password!"


@pytest.fixture
def cluster(wire: Wire) -> dict[str, Any]:
    """With some data, and a reader that the API knows."""
    made = wire.cluster(rootPassword=PASSWORD)
    root = wire.connect(made)
    for statement in (
        "CREATE TABLE test.notes (text VARCHAR(20))",
        "INSERT INTO test.notes VALUES ('first')",
    ):
        ask_sql(root, statement)
    reader = {"userName": "reader", "autoPrefix": True, "builtinRole": "role_readonly", "password": OTHER}
    wire.post(f"/{made['name']}/sqlUsers", reader, host="iam")
    return made


def notes(connection: Any) -> list[str]:
    return [text for (text,) in ask_sql(connection, "SELECT text FROM test.notes ORDER BY text")]


def test_a_branch_has_the_data_of_its_parent_and_goes_its_own_way(wire: Wire, cluster: dict[str, Any]) -> None:
    made = wire.branch(cluster)
    assert made["userPrefix"] != cluster["userPrefix"]
    assert made["endpoints"]["public"]["port"] != cluster["endpoints"]["public"]["port"]
    branch, main = wire.connect(made), wire.connect(cluster)
    ask_sql(branch, "INSERT INTO test.notes VALUES ('of the branch')")
    ask_sql(main, "INSERT INTO test.notes VALUES ('of main')")
    assert (notes(branch), notes(main)) == (["first", "of the branch"], ["first", "of main"])


def test_a_branch_has_the_users_of_its_parent_under_its_own_prefix(wire: Wire, cluster: dict[str, Any]) -> None:
    made = wire.branch(cluster)
    reader = wire.connect(made, f"{made['userPrefix']}.reader", OTHER)
    assert notes(reader) == ["first"]
    with pytest.raises(MySQLdb.OperationalError, match="denied"):
        ask_sql(reader, "DELETE FROM test.notes")
    with pytest.raises(MySQLdb.OperationalError, match="Access denied"):
        wire.connect(made, f"{cluster['userPrefix']}.reader", OTHER)


def test_a_branch_can_have_a_root_password_of_its_own(wire: Wire, cluster: dict[str, Any]) -> None:
    made = wire.branch(cluster, rootPassword=OTHER)
    assert made["annotations"] == {"tidb.cloud/has-set-password": "true"}
    assert made["rootPassword"] == ""
    wire.connect(made, password=OTHER)
    with pytest.raises(MySQLdb.OperationalError, match="Access denied"):
        wire.connect(made)


def test_a_branch_has_a_root_where_its_parent_has_none(wire: Wire, cluster: dict[str, Any]) -> None:
    root = f"{cluster['userPrefix']}.root"
    ask_sql(wire.connect(cluster), f"DROP USER '{root}'@'%'")
    made = wire.branch(cluster, rootPassword=OTHER)
    assert notes(wire.connect(made, password=OTHER)) == ["first"]


def test_a_branch_that_cannot_be_filled_goes(wire: Wire, cluster: dict[str, Any]) -> None:
    data = wire.sandbox.folder / cluster["clusterId"] / "data"
    gone = data.with_name("elsewhere")
    data.rename(gone)
    data.write_text("no folder")
    made = wire.post(f"/{cluster['name']}/branches", {"displayName": "try"})
    wire.sandbox.wait_for_log(f"{made['branchId']} is removed")
    wire.refused("GET", f"/{made['name']}", status=404)
    data.unlink()
    gone.rename(data)


def test_a_branch_that_cannot_be_reset_keeps_its_data(wire: Wire, cluster: dict[str, Any]) -> None:
    made = wire.branch(cluster)
    data = wire.sandbox.folder / cluster["clusterId"] / "data"
    gone = data.with_name("elsewhere")
    data.rename(gone)
    data.write_text("no folder")
    wire.post(f"/{made['name']}:reset")
    wire.sandbox.wait_for_log(f"{made['branchId']} keeps its data")
    wire.active(f"/{made['name']}")
    assert notes(wire.connect(made)) == ["first"]
    data.unlink()
    gone.rename(data)


def test_the_password_of_a_user_of_a_branch_can_be_set(wire: Wire, cluster: dict[str, Any]) -> None:
    made = wire.branch(cluster)
    name = f"{made['userPrefix']}.reader"
    path = f"/{made['name']}/sqlUsers"
    assert wire.patch(f"{path}/{name}", {"password": "Yet-an0ther!"}) == {"username": name}
    assert notes(wire.connect(made, name, "Yet-an0ther!")) == ["first"]
    wire.connect(cluster, f"{cluster['userPrefix']}.reader", OTHER)
    for nobody in (f"{made['userPrefix']}.nobody", f"{cluster['userPrefix']}.reader", "reader"):
        wire.refused("PATCH", f"{path}/{nobody}", {"password": OTHER}, status=404)
    for body in ({}, {"password": "short"}):
        wire.refused("PATCH", f"{path}/{name}", body)


def test_a_reset_branch_is_as_its_parent_is_now(wire: Wire, cluster: dict[str, Any]) -> None:
    made = wire.branch(cluster)
    ask_sql(wire.connect(made), "INSERT INTO test.notes VALUES ('of the branch')")
    ask_sql(wire.connect(cluster), "INSERT INTO test.notes VALUES ('later')")
    answered = wire.post(f"/{made['name']}:reset")
    assert (answered["state"], answered["endpoints"]) == ("RESTORING", made["endpoints"])
    assert "RESTORING" in wire.refused("POST", f"/{made['name']}:reset")
    wire.active(f"/{made['name']}")
    assert notes(wire.connect(made)) == ["first", "later"]


def test_a_branch_can_be_the_parent_of_another(wire: Wire, cluster: dict[str, Any]) -> None:
    parent = wire.branch(cluster, "parent")
    ask_sql(wire.connect(parent), "INSERT INTO test.notes VALUES ('of the parent')")
    child = wire.branch(cluster, "child", parentId=parent["branchId"])
    assert (child["parentId"], child["parentDisplayName"]) == (parent["branchId"], "parent")
    assert notes(wire.connect(child)) == ["first", "of the parent"]
    assert "child branches" in wire.refused("DELETE", f"/{parent['name']}")
    assert wire.delete(f"/{child['name']}")["state"] == "DELETED"
    wire.delete(f"/{parent['name']}")


def test_branches_go_with_their_cluster(wire: Wire, cluster: dict[str, Any]) -> None:
    parent = wire.branch(cluster, "parent")
    child = wire.branch(cluster, "child", parentId=parent["branchId"])
    wire.delete(f"/{cluster['name']}")
    left = {path.name for path in wire.sandbox.folder.iterdir()}
    assert not left & {cluster["clusterId"], parent["branchId"], child["branchId"]}
    wire.refused("GET", f"/{child['name']}", status=404)


def test_a_branch_that_is_being_made_can_be_deleted(wire: Wire, cluster: dict[str, Any]) -> None:
    made = wire.post(f"/{cluster['name']}/branches", {"displayName": "try"})
    assert (made["state"], "endpoints" in made, "userPrefix" in made) == ("CREATING", False, False)
    assert wire.delete(f"/{made['name']}")["state"] == "DELETED"
    assert not (wire.sandbox.folder / made["branchId"]).exists()
    wire.refused("GET", f"/{made['name']}", status=404)


def test_a_deleted_branch_is_not_there(wire: Wire, cluster: dict[str, Any]) -> None:
    made = wire.branch(cluster)
    gone = wire.delete(f"/{made['name']}")
    assert (gone["state"], "endpoints" in gone) == ("DELETED", False)
    assert wire.refused("DELETE", f"/{made['name']}", status=404) == "branch not found"
    wire.sandbox.configure(after_delete=403)
    assert wire.refused("GET", f"/{made['name']}", status=403) == "permission denied"


def test_branches_are_listed_oldest_first(wire: Wire, cluster: dict[str, Any]) -> None:
    path = f"/{cluster['name']}/branches"
    made = [wire.post(path, {"displayName": f"branch {number}"})["branchId"] for number in range(3)]
    first = wire.get(f"{path}?pageSize=2")
    second = wire.get(f"{path}?pageSize=2&pageToken={first['nextPageToken']}")
    assert [branch["branchId"] for branch in first["branches"] + second["branches"]] == made
    assert (first["totalSize"], second["nextPageToken"]) == (3, "")


def test_the_basic_view_of_a_branch_lacks_the_annotations(wire: Wire, cluster: dict[str, Any]) -> None:
    made = wire.branch(cluster)
    full, basic = (wire.get(f"/{made['name']}?view={view}") for view in ("FULL", "BASIC"))
    assert (full, full.keys() - basic.keys()) == (made, {"annotations"})


def test_a_branch_belongs_to_its_cluster(wire: Wire, cluster: dict[str, Any]) -> None:
    made = wire.branch(cluster)
    other = wire.sandbox.cluster("northwind-freight")["cluster_id"]
    wire.refused("GET", f"/clusters/{other}/branches/{made['branchId']}", status=404)
    assert "parentId" in wire.refused(
        "POST", f"/clusters/{other}/branches", {"displayName": "x", "parentId": made["branchId"]}
    )


def test_no_two_branches_of_a_cluster_have_one_name(wire: Wire, cluster: dict[str, Any]) -> None:
    path = f"/{cluster['name']}/branches"
    wire.post(path, {"displayName": "try"})
    assert wire.refused("POST", path, {"displayName": "try"}, status=409) == "branch display name already exists"


def test_a_time_of_the_parent_is_kept_and_shown(wire: Wire, cluster: dict[str, Any]) -> None:
    asked = wire.sandbox.advance(20 * 3_600) - timedelta(hours=10)
    path = f"/{cluster['name']}/branches"
    made = wire.post(path, {"displayName": "then", "parentTimestamp": asked.isoformat()})
    assert made["parentTimestamp"] == f"{asked:%Y-%m-%dT%H:%M:%SZ}"
    small = {"displayName": "small", "parentTimestamp": f"{asked:%Y-%m-%dt%H:%M:%S}.987654321z"}
    answer = wire.ask("POST", path, small, beyond_contract=True)
    assert answer.json()["parentTimestamp"] == made["parentTimestamp"]
    elsewhere = asked.astimezone(timezone(timedelta(hours=5, minutes=30)))
    made = wire.post(path, {"displayName": "there", "parentTimestamp": elsewhere.isoformat()})
    assert made["parentTimestamp"] == f"{asked:%Y-%m-%dT%H:%M:%SZ}"


@pytest.mark.parametrize(
    "text",
    [
        "yesterday",
        "2026-11-01",
        "2026-11-01T00:00:00",
        "2026-11-01 00:00:00+00:00",
        "1",
        "20261101T000000Z",
        "2026-W44-1T00:00:00Z",
        "2026-11-01T00Z",
        "2026-11-01T00:00Z",
        "2026-11-01T00:00:00+00",
        "2026-11-01T00:00:00+0000",
        "2026-11-01T00:00:00+00:00:30",
        "2026-11-01T00:00:00,5Z",
        "2026-02-30T00:00:00Z",
        "2026-11-01T24:00:00Z",
        "２026-11-01T00:00:00Z",
        "2026-11-01T00:00:00Z\n",
    ],
)
def test_a_time_that_is_none_is_refused(wire: Wire, text: str) -> None:
    path = f"/clusters/{wire.sandbox.cluster('shop')['cluster_id']}/branches"
    body = {"displayName": "then", "parentTimestamp": text}
    assert "RFC 3339" in wire.refused("POST", path, body)


@pytest.mark.parametrize("hours", [-1, 25])
def test_a_time_too_far_away_is_refused(wire: Wire, hours: int) -> None:
    path = f"/clusters/{wire.sandbox.cluster('shop')['cluster_id']}/branches"
    then = wire.sandbox.advance(0) - timedelta(hours=hours)
    assert "24 hours" in wire.refused("POST", path, {"displayName": "then", "parentTimestamp": then.isoformat()})


def test_a_time_before_the_parent_is_refused(wire: Wire, cluster: dict[str, Any]) -> None:
    before = wire.sandbox.advance(0) - timedelta(hours=2)
    body = {"displayName": "then", "parentTimestamp": before.isoformat()}
    assert "did not exist" in wire.refused("POST", f"/{cluster['name']}/branches", body)


def test_who_pays_may_go_back_further(wire: Wire, cluster: dict[str, Any]) -> None:
    wire.sandbox.advance(3 * 86_400)
    body = {"displayName": "then", "parentTimestamp": cluster["createTime"]}
    path = f"/{cluster['name']}/branches"
    assert "within the last 24 hours" in wire.refused("POST", path, body)
    wire.patch(f"/{cluster['name']}", {"cluster": {"spendingLimit": {"monthly": 5}}, "updateMask": "spendingLimit"})
    wire.post(path, body)


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no name": ({}, "displayName"),
    "an empty name": ({"displayName": ""}, "displayName"),
    "a name that is too long": ({"displayName": "x" * 65}, "displayName"),
    "an unknown parent": ({"displayName": "x", "parentId": "bran-unknown"}, "parentId"),
    "a short password": ({"displayName": "x", "rootPassword": "short"}, "rootPassword"),
    "an unknown field": ({"displayName": "x", "parent": "main"}, "parent"),
}


@pytest.mark.parametrize(("body", "named"), REFUSED.values(), ids=REFUSED.keys())
def test_a_branch_is_refused_with(wire: Wire, body: dict[str, Any], named: str) -> None:
    path = f"/clusters/{wire.sandbox.cluster('shop')['cluster_id']}/branches"
    assert named in wire.refused("POST", path, body)
    assert wire.get(path)["totalSize"] == 0


def test_a_parent_that_is_not_ready_is_refused(wire: Wire) -> None:
    made = wire.post("/clusters", {"displayName": "orders", "region": {"name": "regions/aws-us-east-1"}})
    assert "CREATING" in wire.refused("POST", f"/{made['name']}/branches", {"displayName": "try"})
