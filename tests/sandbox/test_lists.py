"""Filters, orders and pages of the list of clusters."""

from typing import Any
from urllib.parse import quote

import pytest

from mcpserver.sandbox.regions import PROJECTS
from tests.sandbox.wire import REGION, Wire

EXPERIMENTS = PROJECTS[1].project_id


@pytest.fixture
def three(wire: Wire) -> list[dict[str, Any]]:
    """Besides the two seeds."""
    far = {"name": "regions/alicloud-ap-southeast-1"}
    bodies: list[dict[str, Any]] = [
        {"displayName": "beta", "region": REGION, "labels": {"env": "dev", "drive9.ai/managed": "true"}},
        {"displayName": "alpha", "region": far, "labels": {"tidb.cloud/project": EXPERIMENTS}},
        {"displayName": "beta", "region": REGION, "labels": {"env": 'say "hi" AND go'}},
    ]
    return [wire.post("/clusters", body) for body in bodies]


def found(wire: Wire, **query: str) -> list[str]:
    text = "&".join(f"{name}={quote(value, safe='')}" for name, value in {"pageSize": "100", **query}.items())
    answer = wire.get(f"/clusters?{text}")
    assert answer["totalSize"] == len(answer["clusters"])
    return [cluster["displayName"] for cluster in answer["clusters"]]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", ["shop", "northwind-freight", "beta", "alpha", "beta"]),
        ("displayName=beta", ["beta", "beta"]),
        ('displayName = "beta"', ["beta", "beta"]),
        ('  displayName="beta"  ', ["beta", "beta"]),
        ("displayName=nobody", []),
        ("displayName=BETA", []),
        ("state=ACTIVE", ["shop", "northwind-freight"]),
        ('state="CREATING"', ["beta", "alpha", "beta"]),
        ("state=DELETED", []),
        ('region.provider="alicloud"', ["alpha"]),
        ("region.cloudProvider=aws AND state=CREATING", ["beta", "beta"]),
        ("region.name=regions/alicloud-ap-southeast-1", ["alpha"]),
        (f"projectId={EXPERIMENTS}", ["alpha"]),
        (f"projectId={PROJECTS[0].project_id}", ["shop", "northwind-freight", "beta", "beta"]),
        (f'projectId="{EXPERIMENTS},{PROJECTS[0].project_id}" AND state="CREATING"', ["beta", "alpha", "beta"]),
        ("labels.env=dev", ["beta"]),
        ('labels."env" = "dev"', ["beta"]),
        ('labels."drive9.ai/managed" = "true"', ["beta"]),
        ("labels.drive9.ai/managed=true", ["beta"]),
        (r'labels.env="say \"hi\" AND go"', ["beta"]),
        ("displayName=beta AND displayName=alpha", []),
        ('state="CREATING"   AND   labels.env="dev" AND displayName=beta', ["beta"]),
    ],
)
def test_it_filters(wire: Wire, three: Any, text: str, names: list[str]) -> None:
    assert found(wire, filter=text) == names


@pytest.mark.parametrize("spelling", ["clusterId={0},{1}", 'clusterId = "{0}, {1}"', 'clusterId="{1},{0},1"'])
def test_it_filters_by_several_ids(wire: Wire, three: list[dict[str, Any]], spelling: str) -> None:
    text = spelling.format(three[0]["clusterId"], three[1]["clusterId"])
    assert found(wire, filter=text) == ["beta", "alpha"]


