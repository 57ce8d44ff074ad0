"""Sessions are set and read back, and looked at again as they age."""

import pytest

from mcpserver.sql import pool as pools
from mcpserver.sql import settle
from mcpserver.sql.engines import Engine, engine_of
from mcpserver.sql.errors import SqlUnsafe
from mcpserver.sql.session import open_session
from tests.sql.reads import Reads
from tests.sql.servers import SqlServer

SET = {
    "autocommit": "1", "character_set_client": "utf8mb4", "character_set_connection": "utf8mb4", "character_set_results": "utf8mb4",
}  # fmt: skip


async def test_a_session_is_as_reading_requires(read: Reads) -> None:
    names = ["sql_mode", *SET]
    ((mode, *found),) = (await read("SELECT " + ", ".join(f"@@SESSION.{name}" for name in names))).rows
    assert [str(value) for value in found] == list(SET.values())
    assert not {"ANSI_QUOTES", "NO_BACKSLASH_ESCAPES", "PIPES_AS_CONCAT"} & set(mode.split(","))
    assert "STRICT_TRANS_TABLES" in mode


async def test_no_second_statement_runs(server: SqlServer, read: Reads) -> None:
    with pytest.raises(Exception, match="refused the statement"):
        await read("SELECT 1; SELECT 2")
    if server.engine == "tidb":
        assert (await read("SELECT @@SESSION.tidb_multi_statement_mode")).rows == [["OFF"]]


async def test_a_session_that_a_server_sets_otherwise_is_not_used(
    server: SqlServer, read: Reads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        settle, "_set", lambda connection, wanted: connection.query("SET SESSION sql_mode = 'ANSI_QUOTES'")
    )
    with pytest.raises(SqlUnsafe, match="did not take the session's limits"):
        await read("SELECT 1")


async def test_a_variable_that_the_server_gives_nobody_must_be_right_by_itself(
    read: Reads, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Strange(Engine):
        def wall(self) -> dict[str, str]:
            return {"version_comment": "whatever it is not"}

    monkeypatch.setattr(settle, "engine_of", lambda version: Strange("strange"))
    with pytest.raises(Exception, match="session"):
        await read("SELECT 1")


async def test_a_limit_that_the_server_lets_nobody_lower_is_left(
    server: SqlServer, read: Reads, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = type(engine_of(server.run("SELECT VERSION()")[0][0]))
    monkeypatch.setattr(engine, "at_most", lambda self: {"wait_timeout": 60, "net_read_timeout": 10**9})
    ((wait, net),) = (await read("SELECT @@SESSION.wait_timeout, @@SESSION.net_read_timeout")).rows
    assert int(wait) == 60  # lowered
    assert int(net) < 10**9  # never raised


@pytest.mark.parametrize(
    "name",
    ["mysql", "MySQL", "sys", "performance_schema", "metrics_schema", "information_schema", "INFORMATION_SCHEMA"],
)
def test_no_system_schema_is_the_database_of_a_session(server: SqlServer, name: str) -> None:
    with pytest.raises(SqlUnsafe, match="can't be the one"):
        open_session(server.target(database=name), server.reader.secret())


async def test_a_login_that_came_to_write_is_found_out_on_a_kept_connection(
    server: SqlServer, read: Reads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pools, "LOOK_AFTER", 0.0)
    await read("SELECT 1")
    server.run(f"GRANT INSERT ON {server.database}.* TO '{server.reader.user}'@'%'")
    try:
        with pytest.raises(SqlUnsafe, match="can do more than read"):
            await read("SELECT 1")
    finally:
        server.run(f"REVOKE INSERT ON {server.database}.* FROM '{server.reader.user}'@'%'")
    await read("SELECT 1")


async def test_a_kept_session_that_was_changed_is_not_used_again(read: Reads, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pools, "LOOK_AFTER", 0.0)
    await read("SET SESSION autocommit = 0")  # no gate lets that through
    ((found,),) = (await read("SELECT @@SESSION.autocommit")).rows
    assert str(found) == "1"


async def test_what_reads_its_session_runs_on_a_connection_of_its_own(read: Reads) -> None:
    await read("SELECT CAST('secret of A' AS SIGNED)")
    assert (await read("SHOW WARNINGS", alone=True)).rows == []
    ((kept,),) = (await read("SELECT CONNECTION_ID()")).rows
    ((own,),) = (await read("SELECT CONNECTION_ID()", alone=True)).rows
    assert own != kept
    assert (await read("SELECT CONNECTION_ID()")).rows == [[kept]]
