"""The faults that tests can order, and the rest of what the sandbox lets them do."""

import json
import threading
from typing import Any

import httpx2
import pytest

from tests.sandbox.wire import REGION, Wire

BODY = {"displayName": "orders", "region": REGION}


def plain(wire: Wire, method: str = "GET", path: str = "/clusters", **more: Any) -> httpx2.Response:
    """Without the judge, who would complain."""
    token = {"Authorization": f"Bearer {wire.sandbox.facts['bearer_token']}"}
    return wire.http.request(method, wire.sandbox.facts["api_url"] + path, headers=token, **more)


@pytest.mark.parametrize(
    ("fault", "status", "words"),
    [
        ("rate_limited", 429, "The request exceeded the limit of 100 times per apikey per minute."),
        ("internal_error", 500, "Internal server error."),
        ("forbidden", 403, "permission denied"),
        ("payment_required", 402, "payment required"),
        ("conflict", 409, "conflict"),
        ("unauthorized", 401, "public_key not found"),
        ("stale_nonce", 401, "unauthorized"),
    ],
)
def test_a_refusal_can_be_ordered_and_nothing_is_done(wire: Wire, fault: str, status: int, words: str) -> None:
    wire.sandbox.fault(fault)
    answer = wire.ask("POST", "/clusters", BODY)
    assert (answer.status_code, words in answer.json()["message"]) == (status, True)
    assert wire.get("/clusters")["totalSize"] == 2


def test_a_limit_can_say_how_long_to_wait(wire: Wire) -> None:
    wire.sandbox.fault("rate_limited", seconds=7)
    answer = wire.ask("GET", "/clusters")
    assert (answer.headers["X-Ratelimit-Remaining-Minute"], answer.headers["X-Ratelimit-Reset"]) == ("0", "7")


def test_a_stale_nonce_comes_with_a_new_one(wire: Wire) -> None:
    wire.sandbox.fault("stale_nonce")
    facts = wire.sandbox.facts
    with httpx2.Client(auth=httpx2.DigestAuth(facts["public_key"], facts["private_key"])) as client:
        answer = client.get(f"{facts['api_url']}/clusters")
    assert "stale=true" in answer.headers["WWW-Authenticate"]


def test_a_gateway_can_answer_html_or_rubbish_or_send_elsewhere(wire: Wire) -> None:
    for fault in ("unavailable_html", "not_json", "redirect"):
        wire.sandbox.fault(fault)
    html, rubbish, elsewhere = (plain(wire) for _ in range(3))
    assert (html.status_code, html.headers["content-type"]) == (503, "text/html; charset=utf-8")
    with pytest.raises(json.JSONDecodeError):
        rubbish.json()
    assert (rubbish.status_code, elsewhere.status_code) == (200, 302)
    assert elsewhere.headers["Location"].startswith("http://127.0.0.1:9/")


@pytest.mark.parametrize(("fault", "size"), [("dropped_after_apply", 3), ("dropped_before_apply", 2)])
def test_a_connection_can_be_dropped(wire: Wire, fault: str, size: int) -> None:
    wire.sandbox.fault(fault, method="POST")
    with pytest.raises(httpx2.RemoteProtocolError):
        plain(wire, "POST", json=BODY)
    assert wire.sandbox.requests()[-1]["status"] is None
    assert wire.get("/clusters")["totalSize"] == size


def test_a_request_that_is_dropped_is_read_to_its_end(wire: Wire) -> None:
    wire.sandbox.fault("dropped_before_apply", method="POST")
    body = json.dumps({**BODY, "labels": {f"label-{number}": "x" * 60 for number in range(5_000)}})
    with pytest.raises(httpx2.RemoteProtocolError):
        plain(wire, "POST", content=body)
    assert wire.sandbox.requests()[-1]["body"] == body


def test_a_slow_answer_holds_nobody_else_up(wire: Wire) -> None:
    wire.sandbox.fault("slow", method="POST", seconds=30)
    answers: list[httpx2.Response] = []
    slow = threading.Thread(target=lambda: answers.append(plain(wire, "POST", json=BODY)))
    slow.start()
    while wire.get("/clusters")["totalSize"] == 2:
        assert slow.is_alive(), "it is applied at once, and answered late"
    assert not answers
    wire.sandbox.clear()
    slow.join(5)
    assert answers[0].status_code == 200


def test_fields_can_be_empty_or_null(wire: Wire) -> None:
    shop = f"/clusters/{wire.sandbox.cluster('shop')['cluster_id']}"
    for fault in ("empty_spending_limit", "null_provider", "null_cluster_plan"):
        wire.sandbox.fault(fault)
    assert plain(wire, path=shop).json()["spendingLimit"] == {}
    assert plain(wire, path=shop).json()["region"]["provider"] is None
    assert plain(wire, path="/clusters").json()["clusters"][0]["clusterPlan"] is None


