"""Two hosts, two ways to prove who one is, two families of errors."""

import httpx2
import pytest

from tests.sandbox.wire import Wire


def test_a_path_of_the_other_host_is_not_there(wire: Wire) -> None:
    token = {"Authorization": f"Bearer {wire.sandbox.facts['bearer_token']}"}
    for url, path in (("api_url", "/projects"), ("api_url", "/clusters/1/sqlUsers"), ("iam_url", "/clusters")):
        assert wire.http.get(wire.sandbox.facts[url] + path, headers=token).status_code == 404


def test_what_the_iam_host_does_not_have_it_says_in_its_own_way(wire: Wire) -> None:
    assert "does not have" in wire.refused("GET", "/clusters/1/dbuser", status=501, host="iam")
    assert wire.refused("GET", "/clusters/1/sqlUsers", status=404, host="iam") == "cluster not found"
    answer = wire.ask("GET", "/projects?page=1", host="iam")
    assert answer.json() == {
        "code": "49900400",
        "msgPrefix": "iam",
        "status": 400,
        "error": {"message": "invalid parameter: page is not known here"},
    }


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/customerSignupUrl"),
        ("GET", "/mspCustomers"),
        ("GET", "/mspCustomers/1"),
        ("GET", "/v1beta1/apikeys"),
        ("POST", "/v1beta1/apikeys"),
        ("GET", "/v1beta1/members"),
        ("GET", "/v1beta1/auditLogs"),
    ],
)
def test_what_is_documented_and_not_there_is_said_to_be(wire: Wire, method: str, path: str) -> None:
    token = {"Authorization": f"Bearer {wire.sandbox.facts['bearer_token']}"}
    url = wire.sandbox.facts["iam_url"].removesuffix("/v1beta1") + path
    assert wire.http.request(method, url).status_code == 401
    answer = wire.http.request(method, url, headers=token)
    assert (answer.status_code, answer.json()["msgPrefix"]) == (501, "iam")


@pytest.mark.parametrize("url", ["api_url", "iam_url"])
def test_the_key_opens_both_hosts(wire: Wire, url: str) -> None:
    facts = wire.sandbox.facts
    path = "/regions" if url == "api_url" else "/projects"
    with httpx2.Client(auth=httpx2.DigestAuth(facts["public_key"], facts["private_key"])) as client:
        assert client.get(facts[url] + path).status_code == 200
        assert client.get(facts[url] + path).status_code == 200


def test_the_iam_host_challenges_with_its_own_body(wire: Wire) -> None:
    answer = wire.http.get(f"{wire.sandbox.facts['iam_url']}/projects")
    assert (answer.status_code, answer.json()["code"], answer.json()["status"]) == (401, "49900001", 401)
    assert answer.headers["WWW-Authenticate"].startswith('Digest realm="tidb.cloud"')


@pytest.mark.parametrize("spelling", ["Bearer {}", "bearer {}", "BEARER  {}"])
def test_the_token_opens(wire: Wire, spelling: str) -> None:
    url, token = f"{wire.sandbox.facts['api_url']}/regions", wire.sandbox.facts["bearer_token"]
    assert wire.http.get(url, headers={"Authorization": spelling.format(token)}).status_code == 200


@pytest.mark.parametrize("spelling", ["Bearer", "Bearer {}x", "Bearer é", "Token {}", "{}", "Basic {}"])
def test_nothing_else_opens(wire: Wire, spelling: str) -> None:
    url, token = f"{wire.sandbox.facts['api_url']}/regions", wire.sandbox.facts["bearer_token"]
    answer = wire.http.get(url, headers={b"Authorization": spelling.format(token).encode()})
    assert (answer.status_code, answer.json()["code"]) == (401, 49900001)


def test_a_nonce_grows_old_on_the_sandboxs_clock(wire: Wire) -> None:
    facts = wire.sandbox.facts
    with httpx2.Client(auth=httpx2.DigestAuth(facts["public_key"], facts["private_key"])) as client:
        client.get(f"{facts['api_url']}/regions")
        wire.sandbox.advance(301)
        wire.sandbox.clear()
        assert client.get(f"{facts['api_url']}/regions").status_code == 200
    assert [request["status"] for request in wire.sandbox.requests()] == [401, 200]


def test_who_makes_something_is_written_on_it(wire: Wire) -> None:
    facts = wire.sandbox.facts
    body = {"displayName": "orders", "region": {"name": "regions/aws-us-east-1"}}
    with httpx2.Client(auth=httpx2.DigestAuth(facts["public_key"], facts["private_key"])) as client:
        made = client.post(f"{facts['api_url']}/clusters", json=body).json()
    assert made["createdBy"] == f"apikey-{facts['public_key']}"
    assert wire.post("/clusters", body)["createdBy"] == "owner@sandbox.example"
