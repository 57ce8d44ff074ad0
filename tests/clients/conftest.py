"""One product for all clients. Nothing in it becomes ready before a test says so."""

from collections.abc import Iterator

import pytest

from tests.clients.client import Client
from tests.clients.kinds import KINDS, Kind
from tests.clients.person import Person
from tests.clients.programs import Programs
from tests.stack import Stack, running_stack


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    options = ("--control", "--unlimited", "--set", "create_seconds=1000")
    with running_stack(tmp_path_factory.mktemp("clients"), *options, SQL_MAX_TOKENS="1000000") as stack:
        yield stack


@pytest.fixture(scope="session")
def person(stack: Stack) -> Iterator[Person]:
    person = Person(stack)
    yield person
    person.leave()


@pytest.fixture(scope="session")
def programs(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Programs]:
    programs = Programs(stack, tmp_path_factory.mktemp("home"))
    yield programs
    programs.end()


@pytest.fixture(scope="module", params=KINDS, ids=str)
def kind(request: pytest.FixtureRequest) -> Kind:
    found: Kind = request.param
    return found


@pytest.fixture(scope="module")
def kept(kind: Kind, programs: Programs) -> Iterator[Client]:
    client = kind.make(programs)
    yield client
    if client.token:
        client.close()


@pytest.fixture
def client(kept: Client, stack: Stack) -> Client:
    """Connected as the developer."""
    if kept.token != stack.run["tokens"]["developer"]:
        kept.connect(stack.run["tokens"]["developer"])
    return kept
