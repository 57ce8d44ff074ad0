"""What a caller may say of a cluster, when it is created and when it is changed."""

import ipaddress
from typing import Any, Final

from mcpserver.sandbox.api.answers import ApiError
from mcpserver.sandbox.api.shapes import (
    array,
    boolean,
    choice,
    integer,
    password,
    record,
    refuse,
    text,
    texts,
)  # fmt: skip
from mcpserver.sandbox.places import Spec
from mcpserver.sandbox.regions import BY_NAME, ORGANIZATION, PROJECTS
from mcpserver.sandbox.specs import ORGANIZATION_LABEL, PROJECT_LABEL

_READ_ONLY: Final = (
    "name", "clusterId", "version", "createdBy", "userPrefix", "state", "annotations", "createTime", "updateTime",
    "clusterPlan", "servicePlan",
)  # fmt: skip


def _region(value: Any, where: str) -> str:
    sent: dict[str, str] = _REGION(value, where)
    if sent["name"] not in BY_NAME:
        raise ApiError(400, f"region not found: {sent['name']}")
    return sent["name"]


def _network(value: Any, where: str) -> dict[str, str]:
    network: dict[str, str] = _NETWORK(value, where)
    try:
        first, last = (ipaddress.IPv4Address(network[name]) for name in ("startIpAddress", "endIpAddress"))
    except ValueError:
        raise refuse(where, "must have two IPv4 addresses") from None
    if first > last:
        raise refuse(where, "startIpAddress must not be greater than endIpAddress")
    return network


def _scaling(value: Any, where: str) -> dict[str, int]:
    scaling: dict[str, int] = _SCALING(value, where)
    if scaling["minRcu"] > scaling["maxRcu"]:
        raise refuse(where, "minRcu must not be greater than maxRcu")
    return scaling


def _labels(value: Any, where: str) -> dict[str, str]:
    labels = texts(value, where)
    for name, text_ in labels.items():
        if not 1 <= len(name) <= 63 or len(text_) > 63:
            raise refuse(f"{where}.{name}", "a key has 1 to 63 characters, a value at most 63")
        if name.startswith("tidb.cloud/") and name not in (ORGANIZATION_LABEL, PROJECT_LABEL):
            raise refuse(f"{where}.{name}", "the prefix tidb.cloud/ is reserved")
    if labels.get(ORGANIZATION_LABEL, ORGANIZATION) != ORGANIZATION:
        raise refuse(f"{where}.{ORGANIZATION_LABEL}", "not the organization of this key")
    if PROJECT_LABEL in labels and labels[PROJECT_LABEL] not in {project.project_id for project in PROJECTS}:
        raise refuse(f"{where}.{PROJECT_LABEL}", "no such project")
    return labels


_REGION: Final = record(
    {"name": text()},
    required=("name",),
    ignored=("regionId", "cloudProvider", "displayName", "provider", "servicePlans"),
)
_NETWORK_PARTS: Final = ("startIpAddress", "endIpAddress", "displayName")
_NETWORK: Final = record({name: text(r".{1,255}") for name in _NETWORK_PARTS}, required=_NETWORK_PARTS)
_RCU: Final = integer(2_000, 100_000)
_SCALING: Final = record({"minRcu": _RCU, "maxRcu": _RCU}, required=("minRcu", "maxRcu"))
_PUBLIC: Final = record({"disabled": boolean, "authorizedNetworks": array(_network)}, ignored=("host", "port"))

# What can be changed later, by the name of the field; `autoScaling` is checked as a whole once the change is in.
MUTABLE: Final = {
    "displayName": text(r"[A-Za-z0-9][-A-Za-z0-9]{2,62}[A-Za-z0-9]"),
    "spendingLimit": record({"monthly": integer(0)}),
    "automatedBackupPolicy": record({
        "startTime": text(r"([01][0-9]|2[0-3]):[0-5][0-9]", "must be HH:mm"), "retentionDays": integer(1, 90),
    }),
    "endpoints": record({"public": _PUBLIC}, ignored=("private",)),
    "labels": _labels,
    "auditLogConfig": record({"enabled": boolean, "unredacted": boolean}),
    "autoScaling": record({"minRcu": _RCU, "maxRcu": _RCU}),
}  # fmt: skip
_CREATED: Final = record(
    {
        **MUTABLE,
        "autoScaling": _scaling,
        "region": _region,
        "rootPassword": password,
        "encryptionConfig": record({"enhancedEncryptionEnabled": boolean}),
        "highAvailabilityType": choice("ZONAL", "REGIONAL"),
    },
    required=("displayName", "region"),
    ignored=_READ_ONLY,
)


def created(value: Any, where: str = "") -> Spec:
    """A cluster in the body of a creation, with `rootPassword` still in it."""
    spec: Spec = _CREATED(value, where)
    only_one_plan(spec)
    return spec


def only_one_plan(spec: Spec) -> None:
    """A spending limit belongs to Starter, scaling to Essential."""
    if "spendingLimit" in spec and "autoScaling" in spec:
        raise ApiError(400, "spendingLimit and autoScaling are mutually exclusive")
    if "autoScaling" in spec:
        _scaling(spec["autoScaling"], "autoScaling")
