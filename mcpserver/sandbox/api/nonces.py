"""The nonces handed out: each lives for a while, and takes every count once, in any order."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

# Unanswered challenges cost memory; past this many the oldest are forgotten and answer as stale.
_KEPT: Final = 10_000


class Use(Enum):
    """What a use of a nonce was."""

    FIRST = "first"
    AGAIN = "again"
    UNKNOWN = "unknown"


@dataclass
class _Nonce:
    issued: float
    counts: set[int] = field(default_factory=set)


class Nonces:
    """All that are alive, in order of issue."""

    def __init__(self, lifetime: float, now: Callable[[], float] = time.monotonic) -> None:
        self._lifetime = lifetime
        self._now = now
        self._issued: dict[str, _Nonce] = {}

    def issue(self) -> str:
        """A new one."""
        self._forget_old()
        value = secrets.token_hex(16)
        self._issued[value] = _Nonce(self._now())
        return value

    def use(self, value: str, count: int) -> Use:
        """Clients send requests side by side, so a lower count may come after a higher one."""
        self._forget_old()
        nonce = self._issued.get(value)
        if nonce is None:
            return Use.UNKNOWN
        if count in nonce.counts:
            return Use.AGAIN
        nonce.counts.add(count)
        return Use.FIRST

    def _forget_old(self) -> None:
        """The dict is in order of issue, so the old ones stand in front."""
        limit = self._now() - self._lifetime
        while self._issued:
            oldest = next(iter(self._issued))
            if self._issued[oldest].issued > limit and len(self._issued) < _KEPT:
                return
            del self._issued[oldest]
