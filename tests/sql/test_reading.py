"""Reading as a login: who may, and what stops a write."""

from tests.sql.servers import SqlServer


def test_the_server_is_there(server: SqlServer) -> None:
    assert server.run("SELECT COUNT(*) FROM things", login=server.reader, database=server.database) == [(3,)]
    assert server.run("SELECT COUNT(*) FROM numbers", login=server.writer, database=server.database) == [(1000,)]
