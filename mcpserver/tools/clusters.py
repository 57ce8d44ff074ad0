"""Regions and clusters of TiDB Cloud."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from pydantic import BaseModel

from accounts.scopes import Scope
from mcpserver.tidbcloud.types import Cluster, Region
from mcpserver.tools.find import connections, find_cluster
from mcpserver.tools.spec import Arguments, Call, ClusterRef, Effect, PageSize, PageToken, tool
from mcpserver.vault.clients import cloud
from tidbmcp.lib.errors import BadInput
from tidbmcp.lib.visible import make_visible


class ListArguments(Arguments):
    """A page of something."""

    page_size: PageSize = 20
    page_token: PageToken = None


class ClusterArguments(Arguments):
    """One cluster."""

    cluster: ClusterRef


class RegionRow(BaseModel):
    """One region."""

    region_id: str
    name: str
    display_name: str | None
    cloud_provider: str | None


class RegionAnswer(BaseModel):
    """A page of regions."""

    regions: list[RegionRow]
    next_page_token: str | None


class ClusterRow(BaseModel):
    """One cluster, in short."""

    cluster_id: str
    display_name: str | None
    state: str | None
    region: str | None
    plan: str | None
    connection: str


class ClusterAnswer(BaseModel):
    """A page of clusters."""

    clusters: list[ClusterRow]
    next_page_token: str | None


class ClusterDetail(ClusterRow):
    """One cluster."""

    version: str | None
    host: str | None
    port: int | None
    user_prefix: str | None
    spending_limit_monthly_usd_cents: int | None
    labels: dict[str, str]
    created_by: str | None
    create_time: str | None
    update_time: str | None


@tool(
    "tidbcloud_list_regions",
    title="List regions",
    description="Lists the regions where TiDB Cloud clusters can be. Use it before creating a cluster. Cheap.",
    scope=Scope.READ,
    effect=Effect.READS,
    arguments=ListArguments,
    output=RegionAnswer,
)
async def list_regions(call: Call, arguments: ListArguments) -> dict[str, Any]:
    """The API has no pages of regions: they are made here."""
    first, *_ = await connections()
    regions = await (await cloud(first, call.facts)).list_regions()
    start = _read_token(arguments.page_token).get("start", 0) if arguments.page_token else 0
    if not isinstance(start, int) or start < 0:
        raise BadInput("This page_token is not one of this list. Leave it out to start again.")
    page = regions[start : start + arguments.page_size]
    more = start + len(page) < len(regions)
    token = _write_token({"start": start + len(page)}) if more else None
    call.rows = len(page)
    return {"regions": [_region_row(region) for region in page], "next_page_token": token}


@tool(
    "tidbcloud_list_clusters",
    title="List clusters",
    description=(
        "Lists the clusters that you can reach, oldest first: id, name, state, region. Start here when you don't know the "
        "cluster's name; use tidbcloud_get_cluster for one in full. Cheap."
    ),
    scope=Scope.READ,
    effect=Effect.READS,
    arguments=ListArguments,
    output=ClusterAnswer,
)
async def list_clusters(call: Call, arguments: ListArguments) -> dict[str, Any]:
    """One connection after the other; the page token says which one, and where in it."""
    rows = await connections()
    place = (
        _read_token(arguments.page_token) if arguments.page_token else {"connection": str(rows[0].pk), "token": None}
    )
    index = next((i for i, row in enumerate(rows) if str(row.pk) == place.get("connection")), None)
    if index is None:
        raise BadInput(
            "This page_token is not one of this list, or its connection is gone. Leave it out to start again."
        )
    clusters: list[dict[str, Any]] = []
    token = place.get("token")
    while True:
        client = await cloud(rows[index], call.facts)
        page = await client.list_clusters(page_size=arguments.page_size - len(clusters), page_token=token)
        clusters += [_cluster_row(cluster, rows[index].name) for cluster in page.clusters]
        token = page.next_page_token or None
        if token is None:
            index += 1
        if index >= len(rows) or len(clusters) >= arguments.page_size:
            break
    following = _write_token({"connection": str(rows[index].pk), "token": token}) if index < len(rows) else None
    call.rows = len(clusters)
    return {"clusters": clusters, "next_page_token": following}


@tool(
    "tidbcloud_get_cluster",
    title="Get a cluster",
    description="Shows one cluster in full: state, plan, region, SQL endpoint, limits, labels. Give its id or exact name. Cheap.",
    scope=Scope.READ,
    effect=Effect.READS,
    arguments=ClusterArguments,
    output=ClusterDetail,
)
async def get_cluster(call: Call, arguments: ClusterArguments) -> dict[str, Any]:
    """Fresh from the API, even where its address is remembered."""
    found = await find_cluster(call, arguments.cluster)
    cluster = await (await cloud(found.connection, call.facts)).get_cluster(found.cluster.cluster_id)
    endpoint = cluster.endpoints.public if cluster.endpoints else None
    return {
        **_cluster_row(cluster, found.connection.name),
        "version": cluster.version,
        "host": endpoint.host if endpoint else None,
        "port": endpoint.port if endpoint else None,
        "user_prefix": cluster.user_prefix,
        "spending_limit_monthly_usd_cents": cluster.spending_limit.monthly if cluster.spending_limit else None,
        "labels": {make_visible(key): make_visible(value) for key, value in (cluster.labels or {}).items()},
        "created_by": cluster.created_by,
        "create_time": cluster.create_time,
        "update_time": cluster.update_time,
    }


def _region_row(region: Region) -> dict[str, Any]:
    # `regionId` is not always what it says (`us-east-1` was seen): `name` is what the API takes.
    name = region.name or ""
    return {
        "region_id": name.removeprefix("regions/") or region.region_id or "",
        "name": name,
        "display_name": region.display_name,
        "cloud_provider": region.cloud_provider,
    }


def _cluster_row(cluster: Cluster, connection: str) -> dict[str, Any]:
    region = cluster.region.name if cluster.region else None
    return {
        "cluster_id": cluster.cluster_id,
        "display_name": make_visible(cluster.display_name) if cluster.display_name else None,
        "state": cluster.state,
        "region": region.removeprefix("regions/") if region else None,
        "plan": cluster.cluster_plan or cluster.service_plan,
        "connection": connection,
    }


def _write_token(place: dict[str, Any]) -> str:
    return urlsafe_b64encode(json.dumps(place).encode()).decode()


def _read_token(token: str) -> dict[str, Any]:
    try:
        place = json.loads(urlsafe_b64decode(token.encode()))
    except ValueError:
        place = None
    if not isinstance(place, dict):
        raise BadInput("This page_token can't be read. Leave it out to start again.")
    return place
