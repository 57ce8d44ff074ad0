"""The sandbox's clock: the real time, and what tests have added to it."""

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

_RFC_3339: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


class Clock:
    """States, nonces and limits go by this one."""

    def __init__(self, added: float = 0.0, keep: Callable[[float], None] | None = None) -> None:
        self._added = added
        self._keep = keep

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time() + self._added

    def advance(self, seconds: float) -> None:
        """Let so much time pass at once."""
        if self._keep:
            self._keep(self._added + seconds)
        self._added += seconds


def shown(moment: float) -> str:
    """As on the wire: RFC 3339, to the second."""
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%dT%H:%M:%SZ}"


def read(text: str) -> float | None:
    """The moment of an RFC 3339 time, cut to the second. None when it is not one, or names no time zone."""
    if not _RFC_3339.fullmatch(text):
        return None
    try:
        return float(int(datetime.fromisoformat(text.upper()).timestamp()))
    except (ValueError, OverflowError):
        return None
