"""What the clusters page says above its list: how much is known, since when, and why not more. No I/O."""

from collections.abc import Collection
from datetime import datetime

from tidbmcp.console.asking import Known
from tidbmcp.console.templatetags.console import ago


def count_told(found: Collection[Known]) -> tuple[str, str]:
    """How many clusters there are, as far as that is known, and of how many connections it is not: never none where
    nobody knows.
    """
    silent = sum(known.nothing for known in found)
    if found and silent == len(found):
        return f"The clusters of {_many(silent, 'connection')} are not known", ""
    total = sum(len(known.clusters) for known in found)
    least = "At least " if any(known.problem and known.clusters and not known.old for known in found) else ""
    told = f"{least}{_many(total, 'cluster')} of {_many(len(found) - silent, 'connection')}"
    return told, f"; those of {_many(silent, 'other')} are not known" if silent else ""


def asked_at(found: Collection[Known]) -> datetime | None:
    """When this was asked; what is old says so itself, unless there is nothing else."""
    return min((known.at for known in found if not known.old), default=min((known.at for known in found), default=None))


def problem_told(known: Known) -> str:
    """Why a connection's clusters are not all here and new, and what is shown of them."""
    if known.old:
        shown = f"Its clusters are shown as they were {ago(known.at)}."
    else:
        shown = "Only some of its clusters are shown." if known.clusters else "Its clusters are missing here."
    return f"{known.problem} {shown}"


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"
