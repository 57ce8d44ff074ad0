"""The oracles, once for all of these tests."""

from collections.abc import Iterator

import pytest

from tests.fuzz.mariadb import MariadbOracle
from tests.fuzz.mariadb_writes import WritesOracle
from tests.fuzz.tidb import TidbParser, tidb_parser


@pytest.fixture(scope="session")
def parser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TidbParser]:
    """Without Go the tests fail: none of them is left out."""
    with tidb_parser(tmp_path_factory.mktemp("tidb")) as parser:
        yield parser


@pytest.fixture(scope="session")
def mariadb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MariadbOracle]:
    oracle = MariadbOracle(tmp_path_factory.mktemp("fuzz"))
    yield oracle
    oracle.close()


@pytest.fixture(scope="session")
def writing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WritesOracle]:
    oracle = WritesOracle(tmp_path_factory.mktemp("writing"))
    yield oracle
    oracle.close()
