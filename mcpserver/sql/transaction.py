"""A batch in one transaction: all of it or nothing. Blocking.

As long as COMMIT was not sent, nothing can have been changed, whatever breaks. Once it was, only its answer tells.
"""

import time
from random import uniform
from typing import Final

import MySQLdb

from mcpserver.sql.batch import Batch, Done, Written
from mcpserver.sql.conflicts import CONFLICT, NOT_TAKEN_BACK, REFUSED_AT_COMMIT
from mcpserver.sql.errors import SqlError, SqlLost, SqlRejected, SqlTooLong, SqlTooMany, SqlUnknown
from mcpserver.sql.session import Session
from mcpserver.sql.statement import carry_out, warnings
from mcpserver.sql.stoppable import Writing
from mcpserver.sql.told import code_of, is_lost, told

RETRIES: Final = 2
PAUSE: Final = 0.05
"""Seconds, at most, before a transaction is repeated, times its turn: two that met should not meet again."""


class _Failed(Exception):
    """The server did not do a statement, and nothing of the transaction stands. `place` counts from 1; 0: none began.

    `rolled_back`: the server said so. Else that comes with the end of the connection.
    """

    def __init__(self, error: MySQLdb.Error, place: int) -> None:
        super().__init__(str(error))
        self.error, self.place, self.rolled_back = error, place, False

    @property
    def may_be_repeated(self) -> bool:
        """A conflict; and what was open is over, or beginning anew would commit it."""
        return code_of(self.error) in CONFLICT and self.rolled_back

    @classmethod
    def by_stop(cls, place: int) -> "_Failed":
        """It is to stop, so nothing more is sent."""
        return cls(MySQLdb.Error(1317, "stopped"), place)


def in_transaction(writing: Writing, session: Session) -> Written:
    """Run the batch, and commit it unless it is a dry run. Conflicts that ended all of it are tried again.

    Raises SqlError's family; only SqlUnknown leaves open whether anything was changed.
    """
    for turn in range(RETRIES + 1):
        try:
            return Written(_attempt(writing, session), not writing.batch.dry_run, turn)
        except _Failed as failed:
            if not failed.may_be_repeated or turn == RETRIES or writing.is_stopped:
                raise _said(failed, writing, turn) from failed.error
        time.sleep(uniform(0, PAUSE) * (turn + 1))  # noqa: S311 - no secret
    raise AssertionError("the last turn returns or raises")


def _attempt(writing: Writing, session: Session) -> list[Done]:
    try:
        session.connection.query(session.engine.begin_writing())
    except MySQLdb.Error as error:
        raise _Failed(error, 0) from error
    try:
        done = _each(writing, session)
        if not writing.batch.dry_run:
            _commit(writing, session, done)
            return done
    except _Failed as failed:
        failed.rolled_back = _roll_back(writing, session)
        raise
    except SqlTooMany:
        _roll_back(writing, session)
        raise
    _roll_back(writing, session)
    return done


def _each(writing: Writing, session: Session) -> list[Done]:
    done: list[Done] = []
    for place, change in enumerate(writing.batch.changes, 1):
        if writing.is_stopped:
            raise _Failed.by_stop(place)
        try:
            done.append(carry_out(session.connection, change))
        except MySQLdb.Error as error:
            raise _Failed(error, place) from error
        _count(writing.batch, done)
    return done


def _count(batch: Batch, done: list[Done]) -> None:
    changed = sum(one.rows_affected for one in done)
    if changed > batch.rows:
        more = "at least " if len(done) < len(batch.changes) else ""
        raise SqlTooMany(
            f"This would change {more}{changed:,} rows, and one call may change {batch.rows:,}. All was rolled back: nothing is "
            "changed. Do it in smaller parts, for instance by ranges of the key."
        )


def _commit(writing: Writing, session: Session, done: list[Done]) -> None:
    """Send COMMIT, once. Whatever its answer does not tell is unknown, and stays so."""
    ledger, rows = writing.ledger, sum(one.rows_affected for one in done)
    ledger.pending = f"COMMIT of {len(done)} statements that change {rows:,} rows was sent"
    if not writing.may_commit():
        ledger.pending = ""
        raise _Failed.by_stop(len(done))
    try:
        session.connection.query("COMMIT")
    except MySQLdb.Error as error:
        if code_of(error) not in REFUSED_AT_COMMIT:
            raise SqlUnknown(
                f"COMMIT was sent and its answer did not come, so it is not known whether these {rows:,} changed rows count. "
                "It is not tried again. Look at the rows before you do.",
                detail=f"at COMMIT: {error}",
                recorded="the answer to COMMIT did not come",
            ) from error
        writing.commit_was_refused()
        ledger.pending = ""
        raise _Failed(error, len(done)) from error
    ledger.happened = f"{len(done)} statements were committed, {rows:,} rows changed"
    ledger.pending = ""


def _roll_back(writing: Writing, session: Session) -> bool:
    """Whether the server answered; if not, the end of the connection rolls back. SqlUnknown where not all of it was."""
    try:
        session.connection.query("ROLLBACK")
    except MySQLdb.Error:
        return False
    if session.engine.takes_back_all() or not _something_stays(session):
        return True
    writing.ledger.pending = "it was rolled back, and a table without transactions may have been changed"
    raise SqlUnknown(
        "It was rolled back, but something was changed that can't be: a trigger or view reaches a table of an engine "
        "without transactions. Look at what it changed.",
        recorded="a table without transactions was changed",
    )


def _something_stays(session: Session) -> bool:
    """What ROLLBACK warns of, or may: where its warnings can't be read, nobody knows that they were of something else."""
    try:
        return any(code == NOT_TAKEN_BACK for code, _ in warnings(session.connection))
    except MySQLdb.Error:
        return True


def _said(failed: _Failed, writing: Writing, turn: int) -> SqlError:
    """What the caller is told; in each of these cases nothing was changed."""
    error, batch = failed.error, writing.batch
    if writing.is_stopped:
        return SqlTooLong(
            f"This ran over its {batch.seconds:g} s and was stopped and rolled back: nothing is changed. "
            "Do it in smaller parts, or use an index for the condition."
        )
    if is_lost(error):
        return SqlLost(
            "The connection to the database broke before COMMIT was sent: nothing is changed. Try again.",
            detail=str(error),
        )
    said = told(error)
    where = f"Statement {failed.place} of {len(batch.changes)}: " if len(batch.changes) > 1 else ""
    again = f" It was tried {turn + 1} times." if turn else ""
    return SqlRejected(
        f"{where}{said.public}{again} All was rolled back: nothing is changed.",
        detail=said.detail,
        recorded=said.recorded + again,
    )
