"""Finding clusters by id or name over all connections, and their branches."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from time import monotonic
from typing import Final

from audit.facts import Facts
from mcpserver.tidbcloud.changes import CLUSTER_NAME
from mcpserver.tidbcloud.client import TidbCloud
from mcpserver.tidbcloud.errors import CloudForbidden, CloudNotFound
from mcpserver.tidbcloud.types import ACTIVE, DELETED, Branch, Cluster
from mcpserver.tools.connections import ask_all, ask_until, connections
from mcpserver.tools.spec import Call
from mcpserver.vault.clients import cloud
from mcpserver.vault.models import SqlLogin, TidbCloudConnection
from tidbmcp.lib.errors import BadInput, GatewayError, NotFound, Unavailable
from tidbmcp.lib.threads import in_control_thread
from tidbmcp.lib.visible import make_visible

REMEMBERED: Final = 60.0
"""Seconds that a cluster's address is kept: TiDB Cloud allows 100 requests a minute for a key."""

Failed = list[tuple[TidbCloudConnection, GatewayError]]

_ID: Final = re.compile(r"[0-9]{1,30}")


@dataclass(frozen=True)
class Found:
    """A cluster, and the connection that knows it."""

    connection: TidbCloudConnection
    cluster: Cluster


_remembered: dict[str, tuple[float, Found]] = {}


async def find_cluster(call: Call, wanted: str, *, fresh: bool = False) -> Found:
    """The cluster of this id or exact name; an id beats an equal name. Notes it on the call.

    What is about to be changed is asked for afresh; else an address may be a minute old.
    """
    rows = await connections()
    found = None if fresh else remembered(wanted)
    if found is None or (found.connection.pk, found.connection.stored_at) not in {
        (row.pk, row.stored_at) for row in rows
    }:
        found = await _look_up(rows, wanted, call.facts, to_change=fresh)
        if len(_remembered) > 10_000:
            _remembered.clear()
        if found.cluster.state == ACTIVE:  # anything else will be something else soon
            _remembered[wanted] = (monotonic() + REMEMBERED, found)
    note(call, found)
    return found


def note(call: Call, found: Found) -> None:
    """Let the audit know which cluster it is."""
    call.cluster = found.cluster.display_name or found.cluster.cluster_id
    call.cluster_id = found.cluster.cluster_id


def remembered(wanted: str) -> Found | None:
    """What was found not long ago. Its connection may have changed since: who uses this looks."""
    until, found = _remembered.get(wanted, (0.0, None))
    return found if until > monotonic() else None


def forget_addresses() -> None:
    """Ask the API again the next time."""
    _remembered.clear()


async def _look_up(rows: list[TidbCloudConnection], wanted: str, facts: Facts, *, to_change: bool) -> Found:
    failed: Failed = []
    if _ID.fullmatch(wanted):
        ask = ask_all if to_change else ask_until  # who only looks need not wait for the slowest
        by_id = await ask(rows, facts, lambda client: _with_id(client, wanted))
        if len({row.api_url for row, _ in by_id.given}) > 1:
            names = ", ".join(row.name for row, _ in by_id.given)
            raise BadInput(
                f"{names} each know a cluster {wanted}, so it can't be told which one is meant. Ask an admin."
            )
        if by_id.given:
            return await in_control_thread(_at_home, rows, Found(*by_id.given[0]))
        failed = by_id.failed
    left = [row for row in rows if row not in dict(failed)]
    named = await ask_all(left, facts, lambda client: _with_name(client, wanted))
    failed += named.failed
    matches = {(row.api_url, one.cluster_id): Found(row, one) for row, found in reversed(named.given) for one in found}
    if len(matches) > 1:
        ids = ", ".join(f"{match.cluster.cluster_id} ({match.connection.name})" for match in reversed(matches.values()))
        raise BadInput(f"{len(matches)} clusters are named {wanted!r}: give the id, one of {ids}.")
    problems = " ".join(error.public for _, error in failed)
    if matches and failed and to_change:
        (match,) = matches.values()
        raise BadInput(
            f"Give the id: {match.cluster.cluster_id} ({match.connection.name}) is named {wanted!r}, and so may be "
            f"another one, because not every connection could be asked. {problems}"
        )
    if matches:
        (match,) = matches.values()
        return await in_control_thread(_at_home, rows, match)
    if failed:
        raise Unavailable(f"There is no cluster {wanted!r} where it could be looked for. {problems}")
    raise NotFound(
        f"There is no cluster {wanted!r}.{await _near(left, wanted, facts)} tidbcloud_list_clusters lists all."
    )


