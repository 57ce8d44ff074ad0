"""What TiDB Cloud says of clusters, for pages: live, and then kept for a minute with the time it was asked.

TiDB Cloud takes 100 requests a minute for a key, and agents use the same keys. Keys are opened only to ask. Blocking.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final
from uuid import UUID

from asgiref.sync import async_to_sync
from django.core.cache import cache

from audit.facts import Facts
from mcpserver.vault.models import TidbCloudConnection
from mcpserver.vault.open import open_secret
from tidbmcp.console.asking import Branches, Known, ask_for_branches, ask_for_clusters
from tidbmcp.lib.clock import now
from tidbmcp.lib.errors import GatewayError
from tidbmcp.lib.secrets import Secret

KEPT: Final = 60
"""Seconds that an answer is kept."""

FRESH: Final = timedelta(seconds=15)
"""A good answer that is younger is not asked for again: a button pressed again and again would take from the agents."""

PURPOSE: Final = "show clusters in the console"

Shown = tuple[TidbCloudConnection, Known, list[str]]
"""Of one connection: what it knows, and the ids of the clusters that are shown."""


class Inventory:
    """For one request of a page. It opens each key at most once."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._opened: dict[UUID, Secret] = {}

    def clusters(self, connections: Iterable[TidbCloudConnection]) -> dict[UUID, Known]:
        """What each connection knows. One that fails has a problem, and does not hide the others."""
        rows = list(connections)
        kept: dict[UUID, Known] = {row.pk: found for row in rows if (found := cache.get(_key(row)))}
        stale = [row for row in rows if row.pk not in kept]
        problems = self._open(stale)
        fresh = {pk: Known((), now(), problem) for pk, problem in problems.items()}
        fresh |= async_to_sync(ask_for_clusters)(
            [(row, self._opened[row.pk]) for row in stale if row.pk not in problems]
        )
        for row in stale:
            cache.set(_key(row), fresh[row.pk], KEPT)
        return kept | fresh

    def branches(self, shown: list[Shown]) -> dict[UUID, dict[str, Branches]]:
        """How many branches these clusters have. They are asked for again when the clusters are."""
        kept: dict[UUID, dict[str, Branches]] = {
            row.pk: cache.get(_branches_key(row, known), {}) for row, known, _ in shown
        }
        missing = [(row, [wanted for wanted in ids if wanted not in kept[row.pk]]) for row, _, ids in shown]
        missing = [(row, ids) for row, ids in missing if ids]
        problems = self._open([row for row, _ in missing])
        found = {row.pk: dict.fromkeys(ids, Branches(None, why=problems.get(row.pk, ""))) for row, ids in missing}
        found |= async_to_sync(ask_for_branches)(
            [(row, self._opened[row.pk], ids) for row, ids in missing if row.pk not in problems]
        )
        for row, known, _ in shown:
            kept[row.pk] |= found.get(row.pk, {})
            cache.set(_branches_key(row, known), kept[row.pk], KEPT)
        return kept

    def _open(self, rows: list[TidbCloudConnection]) -> dict[UUID, str]:
        """Open their keys; those that don't open, with the sentence that says so."""
        problems = {}
        for row in rows:
            try:
                self._opened[row.pk] = self._opened.get(row.pk) or open_secret(row, purpose=PURPOSE, facts=self._facts)
            except GatewayError as error:
                problems[row.pk] = error.public
        return problems


def forget(connections: Iterable[TidbCloudConnection]) -> bool:
    """Ask again the next time, except where a good answer has only just come. False where nothing is asked again."""
    kept = {_key(row): cache.get(_key(row)) for row in connections}
    fresh_from = now() - FRESH
    old = [key for key, known in kept.items() if known is None or known.problem or known.at < fresh_from]
    cache.delete_many(old)
    return bool(old)


def _key(row: TidbCloudConnection) -> str:
    """A connection with a new secret is asked at once."""
    return f"console-clusters:{row.pk}:{row.stored_at.isoformat()}"


def _branches_key(row: TidbCloudConnection, known: Known) -> str:
    return f"{_key(row)}:{known.at.isoformat()}"
