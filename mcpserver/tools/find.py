"""Finding clusters by id or name over all connections, and the way to their SQL."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from difflib import get_close_matches
from time import monotonic
from typing import Final

from django.conf import settings

from audit.facts import Facts
from mcpserver.sql.session import Target
from mcpserver.tidbcloud.errors import CloudNotFound, CloudRefused
from mcpserver.tidbcloud.types import Branch, Cluster
from mcpserver.tools.spec import Call
from mcpserver.vault.clients import all_connections, cloud
from mcpserver.vault.models import Role, SqlLogin, TidbCloudConnection
from mcpserver.vault.open import open_secret
from tidbmcp.lib.errors import BadInput, NotFound, Refused, Unavailable
from tidbmcp.lib.secrets import Secret
from tidbmcp.lib.threads import in_control_thread
from tidbmcp.lib.visible import make_visible

REMEMBERED: Final = 60.0
"""Seconds that a cluster's address is kept: TiDB Cloud allows 100 requests a minute for a key."""

API_PAGE: Final = 100


@dataclass(frozen=True)
class Found:
    """A cluster, and the connection that knows it."""

    connection: TidbCloudConnection
    cluster: Cluster


_remembered: dict[str, tuple[float, Found]] = {}


async def connections() -> list[TidbCloudConnection]:
    """All connections; Unavailable, with what to do, where there is none."""
    rows = await in_control_thread(all_connections)
    if not rows:
        raise Unavailable(
            f"No TiDB Cloud connection is set up yet. Ask {settings.ADMIN_CONTACT} to add one in the console."
        )
    return rows


async def find_cluster(call: Call, wanted: str) -> Found:
    """The cluster of this id or exact name; an id beats an equal name. Notes it on the call."""
    until, found = _remembered.get(wanted, (0.0, None))
    rows = await connections()
    known = (
        found is not None
        and until > monotonic()
        and any(row.pk == found.connection.pk and row.stored_at == found.connection.stored_at for row in rows)
    )
    if not known or found is None:
        found = await _by_id(rows, wanted, call.facts) or await _by_name(rows, wanted, call.facts)
        if len(_remembered) > 10_000:
            _remembered.clear()
        _remembered[wanted] = (monotonic() + REMEMBERED, found)
    call.cluster = found.cluster.display_name or found.cluster.cluster_id
    call.cluster_id = found.cluster.cluster_id
    return found


def forget(wanted: str) -> None:
    """Ask the API again the next time."""
    _remembered.pop(wanted, None)


async def _by_id(rows: list[TidbCloudConnection], wanted: str, facts: Facts) -> Found | None:
    if not wanted.isascii() or not wanted.isdigit():
        return None
    for row in rows:
        client = await cloud(row, facts)
        try:
            return Found(row, await client.get_cluster(wanted))
        except CloudNotFound:
            continue
        except CloudRefused:
            # TiDB Cloud answers 403 for clusters of others and for deleted ones; a key that is refused can't list either.
            await client.list_clusters(page_size=1)
    return None


async def _by_name(rows: list[TidbCloudConnection], wanted: str, facts: Facts) -> Found:
    names: set[str] = set()
    matches: list[Found] = []
    for row in rows:
        async for cluster in all_clusters(row, facts):
            names.add(make_visible(cluster.display_name or cluster.cluster_id))
            if cluster.display_name == wanted:
                matches.append(Found(row, cluster))
    if len(matches) > 1:
        ids = ", ".join(match.cluster.cluster_id for match in matches)
        raise BadInput(f"{len(matches)} clusters are named {wanted!r}: give the id, one of {ids}.")
    if matches:
        match = matches[0]
        return Found(
            match.connection, await (await cloud(match.connection, facts)).get_cluster(match.cluster.cluster_id)
        )
    near = get_close_matches(wanted, names, 5, 0.4) or sorted(names)[:5]
    listed = f" Near it: {', '.join(near)}." if near else ""
    raise NotFound(f"There is no cluster {wanted!r}.{listed} tidbcloud_list_clusters lists all.")


async def all_clusters(row: TidbCloudConnection, facts: Facts) -> AsyncIterator[Cluster]:
    """Every cluster of a connection, page by page."""
    client = await cloud(row, facts)
    token: str | None = None
    while True:
        page = await client.list_clusters(page_size=API_PAGE, page_token=token)
        for cluster in page.clusters:
            yield cluster
        token = page.next_page_token
        if not token:
            return


async def find_branch(call: Call, found: Found, wanted: str) -> Branch:
    """The branch of this id or exact name; an id beats an equal name. Notes it on the call."""
    client = await cloud(found.connection, call.facts)
    branches: list[Branch] = []
    token: str | None = None
    while token != "":
        page = await client.list_branches(found.cluster.cluster_id, page_token=token)
        branches += page.branches
        token = page.next_page_token or ""
    by_id = [branch for branch in branches if branch.branch_id == wanted]
    matches = by_id or [branch for branch in branches if branch.display_name == wanted]
    if len(matches) > 1:
        raise BadInput(f"{len(matches)} branches are named {wanted!r}: give the id.")
    if not matches:
        names = ", ".join(make_visible(branch.display_name or branch.branch_id) for branch in branches[:20]) or "none"
        raise NotFound(f"There is no branch {wanted!r} of this cluster. There are: {names}.")
    call.branch = matches[0].display_name or matches[0].branch_id
    return matches[0]


async def reader_of(
    found: Found, facts: Facts, database: str = "", branch: Branch | None = None
) -> tuple[Target, Callable[[], Secret]]:
    """Where to connect as the cluster's reader, and how to get the password when a connection must be made."""
    place: Cluster | Branch = branch or found.cluster
    endpoint = place.endpoints.public if place.endpoints else None
    if endpoint is None or not endpoint.host or not endpoint.port or endpoint.disabled:
        state, what = place.state or "unknown", "branch" if branch else "cluster"
        raise Unavailable(f"The {what} has no public SQL endpoint now (state {state}). Try again when it is ACTIVE.")
    login = await in_control_thread(_login, found, branch.branch_id if branch else "")
    if login is None:
        raise Refused(
            f"No reader login is stored for {place.display_name}. Ask {settings.ADMIN_CONTACT} to store a SQL "
            "login with role_readonly for it in the console."
        )
    version = login.stored_at.isoformat()
    target = Target(endpoint.host, endpoint.port, login.username, version, database)

    def password() -> Secret:
        return open_secret(login, purpose="connect to run a read", facts=facts)

    return target, password


def _login(found: Found, branch_id: str) -> SqlLogin | None:
    of_cluster = SqlLogin.objects.filter(
        connection=found.connection, cluster_id=found.cluster.cluster_id, branch_id=branch_id, role=Role.READONLY
    )
    return of_cluster.select_related("connection").first()
