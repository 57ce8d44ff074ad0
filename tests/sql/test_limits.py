"""Every limit of a result, crossed over a real connection: cut there, said so, and the statement gone from the server."""

import pytest

from mcpserver.sql.errors import SqlRejected, SqlTooLong
from mcpserver.sql.limits import Limits
from tests.sql.reads import Reads
from tests.sql.servers import SqlServer

MANY = "SELECT a.n, 'cut {mark}' AS mark FROM numbers a, numbers b, numbers c"
OPEN = Limits(1000, 1_000_000, 1_000_000, 20)

LIMITS = {
    "rows": (MANY, Limits(7, 1_000_000, 1_000_000, 20), "rows", 7),
    "one row": (MANY, Limits(1, 1_000_000, 1_000_000, 20), "rows", 1),
    "bytes": ("SELECT REPEAT('x', 1000), 'cut {mark}' FROM numbers a, numbers b", Limits(1000, 10_000, 1_000_000, 20), "bytes", 9),
    "tokens": ("SELECT REPEAT('x', 1000), 'cut {mark}' FROM numbers a, numbers b", Limits(1000, 1_000_000, 2_500, 20), "tokens", 9),
    "a first row over the bytes": ("SELECT REPEAT('x', 5000), 'cut {mark}' FROM numbers a, numbers b", Limits(1000, 4_000, 1_000_000, 20), "bytes", 0),
    "a first row over the tokens": ("SELECT REPEAT('x', 5000), 'cut {mark}' FROM numbers a, numbers b", Limits(1000, 1_000_000, 1_000, 20), "tokens", 0),
    "wide characters": ("SELECT REPEAT('🚲', 250), 'cut {mark}' FROM numbers a, numbers b", Limits(1000, 10_000, 1_000_000, 20), "bytes", 9),
}  # fmt: skip


@pytest.mark.parametrize(("sql", "limits", "cut", "rows"), LIMITS.values(), ids=LIMITS.keys())
async def test_a_result_over_a_limit_is_cut_there(
    server: SqlServer, read: Reads, sql: str, limits: Limits, cut: str, rows: int
) -> None:
    mark = f"{cut}{rows}"
    table = await read(sql.format(mark=mark), limits=limits)
    assert (table.cut, len(table.rows)) == (cut, rows)
    server.wait_until_gone(f"cut {mark}")


@pytest.mark.parametrize(
    ("sql", "limits"),
    [
        ("SELECT n FROM numbers LIMIT 7", Limits(7, 1_000_000, 1_000_000, 20)),
        ("SELECT n FROM numbers LIMIT 0", Limits(1, 1_000_000, 1_000_000, 20)),
        ("SELECT n FROM numbers", Limits(1000, 1_000_000, 1_000_000, 20)),
    ],
    ids=["seven", "none", "a thousand"],
)
async def test_a_result_of_exactly_its_limit_is_whole(read: Reads, sql: str, limits: Limits) -> None:
    assert (await read(sql, limits=limits)).cut == ""


async def test_a_connection_whose_result_was_cut_is_used_again(read: Reads) -> None:
    for _ in range(3):
        await read(MANY.format(mark="again"), limits=Limits(1, 1_000_000, 1_000_000, 20))
    table = await read("SELECT n FROM numbers ORDER BY n LIMIT 2")
    assert table.rows == [[1], [2]]


async def test_more_columns_than_a_table_may_have_are_refused(read: Reads) -> None:
    with pytest.raises(SqlRejected, match="name the ones you need"):
        await read("SELECT " + "1," * 4096 + "1")


@pytest.mark.parametrize("limits", [Limits(10, 200, 1000, 20), Limits(10, 100_000, 50, 20)], ids=["bytes", "tokens"])
async def test_names_of_columns_over_a_limit_are_refused(read: Reads, limits: Limits) -> None:
    with pytest.raises(SqlRejected, match="The names of the columns alone"):
        await read("SELECT " + ", ".join(f"1 AS a_long_name_{number}" for number in range(20)), limits=limits)


async def test_the_servers_own_limit_is_there_too(read: Reads) -> None:
    variable = "max_statement_time" if read.server.engine == "mariadb" else "max_execution_time"
    (row,) = (await read(f"SELECT @@SESSION.{variable}")).rows
    assert float(row[0]) in (35, 35_000)


async def test_time(server: SqlServer, read: Reads) -> None:
    with pytest.raises(SqlTooLong, match=r"ran over its 0.5 s and was stopped on the server"):
        await read(
            "SELECT COUNT(*), 'cut by time' FROM numbers a, numbers b, numbers c, numbers d",
            limits=Limits(10, 1000, 1000, 0.5),
        )
    server.wait_until_gone("cut by time")


async def test_memory_of_the_server_is_bounded_where_it_can_be(read: Reads) -> None:
    if read.server.engine != "tidb":
        pytest.skip("only TiDB has a limit on the memory of a statement")
    ((quota,),) = (await read("SELECT @@SESSION.tidb_mem_quota_query")).rows
    assert 0 < int(quota) <= 1024**3