def test_there_can_be_fields_that_nobody_knows(wire: Wire) -> None:
    wire.sandbox.fault("unknown_fields")
    answer = plain(wire).json()
    for place in (answer, answer["clusters"][0], answer["clusters"][0]["region"]):
        assert "xNewField" in place


def test_a_fault_meets_what_it_is_meant_for_and_so_often(wire: Wire) -> None:
    shop = f"/clusters/{wire.sandbox.cluster('shop')['cluster_id']}"
    wire.sandbox.fault("internal_error", method="GET", path=r"/clusters/\d+$", times=2)
    asked = [("GET", "/clusters"), ("GET", shop), ("GET", f"{shop}/branches"), ("GET", shop), ("GET", shop)]
    assert [plain(wire, *one).status_code for one in asked] == [200, 500, 200, 500, 200]


def test_a_fault_is_not_used_up_by_a_challenge(wire: Wire) -> None:
    wire.sandbox.fault("internal_error")
    facts = wire.sandbox.facts
    with httpx2.Client(auth=httpx2.DigestAuth(facts["public_key"], facts["private_key"])) as client:
        assert client.get(f"{facts['api_url']}/clusters").status_code == 500


def test_faults_can_be_called_off(wire: Wire) -> None:
    wire.sandbox.fault("internal_error", times=100)
    wire.sandbox.clear()
    wire.get("/clusters")


def test_faults_meet_the_iam_host_too(wire: Wire) -> None:
    wire.sandbox.fault("forbidden", path="/projects")
    assert wire.refused("GET", "/projects", status=403, host="iam") == "permission denied"


def test_what_was_asked_can_be_read(wire: Wire) -> None:
    wire.post("/clusters?", BODY)
    wire.get("/projects?pageSize=5", host="iam")
    wire.http.get(f"{wire.sandbox.facts['api_url']}/regions")
    first, second, third = wire.sandbox.requests()
    assert (first["host"], first["method"], first["status"]) == ("serverless", "POST", 200)
    assert (first["body"], first["headers"]["content-type"]) == (
        '{"displayName":"orders","region":{"name":"regions/aws-us-east-1"}}',
        "application/json",
    )
    assert (second["host"], second["target"]) == ("iam", "/v1beta1/projects?pageSize=5")
    assert (third["target"], third["status"]) == ("/v1beta1/regions", 401)
    wire.sandbox.clear()
    assert wire.sandbox.requests() == []


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "clock", {"advance": -1}),
        ("POST", "clock", {"advance": "1"}),
        ("POST", "clock", {}),
        ("POST", "faults", {"fault": "earthquake"}),
        ("POST", "faults", {"fault": "slow", "path": "("}),
        ("POST", "faults", {"fault": "slow", "times": 0}),
        ("POST", "faults", {"fault": "slow", "for": "ever"}),
        ("PATCH", "config", {"realm": "other"}),
        ("PATCH", "config", {"control": False}),
        ("PATCH", "config", {"clusters": -1}),
        ("PATCH", "config", {"clusters": 1.5}),
        ("PATCH", "config", {"late_fields": 1}),
        ("PATCH", "config", {"create_seconds": None}),
        ("PATCH", "config", {"nonsense": 1}),
        ("PATCH", "config", {"after_delete": 410}),
        ("PATCH", "config", {"create_seconds": 1e300}),
        ("POST", "clock", {"advance": 10**400}),
        ("GET", "clock", None),
        ("POST", "nothing", {}),
    ],
)
def test_an_order_that_is_not_understood_is_refused(wire: Wire, method: str, path: str, body: Any) -> None:
    origin = wire.sandbox.facts["api_url"].removesuffix("/v1beta1")
    assert wire.http.request(method, f"{origin}/_sandbox/{path}", json=body).status_code in (400, 404, 405)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "clock", '{"advance": NaN}'),
        ("POST", "clock", '{"advance": Infinity}'),
        ("POST", "clock", '{"advance": 1e999}'),
        ("POST", "faults", '{"fault": "slow", "seconds": NaN}'),
        ("PATCH", "config", '{"restore_seconds": NaN}'),
        ("PATCH", "config", '{"create_seconds": Infinity}'),
    ],
)
def test_a_time_that_is_no_number_is_refused(wire: Wire, method: str, path: str, body: str) -> None:
    origin = wire.sandbox.facts["api_url"].removesuffix("/v1beta1")
    assert wire.http.request(method, f"{origin}/_sandbox/{path}", content=body).status_code == 400
    assert wire.get("/clusters")["totalSize"] == 2


def test_without_the_flag_there_is_no_control(api: httpx2.Client) -> None:
    origin = str(api.base_url).removesuffix("/v1beta1/")
    for method, path in (("POST", "clock"), ("POST", "faults"), ("GET", "requests"), ("PATCH", "config")):
        url = f"{origin}/_sandbox/{path}"
        assert httpx2.request(method, url, json={"advance": 5}).status_code == 401
        assert api.request(method, url, json={"advance": 5}).status_code == 404
