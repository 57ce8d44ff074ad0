"""How a login that can write begins a read on TiDB, past a clock that is ahead; and for whom it may read at all."""

from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

import MySQLdb
import pytest
from django.test import override_settings

from accounts.principal import Principal
from audit.facts import NOBODY
from mcpserver.sql.engines import TiDb
from mcpserver.sql.errors import SqlUnsafe
from mcpserver.sql.fetch import Table
from mcpserver.sql.job import Job, Statement, _read
from mcpserver.sql.limits import Limits
from mcpserver.sql.session import Session, Target
from mcpserver.tools.reader import is_read_only
from mcpserver.tools.spec import Call
from tidbmcp.lib.secrets import Secret

AS_OF = "START TRANSACTION READ ONLY AS OF TIMESTAMP NOW(6)"
AHEAD = MySQLdb.OperationalError(1105, "cannot set read timestamp to a future time")


class Wire:
    """The far end: it refuses what it is told to."""

    def __init__(self, refused: Mapping[str, Exception]) -> None:
        self.refused, self.sent = refused, list[str]()

    def query(self, sql: str) -> None:
        self.sent.append(sql)
        if sql in self.refused:
            raise self.refused[sql]

    def use_result(self) -> None:
        return None


def sent(refused: Mapping[str, Exception], *, reads_only: bool = False) -> tuple[list[str], Job, Any]:
    wire = Wire(refused)
    target = Target("h", 4000, "writer", "1")
    session = Session(target, cast("Any", wire), Secret("x"), reads_only, 7, TiDb("tidb"))
    job = Job(Statement("SELECT 1", reader_only=False), Limits(seconds=60))
    try:
        found: Any = _read(job, session)
    except (SqlUnsafe, MySQLdb.Error) as error:
        found = error
    return wire.sent, job, found


def test_it_reads_as_of_now_and_the_transaction_is_ended() -> None:
    statements, job, found = sent({})
    assert statements == [AS_OF, "SELECT 1", "ROLLBACK"]
    assert isinstance(found, Table)
    assert job.clean


def test_a_reader_needs_one_round_trip() -> None:
    assert sent({}, reads_only=True)[0] == ["SELECT 1"]


def test_a_clock_that_is_ahead_is_gone_round_by_reading_a_little_earlier() -> None:
    first, second, *_ = TiDb("tidb").begin()
    statements, _, _ = sent({first: AHEAD})
    assert statements == [first, second, "SELECT 1", "ROLLBACK"]


def test_nothing_is_run_where_no_such_transaction_begins() -> None:
    statements, _, found = sent(dict.fromkeys(TiDb("tidb").begin(), AHEAD))
    assert statements == list(TiDb("tidb").begin())
    assert isinstance(found, SqlUnsafe)


def test_a_statement_that_fails_ends_the_transaction_too() -> None:
    statements, _, found = sent({"SELECT 1": MySQLdb.OperationalError(1054, "Unknown column")})
    assert statements[-1] == "ROLLBACK"
    assert isinstance(found, MySQLdb.Error)


def test_a_connection_whose_transaction_does_not_end_is_not_kept() -> None:
    _, job, _ = sent({"ROLLBACK": MySQLdb.OperationalError(2013, "lost")})
    assert not job.clean


@pytest.mark.parametrize(
    ("token", "request_", "deployment"), [(True, False, False), (False, True, False), (False, False, True)]
)
def test_whoever_says_read_only_is_heard(token: bool, request_: bool, deployment: bool) -> None:
    principal = Principal(1, "alice", UUID(int=1), "tmcp_x", frozenset(), read_only=token)
    with override_settings(MCP_READ_ONLY=deployment):
        assert is_read_only(Call(principal, NOBODY, request_))
