"""Creating and changing clusters."""

from typing import Annotated, Any

from pydantic import Field

from accounts.scopes import Scope
from mcpserver.tidbcloud import changes
from mcpserver.tidbcloud.changes import Backup, ClusterChange, Limit, NewCluster, RegionName
from mcpserver.tidbcloud.types import Cluster
from mcpserver.tools.arguments import ClusterArguments
from mcpserver.tools.changed import ChangeAnswer, Wait, carried_out, outcome
from mcpserver.tools.clusters import ClusterDetail, cluster_detail
from mcpserver.tools.connections import the_connection
from mcpserver.tools.find import find_cluster
from mcpserver.tools.regions import find_region
from mcpserver.tools.spec import Arguments, Call, Effect, tool
from mcpserver.tools.waiting import wait_for
from mcpserver.vault.clients import cloud
from mcpserver.vault.logins import Place, note_due
from tidbmcp.lib.errors import BadInput
from tidbmcp.lib.threads import in_control_thread

ClusterName = Annotated[
    str,
    Field(
        pattern=changes.CLUSTER_NAME,
        description="Name: 4 to 64 letters, digits and hyphens; no hyphen at either end.",
    ),
]
SpendingLimit = Annotated[
    int | None,
    Field(ge=0, lt=2**31, description="USD cents a month (5000 is 50 USD). 0 is the free quota only, not unlimited."),
]
Labels = Annotated[
    dict[Annotated[str, Field(min_length=1, max_length=128)], Annotated[str, Field(max_length=256)]] | None,
    Field(max_length=50, description="Labels by key; keys that begin with tidb.cloud/ belong to TiDB Cloud."),
]


class CreateClusterArguments(Arguments):
    """A new cluster."""

    display_name: ClusterName
    region: Annotated[
        str,
        Field(min_length=1, max_length=100, description="region_id of tidbcloud_list_regions, such as aws-us-east-1."),
    ]
    connection: Annotated[
        str | None,
        Field(max_length=100, description="Connection to make it in, by name; needed where there are several."),
    ] = None
    spending_limit_monthly_usd_cents: SpendingLimit = None
    labels: Labels = None
    wait: Wait = False


class BackupArguments(Arguments):
    """When backups are made, and how long they are kept."""

    start_time: Annotated[str | None, Field(pattern=changes.START_TIME, description="In UTC, as HH:mm.")] = None
    retention_days: Annotated[int | None, Field(ge=1, le=90, description="Days to keep a backup.")] = None


class UpdateClusterArguments(ClusterArguments):
    """What is to change; what is left out stays."""

    display_name: ClusterName | None = None
    spending_limit_monthly_usd_cents: SpendingLimit = None
    labels: Annotated[Labels, Field(description="Labels to add or to change; others stay.")] = None
    automated_backup: BackupArguments | None = None


class ClusterChanged(ClusterDetail, ChangeAnswer):
    """A cluster that was made or changed."""


class ClusterUpdated(ClusterChanged):
    """And what was changed."""

    changed: list[str]


@tool(
    "tidbcloud_create_cluster",
    title="Create a cluster",
    description=(
        "Creates a Starter cluster, free unless a spending limit is given. It takes about a minute: answers at once "
        "with state CREATING, or waits with wait: true. Its SQL logins are made by the gateway, nobody sees a password. "
        "Names need not be unique: look with tidbcloud_list_clusters first, and never repeat a call whose outcome is unclear."
    ),
    scope=Scope.WRITE,
    effect=Effect.CREATES,
    arguments=CreateClusterArguments,
    output=ClusterChanged,
)
async def create_cluster(call: Call, arguments: CreateClusterArguments) -> dict[str, Any]:
    """Once asked for it goes on, whoever waits."""
    _refuse_reserved(arguments.labels)
    connection = await the_connection(arguments.connection)
    client = await cloud(connection, call.facts)
    limit = arguments.spending_limit_monthly_usd_cents
    wanted = NewCluster(
        display_name=arguments.display_name,
        region=RegionName(name=await find_region(client, arguments.region)),
        spending_limit=None if limit is None else Limit(monthly=limit),
        labels=arguments.labels,
    )
    call.cluster = arguments.display_name

    async def note(cluster: Cluster) -> None:
        call.cluster_id = cluster.cluster_id
        await in_control_thread(note_due, Place(connection, cluster.cluster_id), call.principal.person)

    asked = f"a cluster {arguments.display_name} was asked for"
    cluster = await carried_out(call, client.create_cluster(wanted), asked, _being_made, note)
    if not arguments.wait:
        return {
            **outcome("Look with tidbcloud_get_cluster until state is ACTIVE and sql_logins are there; then query it."),
            **await cluster_detail(connection, cluster),
        }
    place = Place(connection, cluster.cluster_id)
    cluster, in_the_way = await wait_for(call, place, cluster, lambda client: client.get_cluster(place.cluster_id))
    return {
        **outcome(in_the_way),
        **await cluster_detail(connection, cluster),
    }


def _being_made(cluster: Cluster) -> str:
    return f"the cluster {cluster.cluster_id} is being created"


@tool(
    "tidbcloud_update_cluster",
    title="Update a cluster",
    description=(
        "Changes a cluster's name, monthly spending limit (USD cents), labels or backup time; what is left out stays. "
        "Raising the limit may cost money. A paid cluster can't go back to 0, and free ones have fixed backups."
    ),
    scope=Scope.WRITE,
    effect=Effect.CHANGES,
    arguments=UpdateClusterArguments,
    output=ClusterUpdated,
)
async def update_cluster(call: Call, arguments: UpdateClusterArguments) -> dict[str, Any]:
    """Labels and backups are merged with what is there: the API replaces them."""
    _refuse_reserved(arguments.labels)
    changed = sorted(arguments.model_dump(exclude={"cluster"}, exclude_defaults=True))
    if not changed or arguments.labels == {} or arguments.automated_backup == BackupArguments():
        raise BadInput(
            "Say what to change: display_name, spending_limit_monthly_usd_cents, labels or automated_backup."
        )
    found = await find_cluster(call, arguments.cluster, fresh=True)
    client = await cloud(found.connection, call.facts)
    change = _change(arguments, found.cluster)
    work = client.update_cluster(found.cluster.cluster_id, change)
    cluster = await carried_out(call, work, "a change was asked for", lambda _: "the cluster was changed")
    return {
        **outcome(),
        "changed": changed,
        **await cluster_detail(found.connection, cluster),
    }


def _change(arguments: UpdateClusterArguments, cluster: Cluster) -> ClusterChange:
    limit, backup = arguments.spending_limit_monthly_usd_cents, arguments.automated_backup
    now = cluster.automated_backup_policy
    labels = {
        key: value for key, value in (cluster.labels or {}).items() if not key.startswith(changes.RESERVED_LABELS)
    }
    return ClusterChange(
        display_name=arguments.display_name,
        spending_limit=None if limit is None else Limit(monthly=limit),
        labels=None if arguments.labels is None else labels | arguments.labels,
        automated_backup_policy=None
        if backup is None
        else Backup(
            start_time=backup.start_time or (now.start_time if now else None),
            retention_days=backup.retention_days or (now.retention_days if now else None),
        ),
    )


def _refuse_reserved(labels: dict[str, str] | None) -> None:
    if any(key.startswith(changes.RESERVED_LABELS) for key in labels or {}):
        raise BadInput(f"Labels that begin with {changes.RESERVED_LABELS} belong to TiDB Cloud: leave them out.")
