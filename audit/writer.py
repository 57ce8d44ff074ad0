"""The writer: one thread that commits together whatever waits, and tells each caller when its own row is there.

A commit costs more than a row, and SQLite has one writer anyway.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock
from typing import Final

from django.db import InterfaceError, OperationalError

from audit.models import Event, write
from tidbmcp.lib.threads import fresh, uncancelled

TOGETHER: Final = 100
"""Rows of one commit."""


@dataclass(frozen=True)
class _Waiting:
    """A row that somebody waits for."""

    event: Event
    loop: asyncio.AbstractEventLoop
    done: "asyncio.Future[None]"


class Writer:
    """Of one process; for any number of event loops."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: list[_Waiting] = []
        self._writing = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="audit")

    async def write(self, event: Event) -> None:
        """Commit the event; once asked for it happens, also if the caller is cancelled. Raises AuditUnavailable."""
        loop = asyncio.get_running_loop()
        waiting = _Waiting(event, loop, loop.create_future())
        with self._lock:
            self._waiting.append(waiting)
            wake, self._writing = not self._writing, True
        if wake:
            self._thread.submit(self._write_all)
        await uncancelled(waiting.done)

    def _write_all(self) -> None:
        while batch := self._take():
            outcomes = _committed(batch)
            if lost := next((error for _, error in outcomes if _is_gone(error)), None):
                # Who came while the database was waited for need not wait as long again behind them.
                outcomes += [(waiting, lost) for waiting in self._take_all()]
            for loop in {waiting.loop for waiting, _ in outcomes}:
                told = [(waiting.done, error) for waiting, error in outcomes if waiting.loop is loop]
                with suppress(RuntimeError):  # the loop has ended, and nobody waits any more
                    loop.call_soon_threadsafe(_tell, told)

    def _take(self) -> list[_Waiting]:
        """Those who wait longest. Where nobody waits, the thread's work is over."""
        with self._lock:
            batch, self._waiting = self._waiting[:TOGETHER], self._waiting[TOGETHER:]
            self._writing = bool(batch)
        return batch

    def _take_all(self) -> list[_Waiting]:
        with self._lock:
            waiting, self._waiting = self._waiting, []
        return waiting


def _committed(batch: list[_Waiting]) -> list[tuple[_Waiting, Exception | None]]:
    """Each with what went wrong, if anything: whatever it is, it is raised where it is waited for."""
    try:
        fresh(lambda: write([waiting.event for waiting in batch]))
    except Exception as error:  # noqa: BLE001 - see above
        if len(batch) == 1 or _is_gone(error):
            return [(waiting, error) for waiting in batch]
        return [outcome for waiting in batch for outcome in _committed([waiting])]  # one takes no other along
    return [(waiting, None) for waiting in batch]


def _is_gone(error: Exception | None) -> bool:
    """Whether it is the database that fails, and not a row."""
    return error is not None and isinstance(error.__cause__, OperationalError | InterfaceError)


def _tell(told: "list[tuple[asyncio.Future[None], Exception | None]]") -> None:
    for done, error in told:
        if done.done():
            continue
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)


WRITER: Final = Writer()
"""This process's."""
