"""Reading and setting the environments of clusters. What is not labelled is production. Blocking."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from audit.facts import Facts
from audit.kinds import Kind
from audit.models import record
from mcpserver.grants.models import ClusterEnvironment, Environment
from mcpserver.vault.models import TidbCloudConnection
from tidbmcp.lib.clock import now

Pair = tuple[UUID, str]
"""A connection's key and a cluster's id."""


def labels_of(pairs: Iterable[Pair]) -> dict[Pair, Environment]:
    """The labels that were set; a cluster without one is left out."""
    wanted = set(pairs)
    if not wanted:
        return {}
    # Both lists, because SQL has no short word for a list of pairs: more may be found than is wanted.
    rows = ClusterEnvironment.objects.filter(
        connection_id__in={connection_id for connection_id, _ in wanted},
        cluster_id__in={cluster_id for _, cluster_id in wanted},
    ).order_by()
    found = {(row.connection_id, row.cluster_id): _understood(row.environment) for row in rows}
    return {pair: found[pair] for pair in wanted & found.keys()}


def environments_of(pairs: Iterable[Pair]) -> dict[Pair, Environment]:
    """The environment of every cluster that is asked for."""
    wanted = set(pairs)
    return dict.fromkeys(wanted, Environment.PRODUCTION) | labels_of(wanted)


def environment_of(connection_id: UUID, cluster_id: str) -> Environment:
    """The environment of one cluster."""
    pair = (connection_id, cluster_id)
    return environments_of([pair])[pair]


def set_environment(
    connection: TidbCloudConnection, cluster_id: str, environment: Environment, *, name: str, facts: Facts
) -> bool:
    """Label a cluster, with an event, or neither. False where it was labelled so already. `name` is for the record."""
    with transaction.atomic():
        rows = ClusterEnvironment.objects.select_for_update()
        before = rows.filter(connection=connection, cluster_id=cluster_id).values_list("environment", flat=True).first()
        if before == environment:
            return False
        ClusterEnvironment.objects.update_or_create(
            connection=connection, cluster_id=cluster_id, defaults={"environment": environment, "set_at": now()}
        )
        about = {"connection": connection.name, "before": before or "not labelled", "after": environment.value}
        record(Kind.CLUSTER_LABELLED, facts=facts, cluster=name, cluster_id=cluster_id, parameters=about)
    return True


def _understood(stored: str) -> Environment:
    """What this version does not know is production: a word never widens a right."""
    return Environment(stored) if stored in Environment.values else Environment.PRODUCTION
