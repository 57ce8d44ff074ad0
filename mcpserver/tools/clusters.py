"""Looking at the clusters of TiDB Cloud."""

from typing import Any

from pydantic import BaseModel

from accounts.scopes import Scope
from mcpserver.grants.environments import environments_of
from mcpserver.tidbcloud.errors import CloudRejected
from mcpserver.tidbcloud.types import Cluster
from mcpserver.tools.arguments import ClusterArguments
from mcpserver.tools.connections import Missing, connections
from mcpserver.tools.find import find_cluster
from mcpserver.tools.page_tokens import ListArguments, Onward, not_taken, onward, write_token
from mcpserver.tools.spec import Call, Effect, tool
from mcpserver.vault.clients import cloud
from mcpserver.vault.logins import Place, held
from mcpserver.vault.models import TidbCloudConnection
from tidbmcp.lib.errors import AuditUnavailable, BadInput, GatewayError
from tidbmcp.lib.threads import in_control_thread
from tidbmcp.lib.visible import make_visible

Rows = list[tuple[TidbCloudConnection, Cluster]]


class ClusterRow(BaseModel):
    """One cluster, in short."""

    cluster_id: str
    display_name: str | None
    state: str | None
    region: str | None
    plan: str | None
    environment: str
    connection: str


class ClusterAnswer(BaseModel):
    """A page of clusters, and the connections that are missing from it."""

    clusters: list[ClusterRow]
    next_page_token: str | None
    missing: list[Missing]


class ClusterDetail(ClusterRow):
    """One cluster."""

    version: str | None
    host: str | None
    port: int | None
    user_prefix: str | None
    spending_limit_monthly_usd_cents: int | None
    automated_backup_start_time: str | None
    automated_backup_retention_days: int | None
    labels: dict[str, str]
    sql_logins: list[str]
    created_by: str | None
    create_time: str | None
    update_time: str | None


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
    connected = await connections()
    mark: Onward | None = onward(arguments)
    found: Rows = []
    missing: list[Missing] = []
    for row in _from(connected, mark.of if mark else ""):
        if len(found) >= arguments.page_size:
            mark = Onward(of=str(row.pk), size=arguments.page_size)
            break
        mark = mark or Onward(size=arguments.page_size)
        try:
            clusters, mark = await _some_of(row, call, mark, arguments.page_size - len(found))
        except (AuditUnavailable, BadInput):
            raise
        except GatewayError as error:
            if len(connected) == 1:
                raise
            missing.append(Missing(connection=row.name, problem=error.public))
            mark = None
        else:
            found += [(row, cluster) for cluster in clusters]
            if mark:
                break
    call.rows = len(found)
    return {
        "clusters": await cluster_rows(found),
        "next_page_token": write_token(mark) if mark else None,
        "missing": [one.model_dump() for one in missing],
    }


def _from(connected: list[TidbCloudConnection], key: str) -> list[TidbCloudConnection]:
    """Those from the one with this key on."""
    start = next((i for i, row in enumerate(connected) if key in ("", str(row.pk))), None)
    if start is None:
        raise BadInput("The connection of this page_token is gone. Leave the page_token out to start again.")
    return connected[start:]


async def _some_of(
    row: TidbCloudConnection, call: Call, mark: Onward, room: int
) -> tuple[list[Cluster], Onward | None]:
    """As many of a connection's clusters as there is room for, in one request, and where its list goes on.

    A token of the API goes with its page size. Where there is less room than that, the rest is skipped to later.
    """
    client = await cloud(row, call.facts)
    part = mark.token is None and room < mark.size
    size = room if part else mark.size
    try:
        page = await client.list_clusters(page_size=size, page_token=mark.token, skip=mark.skip)
    except CloudRejected as error:
        raise not_taken(mark, error) from error
    clusters = page.clusters[:size]  # no more than was asked for
    if not page.next_page_token:
        return clusters, None
    if part:
        return clusters, Onward(of=str(row.pk), size=mark.size, skip=mark.skip + len(clusters))
    return clusters, Onward(of=str(row.pk), token=page.next_page_token, size=mark.size, skip=mark.skip)


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
    return await cluster_detail(found.connection, cluster)


async def cluster_detail(connection: TidbCloudConnection, cluster: Cluster) -> dict[str, Any]:
    """All that a tool tells of a cluster."""
    endpoint = cluster.public_endpoint
    backup = cluster.automated_backup_policy
    (row,) = await cluster_rows([(connection, cluster)])
    return {
        **row,
        "version": cluster.version,
        "host": endpoint.host if endpoint else None,
        "port": endpoint.port if endpoint else None,
        "user_prefix": cluster.user_prefix,
        "spending_limit_monthly_usd_cents": cluster.spending_limit.monthly if cluster.spending_limit else None,
        "automated_backup_start_time": backup.start_time if backup else None,
        "automated_backup_retention_days": backup.retention_days if backup else None,
        "labels": {make_visible(key): make_visible(value) for key, value in (cluster.labels or {}).items()},
        "sql_logins": await in_control_thread(held, Place(connection, cluster.cluster_id)),
        "created_by": cluster.created_by,
        "create_time": cluster.create_time,
        "update_time": cluster.update_time,
    }


async def cluster_rows(found: Rows) -> list[dict[str, Any]]:
    """Clusters in short, each with the connection that knows it and its environment here."""
    environments = await in_control_thread(environments_of, [(row.pk, cluster.cluster_id) for row, cluster in found])
    return [
        {
            "cluster_id": cluster.cluster_id,
            "display_name": cluster.display_name,
            "state": cluster.state,
            "region": (cluster.region.id or None) if cluster.region else None,
            "plan": cluster.plan,
            "environment": environments[row.pk, cluster.cluster_id].value,
            "connection": row.name,
        }
        for row, cluster in found
    ]
