"""What cannot be said of a cluster."""

from typing import Any

import httpx2
import pytest

from tests.sandbox.wire import REGION, Wire

GOOD: dict[str, Any] = {"displayName": "orders", "region": REGION}
NETWORK = {"startIpAddress": "203.0.113.0", "endIpAddress": "203.0.113.255", "displayName": "office"}

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no name": ({"displayName": None}, "displayName"),
    "a name of three letters": ({"displayName": "abc"}, "must match ^[A-Za-z0-9][-A-Za-z0-9]{2,62}[A-Za-z0-9]$"),
    "a name of 65 letters": ({"displayName": "a" * 65}, "displayName"),
    "a name that ends with a dash": ({"displayName": "orders-"}, "displayName"),
    "a name with a line break": ({"displayName": "orders\n"}, "displayName"),
    "a name in other letters": ({"displayName": "заказы"}, "displayName"),
    "a name that is a number": ({"displayName": 12345}, "displayName"),
    "no region": ({"region": None}, "region"),
    "a region without a name": ({"region": {"regionId": "aws-us-east-1"}}, "region.name"),
    "a region as text": ({"region": "regions/aws-us-east-1"}, "region"),
    "an unknown region": ({"region": {"name": "regions/aws-mars-1"}}, "region not found"),
    "a negative limit": ({"spendingLimit": {"monthly": -1}}, "spendingLimit.monthly"),
    "a limit beyond int32": ({"spendingLimit": {"monthly": 2**31}}, "spendingLimit.monthly"),
    "a limit as text": ({"spendingLimit": {"monthly": "500"}}, "spendingLimit.monthly"),
    "a limit with a fraction": ({"spendingLimit": {"monthly": 0.5}}, "spendingLimit.monthly"),
    "a limit of true": ({"spendingLimit": {"monthly": True}}, "spendingLimit.monthly"),
    "a limit without its object": ({"spendingLimit": 500}, "spendingLimit"),
    "another unit": ({"spendingLimit": {"usd": 5}}, "spendingLimit.usd"),
    "limit and scaling": (
        {"spendingLimit": {"monthly": 500}, "autoScaling": {"minRcu": 2000, "maxRcu": 4000}},
        "spendingLimit and autoScaling are mutually exclusive",
    ),
    "too little scaling": ({"autoScaling": {"minRcu": 1999, "maxRcu": 4000}}, "minRcu"),
    "too much scaling": ({"autoScaling": {"minRcu": 2000, "maxRcu": 100_001}}, "maxRcu"),
    "scaling upside down": ({"autoScaling": {"minRcu": 4000, "maxRcu": 2000}}, "must not be greater"),
    "half a scaling": ({"autoScaling": {"minRcu": 4000}}, "autoScaling.maxRcu"),
    "a password of seven": ({"rootPassword": "Short-7"}, "between 8 and 64"),
    "a password of 65": ({"rootPassword": "a" * 65}, "between 8 and 64"),
    "a password with a line break": ({"rootPassword": "Str0ng\nenough"}, "rootPassword"),
    "a time that is none": ({"automatedBackupPolicy": {"startTime": "24:00"}}, "HH:mm"),
    "a time with seconds": ({"automatedBackupPolicy": {"startTime": "02:00:00"}}, "HH:mm"),
    "backups for no day": ({"automatedBackupPolicy": {"retentionDays": 0}}, "retentionDays"),
    "another availability": ({"highAvailabilityType": "GLOBAL"}, "highAvailabilityType"),
    "encryption as text": ({"encryptionConfig": {"enhancedEncryptionEnabled": "yes"}}, "true or false"),
    "a label that is a number": ({"labels": {"env": 1}}, "labels"),
    "a label without a name": ({"labels": {"": "dev"}}, "labels"),
    "a label that is too long": ({"labels": {"env": "x" * 64}}, "labels.env"),
    "a reserved label": ({"labels": {"tidb.cloud/owner": "me"}}, "reserved"),
    "another organization": ({"labels": {"tidb.cloud/organization": "1"}}, "organization"),
    "an unknown project": ({"labels": {"tidb.cloud/project": "1"}}, "no such project"),
    "a network without a name": (
        {"endpoints": {"public": {"authorizedNetworks": [{**NETWORK, "displayName": None}]}}},
        "authorizedNetworks[0].displayName",
    ),
    "a network that is no address": (
        {"endpoints": {"public": {"authorizedNetworks": [NETWORK, {**NETWORK, "endIpAddress": "203.0.113.256"}]}}},
        "authorizedNetworks[1]",
    ),
    "a network upside down": (
        {"endpoints": {"public": {"authorizedNetworks": [{**NETWORK, "startIpAddress": "203.0.114.0"}]}}},
        "must not be greater",
    ),
    "networks that are no list": ({"endpoints": {"public": {"authorizedNetworks": NETWORK}}}, "must be a list"),
    "an unknown field": ({"displayname": "orders"}, "displayname"),
    "an unknown field further down": ({"endpoints": {"public": {"enabled": True}}}, "endpoints.public.enabled"),
    "the wrapper of a batch": ({"cluster": GOOD}, "cluster"),
}


