"""What TiDB Cloud says of clusters, for pages: live, and then kept for a minute with the time it was asked. While a
connection fails, its last good answer stands in.

TiDB Cloud takes 100 requests a minute for a key, and agents use the same keys. Keys are opened only to ask. Blocking.
"""

from collections.abc import Iterable
from dataclasses import replace
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

REMEMBERED: Final = 3600
"""Seconds that the last good answer is kept to stand in."""

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
            if not fresh[row.pk].problem:
                cache.set(_good_key(row), fresh[row.pk], REMEMBERED)
        return {row.pk: _best(row, (kept | fresh)[row.pk]) for row in rows}

    def branches(self, shown: list[Shown]) -> dict[UUID, dict[str, Branches]]:
        """How many branches these clusters have. They are asked for again when the clusters are, and not of a connection
        that fails.
        """
        kept = {row.pk: _kept_branches(row, known) for row, known, _ in shown}
        lacking = [(row, known, [wanted for wanted in ids if wanted not in kept[row.pk]]) for row, known, ids in shown]
        missing = [(row, ids) for row, known, ids in lacking if ids and not known.old]
        problems = self._open([row for row, _ in missing])
        found = {row.pk: dict.fromkeys(ids, Branches(None, why=problems.get(row.pk, ""))) for row, ids in missing}
        found |= async_to_sync(ask_for_branches)(
            [(row, self._opened[row.pk], ids) for row, ids in missing if row.pk not in problems]
        )
        for row, known, ids in lacking:
            if known.old:
                kept[row.pk] |= dict.fromkeys(ids, Branches(None, why=known.problem))
            elif ids:
                kept[row.pk] |= found[row.pk]
                cache.set(_branches_key(row), (known.at, kept[row.pk]), REMEMBERED)
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
    """Ask again the next time, except where a good answer has only just come. False where nothing is asked again.

    The last good answer stays, to stand in.
    """
    kept = {_key(row): cache.get(_key(row)) for row in connections}
    fresh_from = now() - FRESH
    old = [key for key, known in kept.items() if known is None or known.problem or known.at < fresh_from]
    cache.delete_many(old)
    return bool(old)


def _key(row: TidbCloudConnection) -> str:
    """A connection with a new secret is asked at once."""
    return f"console-clusters:{row.pk}:{row.stored_at.isoformat()}"


def _good_key(row: TidbCloudConnection) -> str:
    """What one secret was told says nothing of what another one is."""
    return f"{_key(row)}:good"


def _branches_key(row: TidbCloudConnection) -> str:
    return f"{_key(row)}:branches"


def _kept_branches(row: TidbCloudConnection, known: Known) -> dict[str, Branches]:
    """Those that were counted for this answer."""
    at, counts = cache.get(_branches_key(row), (None, {}))
    return dict(counts) if at == known.at else {}


def _best(row: TidbCloudConnection, known: Known) -> Known:
    """Where it fails, its last good answer, unless the part that came has more."""
    good: Known | None = cache.get(_good_key(row)) if known.problem else None
    if good is None or len(good.clusters) < len(known.clusters):
        return known
    return replace(good, problem=known.problem, old=True)
