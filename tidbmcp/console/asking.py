"""Asking the TiDB Cloud of several connections side by side, with limits on requests and on waiting. One that fails has
its reason, and does not hide the others.
"""

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from mcpserver.tidbcloud.client import TidbCloud
from mcpserver.tidbcloud.errors import CloudBusy, CloudUnreachable
from mcpserver.tidbcloud.types import Cluster
from mcpserver.vault.clients import ready_client
from mcpserver.vault.models import TidbCloudConnection
from tidbmcp.lib.clock import now
from tidbmcp.lib.errors import GatewayError, Unavailable
from tidbmcp.lib.secrets import Secret

logger = logging.getLogger(__name__)

PATIENCE: Final = 10.0
"""Seconds that a page waits for all clusters, and again for all branches. Who is slower is missing."""

PAGE: Final = 100
PAGES_MOST: Final = 5
"""Of one connection. An organization has 100 clusters unless it asked for more."""

AT_ONCE: Final = 5
"""Requests for branches with one key at the same time."""


@dataclass(frozen=True)
class Known:
    """The clusters of one connection, as they were at a moment. `problem`: why they are not all here, or why they are
    `old`: an earlier answer, complete then.
    """

    clusters: tuple[Cluster, ...]
    at: datetime
    problem: str = ""
    old: bool = False

    @property
    def nothing(self) -> bool:
        """Whether nothing is known: not even that there are none."""
        return bool(self.problem) and not self.clusters and not self.old


@dataclass(frozen=True)
class Branches:
    """How many branches a cluster has (`more`: at least), or why that is not known (`stop`: nor of the others)."""

    count: int | None
    more: bool = False
    why: str = ""
    stop: bool = False


async def ask_for_clusters(asked: list[tuple[TidbCloudConnection, Secret]]) -> dict[UUID, Known]:
    """What each connection knows, in the API's order: oldest first."""
    found = await asyncio.gather(*(_clusters(row, secret) for row, secret in asked))
    return {row.pk: known for (row, _), known in zip(asked, found, strict=True)}


async def ask_for_branches(
    asked: list[tuple[TidbCloudConnection, Secret, list[str]]],
) -> dict[UUID, dict[str, Branches]]:
    """How many branches these clusters have."""
    until = asyncio.get_running_loop().time() + PATIENCE
    found = await asyncio.gather(*(_branches(row, secret, ids, until) for row, secret, ids in asked))
    return {row.pk: counts for (row, _, _), counts in zip(asked, found, strict=True)}


async def _clusters(row: TidbCloudConnection, secret: Secret) -> Known:
    client = ready_client(row, secret)
    clusters: list[Cluster] = []
    token: str | None = None
    try:
        async with asyncio.timeout(PATIENCE):
            for _ in range(PAGES_MOST):
                page = await client.list_clusters(page_size=PAGE, page_token=token)
                clusters += page.clusters
                token = page.next_page_token
                if not token:
                    return Known(tuple(clusters), now())
        problem = f"The connection {row.name} has more clusters than this page asks for."
    except (GatewayError, TimeoutError) as error:
        problem = _told(row, error)
    finally:
        await client.close()
    return Known(tuple(clusters), now(), problem)


async def _branches(
    row: TidbCloudConnection, secret: Secret, cluster_ids: list[str], until: float
) -> dict[str, Branches]:
    """A few at a time: once the key is over its limit, or the API down, the others are not asked any more."""
    client = ready_client(row, secret)
    counts: dict[str, Branches] = {}
    try:
        for start in range(0, len(cluster_ids), AT_ONCE):
            batch = cluster_ids[start : start + AT_ONCE]
            found = await asyncio.gather(*(_count(row, client, cluster_id, until) for cluster_id in batch))
            counts |= dict(zip(batch, found, strict=True))
            if stopped := next((count for count in found if count.stop), None):
                return dict.fromkeys(cluster_ids, stopped) | counts
    finally:
        await client.close()
    return counts


async def _count(row: TidbCloudConnection, client: TidbCloud, cluster_id: str, until: float) -> Branches:
    try:
        async with asyncio.timeout_at(until):
            page = await client.list_branches(cluster_id)
    except (GatewayError, TimeoutError) as error:
        stop = isinstance(error, CloudBusy | CloudUnreachable | TimeoutError)
        return Branches(None, why=_told(row, error), stop=stop)
    return Branches(len(page.branches), more=bool(page.next_page_token))


def _told(row: TidbCloudConnection, error: GatewayError | TimeoutError) -> str:
    """The sentence for the page; the log gets the reason."""
    if isinstance(error, TimeoutError):
        error = Unavailable(f"TiDB Cloud ({row.name}) is slow and was not waited for. Ask again in a moment.")
    logger.warning("clusters page: %s: %s", row.name, error.detail or error.public)
    return error.public
