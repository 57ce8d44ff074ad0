"""A batch of changes, within limits: what is over its time before COMMIT is killed and rolled back, and nothing runs twice."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Final

from anyio import CancelScope

from mcpserver.sql.batch import Batch, Ledger, Written
from mcpserver.sql.cascades import following
from mcpserver.sql.errors import SqlBusy, SqlError, SqlTooLong, SqlUnknown, SqlUnreachable
from mcpserver.sql.job import kill
from mcpserver.sql.one_by_one import one_by_one
from mcpserver.sql.query import GRACE, KILLING, RUNNING, TURNS, hold, take_turn
from mcpserver.sql.session import Session, Target, open_writer
from mcpserver.sql.stoppable import Writing
from mcpserver.sql.tables import refuse_what_stays
from mcpserver.sql.transaction import in_transaction
from tidbmcp.lib.secrets import Secret
from tidbmcp.lib.threads import fresh

CLOSING: Final = ThreadPoolExecutor(4, thread_name_prefix="sql-close")
"""Apart from the kills, which may wait for servers that are gone."""

ANSWER: Final = 20.0
"""Seconds that a caller waits for the answer to a COMMIT that was sent in the last moment."""


async def write(target: Target, password: Callable[[], Secret], batch: Batch, ledger: Ledger) -> Written:
    """Run the batch on a connection of its own. `ledger` is true at every moment, also when this is cancelled.

    Raises SqlError's family. Over its time, or when the caller goes away, it is killed and rolled back, unless COMMIT was
    sent already; only SqlUnknown leaves open what happened.
    """
    writing = Writing(batch, ledger)
    deadline = asyncio.get_running_loop().time() + batch.seconds
    await take_turn(target, batch.seconds)
    writing.future = RUNNING.submit(fresh, partial(_run, writing, target, password))
    TURNS.give_back_after(target, writing.future)
    waiting = asyncio.wrap_future(writing.future)
    try:
        async with asyncio.timeout_at(deadline):
            return await asyncio.shield(waiting)
    except TimeoutError:
        return await _late(writing, waiting)
    except asyncio.CancelledError:
        writing.stop()
        with CancelScope(shield=True):  # a cancelled scope cancels again and again: not in here
            await asyncio.wait([hold(_end(writing, waiting))], timeout=GRACE)
        raise


def _run(writing: Writing, target: Target, password: Callable[[], Secret]) -> Written:
    """In its thread, from the connection to its end."""
    session = open_writer(target, password())
    writing.session, writing.reached = session, True
    try:
        if not writing.batch.atomic:
            return one_by_one(writing, session)
        refuse_what_stays(session, writing.batch)
        others = following(session, writing.batch)
        return replace(in_transaction(writing, session), following=others)
    finally:
        writing.session = None  # a kill that comes now finds nothing to kill
        _close_beside(session)


def _close_beside(session: Session) -> None:
    """In another thread: closing writes to the wire, and what is known already is not to wait for that."""
    try:
        CLOSING.submit(session.close)
    except RuntimeError:  # the process ends, and takes no more work
        session.close()


async def _late(writing: Writing, waiting: "asyncio.Future[Written]") -> Written:
    """Its time is over: stop it, or wait for the answer to what was sent. Say truly what is known."""
    seconds = f"{writing.batch.seconds:g} s"
    if writing.future.cancel():
        raise SqlBusy(f"Nothing was free to run this within {seconds}: nothing is changed. Try again in a moment.")
    stopped = writing.stop()
    ending = hold(_end(writing, waiting))
    await asyncio.wait([ending], timeout=GRACE if stopped else ANSWER)
    if waiting.done():
        return waiting.result()
    raise _open_end(writing, seconds)


def _open_end(writing: Writing, seconds: str) -> SqlError:
    """Where the thread has not come back yet."""
    if pending := writing.ledger.pending:  # read first, as Ledger says
        return SqlUnknown(
            f"This ran over its {seconds}, and the server has not said yet how it ended: {pending}. Look before you try again.",
            recorded=f"no answer in time: {pending}",
        )
    if not writing.batch.atomic and writing.reached:
        return SqlTooLong(
            f"This ran over its {seconds} and is being stopped: no more of it is begun, and what ran stands."
        )
    if writing.ledger.happened:
        return SqlTooLong(f"This ran over its {seconds}, and was committed. Look at the rows; don't run it again.")
    if not writing.reached:
        return SqlUnreachable(f"The database server did not accept a connection within {seconds}: nothing is changed.")
    return SqlTooLong(f"This ran over its {seconds} and is being stopped. It will not be committed.")


async def _end(writing: Writing, waiting: "asyncio.Future[Written]") -> None:
    """Kill what may be stopped until the thread has come back. The driver's read timeout ends this at the latest."""
    loop = asyncio.get_running_loop()
    while not waiting.done() and not writing.future.cancel():
        if writing.is_stopped:
            await loop.run_in_executor(KILLING, kill, writing)
        await asyncio.wait([waiting], timeout=0.5)
    if waiting.done() and not waiting.cancelled():
        waiting.exception()  # looked at, so that nobody reports it as forgotten
