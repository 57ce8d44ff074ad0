"""Clusters come, are found and go."""

import socket
from typing import Any

import pytest

from tests.sandbox.wire import PASSWORD, REGION, Wire, ask_sql

NETWORK = {"startIpAddress": "203.0.113.0", "endIpAddress": "203.0.113.255", "displayName": "office"}


def test_a_new_cluster_is_creating_until_its_time_has_passed(wire: Wire) -> None:
    made = wire.post("/clusters", {"displayName": "orders", "region": REGION})
    assert (made["state"], made["servicePlan"], made["spendingLimit"]) == ("CREATING", "Starter", {"monthly": 0})
    wire.sandbox.advance(3)
    assert wire.get(f"/{made['name']}")["state"] == "CREATING"
    wire.sandbox.advance(1)
    found = wire.get(f"/{made['name']}")
    assert (found["state"], found["createTime"]) == ("ACTIVE", made["createTime"])
    assert found["updateTime"] > made["updateTime"]


def test_where_it_is_becomes_known_when_it_is_active(wire: Wire) -> None:
    late = {"endpoints", "userPrefix", "labels"}
    made = wire.post("/clusters", {"displayName": "orders", "region": REGION})
    assert not late & made.keys()
    assert late <= wire.active(f"/{made['name']}").keys()


def test_where_it_is_can_be_known_at_once(wire: Wire) -> None:
    wire.sandbox.configure(late_fields=False)
    made = wire.post("/clusters", {"displayName": "orders", "region": REGION})
    assert (made["state"], made["endpoints"]["public"]["host"]) == ("CREATING", "127.0.0.1")
    assert made["userPrefix"]


def test_a_cluster_is_what_was_asked_for(wire: Wire) -> None:
    asked: dict[str, Any] = {
        "spendingLimit": {"monthly": 500},
        "automatedBackupPolicy": {"startTime": "02:00", "retentionDays": 7},
        "encryptionConfig": {"enhancedEncryptionEnabled": True},
        "highAvailabilityType": "REGIONAL",
        "auditLogConfig": {"enabled": True},
    }
    made = wire.cluster(**asked, labels={"env": "dev"}, endpoints={"public": {"authorizedNetworks": [NETWORK]}})
    assert {name: made[name] for name in asked} == asked
    assert made["labels"]["env"] == "dev"
    assert made["endpoints"]["public"]["authorizedNetworks"] == [NETWORK]
    assert made["createdBy"].endswith("@sandbox.example")


def test_scaling_makes_it_an_essential_cluster(wire: Wire) -> None:
    made = wire.cluster(autoScaling={"minRcu": 2000, "maxRcu": 8000})
    assert (made["servicePlan"], made["clusterPlan"]) == ("Essential", "ESSENTIAL")
    assert made["autoScaling"] == {"minRcu": 2000, "maxRcu": 8000}
    assert "spendingLimit" not in made


def test_fields_that_can_only_be_read_are_left_out_of_account(wire: Wire) -> None:
    body = {"displayName": "orders", "region": {**REGION, "displayName": "Mars"}, "state": "ACTIVE", "clusterId": "1"}
    answer = wire.ask("POST", "/clusters", {**body, "rootPassword": None}, beyond_contract=True)
    assert (answer.json()["state"], answer.json()["region"]["displayName"]) == ("CREATING", "N. Virginia (us-east-1)")


def test_a_cluster_is_a_database_of_its_own(wire: Wire) -> None:
    made = wire.cluster(rootPassword=PASSWORD)
    assert made["annotations"]["tidb.cloud/has-set-password"] == "true"
    assert made["rootPassword"] == ""
    assert ask_sql(wire.connect(made), "SHOW DATABASES LIKE 'test'") == (("test",),)
    assert ask_sql(wire.connect(made), "SHOW DATABASES LIKE 'shop'") == ()


def test_without_a_password_nobody_can_log_in_until_one_is_set(wire: Wire) -> None:
    made = wire.cluster()
    assert made["annotations"]["tidb.cloud/has-set-password"] == "false"
    assert wire.put(f"/{made['name']}/password", {"password": PASSWORD}) == {}
    assert wire.get(f"/{made['name']}")["annotations"]["tidb.cloud/has-set-password"] == "true"
    wire.connect(made)


