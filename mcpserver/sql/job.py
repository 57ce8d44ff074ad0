"""One read in its thread: a connection that may be used for it, the read behind its wall, and the way back. Blocking."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from time import monotonic
from traceback import clear_frames
from typing import Any, Literal, Protocol

import MySQLdb

from mcpserver.sql.engines import INTERRUPTED, Engine
from mcpserver.sql.errors import SqlError, SqlRejected, SqlTooLong, SqlUnsafe
from mcpserver.sql.fetch import Table, fetch
from mcpserver.sql.limits import Limits
from mcpserver.sql.pool import Pool
from mcpserver.sql.session import Session, Target, connect, open_session
from mcpserver.sql.told import code_of, is_lost, told
from tidbmcp.lib.secrets import Secret


@dataclass(frozen=True)
class Statement:
    """What the gate let through. `alone`: it reads what its session holds. `as_of`: it says itself as of when it reads.

    `reader_only` says that only a login may run it that does nothing but read. `plan`: a query whose plan is asked for, as the
    engine expects it to run, or as it was measured while it ran.
    """

    sql: str
    alone: bool = False
    as_of: bool = False
    reader_only: bool = True
    plan: Literal["", "expected", "measured"] = ""


@dataclass
class Job:
    """A read on its way through a thread. `session` is there while its statement may be running on the server."""

    statement: Statement
    limits: Limits
    until: float = field(init=False)
    session: Session | None = None
    reached: bool = False
    """Whether it ever had a session: that stays true when it has ended."""
    stopped: bool = False
    clean: bool = True
    """Whether the connection may be kept."""
    future: "Future[Table]" = field(default_factory=Future)

    def __post_init__(self) -> None:
        self.until = monotonic() + self.limits.seconds

    @property
    def is_over(self) -> bool:
        """Stopped, or over its time: TiDB answers some statements that were cut as if they had ended."""
        return self.stopped or monotonic() > self.until


def run(job: Job, pool: Pool, target: Target, password: Callable[[], Secret], before: Callable[[], None]) -> Table:
    """Take a connection, read, give it back; or close it, where anything was not as it should be."""
    before()
    session = open_session(target, password()) if job.statement.alone else pool.take(target, password)
    job.clean = not job.statement.alone
    job.session, job.reached = session, True
    try:
        _may_run(job.statement, session)
        return _read(job, session)
    except Exception as error:
        clear_frames(error.__traceback__)  # or what was read would live as long as the error does
        if not isinstance(error, MySQLdb.Error):
            job.clean = job.clean and isinstance(error, SqlError)  # nobody knows how much of a result is still unread
            raise
        job.clean = job.clean and not _is_broken(error)
        raise told(error) from error
    finally:
        job.session = None  # before `stopped` is read: a kill that comes now finds nothing to kill
        if job.clean and not job.is_over:
            pool.give_back(session)
        else:
            session.close()


class Stoppable(Protocol):
    """Has a session while a statement of it may be running."""

    session: Session | None


def kill(job: Stoppable) -> bool:
    """KILL QUERY by a second connection of the same login. Whether the server took it; if not, the next round tries again."""
    session = job.session
    if session is None:
        return False
    try:
        connection = connect(session.target, session.password)
    except SqlError:
        return False
    with closing(connection):
        try:
            connection.query(f"KILL QUERY {session.server_id}")
        except MySQLdb.Error:  # it has ended by itself, or the connection broke
            return False
    return True


def _may_run(statement: Statement, session: Session) -> None:
    if session.reads_only:
        return
    if statement.reader_only:
        raise SqlUnsafe(
            "The stored reader login can do more than read, so nothing is run with it. Ask an admin to store one "
            "with role_readonly.",
            detail=f"SHOW GRANTS of {session.target.user} holds more than reading",
        )
    if statement.as_of and session.engine.begin():
        raise SqlRejected(
            "AS OF TIMESTAMP is read by a reader login only, and none is stored here: leave it out, or ask an admin to "
            "store one with role_readonly."
        )


def _read(job: Job, session: Session) -> Table:
    if job.stopped:
        raise MySQLdb.OperationalError(1317, "stopped before it began")
    sql = _asked(job.statement, session.engine)
    with _wall(job, session):
        table = fetch(
            session.connection,
            sql,
            job.limits,
            lambda result: _leave(job, session, result),
            lambda: job.stopped,
            session.engine.types(),
        )
    if job.is_over:
        raise SqlTooLong("The statement ran over its time and was stopped. Ask for less.")
    return replace(table, engine=session.engine.name)


def _asked(statement: Statement, engine: Engine) -> str:
    """What is sent: the statement, or the question for its plan in this engine's words."""
    if not statement.plan:
        return statement.sql
    words = engine.explain_analyze() if statement.plan == "measured" else engine.explain()
    if not words:
        raise SqlRejected("This server measures no plans: leave analyze out.")
    return f"{words} {statement.sql}"


@contextmanager
def _wall(job: Job, session: Session) -> Iterator[None]:
    """A login that can write reads in a transaction that can't, where its engine has no other way."""
    beginnings = () if session.reads_only else session.engine.begin()
    if not beginnings:
        yield
        return
    _begin(session, beginnings)
    try:
        yield
    finally:
        try:
            session.connection.query("ROLLBACK")
        except MySQLdb.Error:
            job.clean = False


def _begin(session: Session, beginnings: tuple[str, ...]) -> None:
    refused = []
    for beginning in beginnings:
        try:
            session.connection.query(beginning)
        except MySQLdb.Error as error:
            if _is_broken(error):
                raise
            refused.append(str(error))
        else:
            return
    raise SqlUnsafe(
        "The database server begins no transaction that only reads, so nothing was run. Ask an admin for a reader login.",
        detail="; ".join(refused),
    )


def _is_broken(error: MySQLdb.Error) -> bool:
    return is_lost(error) or code_of(error) in INTERRUPTED


def _leave(job: Job, session: Session, result: Any) -> None:
    """Leave a result in the middle: kill the query, else closing would read all the rest of it; then see it gone.

    Where no kill gets through the connection is cut, and the server ends what can't be sent.
    """
    if not kill(job):
        job.clean = False
        session.cut()
    with suppress(MySQLdb.Error):  # 1317, as it should be; or cut
        result.discard()
    try:
        session.connection.query("SELECT 1")
        session.connection.store_result()
    except MySQLdb.Error:
        job.clean = False
