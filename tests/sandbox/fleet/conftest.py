"""A fleet in a folder of its own, and connections to its databases."""

# ruff: noqa: ASYNC240 - the files are small

import contextlib
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import MySQLdb
import pytest

from mcpserver.sandbox.config import Config
from mcpserver.sandbox.databases.fleet import Fleet
from tests.sandbox.fleet.clients import Connect

Start = Callable[..., Fleet]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the first test leaves the system tables for the others."""
    return tmp_path_factory.mktemp("template") / "template"


@pytest.fixture
async def start(tmp_path: Path, template: Path) -> AsyncIterator[Start]:
    """A fleet with some settings: `start(idle_seconds=1)`. Stopped after the test."""
    fleets: list[Fleet] = []
    if template.exists():
        shutil.copytree(template, tmp_path / "template")

    def new(**settings: Any) -> Fleet:
        fleets.append(Fleet(tmp_path, Config(**settings)))
        return fleets[-1]

    yield new
    for fleet in fleets:
        await fleet.stop()
    if not template.exists() and (tmp_path / "template" / "data").exists():
        shutil.copytree(tmp_path / "template", template)


@pytest.fixture
def fleet(start: Start) -> Fleet:
    return start()


@pytest.fixture
def connect() -> Iterator[Connect]:
    connect = Connect()
    yield connect
    for connection in connect.opened:
        with contextlib.suppress(MySQLdb.Error):  # closed by the test
            connection.close()
