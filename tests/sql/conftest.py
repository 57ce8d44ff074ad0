"""One server for all of the SQL suite."""

from collections.abc import Iterator

import pytest

from tests.sql.servers import SqlServer, sql_server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlServer]:
    with sql_server(tmp_path_factory.mktemp("sql")) as found:
        yield found
