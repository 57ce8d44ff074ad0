"""The sandbox's clock: the real time, and what tests have added to it."""

import time
from datetime import UTC, datetime


class Clock:
    """States, nonces and limits go by this one."""

    def __init__(self) -> None:
        self._added = 0.0

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time() + self._added

    def advance(self, seconds: float) -> None:
        """Let so much time pass at once."""
        self._added += seconds


def shown(moment: float) -> str:
    """As on the wire: RFC 3339, to the second."""
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%dT%H:%M:%SZ}"


def read(text: str) -> float | None:
    """The moment of an RFC 3339 time, cut to the second. None when it is not one, or names no time zone."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None or "T" not in text.upper():
        return None
    return float(int(moment.timestamp()))
