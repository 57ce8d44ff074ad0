"""One sandbox for most tests, and the ways in: HTTP with the key, SQL with a login."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import MySQLdb
import pytest
from MySQLdb.connections import Connection

from tests.sandbox.wire import DEFAULTS, Wire
from tests.sandbox_process import SandboxProcess, start_sandbox

Connect = Callable[..., Connection]


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    running = start_sandbox(tmp_path_factory.mktemp("sandbox"))
    yield running
    running.stop()


@pytest.fixture(scope="session")
def api(sandbox: SandboxProcess) -> Iterator[httpx2.Client]:
    key = httpx2.DigestAuth(sandbox.facts["public_key"], sandbox.facts["private_key"])
    with httpx2.Client(base_url=sandbox.facts["api_url"], auth=key) as client:  # making one takes a while
        yield client


@pytest.fixture(scope="session")
def controlled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    running = start_sandbox(tmp_path_factory.mktemp("controlled"), "--control", "--unlimited")
    yield running
    running.stop()


@pytest.fixture(scope="session")
def http() -> Iterator[httpx2.Client]:
    with httpx2.Client(timeout=30) as client:
        yield client


@pytest.fixture
def wire(controlled: SandboxProcess, http: httpx2.Client) -> Iterator[Wire]:
    """A sandbox that obeys. After the test it is as it was before."""
    seeds = {cluster["cluster_id"] for cluster in controlled.facts["clusters"]}
    controlled.clear()
    caller = Wire(controlled, http)
    yield caller
    for connection in caller.connections:
        connection.close()
    controlled.clear()
    controlled.configure(**DEFAULTS)
    while left := [c for c in caller.get("/clusters?pageSize=100")["clusters"] if c["clusterId"] not in seeds]:
        for cluster in left:
            caller.delete(f"/{cluster['name']}")


@pytest.fixture
def connect() -> Iterator[Connect]:
    """A connection by a login of a cluster: `connect(cluster, "role_readonly")`. Closed after the test."""
    opened: list[Connection] = []

    def open_one(cluster: dict[str, Any], role: str = "role_readonly") -> Connection:
        login = cluster["root"] if role == "root" else cluster["logins"][role]
        connection = MySQLdb.connect(
            host=cluster["host"], port=cluster["port"], charset="utf8mb4", autocommit=True, connect_timeout=15, **login
        )
        opened.append(connection)
        return connection

    yield open_one
    for connection in opened:
        connection.close()
