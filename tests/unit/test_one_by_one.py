"""What an error says of a statement that commits by itself: it did nothing, or nobody knows. Engines differ."""

from typing import Any

import MySQLdb
import pytest

from mcpserver.sql.batch import Batch, Change, Ledger
from mcpserver.sql.engines import Engine, MariaDb, TiDb
from mcpserver.sql.errors import SqlError, SqlRejected, SqlTooLong, SqlUnknown
from mcpserver.sql.one_by_one import one_by_one
from mcpserver.sql.session import Session, Target
from mcpserver.sql.stoppable import Writing
from tests.unit.test_told import Wire
from tidbmcp.lib.secrets import Secret

MYSQL, MARIADB, TIDB = Engine("mysql"), MariaDb("mariadb"), TiDb("tidb")

ERRORS: dict[str, tuple[Engine, int, str, type[SqlError]]] = {
    "TiDB: cut": (TIDB, 1105, "context canceled", SqlUnknown),
    "TiDB: cut, in other words": (TIDB, 1105, "[ddl:-1]Context Canceled", SqlUnknown),
    "TiDB: over a time of its own": (TIDB, 1105, "context deadline exceeded", SqlUnknown),
    "TiDB: another error without a number": (TIDB, 1105, "unsupported drop integer primary key", SqlRejected),
    "TiDB: killed": (TIDB, 1317, "Query execution was interrupted", SqlUnknown),
    "TiDB: over its time": (TIDB, 3024, "maximum statement execution time exceeded", SqlUnknown),
    "TiDB: the job was cancelled": (TIDB, 8214, "Cancelled DDL job", SqlTooLong),
    "TiDB: the placement driver is silent": (TIDB, 9001, "PD server timeout", SqlUnknown),
    "TiDB: the storage is silent": (TIDB, 9005, "Region is unavailable", SqlUnknown),
    "TiDB: refused": (TIDB, 1050, "Table 't' already exists", SqlRejected),
    "TiDB: lost": (TIDB, 2013, "Lost connection", SqlUnknown),
    "MariaDB: killed": (MARIADB, 1317, "Query execution was interrupted", SqlTooLong),
    "MariaDB: over its time": (MARIADB, 1969, "max_statement_time exceeded", SqlTooLong),
    "MariaDB: lost": (MARIADB, 2013, "Lost connection", SqlUnknown),
    "MariaDB: refused": (MARIADB, 1050, "Table 't' already exists", SqlRejected),
    "MySQL: killed": (MYSQL, 1317, "Query execution was interrupted", SqlTooLong),
    "MySQL: an error of that number": (MYSQL, 1105, "context canceled", SqlRejected),
}


@pytest.mark.parametrize("what", ERRORS)
def test_an_error_is_unknown_unless_it_says_that_nothing_was_done(what: str) -> None:
    engine, code, text, kind = ERRORS[what]
    wire: Any = Wire(MySQLdb.OperationalError(code, text))
    session = Session(Target("h", 4000, "owner", "1"), wire, Secret("x"), False, 7, engine)
    writing = Writing(Batch((Change("CREATE INDEX i ON t (a)", "CREATE INDEX"),), False, 1, 1), Ledger())
    with pytest.raises(SqlError) as caught:
        one_by_one(writing, session)
    assert type(caught.value) is kind
    assert (writing.ledger.pending, writing.ledger.happened) == (
        "CREATE INDEX was sent" if kind is SqlUnknown else "",
        "",
    )
