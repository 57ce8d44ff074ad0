"""Statements that commit by themselves, one after the other: what was done stands. Blocking."""

import MySQLdb

from mcpserver.sql.batch import Change, Written
from mcpserver.sql.errors import SqlError, SqlRejected, SqlTooLong, SqlUnknown
from mcpserver.sql.session import Session
from mcpserver.sql.statement import carry_out
from mcpserver.sql.stoppable import Writing
from mcpserver.sql.told import code_of, is_lost, told


def one_by_one(writing: Writing, session: Session) -> Written:
    """Run them until one fails; the ledger says what stands. Raises SqlError's family, and SqlUnknown where nobody knows."""
    ledger, changes = writing.ledger, writing.batch.changes
    for place, change in enumerate(changes, 1):
        ledger.pending = f"{change.verb} was sent"  # before is_stopped is asked: whoever stops it then sees it
        if writing.is_stopped:
            ledger.pending = ""
            raise _over(writing)
        try:
            ledger.done.append(carry_out(session.connection, change, stands=True))
        except MySQLdb.Error as error:
            said = _said(error, change, writing, session)
            if not said.outcome_unknown:
                ledger.pending = ""
            if len(changes) > 1:
                said.public = f"Statement {place} of {len(changes)}: {said.public}"
            raise said from error
        ledger.happened = f"{len(ledger.done)} of {len(changes)} statements ran and stand"
        ledger.pending = ""
    return Written(ledger.done, committed=True)


def _said(error: MySQLdb.Error, change: Change, writing: Writing, session: Session) -> SqlError:
    if is_lost(error) or session.engine.leaves_open(code_of(error), str(error)):
        return SqlUnknown(
            f"{change.verb} was sent, and the server did not say how it ended. It is not tried again: look with describe_table "
            "before you do.",
            detail=str(error),
            recorded=f"{change.verb} was sent and not answered",
        )
    if session.engine.undone(code_of(error)):
        return _over(writing)
    said = told(error)
    return SqlRejected(said.public, detail=said.detail, recorded=said.recorded)


def _over(writing: Writing) -> SqlError:
    return SqlTooLong(
        f"This ran over its {writing.batch.seconds:g} s and was stopped; what had begun did nothing. Large tables take longer "
        "than that: ask an admin."
    )
