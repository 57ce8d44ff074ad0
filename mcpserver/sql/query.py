"""One read, within limits: a server-side cursor, an honest `truncated`, and a kill that is waited for."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Final

from anyio import CancelScope
from django.conf import settings

from mcpserver.sql.errors import SqlBusy, SqlTooLong, SqlUnreachable
from mcpserver.sql.fetch import Table
from mcpserver.sql.job import Job, Statement, kill, run
from mcpserver.sql.limits import Limits
from mcpserver.sql.pool import Pool
from mcpserver.sql.session import Target
from mcpserver.sql.turns import Turns
from tidbmcp.lib.secrets import Secret
from tidbmcp.lib.threads import fresh

RUNNING: Final = ThreadPoolExecutor(16, thread_name_prefix="sql")
KILLING: Final = ThreadPoolExecutor(4, thread_name_prefix="sql-kill")
"""Apart from the others: when all of those wait for slow servers, a kill must still get through."""

TURNS: Final = Turns(6)
"""Statements at once on one server: a sick one must not take all the threads."""

GRACE: Final = 5.0
"""Seconds that a caller waits for a kill to be seen. After that the connection is still held, without them."""

_held: set[asyncio.Task[None]] = set()
"""Stops that go on after their caller was answered."""


def nothing() -> None:
    """For callers that have looked already."""


async def read(
    pool: Pool,
    target: Target,
    password: Callable[[], Secret],
    statement: Statement,
    limits: Limits,
    before: Callable[[], None] = nothing,
) -> Table:
    """Run one statement that the gate let through, as a login that is found to do nothing but read, unless it says otherwise.

    Over its time, or when the caller is cancelled, it is killed on the server, and its connection stays checked out
    until that is seen. `before` runs first, in the same thread. Raises SqlError's family; what `before` and `password`
    raise passes through.
    """
    job = Job(statement, limits)
    deadline = asyncio.get_running_loop().time() + limits.seconds
    await take_turn(target, limits.seconds)
    job.future = RUNNING.submit(fresh, partial(run, job, pool, target, password, before))
    TURNS.give_back_after(target, job.future)
    waiting = asyncio.wrap_future(job.future)
    try:
        async with asyncio.timeout_at(deadline):
            return await asyncio.shield(waiting)
    except TimeoutError:
        raise await _stop_late(job, waiting) from None
    except asyncio.CancelledError:
        with CancelScope(shield=True):  # a cancelled scope cancels again and again: not in here
            await asyncio.wait([hold(_stop(job, waiting))], timeout=GRACE)
        raise


async def take_turn(target: Target, seconds: float) -> None:
    """Wait for a turn at the server. SqlBusy where none came in time."""
    if TURNS.is_free(target):
        await TURNS.take(target)  # at once
        return
    try:
        async with asyncio.timeout(seconds):
            await TURNS.take(target)
    except TimeoutError:
        raise SqlBusy(
            "Other statements keep this database server busy, so yours was not started. Try again in a moment."
        ) from None


async def _stop_late(job: Job, waiting: "asyncio.Future[Table]") -> BaseException:
    """Stop what is over its time, and say truly what is known of it."""
    seconds = f"{job.limits.seconds:g} s"
    if job.future.cancel():
        return SqlBusy(f"Nothing was free to run the statement within {seconds}. Try again in a moment.")
    if job.future.done():  # just now
        return job.future.exception() or SqlTooLong(f"The statement ran over its {seconds}. Ask for less.")
    reached = job.reached
    stopping = hold(_stop(job, waiting))
    if reached:
        await asyncio.wait([stopping], timeout=GRACE)
    if not reached:
        return SqlUnreachable(f"The database server did not accept a connection within {seconds}. Try again later.")
    if not stopping.done():
        return SqlTooLong(
            f"The statement ran over its {seconds}. The server has not confirmed yet that it has stopped."
        )
    more = f", or give a higher timeout_seconds, at most {settings.SQL_MAX_SECONDS}"
    return SqlTooLong(
        f"The statement ran over its {seconds} and was stopped on the server. Ask for less (WHERE, an index)"
        f"{more if job.limits.seconds < settings.SQL_MAX_SECONDS else ''}."
    )


def hold(stop: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
    """Stop something in a task of its own, which lives until the thread has come back from it."""
    task = asyncio.create_task(stop)
    _held.add(task)
    task.add_done_callback(_held.discard)
    return task


async def _stop(job: Job, waiting: "asyncio.Future[Table]") -> None:
    """Kill until the thread has its connection back. The driver's read timeout ends this at the latest."""
    job.stopped = True
    loop = asyncio.get_running_loop()
    while not waiting.done() and not job.future.cancel():
        await loop.run_in_executor(KILLING, kill, job)
        await asyncio.wait([waiting], timeout=0.5)
    if waiting.done() and not waiting.cancelled():
        waiting.exception()  # looked at, so that nobody reports it as forgotten


async def all_stopped() -> None:
    """Wait for the stops that are under way: before the process ends."""
    if _held:
        await asyncio.wait(set(_held), timeout=GRACE)
