"""Clusters and branches by id or name, for people at a form or a command line. Blocking."""

import re
from collections.abc import Sequence
from typing import Final

from audit.facts import Facts
from mcpserver.tidbcloud.changes import CLUSTER_NAME
from mcpserver.tidbcloud.client import TidbCloud
from mcpserver.tidbcloud.errors import GONE
from mcpserver.tidbcloud.types import DELETED, Branch, Cluster
from mcpserver.vault.clients import ask_once
from mcpserver.vault.logins import Place
from mcpserver.vault.models import SqlLogin, TidbCloudConnection
from tidbmcp.lib.errors import BadInput, NotFound
from tidbmcp.lib.visible import make_visible

ID: Final = re.compile(r"[0-9]{1,30}")
PURPOSE: Final = "find a cluster"
NAMED_MOST: Final = 10


def place_named(connections: Sequence[TidbCloudConnection], cluster: str, branch: str, facts: Facts) -> Place:
    """The cluster of this id or exact name that these connections see, or a branch of it. An id beats an equal name.

    Every connection must answer, so that nothing is done to the wrong one of two. Raises GatewayError.
    """
    place = _cluster(connections, cluster, facts)
    if not branch:
        return place
    branches = ask_once(place.connection, facts, PURPOSE, lambda client: _branches(client, place.cluster_id))
    found = [one for one in branches if one.branch_id == branch]
    found = found or [one for one in branches if one.display_name == branch]
    if len(found) > 1:
        raise BadInput(f"{len(found)} branches are named {branch!r}: give the id, one of {_ids(found)}.")
    if not found:
        names = ", ".join(make_visible(one.display_name or one.id) for one in branches[:NAMED_MOST])
        there = f"There are: {names}." if names else "It has none."
        raise NotFound(f"There is no branch {branch!r} of this cluster. {there}")
    return Place(place.connection, place.cluster_id, found[0].branch_id)


def _cluster(connections: Sequence[TidbCloudConnection], wanted: str, facts: Facts) -> Place:
    by_row = {row: ask_once(row, facts, PURPOSE, lambda client: _clusters(client, wanted)) for row in connections}
    found = {(row.api_url, one.cluster_id): one for row, clusters in by_row.items() for one in clusters}
    if len(found) > 1:
        ids = ", ".join(f"{one.cluster_id} ({row})" for row, clusters in by_row.items() for one in clusters)
        raise BadInput(f"{len(found)} clusters are meant by {wanted!r}: give the id and the connection, one of {ids}.")
    if not found:
        raise NotFound(f"There is no cluster {wanted!r} that these connections may see: {_names(connections)}.")
    ((_, cluster_id),) = found
    return Place(_home([row for row, clusters in by_row.items() if clusters], cluster_id), cluster_id)


def _home(rows: list[TidbCloudConnection], cluster_id: str) -> TidbCloudConnection:
    """The connection that holds its logins, where several keys see one cluster."""
    held = SqlLogin.objects.filter(connection__in=rows, cluster_id=cluster_id)
    homes = set(held.values_list("connection", flat=True))
    return next((row for row in rows if row.pk in homes), rows[0])


async def _clusters(client: TidbCloud, wanted: str) -> list[Cluster]:
    if ID.fullmatch(wanted):
        try:
            return [one] if (one := await client.get_cluster(wanted)).state not in DELETED else []
        except GONE:
            pass
    if not re.fullmatch(CLUSTER_NAME, wanted):
        return []
    named = [one async for one in client.all_clusters(display_name=wanted)]
    return [one for one in named if one.display_name == wanted and one.state not in DELETED]


async def _branches(client: TidbCloud, cluster_id: str) -> list[Branch]:
    return [one async for one in client.all_branches(cluster_id) if one.state not in DELETED]


def _ids(found: Sequence[Branch]) -> str:
    return ", ".join(one.id for one in found)


def _names(connections: Sequence[TidbCloudConnection]) -> str:
    return ", ".join(row.name for row in connections)