@pytest.mark.parametrize(("changed", "named"), REFUSED.values(), ids=REFUSED.keys())
def test_a_cluster_is_refused_with(wire: Wire, changed: dict[str, Any], named: str) -> None:
    assert named in wire.refused("POST", "/clusters", {**GOOD, **changed})
    assert wire.get("/clusters")["totalSize"] == 2


def send(wire: Wire, method: str, path: str, body: bytes) -> httpx2.Response:
    token = {"Authorization": f"Bearer {wire.sandbox.facts['bearer_token']}"}
    return wire.http.request(method, wire.sandbox.facts["api_url"] + path, content=body, headers=token)


BODIES: dict[str, bytes] = {
    "nothing": b"",
    "half of it": b"{",
    "a list": b"[]",
    "a string": b'"orders"',
    "null": b"null",
    "no UTF-8": b"\xff",
    "half a character": b'{"labels": {"a": "\\ud800"}}',
    "half a character as a name": b'{"\\udfff": 1}',
    "a number that is none": b'{"spendingLimit": {"monthly": NaN}}',
    "infinity": b'{"spendingLimit": {"monthly": -Infinity}}',
    "a number beyond all": b'{"spendingLimit": {"monthly": 1e999}}',
    "a very long number": b"{" + b'"a": ' + b"1" * 5000 + b"}",
    "a very deep list": b'{"labels": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "a very deep object": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "too much": b'{"displayName": "orders"' + b" " * 2**20 + b"}",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_a_body_is_a_json_object(wire: Wire, body: bytes) -> None:
    answer = send(wire, "POST", "/clusters", body)
    assert (answer.status_code, "body" in answer.json()["message"]) == (400, True)


@pytest.mark.parametrize("label", [b"\\ud800", b"x\\udc00\\ud83d"])
def test_half_a_character_poisons_no_cluster(wire: Wire, label: bytes) -> None:
    made = wire.cluster()
    body = b'{"cluster": {"labels": {"env": "%s"}}, "updateMask": "labels"}' % label
    assert send(wire, "PATCH", f"/{made['name']}", body).status_code == 400
    assert wire.get("/clusters")["totalSize"] == 3
    assert wire.get(f"/{made['name']}") == made


def test_whole_characters_are_taken_however_they_are_spelled(wire: Wire) -> None:
    made = wire.cluster()
    body = b'{"cluster": {"labels": {"env": "\\ud83c\\udf3b"}}, "updateMask": "labels"}'
    assert send(wire, "PATCH", f"/{made['name']}", body).json()["labels"]["env"] == "\N{SUNFLOWER}"


def test_a_parameter_is_not_known_where_none_is(wire: Wire) -> None:
    assert "validateOnly" in wire.refused("POST", "/clusters?validateOnly=true", GOOD)
