"""PATCH of a cluster: the mask says what changes."""

from typing import Any

import pytest

from tests.sandbox.wire import REGION, Wire

OFFICE = {"startIpAddress": "203.0.113.7", "endIpAddress": "203.0.113.7", "displayName": "ci"}


def change(mask: str, **cluster: Any) -> dict[str, Any]:
    return {"cluster": cluster, "updateMask": mask}


def test_only_what_the_mask_names_changes(wire: Wire) -> None:
    made = wire.cluster(spendingLimit={"monthly": 100}, labels={"env": "dev"})
    body = change("displayName", displayName="renamed", spendingLimit={"monthly": 900}, labels={"env": "prod"})
    answered = wire.patch(f"/{made['name']}", body)
    assert answered["displayName"] == "renamed"
    found = wire.get(f"/{made['name']}")
    changed = {name for name in found if found[name] != made[name]}
    assert changed <= {"displayName", "updateTime"}


def test_the_answer_lacks_the_annotations(wire: Wire) -> None:
    made = wire.cluster()
    assert made.keys() - wire.patch(f"/{made['name']}", change("displayName", displayName="renamed")).keys() == {
        "annotations"
    }


@pytest.mark.parametrize(
    ("mask", "cluster", "path", "value"),
    [
        ("spendingLimit.monthly", {"spendingLimit": {"monthly": 200}}, ["spendingLimit", "monthly"], 200),
        ("spendingLimit", {"spendingLimit": {"monthly": 200}}, ["spendingLimit"], {"monthly": 200}),
        (
            "automatedBackupPolicy",
            {"automatedBackupPolicy": {"startTime": "02:00", "retentionDays": 7}},
            ["automatedBackupPolicy"],
            {"startTime": "02:00", "retentionDays": 7},
        ),
        (
            "automatedBackupPolicy.retentionDays",
            {"automatedBackupPolicy": {"retentionDays": 3}},
            ["automatedBackupPolicy"],
            {"startTime": "07:00", "retentionDays": 3},
        ),
        ("endpoints.public.disabled", {"endpoints": {"public": {"disabled": True}}}, ["endpoints", "public", "disabled"], True),
        (
            "endpoints.public.authorizedNetworks",
            {"endpoints": {"public": {"authorizedNetworks": [OFFICE]}}},
            ["endpoints", "public", "authorizedNetworks"],
            [OFFICE],
        ),
        ("auditLogConfig", {"auditLogConfig": {"enabled": True}}, ["auditLogConfig"], {"enabled": True}),
        ("labels", {"labels": {"env": "prod"}}, ["labels", "env"], "prod"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_it_changes(wire: Wire, mask: str, cluster: dict[str, Any], path: list[str], value: Any) -> None:
    made = wire.cluster(spendingLimit={"monthly": 100})
    wire.patch(f"/{made['name']}", change(mask, **cluster))
    found = wire.get(f"/{made['name']}")
    assert (found["state"], found["endpoints"]["public"]["port"]) == ("ACTIVE", made["endpoints"]["public"]["port"])
    for name in path:
        found = found[name]
    assert found == value


def test_several_at_once(wire: Wire) -> None:
    made = wire.cluster()
    body = change("displayName,spendingLimit", displayName="renamed", spendingLimit={"monthly": 1000})
    answered = wire.patch(f"/{made['name']}", body)
    assert (answered["displayName"], answered["spendingLimit"]) == ("renamed", {"monthly": 1000})


def test_labels_are_replaced_and_those_of_the_service_stay(wire: Wire) -> None:
    made = wire.cluster(labels={"env": "dev", "team": "a"})
    own = {name: made["labels"][name] for name in ("tidb.cloud/organization", "tidb.cloud/project")}
    assert wire.patch(f"/{made['name']}", change("labels", labels={"env": "prod"}))["labels"] == {**own, "env": "prod"}
    answered = wire.patch(f"/{made['name']}", change("labels", labels={**own, "team": "b"}))
    assert answered["labels"] == {**own, "team": "b"}


def test_the_scaling_of_an_essential_cluster_changes(wire: Wire) -> None:
    made = wire.cluster(autoScaling={"minRcu": 2000, "maxRcu": 8000})
    body = change("autoScaling", autoScaling={"minRcu": 4000, "maxRcu": 16000})
    assert wire.patch(f"/{made['name']}", body)["autoScaling"] == {"minRcu": 4000, "maxRcu": 16000}


REFUSED: dict[str, tuple[Any, str]] = {
    "no mask": ({"cluster": {"displayName": "renamed"}}, "update_mask is required"),
    "an empty mask": (change("", displayName="renamed"), "update_mask is required"),
    "a list as mask": ({"cluster": {}, "updateMask": ["displayName"]}, "update_mask is required"),
    "flat fields": ({"displayName": "renamed"}, "update_mask is required"),
    "flat fields and a mask": ({"displayName": "renamed", "updateMask": "displayName"}, "displayName"),
    "no cluster": ({"updateMask": "displayName"}, "cluster"),
    "a star": (change("*", displayName="renamed"), "*"),
    "an unknown path": (change("title", displayName="renamed"), "title"),
    "a path in snake case": (change("display_name", displayName="renamed"), "display_name"),
    "the annotations": (change("annotations"), "annotations"),
    "the region": (change("region"), "region"),
    "the password": (change("rootPassword"), "rootPassword"),
    "the state": (change("state"), "state"),
    "one label": (change("labels.env", labels={"env": "prod"}), "labels.env"),
    "one good and one bad path": (change("displayName,version", displayName="renamed"), "version"),
    "a value that is missing": (change("displayName,labels", displayName="renamed"), "labels"),
    "a field that can only be read": (change("displayName", displayName="renamed", state="ACTIVE"), "cluster.state"),
    "an unknown field": (change("displayName", displayName="renamed", title="x"), "cluster.title"),
    "a bad name": (change("displayName", displayName="no"), "displayName"),
    "no limit any more": (change("spendingLimit", spendingLimit={"monthly": 0}), "Scalable cluster can not set spending"),
    "no limit, the other way": (change("spendingLimit.monthly", spendingLimit={"monthly": 0}), "Scalable cluster"),
    "scaling for Starter": (change("autoScaling", autoScaling={"minRcu": 2000, "maxRcu": 4000}), "mutually exclusive"),
    "another project": (change("labels", labels={"tidb.cloud/project": "1372813089454573901"}), "cannot be changed"),
    "another organization": (change("labels", labels={"tidb.cloud/organization": "1"}), "organization"),
}  # fmt: skip


@pytest.mark.parametrize(("body", "named"), REFUSED.values(), ids=REFUSED.keys())
def test_a_change_is_refused_with(wire: Wire, body: Any, named: str) -> None:
    made = wire.cluster(spendingLimit={"monthly": 500})
    assert named in wire.refused("PATCH", f"/{made['name']}", body)
    assert wire.get(f"/{made['name']}") == made


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (change("spendingLimit", spendingLimit={"monthly": 500}), "mutually exclusive"),
        (change("autoScaling.minRcu", autoScaling={"minRcu": 9000}), "must not be greater"),
        (change("autoScaling", autoScaling={"minRcu": 100}), "autoScaling.minRcu"),
    ],
)
def test_a_change_of_an_essential_cluster_is_refused(wire: Wire, body: Any, named: str) -> None:
    made = wire.cluster(autoScaling={"minRcu": 2000, "maxRcu": 8000})
    assert named in wire.refused("PATCH", f"/{made['name']}", body)


def test_the_root_password_has_rules(wire: Wire) -> None:
    path = f"/{wire.cluster()['name']}/password"
    for body in ({}, {"password": "short"}, {"password": "x" * 65}, {"password": 12345678}, {"Password": "x" * 8}):
        wire.refused("PUT", path, body)


def test_the_root_password_cannot_be_changed_before_there_is_a_root(wire: Wire) -> None:
    made = wire.post("/clusters", {"displayName": "orders", "region": REGION})
    assert "CREATING" in wire.refused("PUT", f"/{made['name']}/password", {"password": "Str0ng-enough!"})
