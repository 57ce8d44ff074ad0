"""The cast: Alice runs the place, Bob works here, Charlie knows nobody and has no tokens."""

import pytest

from accounts.models import User


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="what is left to chance is tried a hundred times as often")


@pytest.fixture(scope="session")
def times(pytestconfig: pytest.Config) -> int:
    """How often what is left to chance is tried."""
    return 100 if pytestconfig.getoption("--long") else 1


@pytest.fixture
def alice(db: None) -> User:
    return User.objects.create_superuser("alice", "", "a password of alice")


@pytest.fixture
def bob(db: None) -> User:
    return User.objects.create_user("bob", "", "a password of bob")


@pytest.fixture
def charlie(db: None) -> User:
    return User.objects.create_user("charlie", "", "a password of charlie")
