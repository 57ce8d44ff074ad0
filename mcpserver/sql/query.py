"""One read, within limits: a server-side cursor, an honest `truncated`, and a kill that is waited for."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from traceback import clear_frames
from typing import Any, Final

import MySQLdb
import orjson
from anyio import CancelScope

from mcpserver.sql.errors import SqlBusy, SqlError, SqlLost, SqlRejected, SqlTooLong, SqlUnreachable, SqlUnsafe
from mcpserver.sql.pool import Pool
from mcpserver.sql.session import Session, Target, connect
from mcpserver.sql.turns import Turns
from mcpserver.sql.values import type_name
from mcpserver.sql.widest import watched
from tidbmcp.lib.secrets import Secret
from tidbmcp.lib.threads import fresh
from tidbmcp.lib.visible import make_visible

RUNNING: Final = ThreadPoolExecutor(16, thread_name_prefix="sql")
KILLING: Final = ThreadPoolExecutor(4, thread_name_prefix="sql-kill")
"""Apart from the others: when all of those wait for slow servers, a kill must still get through."""

TURNS: Final = Turns(6)
"""Statements at once on one server: a sick one must not take all the threads."""

GRACE: Final = 5.0
"""Seconds that a caller waits for a kill to be seen. After that the connection is still held, without them."""

COLUMNS_MOST: Final = 4096
"""As many as a MySQL table may have; TiDB's has fewer."""

INTERRUPTED: Final = {1317, 1969, 3024}
"""Killed, or over the server's own limit (MariaDB 1969, MySQL and TiDB 3024)."""

NEXT_STEPS: Final = {
    1046: ". Give database, or write database.table.",
    1049: ". show_databases lists the databases.",
    1054: ". DESCRIBE lists a table's columns.",
    1146: ". show_tables lists the tables.",
}
"""What helps with the errors that models make most."""

LOST: Final = {2002, 2003, 2006, 2013, 2026, 2055, 1053, 1927, 1152, 1158, 1159, 1160, 1161}
"""The connection broke: refused, gone, cut in the middle, by TLS too (2026), or closed by a server that stops."""


@dataclass(frozen=True)
class Limits:
    """What one result may be: rows, bytes of its rows and column names as JSON, seconds until its last row."""

    rows: int
    bytes: int
    seconds: float


@dataclass(frozen=True)
class Table:
    """A result. `cut` says which limit ended it: "rows", "bytes" or nothing."""

    columns: list[dict[str, str]]
    rows: list[list[Any]]
    size: int
    cut: str


@dataclass
class _Job:
    """A read on its way through a thread. `session` is there while its statement may be running on the server."""

    sql: str
    limits: Limits
    keep: bool
    session: Session | None = None
    stopped: bool = False
    future: "Future[Table]" = field(default_factory=Future)


_held: set[asyncio.Task[None]] = set()
"""Stops that go on after their caller was answered."""


def nothing() -> None:
    """For callers that have looked already."""


async def read(
    pool: Pool,
    target: Target,
    password: Callable[[], Secret],
    sql: str,
    limits: Limits,
    *,
    keep: bool = True,
    before: Callable[[], None] = nothing,
) -> Table:
    """Run one statement that the gate let through, as a login that is found to do nothing but read.

    Over its time, or when the caller is cancelled, it is killed on the server, and its connection stays checked out
    until that is seen. `keep` says that the statement leaves nothing behind in its session, so that others may have it.
    `before` runs first, in the same thread. Raises SqlError's family; what `before` and `password` raise passes through.
    """
    job = _Job(sql, limits, keep)
    deadline = asyncio.get_running_loop().time() + limits.seconds
    await _take_turn(target, limits)
    job.future = RUNNING.submit(fresh, partial(_run, job, pool, target, password, before))
    TURNS.give_back_after(target, job.future)
    waiting = asyncio.wrap_future(job.future)
    try:
        async with asyncio.timeout_at(deadline):
            return await asyncio.shield(waiting)
    except TimeoutError:
        raise await _stop_late(job, waiting) from None
    except asyncio.CancelledError:
        with CancelScope(shield=True):  # a cancelled scope cancels again and again: not in here
            await asyncio.wait([_hold(job, waiting)], timeout=GRACE)
        raise


async def _take_turn(target: Target, limits: Limits) -> None:
    if TURNS.is_free(target):
        await TURNS.take(target)  # at once
        return
    try:
        async with asyncio.timeout(limits.seconds):
            await TURNS.take(target)
    except TimeoutError:
        raise SqlBusy(
            "Other statements keep this database server busy, so yours was not started. Try again in a moment."
        ) from None


async def _stop_late(job: _Job, waiting: "asyncio.Future[Table]") -> SqlError:
    """Stop what is over its time, and say truly what is known of it."""
    seconds = f"{job.limits.seconds:g} s"
    if job.future.cancel():
        return SqlBusy(f"Nothing was free to run the statement within {seconds}. Try again in a moment.")
    reached = job.session is not None
    stopping = _hold(job, waiting)
    if reached:
        await asyncio.wait([stopping], timeout=GRACE)
    if not reached:
        return SqlUnreachable(f"The database server did not accept a connection within {seconds}. Try again later.")
    if not stopping.done():
        return SqlTooLong(
            f"The statement ran over its {seconds}. The server has not confirmed yet that it has stopped."
        )
    return SqlTooLong(
        f"The statement ran over its {seconds} and was stopped on the server. "
        "Ask for less (WHERE, an index), or give a higher timeout_seconds if there is room."
    )


