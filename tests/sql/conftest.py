"""One server for all of the SQL suite."""

from collections.abc import Iterator

import pytest

from tests.sql.reads import Reads
from tests.sql.servers import SqlServer, sql_server
from tests.sql.writes import Writes


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlServer]:
    with sql_server(tmp_path_factory.mktemp("sql")) as found:
        yield found


@pytest.fixture
def read(server: SqlServer) -> Iterator[Reads]:
    """Reads a statement as the reader, with connections of the test's own."""
    reads = Reads(server)
    yield reads
    reads.pool.sweep(everything=True)


@pytest.fixture
def writes(server: SqlServer) -> Iterator[Writes]:
    server.run(
        "CREATE TABLE accounts (id INT PRIMARY KEY, money INT NOT NULL, CHECK (money >= 0))",
        "INSERT INTO accounts VALUES (1, 100), (2, 100), (3, 100)",
        database=server.database,
    )
    yield Writes(server)
    server.run(
        "DROP VIEW IF EXISTS seen, seen_twice",
        "DROP TABLE IF EXISTS accounts, added, log, rooms",
        database=server.database,
    )
