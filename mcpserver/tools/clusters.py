"""Regions and clusters of TiDB Cloud."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from accounts.scopes import Scope
from mcpserver.tidbcloud.types import Cluster, Region
from mcpserver.tools.find import connections, find_cluster
from mcpserver.tools.spec import Arguments, Call, ClusterRef, Effect, PageSize, PageToken, tool
from mcpserver.vault.clients import cloud
from tidbmcp.lib.errors import BadInput
from tidbmcp.lib.visible import make_visible

P = TypeVar("P", bound=BaseModel)


class ListArguments(Arguments):
    """A page of something."""

    page_size: PageSize = 20
    page_token: PageToken = None


class ClusterArguments(Arguments):
    """One cluster."""

    cluster: ClusterRef


class Start(BaseModel):
    """Where a list of regions goes on."""

    model_config = ConfigDict(extra="forbid", strict=True)

    start: int = Field(ge=0)


class Place(BaseModel):
    """Where a list of clusters goes on: the connection, and the API's own token, which is bound to the size of its pages."""

    model_config = ConfigDict(extra="forbid", strict=True)

    connection: str = ""
    token: str | None = None
    size: int = Field(ge=1, le=100)


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
    start = _read_token(arguments.page_token, Start).start if arguments.page_token else 0
    page = regions[start : start + arguments.page_size]
    more = start + len(page) < len(regions)
    token = _write_token(Start(start=start + len(page))) if more else None
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
    place = _read_place(arguments)
    index = next((i for i, row in enumerate(rows) if place.connection in ("", str(row.pk))), None)
    if index is None:
        raise BadInput("The connection of this page_token is gone. Leave the page_token out to start again.")
    clusters: list[dict[str, Any]] = []
    while True:
        row = rows[index]
        page = await (await cloud(row, call.facts)).list_clusters(page_size=place.size, page_token=place.token)
        clusters += [_cluster_row(cluster, row.name) for cluster in page.clusters]
        if page.next_page_token:
            place = Place(connection=str(row.pk), token=page.next_page_token, size=place.size)
            break
        index += 1
        if index == len(rows):
            break
        place = Place(connection=str(rows[index].pk), size=max(1, arguments.page_size - len(clusters)))
        if len(clusters) >= arguments.page_size:
            break
    call.rows = len(clusters)
    return {"clusters": clusters, "next_page_token": _write_token(place) if index < len(rows) else None}


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


def _read_place(arguments: ListArguments) -> Place:
    return _read_token(arguments.page_token, Place) if arguments.page_token else Place(size=arguments.page_size)


def _write_token(place: BaseModel) -> str:
    return urlsafe_b64encode(place.model_dump_json().encode()).decode()


def _read_token(token: str, kind: type[P]) -> P:
    try:
        return kind.model_validate_json(urlsafe_b64decode(token.encode()))
    except ValueError:
        raise BadInput("This page_token is not one of this list. Leave it out to start again.") from None
