"""Kept threads: blocking work runs in a few threads that stay, so that their database connections stay too.

Under ASGI, `sync_to_async` in Django's handler opens a thread and a database connection per request, and outside of it
puts everything on one thread. A small executor of our own does neither.
"""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Final, ParamSpec, TypeVar

from anyio import CancelScope
from django.db import close_old_connections

P = ParamSpec("P")
T = TypeVar("T")

CONTROL: Final = ThreadPoolExecutor(4, thread_name_prefix="control")
"""For the control database. SQLite has one writer anyway, and four connections serve a busy process."""


async def in_control_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run `work`, which may use the ORM, in a kept thread: one hop, however many statements are in it."""
    return await asyncio.get_running_loop().run_in_executor(CONTROL, partial(fresh, partial(work, *args, **kwargs)))


async def uncancelled(work: "Coroutine[Any, Any, T] | asyncio.Future[T]") -> T:
    """Wait for work that must happen once it is begun. A cancellation is passed on when it has."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        with CancelScope(shield=True):  # a cancelled scope cancels again and again: not in here
            await asyncio.wait([task])
        if not task.cancelled():
            task.exception()  # looked at, so that nobody reports it as forgotten
        raise


def fresh(work: Callable[[], T]) -> T:
    """Run `work` between two sweeps of stale database connections: in kept threads no request signal does that."""
    close_old_connections()
    try:
        return work()
    finally:
        close_old_connections()