def _at_home(rows: list[TidbCloudConnection], found: Found) -> Found:
    """By the connection that holds its logins, where several keys see one cluster. Blocking."""
    same = [row for row in rows if row.api_url == found.connection.api_url]
    if len(same) == 1:
        return found
    held = SqlLogin.objects.filter(connection__in=same, cluster_id=found.cluster.cluster_id)
    home = held.order_by("connection__name").values_list("connection", flat=True).first()
    first = next((row for row in same if row.pk == home), found.connection)
    return Found(first, found.cluster)


async def _near(rows: list[TidbCloudConnection], wanted: str, facts: Facts) -> str:
    everything = await ask_all(rows, facts, _clusters_of)
    return near_names(wanted, [one.display_name or one.cluster_id for _, found in everything.given for one in found])


async def _with_id(client: TidbCloud, cluster_id: str) -> Cluster | None:
    try:
        return await client.get_cluster(cluster_id)
    except CloudNotFound:
        return None
    except CloudForbidden:
        # TiDB Cloud answers 403 for clusters of others and for deleted ones; a key that is refused can't list either.
        await client.list_clusters(page_size=1)
        return None


async def _with_name(client: TidbCloud, name: str) -> list[Cluster]:
    """Those of exactly this name; what can't be the name of one is not asked for."""
    if not re.fullmatch(CLUSTER_NAME, name):
        return []
    named = [one async for one in client.all_clusters(display_name=name) if one.display_name == name]
    return [await client.get_cluster(one.cluster_id) for one in named if one.state not in DELETED]


async def _clusters_of(client: TidbCloud) -> list[Cluster]:
    return [cluster async for cluster in client.all_clusters() if cluster.state not in DELETED]


async def find_branch(call: Call, found: Found, wanted: str) -> Branch:
    """The branch of this id or exact name; an id beats an equal name. Notes it on the call."""
    client = await cloud(found.connection, call.facts)
    branches = [branch async for branch in client.all_branches(found.cluster.cluster_id)]
    by_id = [branch for branch in branches if branch.branch_id == wanted]
    matches = by_id or [branch for branch in branches if branch.display_name == wanted and branch.state not in DELETED]
    if len(matches) > 1:
        ids = ", ".join(match.branch_id for match in matches)
        raise BadInput(f"{len(matches)} branches are named {wanted!r}: give the id, one of {ids}.")
    if not matches:
        there = [branch for branch in branches if branch.state not in DELETED]
        near = near_names(wanted, [branch.display_name or branch.branch_id for branch in there])
        raise NotFound(
            f"There is no branch {wanted!r} of this cluster.{near or ' It has none.'} tidbcloud_list_branches lists all; "
            "leave branch out for the cluster itself."
        )
    call.branch = matches[0].display_name or matches[0].branch_id
    return matches[0]


def near_names(wanted: str, names: Iterable[str]) -> str:
    """A sentence with those most like it, or a few of all; empty where there are none."""
    known = sorted({make_visible(name) for name in names})
    near = get_close_matches(wanted, known, 5, 0.4)
    if near:
        return f" Near it: {', '.join(near)}."
    return f" There are: {', '.join(known[:10])}." if known else ""
