"""The cast: Alice runs the place, Bob works here, Charlie knows nobody and has no tokens."""

import pytest

from accounts.models import User


@pytest.fixture
def alice(db: None) -> User:
    return User.objects.create_superuser("alice", "", "a password of alice")


@pytest.fixture
def bob(db: None) -> User:
    return User.objects.create_user("bob", "", "a password of bob")


@pytest.fixture
def charlie(db: None) -> User:
    return User.objects.create_user("charlie", "", "a password of charlie")
