"""Which of the driver's errors mean that the connection broke: it is said so, and the connection is not kept."""

from typing import Any

import MySQLdb
import pytest

from mcpserver.sql.engines import Engine
from mcpserver.sql.errors import SqlError, SqlLost, SqlRejected, SqlTooLong
from mcpserver.sql.job import Job, Statement, run
from mcpserver.sql.limits import Limits
from mcpserver.sql.pool import Pool
from mcpserver.sql.session import Session, Target
from tidbmcp.lib.secrets import Secret


class Wire:
    """The far end: it fails as it is told."""

    def __init__(self, error: Exception) -> None:
        self.error, self.closed = error, False

    def query(self, sql: str) -> None:
        raise self.error

    def close(self) -> None:
        self.closed = True


FAILURES: dict[str, tuple[tuple[object, ...], type[SqlError], bool]] = {
    "lost in the middle": ((2013, "Lost connection"), SqlLost, True),
    "a malformed packet": ((2027, "Malformed packet"), SqlLost, True),
    "out of order": ((2014, "Commands out of sync"), SqlLost, True),
    "no code": ((0, ""), SqlLost, True),
    "nothing": ((), SqlLost, True),
    "the server stops": ((1053, "Server shutdown in progress"), SqlLost, True),
    "killed": ((1317, "Query execution was interrupted"), SqlTooLong, True),
    "a table that is not there": ((1146, "No such table"), SqlRejected, False),
    "of TiDB itself": ((8123, "Only full group by"), SqlRejected, False),
}


@pytest.mark.parametrize(("said", "told", "closed"), FAILURES.values(), ids=FAILURES.keys())
def test_a_connection_that_broke_is_told_of_and_closed(
    monkeypatch: pytest.MonkeyPatch, said: tuple[object, ...], told: type[SqlError], closed: bool
) -> None:
    wire: Any = Wire(MySQLdb.OperationalError(*said))
    target, secret = Target("h", 4000, "reader", "1"), Secret("x")
    pool = Pool()
    pool.give_back(Session(target, wire, secret, True, 7, Engine("mysql")))
    monkeypatch.setattr(Session, "is_dead", lambda session: False)
    with pytest.raises(told):
        run(Job(Statement("SELECT 1"), Limits(seconds=60)), pool, target, lambda: secret, lambda: None)
    assert wire.closed is closed
