"""Quotas of the organization, and the rate limit of the key."""

import httpx2
import pytest

from tests.sandbox.wire import REGION, Wire

FREE = {"displayName": "orders", "region": REGION}
PAID = {**FREE, "spendingLimit": {"monthly": 500}}
HEADERS = ("X-Ratelimit-Limit-Minute", "X-Ratelimit-Remaining-Minute", "X-Ratelimit-Reset")
WORDS = (
    "The request exceeded the limit of 2 times per apikey per minute. For more quota, please contact us: "
    "https://support.pingcap.com/hc/en-us/requests/new?ticket_form_id=7800003722519"
)


def test_a_sixth_free_cluster_is_refused(wire: Wire) -> None:
    wire.sandbox.configure(free_clusters=5)
    for _ in range(3):  # two are there from the start
        wire.post("/clusters", FREE)
    assert "free clusters" in wire.refused("POST", "/clusters", FREE)
    wire.post("/clusters", PAID)
    wire.post("/clusters", {**FREE, "autoScaling": {"minRcu": 2000, "maxRcu": 4000}})


def test_a_free_cluster_that_goes_makes_room(wire: Wire) -> None:
    wire.sandbox.configure(free_clusters=3)
    made = wire.post("/clusters", FREE)
    wire.refused("POST", "/clusters", FREE)
    wire.delete(f"/{made['name']}")
    made = wire.post("/clusters", FREE)
    wire.patch(f"/{made['name']}", {"cluster": {"spendingLimit": {"monthly": 5}}, "updateMask": "spendingLimit"})
    wire.post("/clusters", FREE)


def test_there_is_a_last_cluster_of_any_kind(wire: Wire) -> None:
    wire.sandbox.configure(clusters=3)
    wire.post("/clusters", PAID)
    assert "cluster limit" in wire.refused("POST", "/clusters", PAID)


def test_there_is_a_last_branch_in_the_organization(wire: Wire) -> None:
    wire.sandbox.configure(branches=2)
    one, other = (f"/{wire.cluster()['name']}/branches" for _ in range(2))
    wire.post(one, {"displayName": "first"})
    last = wire.post(other, {"displayName": "second"})
    assert wire.refused("POST", one, {"displayName": "third"}) == "the number of branches has reached the limit"
    wire.delete(f"/{last['name']}")
    wire.post(one, {"displayName": "third"})


def left(answer: httpx2.Response) -> list[int]:
    return [int(answer.headers[name]) for name in HEADERS]


def test_every_answer_says_what_is_left_of_the_minute(wire: Wire) -> None:
    wire.sandbox.configure(requests_per_minute=100)
    first = left(wire.ask("GET", "/regions"))
    second = left(wire.ask("GET", "/clusters/1"))
    third = left(wire.ask("GET", "/projects", host="iam"))
    assert [first[:2], second[:2], third[:2]] == [[100, 99], [100, 98], [100, 97]]
    assert 55 <= first[2] <= 60
    wire.sandbox.advance(30)
    assert 25 <= left(wire.ask("GET", "/regions"))[2] <= 30


def test_without_a_limit_there_is_nothing_to_say(wire: Wire) -> None:
    assert not set(wire.ask("GET", "/regions").headers) & {name.lower() for name in HEADERS}


def test_who_asks_too_often_waits_for_the_next_minute(wire: Wire) -> None:
    wire.sandbox.advance(61)
    wire.sandbox.configure(requests_per_minute=2)
    for _ in range(2):
        wire.get("/regions")
    refused = wire.ask("POST", "/clusters", FREE)
    assert (refused.status_code, refused.json()) == (429, {"details": [], "code": 49900007, "message": WORDS})
    assert left(refused)[:2] == [2, 0]
    assert "Retry-After" not in refused.headers
    wire.sandbox.advance(left(refused)[2])
    assert wire.get("/clusters")["totalSize"] == 2, "what was refused was not done"


def test_the_iam_host_says_it_in_its_own_way(wire: Wire) -> None:
    wire.sandbox.advance(61)
    wire.sandbox.configure(requests_per_minute=0)
    answer = wire.ask("GET", "/projects", host="iam")
    assert (answer.status_code, answer.json()["code"], answer.json()["status"]) == (429, "49900007", 429)


@pytest.mark.parametrize(("counted", "remaining"), [(False, 9), (True, 8)])
def test_a_challenge_counts_if_it_is_said_to(wire: Wire, counted: bool, remaining: int) -> None:
    wire.sandbox.advance(61)
    wire.sandbox.configure(requests_per_minute=10, count_challenges=counted)
    facts = wire.sandbox.facts
    with httpx2.Client(auth=httpx2.DigestAuth(facts["public_key"], facts["private_key"])) as client:
        answer = client.get(f"{facts['api_url']}/regions")
    assert left(answer)[:2] == [10, remaining]


def test_the_key_and_the_token_have_a_minute_each(wire: Wire) -> None:
    wire.sandbox.advance(61)
    wire.sandbox.configure(requests_per_minute=10)
    wire.get("/regions")
    facts = wire.sandbox.facts
    with httpx2.Client(auth=httpx2.DigestAuth(facts["public_key"], facts["private_key"])) as client:
        assert left(client.get(f"{facts['api_url']}/regions"))[1] == 9
