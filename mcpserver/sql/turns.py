"""Turns at a server: so many statements at once, and the others wait in line without holding a thread."""

import asyncio
from collections import defaultdict
from concurrent.futures import Future
from typing import Any
from weakref import WeakKeyDictionary

from mcpserver.sql.session import Target

Server = tuple[str, int]


class Turns:
    """Counts per event loop and server."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._lines: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[Server, asyncio.Semaphore]] = WeakKeyDictionary()

    def is_free(self, target: Target) -> bool:
        """Whether nobody has to wait for a turn."""
        return not self._line(target).locked()

    async def take(self, target: Target) -> None:
        """Wait for a turn. Whoever has one gives it back."""
        await self._line(target).acquire()

    def give_back_after(self, target: Target, work: "Future[Any]") -> None:
        """Give the turn back when the work has ended, in whatever way and thread."""
        loop, line = asyncio.get_running_loop(), self._line(target)

        def ended(_: "Future[Any]") -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(line.release)

        work.add_done_callback(ended)

    def _line(self, target: Target) -> asyncio.Semaphore:
        lines = self._lines.setdefault(
            asyncio.get_running_loop(), defaultdict(lambda: asyncio.Semaphore(self._at_once))
        )
        return lines[target.host, target.port]
