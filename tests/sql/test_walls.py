"""What stands behind the gate: a login that only reads, and a session or transaction that only does, against hostile SQL.

The texts are sent past the gate on purpose. Where a text of the list means nothing to an engine, it is refused for that.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from mcpserver.sql.errors import SqlError, SqlRejected, SqlUnsafe
from tests.sql.reads import Reads
from tests.sql.servers import SqlServer

HOSTILE = [
    "INSERT INTO things (name) VALUES ('evil')",
    "REPLACE INTO things (id, name) VALUES (1, 'evil')",
    "INSERT INTO things (id) VALUES (1) ON DUPLICATE KEY UPDATE name = 'evil'",
    "UPDATE things SET name = 'evil'",
    "DELETE FROM things",
    "WITH x AS (SELECT 1 AS i) DELETE FROM things WHERE id IN (SELECT i FROM x)",
    "DELETE things FROM things JOIN numbers ON things.id = numbers.n",
    "TRUNCATE TABLE things",
    "DROP TABLE things",
    "ALTER TABLE things ADD COLUMN evil INT",
    "CREATE TABLE evil (i INT)",
    "CREATE TABLE evil AS SELECT * FROM things",
    "CREATE VIEW evil AS SELECT * FROM things",
    "CREATE INDEX evil ON things (name)",
    "CREATE SEQUENCE evil",
    "RENAME TABLE things TO evil",
    "CREATE DATABASE {database}_evil",
    "DROP DATABASE {database}",
    "CREATE USER '{database}_e'@'%'",
    "DROP USER '{database}_w'@'%'",
    "ALTER USER '{database}_w'@'%' IDENTIFIED BY 'evil'",
    "GRANT SELECT ON *.* TO '{database}_r'@'%'",
    "GRANT INSERT ON {database}.* TO '{database}_r'@'%'",
    "REVOKE SELECT ON {database}.* FROM '{database}_w'@'%'",
    "SET GLOBAL max_connections = 7",
    "SET GLOBAL autocommit = 0",
    "SET PASSWORD FOR '{database}_w'@'%' = 'evil'",
    "SELECT * FROM things INTO OUTFILE '/tmp/{database}_stolen'",
    "SELECT 'x' INTO DUMPFILE '/tmp/{database}_stolen'",
    "LOAD DATA INFILE '/etc/passwd' INTO TABLE things",
    "LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE things",
    "EXPLAIN ANALYZE DELETE FROM things",
    "ANALYZE DELETE FROM things",
    "BATCH ON id LIMIT 1 DELETE FROM things",
    "SELECT 1; DELETE FROM things",
    "/*! DELETE FROM things */",
    "/*T! DELETE FROM things */",
    "/*M! DELETE FROM things */",
    "CREATE GLOBAL BINDING FOR SELECT * FROM things USING SELECT * FROM things",
    "FLUSH PRIVILEGES",
    "SHUTDOWN",
]


def stored(server: SqlServer) -> dict[str, list[tuple[Any, ...]]]:
    """What the server keeps of ours."""
    name = server.database
    queries = {
        "things": f"SELECT * FROM {name}.things ORDER BY id",
        "numbers": f"SELECT COUNT(*) FROM {name}.numbers",
        "columns": f"SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = '{name}' ORDER BY 1, 2",
        "indexes": f"SELECT index_name FROM information_schema.statistics WHERE table_schema = '{name}' ORDER BY 1",
        "databases": f"SELECT schema_name FROM information_schema.schemata WHERE schema_name LIKE '{name}%' ORDER BY 1",
        "users": f"SELECT user, host, authentication_string FROM mysql.user WHERE user LIKE '{name}%' ORDER BY 1",
        "reader": f"SHOW GRANTS FOR '{server.reader.user}'@'%'",
        "writer": f"SHOW GRANTS FOR '{server.writer.user}'@'%'",
        "settings": "SELECT @@GLOBAL.max_connections, @@GLOBAL.autocommit",
    }
    return {what: server.run(sql) for what, sql in queries.items()}


@pytest.mark.parametrize("text", HOSTILE)
async def test_a_reader_changes_nothing_that_is_stored(server: SqlServer, read: Reads, text: str) -> None:
    before = stored(server)
    with suppress(SqlError):
        await read(text.format(database=server.database))
    assert stored(server) == before


async def test_what_a_reader_could_do_past_the_gate_is_to_wait_to_hold_and_to_change_its_session(read: Reads) -> None:
    """Why the gate refuses these, and why a connection that ran one would be looked at again."""
    for text in (
        "SELECT SLEEP(0)",
        "SELECT GET_LOCK('suite', 0)",
        "SET SESSION wait_timeout = 100",
        "BEGIN",
        "ROLLBACK",
    ):
        await read(text, alone=True)


async def test_a_row_that_is_read_for_update_is_held_by_nobody_after_it(server: SqlServer, read: Reads) -> None:
    with suppress(SqlRejected):  # where the session only reads it is refused
        await read("SELECT * FROM things WHERE id = 1 FOR UPDATE")
    server.run(
        "SET SESSION innodb_lock_wait_timeout = 1",
        f"UPDATE {server.database}.things SET amount = amount WHERE id = 1",
    )


@contextmanager
def made(server: SqlServer, create: list[str], drop: list[str]) -> Iterator[None]:
    server.run(*create, database=server.database)
    try:
        yield
    finally:
        server.run(*drop, database=server.database)


FUNCTION = (
    "CREATE FUNCTION writes() RETURNS INT MODIFIES SQL DATA "
    "BEGIN INSERT INTO things (name, amount) VALUES ('evil', 0); RETURN 1; END"
)
COUNT = "SELECT COUNT(*) FROM things WHERE name = 'evil'"


async def test_a_view_with_its_makers_rights_over_a_function_that_inserts_is_stopped(
    server: SqlServer, read: Reads
) -> None:
    if server.engine == "tidb":
        pytest.skip("TiDB has no stored functions")
    create = [FUNCTION, "CREATE SQL SECURITY DEFINER VIEW writing AS SELECT writes() AS x"]
    with made(server, create, ["DROP VIEW writing", "DROP FUNCTION writes", "DELETE FROM things WHERE name = 'evil'"]):
        with pytest.raises(SqlRejected, match="READ ONLY transaction"):
            await read("SELECT * FROM writing")
        assert server.run(COUNT, database=server.database) == [(0,)]
        server.run("SELECT * FROM writing", login=server.reader, database=server.database)
        assert server.run(COUNT, database=server.database) == [(1,)]  # the reader's rights alone stop nothing here


async def test_a_view_with_its_makers_rights_over_a_sequence_is_stopped(server: SqlServer, read: Reads) -> None:
    if server.engine != "mariadb":
        pytest.skip("MySQL has no sequences; TiDB asks the reader itself for a right to the sequence")
    create = [
        "CREATE SEQUENCE tickets NOCACHE",
        "CREATE SQL SECURITY DEFINER VIEW drawing AS SELECT NEXTVAL(tickets) AS x",
    ]
    state = "SELECT next_not_cached_value FROM tickets"
    with made(server, create, ["DROP VIEW drawing", "DROP SEQUENCE tickets"]):
        with pytest.raises(SqlRejected, match="READ ONLY transaction"):
            await read("SELECT * FROM drawing")
        assert server.run(state, database=server.database) == [(1,)]
        server.run("SELECT * FROM drawing", login=server.reader, database=server.database)
        assert server.run(state, database=server.database) == [(2,)]


async def test_a_reader_moves_no_sequence(server: SqlServer, read: Reads) -> None:
    if server.engine == "mysql":
        pytest.skip("MySQL has no sequences")
    with made(server, ["CREATE SEQUENCE coupons NOCACHE"], ["DROP SEQUENCE coupons"]):
        for text in (
            "SELECT NEXTVAL(coupons)",
            "SELECT SETVAL(coupons, 50)",
            "EXPLAIN SELECT (SELECT NEXTVAL(coupons))",
        ):
            with suppress(SqlError):
                await read(text)
        ((first,),) = server.run("SELECT NEXTVAL(coupons)", database=server.database)
        assert first == 1


# A login that can write


async def test_a_login_that_can_write_is_none_of_a_reader(server: SqlServer, read: Reads) -> None:
    with pytest.raises(SqlUnsafe, match="can do more than read"):
        await read("SELECT 1", login=server.writer)


@pytest.mark.parametrize(
    "text",
    [
        "INSERT INTO things (name) VALUES ('evil')",
        "UPDATE things SET name = 'evil'",
        "DELETE FROM things",
        "REPLACE INTO things (id, name) VALUES (1, 'evil')",
        "WITH x AS (SELECT 1 AS i) DELETE FROM things WHERE id IN (SELECT i FROM x)",
        "SELECT * FROM things FOR UPDATE",
    ],
)
async def test_who_stands_in_for_a_reader_writes_no_rows_either(server: SqlServer, read: Reads, text: str) -> None:
    before = stored(server)
    with pytest.raises(SqlRejected):
        await read(text, login=server.writer, reader_only=False)
    assert stored(server) == before


async def test_who_stands_in_reads_what_is_there_now_each_time(server: SqlServer, read: Reads) -> None:
    async def names() -> list[str]:
        table = await read("SELECT name FROM things", login=server.writer, reader_only=False)
        return [row[0] for row in table.rows]

    assert "drum" not in await names()
    server.run("INSERT INTO things (name) VALUES ('drum')", database=server.database)
    try:
        for _ in range(20):
            if "drum" in await names():
                break
            await asyncio.sleep(0.1)  # the transaction may begin a little in the past
        assert "drum" in await names()
    finally:
        server.run("DELETE FROM things WHERE name = 'drum'", database=server.database)


async def test_as_of_needs_a_reader_on_tidb(server: SqlServer, read: Reads) -> None:
    if server.engine != "tidb":
        pytest.skip("only TiDB reads the past like this")
    await asyncio.sleep(1.5)  # so that the table was there
    sql = "SELECT id FROM things AS OF TIMESTAMP NOW(6) - INTERVAL 1 SECOND ORDER BY id LIMIT 1"
    assert (await read(sql, as_of=True)).rows == [[1]]
    with pytest.raises(SqlRejected, match="by a reader login only"):
        await read(sql, as_of=True, login=server.writer, reader_only=False)
