"""Plans as the server of the suite gives them, understood; asked for behind the same walls as any read."""

import asyncio
from typing import Literal

import pytest

from mcpserver.sql.errors import SqlRejected, SqlTooLong, SqlUnsafe
from mcpserver.sql.job import Statement
from mcpserver.sql.limits import Limits
from mcpserver.sql.plans.parse import understood
from mcpserver.sql.plans.shape import Access, Plan
from tests.sql.reads import WIDE_OPEN, Reads
from tests.sql.servers import SqlServer

PLANS: tuple[Literal["expected", "measured"], ...] = ("expected", "measured")
SLOW = "SELECT COUNT(*) AS `{mark}` FROM numbers a, numbers b, numbers c, numbers d"
QUERIES = {
    "a table": "SELECT n FROM numbers WHERE n + 1 > 5",
    "a row": "SELECT n FROM numbers WHERE n = 5",
    "nothing": "SELECT 1",
    "a join": "SELECT t.name FROM things t JOIN numbers n ON n.n = t.id WHERE t.amount > 3 ORDER BY t.name LIMIT 2",
    "a join of all with all": "SELECT COUNT(*) FROM numbers a, things b",
    "groups": "SELECT amount, COUNT(*) AS c FROM things GROUP BY amount HAVING c > 0 ORDER BY c DESC",
    "a union": "(SELECT n FROM numbers WHERE n < 3) UNION ALL SELECT id FROM things",
    "parentheses": "(SELECT n FROM numbers)",
    "a sub-query": "SELECT name FROM things t WHERE id IN (SELECT n FROM numbers WHERE n < t.amount)",
    "a scalar sub-query": "SELECT name, (SELECT MAX(n) FROM numbers) FROM things",
    "a CTE": "WITH c AS (SELECT amount, COUNT(*) AS k FROM things GROUP BY amount) SELECT * FROM c JOIN things USING (amount)",
    "a recursive CTE": "WITH RECURSIVE r AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM r WHERE i < 9) SELECT * FROM r",
    "a window": "SELECT id, ROW_NUMBER() OVER (ORDER BY amount) FROM things",
    "an outer join": "SELECT n.n FROM numbers n LEFT JOIN things t ON t.id = n.n WHERE t.id IS NULL",
}


async def planned(read: Reads, sql: str, plan: Literal["expected", "measured"], limits: Limits = WIDE_OPEN) -> Plan:
    table = await read(Statement(sql, plan=plan), limits=limits)
    assert table.engine == read.server.engine
    found = understood([column["name"] for column in table.columns], table.rows)
    assert found is not None, table.rows
    return found


@pytest.mark.parametrize("plan", PLANS)
@pytest.mark.parametrize("sql", QUERIES.values(), ids=QUERIES)
async def test_its_plan_is_understood(read: Reads, sql: str, plan: Literal["expected", "measured"]) -> None:
    assert (await planned(read, sql, plan)).operators


async def test_a_scan_is_told_with_its_table_and_rows(read: Reads) -> None:
    found = await planned(read, "SELECT name FROM things WHERE amount > 3", "measured")
    (scan,) = [one for one in found.operators if one.table == "things"]
    assert (scan.access, scan.actual_rows) == (Access.FULL_SCAN, 3)
    assert found.execution_time_ms is not None


async def test_what_is_expected_is_not_measured(read: Reads) -> None:
    found = await planned(read, "SELECT name FROM things", "expected")
    assert {(one.actual_rows, one.loops, one.time_ms) for one in found.operators} == {(None, None, None)}


async def test_a_query_that_is_only_explained_does_not_run(read: Reads) -> None:
    found = await planned(read, SLOW.format(mark="planned"), "expected", limits=Limits(1000, 1_000_000, 1_000_000, 5))
    assert (found.estimated_rows or 0) > 0


async def test_one_that_is_measured_is_stopped_at_its_time(server: SqlServer, read: Reads) -> None:
    with pytest.raises(SqlTooLong, match="was stopped on the server"):
        await planned(read, SLOW.format(mark="measured"), "measured", limits=Limits(1000, 1_000_000, 1_000_000, 0.5))
    await asyncio.to_thread(server.wait_until_gone, "measured")
    assert (await read("SELECT 1")).rows == [[1]]


@pytest.mark.parametrize("plan", PLANS)
async def test_the_server_says_what_is_wrong(read: Reads, plan: Literal["expected", "measured"]) -> None:
    with pytest.raises(SqlRejected, match="nowhere"):
        await planned(read, "SELECT * FROM nowhere", plan)


@pytest.mark.parametrize("plan", PLANS)
async def test_a_login_that_can_write_asks_for_no_plan_as_a_reader(
    server: SqlServer, read: Reads, plan: Literal["expected", "measured"]
) -> None:
    with pytest.raises(SqlUnsafe):
        await read(Statement("SELECT 1", plan=plan), login=server.writer)


async def test_a_query_is_measured_behind_the_wall_of_reads(server: SqlServer, read: Reads) -> None:
    """The gate would not let this come so far."""
    before = server.run(f"SELECT COUNT(*) FROM {server.database}.things")
    with pytest.raises(SqlRejected):
        await read(Statement("DELETE FROM things", plan="measured", reader_only=False), login=server.writer)
    assert server.run(f"SELECT COUNT(*) FROM {server.database}.things") == before
