"""Lists, pages, views and errors, as a client with the key sees them."""

from typing import Any

import httpx2
import pytest

from tests.sandbox_process import SandboxProcess


def test_it_lists_the_regions(api: httpx2.Client) -> None:
    regions = api.get("/regions").json()["regions"]
    assert "regions/aws-us-east-1" in [region["name"] for region in regions]
    assert {region["cloudProvider"] for region in regions} == {"aws", "alicloud"}


def test_it_filters_regions(api: httpx2.Client) -> None:
    query = {"cloudProvider": "alicloud", "servicePlan": "Starter"}
    names = [region["name"] for region in api.get("/regions", params=query).json()["regions"]]
    assert names == ["regions/alicloud-ap-southeast-1"]
    assert api.get("/regions?cloudProvider=nobody").json() == {"regions": []}


def test_it_lists_both_clusters_oldest_first(api: httpx2.Client) -> None:
    answer = api.get("/clusters").json()
    assert [cluster["displayName"] for cluster in answer["clusters"]] == ["shop", "northwind-freight"]
    assert (answer["nextPageToken"], answer["totalSize"]) == ("", 2)


def test_a_cluster_says_where_its_database_is(api: httpx2.Client, sandbox: SandboxProcess) -> None:
    for facts in sandbox.facts["clusters"]:
        cluster = api.get(f"/clusters/{facts['cluster_id']}?view=FULL").json()
        public = cluster["endpoints"]["public"]
        assert (public["host"], public["port"]) == ("127.0.0.1", facts["port"])
        assert cluster["userPrefix"] == facts["user_prefix"]
        assert (cluster["state"], cluster["servicePlan"]) == ("ACTIVE", "Starter")
        assert cluster["region"]["name"] == "regions/aws-us-east-1"


def test_only_the_full_view_has_annotations(api: httpx2.Client, sandbox: SandboxProcess) -> None:
    path = f"/clusters/{sandbox.cluster('shop')['cluster_id']}"
    basic, full, default = (api.get(path + query).json() for query in ("?view=BASIC", "?view=FULL", ""))
    assert set(full) - set(basic) == {"annotations"}
    assert default == full


def test_pages_follow_each_other_to_the_end(api: httpx2.Client) -> None:
    first = api.get("/clusters?pageSize=1").json()
    second = api.get("/clusters", params={"pageSize": 1, "pageToken": first["nextPageToken"]}).json()
    names = [cluster["displayName"] for page in (first, second) for cluster in page["clusters"]]
    assert names == ["shop", "northwind-freight"]
    assert (first["totalSize"], second["totalSize"], second["nextPageToken"]) == (2, 2, "")


def test_skip_leaves_out_the_first_ones(api: httpx2.Client) -> None:
    answer = api.get("/clusters?skip=1").json()
    assert [cluster["displayName"] for cluster in answer["clusters"]] == ["northwind-freight"]


def test_skip_past_the_end_is_an_empty_list_without_a_token(api: httpx2.Client) -> None:
    assert api.get("/clusters?skip=500").json() == {"clusters": [], "totalSize": 2}


@pytest.mark.parametrize("size", ["0", "101", "2147483647"])
def test_a_page_size_may_be_unset_or_too_large(api: httpx2.Client, size: str) -> None:
    assert len(api.get("/clusters", params={"pageSize": size}).json()["clusters"]) == 2


@pytest.mark.parametrize("changed", [{"pageSize": 2}, {"pageSize": 1, "skip": 1}, {}])
def test_a_page_token_is_bound_to_the_other_parameters(api: httpx2.Client, changed: dict[str, int]) -> None:
    token = api.get("/clusters?pageSize=1").json()["nextPageToken"]
    assert_status(api.get("/clusters", params={**changed, "pageToken": token}), 400, "pageToken")


@pytest.mark.parametrize(
    "damage", [lambda t: t[:-2], lambda t: "A" + t, lambda t: "x", lambda t: "é!", lambda t: "AAAA" * 9]
)
def test_a_page_token_cannot_be_made_up(api: httpx2.Client, damage: Any) -> None:
    token = api.get("/clusters?pageSize=1").json()["nextPageToken"]
    assert_status(api.get("/clusters", params={"pageSize": 1, "pageToken": damage(token)}), 400, "pageToken")


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("/clusters?pageSize=-1", "pageSize"),
        ("/clusters?pageSize=ten", "pageSize"),
        ("/clusters?pageSize=%D9%A1", "pageSize"),
        ("/clusters?pageSize=2147483648", "pageSize"),
        ("/clusters?skip=-1", "skip"),
        ("/clusters?page_size=1", "page_size"),
        ("/clusters?pageSize=1&pageSize=2", "twice"),
        ("/clusters/1?view=full", "view"),
        ("/regions?servicePlan=Free", "servicePlan"),
    ],
)
def test_it_refuses_what_it_does_not_understand(api: httpx2.Client, path: str, named: str) -> None:
    assert_status(api.get(path), 400, named)


@pytest.mark.parametrize("path", ["/clusters/10000000000000000000", "/clusters/shop", "/clusters/%2e%2e%2fregions"])
def test_a_cluster_it_does_not_have_is_not_found(api: httpx2.Client, path: str) -> None:
    assert_status(api.get(path), 404, "")


@pytest.mark.parametrize("path", ["", "/", "/nothing", "/clusters/", "/regions/aws-us-east-1", "/clusters/1/tables"])
def test_a_path_without_documentation_is_not_found(api: httpx2.Client, path: str) -> None:
    assert_status(api.get(path), 404, "Not Found")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/clusters:restore"),
        ("GET", "/backups?clusterId=1"),
        ("POST", "/clusters/1/exports"),
        ("POST", "/clusters/1/exports/2:cancel"),
        ("GET", "/clusters/1/imports/2"),
        ("PATCH", "/clusters/1/auditLog/config"),
        ("GET", "/clusters/1/changefeeds"),
        ("POST", "/clusters/1/migrations/2:pause"),
        ("GET", "/clusters/1/privateLinkConnections:getAvailabilityZones"),
    ],
)
def test_what_is_documented_and_not_there_yet_says_so(api: httpx2.Client, method: str, path: str) -> None:
    assert_status(api.request(method, path), 501, "does not have")


def assert_status(answer: httpx2.Response, status: int, words: str) -> None:
    """The error body of TiDB Cloud: the status as code, a message, and the trace id of the answer's header."""
    body = answer.json()
    assert (answer.status_code, body["code"]) == (status, status)
    assert words in body["message"]
    assert body["details"] == [{"requestId": answer.headers["X-Debug-Trace-Id"]}]