@pytest.mark.parametrize(
    "text",
    [
        "beta",
        "displayName",
        "displayName=",
        "=beta",
        "displayName!=beta",
        "displayName>beta",
        "displayName:beta",
        'displayName="beta',
        "displayName=beta OR displayName=alpha",
        "displayName=beta and state=ACTIVE",
        "displayName=beta, state=ACTIVE",
        "displayName=beta state=ACTIVE",
        "displayName=beta AND",
        "AND displayName=beta",
        "NOT displayName=beta",
        "(displayName=beta)",
        "name=beta",
        "display_name=beta",
        "region=aws",
        "region.id=aws-us-east-1",
        "labels=env",
        "labels.=dev",
        "userPrefix=x",
        "state=active",
        "state=RUNNING",
        "state.x=ACTIVE",
    ],
)
def test_it_refuses_a_filter_that_it_does_not_understand(wire: Wire, text: str) -> None:
    assert "filter" in wire.refused("GET", f"/clusters?filter={quote(text, safe='')}")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("createTime", ["shop", "northwind-freight", "beta", "alpha", "beta"]),
        ("createTime asc", ["shop", "northwind-freight", "beta", "alpha", "beta"]),
        ("createTime desc", ["beta", "alpha", "beta", "northwind-freight", "shop"]),
        ("displayName", ["alpha", "beta", "beta", "northwind-freight", "shop"]),
        ("displayName desc", ["shop", "northwind-freight", "beta", "beta", "alpha"]),
    ],
)
def test_it_orders(wire: Wire, three: Any, text: str, names: list[str]) -> None:
    assert found(wire, orderBy=text) == names


@pytest.mark.parametrize(
    "text", ["state", "createTime DESC", "desc", "create_time", "createTime,displayName", "-createTime"]
)
def test_it_refuses_an_order_that_it_does_not_understand(wire: Wire, text: str) -> None:
    assert "orderBy" in wire.refused("GET", f"/clusters?orderBy={quote(text)}")


@pytest.mark.parametrize("order", ["", "createTime desc", "displayName", "displayName desc"])
def test_pages_follow_each_other_in_any_order(wire: Wire, three: Any, order: str) -> None:
    query = f"pageSize=2&orderBy={quote(order)}&filter={quote('region.provider=aws')}"
    whole = wire.get(f"/clusters?{query}".replace("pageSize=2", "pageSize=100"))["clusters"]
    paged: list[Any] = []
    token = ""
    while True:
        answer = wire.get(f"/clusters?{query}" + (f"&pageToken={token}" if token else ""))
        paged += answer["clusters"]
        assert answer["totalSize"] == 4
        if not (token := answer["nextPageToken"]):
            break
    assert paged == whole


def test_a_cluster_that_goes_moves_no_page(wire: Wire, three: list[dict[str, Any]]) -> None:
    first = wire.get("/clusters?pageSize=3")
    wire.delete(f"/{three[0]['name']}")
    second = wire.get(f"/clusters?pageSize=3&pageToken={first['nextPageToken']}")
    assert [cluster["clusterId"] for cluster in second["clusters"]] == [made["clusterId"] for made in three[1:]]


@pytest.mark.parametrize("changed", ["filter=state%3DACTIVE", "orderBy=displayName", "skip=1", "filter=", ""])
def test_a_page_token_belongs_to_its_filter_and_order(wire: Wire, three: Any, changed: str) -> None:
    token = wire.get("/clusters?pageSize=1&filter=state%3DCREATING")["nextPageToken"]
    assert "pageToken" in wire.refused("GET", f"/clusters?pageSize=1&{changed}&pageToken={token}")


def test_a_token_of_another_list_is_no_token(wire: Wire, three: list[dict[str, Any]]) -> None:
    token = wire.get("/clusters?pageSize=1")["nextPageToken"]
    shop = wire.sandbox.cluster("shop")["cluster_id"]
    assert "pageToken" in wire.refused("GET", f"/clusters/{shop}/branches?pageSize=1&pageToken={token}")


def test_projects_count_their_clusters(wire: Wire, three: Any) -> None:
    projects = wire.get("/projects", host="iam")["projects"]
    assert [(project["name"], project["cluster_count"]) for project in projects] == [
        ("default project", 4),
        ("experiments", 1),
    ]
    first = wire.get("/projects?pageSize=1", host="iam")
    second = wire.get(f"/projects?pageSize=1&pageToken={first['nextPageToken']}", host="iam")
    assert first["projects"] + second["projects"] == projects
    assert second["nextPageToken"] == ""
