"""One server for all of the SQL suite."""

from collections.abc import Iterator

import pytest

from tests.sql.reads import Reads
from tests.sql.servers import SqlServer, sql_server


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