def test_deleting_takes_the_database_away(wire: Wire) -> None:
    made = wire.cluster(rootPassword=PASSWORD)
    wire.connect(made)
    home = wire.sandbox.folder / made["clusterId"]
    assert (home / "data").is_dir()
    gone = wire.delete(f"/{made['name']}")
    assert (gone["state"], gone["clusterId"]) == ("DELETED", made["clusterId"])
    assert not home.exists()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", made["endpoints"]["public"]["port"]))


@pytest.mark.parametrize(("answered", "message"), [(404, "cluster not found"), (403, "permission denied")])
def test_a_deleted_cluster_is_not_there(wire: Wire, answered: int, message: str) -> None:
    wire.sandbox.configure(after_delete=answered)
    path = f"/{wire.post('/clusters', {'displayName': 'orders', 'region': REGION})['name']}"
    wire.delete(path)
    for method, where, body in (
        ("GET", path, None),
        ("DELETE", path, None),
        ("PATCH", path, {"cluster": {"displayName": "other"}, "updateMask": "displayName"}),
        ("PUT", f"{path}/password", {"password": PASSWORD}),
        ("GET", f"{path}/branches", None),
    ):
        assert wire.refused(method, where, body, status=answered) == message
    assert wire.refused("GET", f"{path}/sqlUsers", status=answered, host="iam") == message
    assert wire.refused("GET", "/clusters/10000000000000000000", status=404) == "cluster not found"


def test_a_batch_is_created_in_order(wire: Wire) -> None:
    names = [f"batch-{number}" for number in range(12)]
    requests = [{"cluster": {"displayName": name, "region": REGION}} for name in names]
    made = wire.post("/clusters:batchCreate", {"requests": requests})["clusters"]
    assert [cluster["displayName"] for cluster in made] == names
    listed = wire.get("/clusters?pageSize=100&skip=2")["clusters"]
    assert [cluster["clusterId"] for cluster in listed] == [cluster["clusterId"] for cluster in made]


def test_a_batch_is_created_whole_or_not_at_all(wire: Wire) -> None:
    good, bad = {"displayName": "good", "region": REGION}, {"displayName": "no", "region": REGION}
    message = wire.refused("POST", "/clusters:batchCreate", {"requests": [{"cluster": good}, {"cluster": bad}]})
    assert "requests[1].cluster.displayName" in message
    wire.sandbox.configure(free_clusters=3)
    two = {"requests": [{"cluster": good}, {"cluster": good}]}
    assert "free clusters" in wire.refused("POST", "/clusters:batchCreate", two)
    assert wire.get("/clusters")["totalSize"] == 2


@pytest.mark.parametrize(
    "body", [{}, {"requests": []}, {"requests": [{"displayName": "good", "region": REGION}]}, {"requests": {}}]
)
def test_a_batch_has_a_form(wire: Wire, body: Any) -> None:
    wire.refused("POST", "/clusters:batchCreate", body)


def test_more_than_a_thousand_are_no_batch(wire: Wire) -> None:
    one = {"cluster": {"displayName": "good", "region": REGION}}
    assert "1000" in wire.refused("POST", "/clusters:batchCreate", {"requests": [one] * 1001})


def test_a_batch_is_read_in_the_order_asked_for(wire: Wire) -> None:
    shop, freight = (cluster["cluster_id"] for cluster in wire.sandbox.facts["clusters"])
    found = wire.get(f"/clusters:batchGet?clusterIds={freight}&clusterIds={shop}&view=BASIC")["clusters"]
    assert [cluster["clusterId"] for cluster in found] == [freight, shop]
    assert "annotations" not in found[0]
    assert "annotations" in wire.get(f"/clusters:batchGet?clusterIds={shop}")["clusters"][0]


def test_a_batch_is_read_whole_or_not_at_all(wire: Wire) -> None:
    shop = wire.sandbox.cluster("shop")["cluster_id"]
    wire.refused("GET", f"/clusters:batchGet?clusterIds={shop}&clusterIds=1", status=404)
    wire.refused("GET", "/clusters:batchGet")


def test_cloud_providers_are_listed_once(wire: Wire) -> None:
    assert wire.get("/regions:listCloudProviders") == {"cloudProviders": ["aws", "alicloud"]}


def test_a_cluster_can_be_anywhere(wire: Wire) -> None:
    for region in wire.get("/regions")["regions"]:
        made = wire.cluster(region={"name": region["name"]})
        assert made["region"]["regionId"] == region["regionId"]
