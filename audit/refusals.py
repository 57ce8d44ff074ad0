"""Refusals before anybody is known: a few a minute from one address are rows, what is over them one counted row."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from time import time
from typing import Any, Final

from audit.facts import Facts
from audit.kinds import Kind, Result
from audit.models import record
from tidbmcp.lib.errors import AuditUnavailable
from tidbmcp.lib.network import origin_of

logger = logging.getLogger(__name__)

SINGLE_ROWS: Final = 5
"""Rows a minute that one address gets for itself."""

ADDRESSES_MOST: Final = 10_000
"""Addresses counted apart in one minute; what comes from others is counted together."""

OTHERS: Final = "other addresses"


@dataclass
class _Tally:
    seen: int = 0
    over: int = 0
    reasons: set[str] = field(default_factory=set)


class Refusals:
    """Counts by calendar minute. `flush()` writes the minutes that have ended; threads may share one."""

    def __init__(self, clock: Callable[[], float] = time) -> None:
        self._clock = clock
        self._lock = Lock()
        self._minutes: dict[int, dict[tuple[Kind, str], _Tally]] = {}

    def refused(self, kind: Kind, facts: Facts, *, error: str, **about: Any) -> None:
        """One refusal happened: write it, or count it. AuditUnavailable where it can't be written."""
        with self._lock:
            minute = self._minutes.setdefault(int(self._clock() // 60), {})
            caller = origin_of(facts.address)
            known = (kind, caller) in minute or len(minute) < ADDRESSES_MOST
            tally = minute.setdefault((kind, caller if known else OTHERS), _Tally())
            tally.seen += 1
            if tally.seen > SINGLE_ROWS:
                tally.over += 1
                tally.reasons.add(error)
                return
        record(kind, Result.REFUSED, facts, error=error, **about)

    def flush(self, *, everything: bool = False) -> None:
        """Write a counted row for each address of each minute that has ended (at shutdown: of this one too)."""
        current = int(self._clock() // 60)
        with self._lock:
            ended = [minute for minute in self._minutes if everything or minute < current]
            tallies = [(minute, *item) for minute in ended for item in self._minutes.pop(minute).items()]
        for minute, (kind, address), tally in tallies:
            if tally.over:
                self._write(minute, kind, address, tally)

    def _write(self, minute: int, kind: Kind, address: str, tally: _Tally) -> None:
        reasons = "; ".join(sorted(tally.reasons))
        try:
            record(kind, Result.REFUSED, Facts(address=address), error=reasons, count=tally.over)
        except AuditUnavailable as error:
            logger.exception(
                "%d refusals of %s were not recorded, they are kept: %s", tally.over, address, error.detail
            )
            with self._lock:
                kept = self._minutes.setdefault(minute, {}).setdefault((kind, address), _Tally(seen=SINGLE_ROWS))
                kept.over += tally.over
                kept.reasons |= tally.reasons


REFUSALS: Final = Refusals()
"""This process's count."""