def _hold(job: _Job, waiting: "asyncio.Future[Table]") -> "asyncio.Task[None]":
    """Stop it in a task of its own, which lives until the thread has its connection back."""
    task = asyncio.create_task(_stop(job, waiting))
    _held.add(task)
    task.add_done_callback(_held.discard)
    return task


async def _stop(job: _Job, waiting: "asyncio.Future[Table]") -> None:
    """Kill until the thread has its connection back. The driver's read timeout ends this at the latest."""
    job.stopped = True
    loop = asyncio.get_running_loop()
    while not waiting.done() and not job.future.cancel():
        await loop.run_in_executor(KILLING, _kill, job)
        await asyncio.wait([waiting], timeout=0.5)
    if waiting.done() and not waiting.cancelled():
        waiting.exception()  # looked at, so that nobody reports it as forgotten


async def all_stopped() -> None:
    """Wait for the stops that are under way: before the process ends."""
    if _held:
        await asyncio.wait(set(_held), timeout=GRACE)


def _kill(job: _Job) -> None:
    """KILL QUERY by a second connection of the same login. If it can't be made, the next round tries again."""
    session = job.session
    if session is None:
        return
    try:
        connection = connect(session.target, session.password)
    except SqlError:
        return
    with suppress(MySQLdb.Error):  # it has ended by itself
        connection.query(f"KILL QUERY {session.server_id}")
    connection.close()


def _run(job: _Job, pool: Pool, target: Target, password: Callable[[], Secret], before: Callable[[], None]) -> Table:
    before()
    session = pool.take(target, password)
    if not session.reads_only:
        session.close()
        raise SqlUnsafe(
            "The stored reader login can do more than read, so nothing is run with it. Ask an admin to store one "
            "with role_readonly.",
            detail=f"SHOW GRANTS of {target.user} holds more than reading",
        )
    job.session = session
    clean = False
    try:
        table = _read(job, session)
        clean = True
        return table
    except Exception as error:
        clear_frames(error.__traceback__)  # or what was read would live as long as the error does
        if not isinstance(error, MySQLdb.Error):
            raise
        code = error.args[0] if error.args and isinstance(error.args[0], int) else 0
        clean = code not in LOST and code not in INTERRUPTED
        raise _error(code, error) from error
    finally:
        job.session = None  # before `stopped` is read: a kill that comes now finds nothing to kill
        if clean and job.keep and not job.stopped:
            pool.give_back(session)
        else:
            session.close()


def _read(job: _Job, session: Session) -> Table:
    connection = session.connection
    if job.stopped:
        raise MySQLdb.OperationalError(1317, "stopped before it began")
    connection.query(job.sql)
    result = connection.use_result()
    if result is None:
        return Table([], [], 0, "")
    if (width := connection.field_count()) > COLUMNS_MOST:
        _leave(job, session, result)
        raise SqlRejected(f"The result has {width:,} columns: name the ones you need.")
    columns = [
        {"name": make_visible(_name(about[0])), "type": type_name(about[1], converter)}
        for about, converter in zip(result.describe(), result.converter, strict=True)
    ]
    rows: list[list[Any]] = []
    size, cut = len(orjson.dumps(columns)), ""
    if size > job.limits.bytes:
        _leave(job, session, result)
        raise SqlRejected(f"The names of the columns alone are over {job.limits.bytes:,} bytes: name fewer.")
    for row in _rows(job, session, result):
        size += len(orjson.dumps(row)) if row else job.limits.bytes
        if len(rows) >= job.limits.rows or size > job.limits.bytes:
            cut = "rows" if len(rows) >= job.limits.rows else "bytes"
            _leave(job, session, result)
            break
        rows.append(list(row))
    return Table(columns, rows, size, cut)


def _rows(job: _Job, session: Session, result: Any) -> Iterator[tuple[Any, ...]]:
    """One at a time, for nobody knows how wide the next one is. An empty one is wider than the driver may read."""
    with watched(session.connection) as was_too_wide:
        try:
            while found := result.fetch_row(1):
                yield found[0]
        except MySQLdb.Error as error:
            if job.stopped or not was_too_wide(error):
                raise
            job.keep = False
            yield ()


def _leave(job: _Job, session: Session, result: Any) -> None:
    """Leave a result in the middle: kill the query, else closing would read all the rest of it; then see it gone."""
    _kill(job)
    with suppress(MySQLdb.Error):  # 1317, as it should be
        result.discard()
    try:
        session.connection.query("SELECT 1")
        session.connection.store_result()
    except MySQLdb.Error:
        job.keep = False


def _name(raw: str | bytes) -> str:
    return raw if isinstance(raw, str) else raw.decode("utf-8", "replace")


def _error(code: int, error: MySQLdb.Error) -> Exception:
    text = make_visible(str(error.args[1]) if len(error.args) > 1 else str(error))
    if code in INTERRUPTED:
        return SqlTooLong(
            "The statement was stopped on the server before it ended. Ask for less.", detail=f"error {code}"
        )
    if code in LOST:
        return SqlLost(
            "The connection to the database broke while the statement ran. Try again.", detail=f"{code} {text}"
        )
    # The engine repeats parts of the statement, literals too: its caller may read them, log and audit may not.
    recorded = f"the database refused the statement ({code})"
    next_step = NEXT_STEPS.get(code, "")
    return SqlRejected(f"The database refused the statement: {text} ({code}){next_step}", recorded=recorded)
