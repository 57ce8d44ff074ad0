"""Closing and stopping: nothing is left, whatever is going on."""

# ruff: noqa: ASYNC240 - other processes send no events, and the files are small

import asyncio
import os
import select
import signal
import socket
import time
from pathlib import Path

import MySQLdb
import pytest

from mcpserver.sandbox.databases.fleet import Account, Fleet
from mcpserver.sandbox.errors import SandboxError
from tests.sandbox.fleet.clients import ALICE, ALL, BOB, Connect, pid_of, until
from tests.sandbox.fleet.conftest import Start


async def test_nothing_is_left(fleet: Fleet, connect: Connect, tmp_path: Path) -> None:
    port = await fleet.open("one", ALL)
    client = await connect(port)
    server = os.pidfd_open(pid_of(tmp_path))
    await fleet.close("one")
    assert select.select([server], [], [], 0)[0], "the server is gone"
    os.close(server)
    with pytest.raises(MySQLdb.OperationalError):
        await client.value("SELECT 1")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))
    assert [path.name for path in tmp_path.iterdir()] == ["template"]
    assert await fleet.open("two", ALL, port=port) == port


async def test_it_can_be_opened_anew(fleet: Fleet, connect: Connect) -> None:
    await connect(await fleet.open("one", ALL))
    await fleet.close("one")
    await fleet.close("one")
    port = await fleet.open("one", [ALICE])
    await connect(port)
    with pytest.raises(MySQLdb.OperationalError, match="Access denied"):
        await connect(port, BOB)


async def test_one_that_makes_its_data(fleet: Fleet, tmp_path: Path) -> None:
    port = await fleet.open("one", ALL)
    with socket.create_connection(("127.0.0.1", port)):
        await until(lambda: (tmp_path / "one").exists())
        await fleet.close("one")
    assert not (tmp_path / "one").exists()
    assert fleet.running() == set()


async def test_one_that_starts(fleet: Fleet, tmp_path: Path) -> None:
    port = await fleet.open("one", ALL)
    with socket.create_connection(("127.0.0.1", port)):
        await until(lambda: fleet.running() == {"one"})
        await fleet.close("one")
    assert not (tmp_path / "one").exists()


async def test_somebody_who_changes_users_is_told(fleet: Fleet) -> None:
    await fleet.open("one", ALL)
    changing = asyncio.create_task(fleet.create_user("one", Account("a1.new", "New-here-1", "role_admin")))
    await until(lambda: fleet.running() == {"one"})
    await fleet.close("one")
    with pytest.raises(SandboxError, match="gone"):
        await changing


async def test_all_stop_together_whatever_they_do(start: Start, connect: Connect, tmp_path: Path) -> None:
    fleet = start(stop_seconds=1)
    places = [f"place-{number}" for number in range(4)]
    ports = [await fleet.open(place, ALL) for place in places]
    busy = await connect(ports[0])
    query = asyncio.create_task(busy.rows("SELECT SLEEP(60)"))
    await connect(ports[1])
    os.kill(pid_of(tmp_path, places[1]), signal.SIGSTOP)  # it cannot stop in peace
    copying = asyncio.create_task(fleet.copy(places[1], places[2], ("a1", "b2")))
    with socket.create_connection(("127.0.0.1", ports[3])):
        await until(lambda: bool(list((tmp_path / places[3]).glob("draft-*"))))
        begin = time.perf_counter()
        await fleet.stop()
        assert time.perf_counter() - begin < 3
    with pytest.raises(MySQLdb.OperationalError):
        await query
    with pytest.raises(SandboxError):
        await copying
    assert not list(tmp_path.rglob("draft-*"))


@pytest.mark.parametrize("place", ["", ".", "..", "a/b", "../x", "template", "a b", "-x", "x" * 65, "a\n"])
async def test_a_place_is_a_plain_name(fleet: Fleet, place: str) -> None:
    with pytest.raises(SandboxError):
        await fleet.open(place, ALL)
    with pytest.raises(SandboxError):
        await fleet.close(place)


async def test_closing_and_stopping_at_once(fleet: Fleet, connect: Connect) -> None:
    await connect(await fleet.open("one", ALL))
    await asyncio.gather(fleet.close("one"), fleet.close("one"), fleet.stop())
    assert fleet.running() == set()


async def test_a_place_is_opened_once(fleet: Fleet) -> None:
    await fleet.open("one", ALL)
    with pytest.raises(SandboxError):
        await fleet.open("one", ALL)


@pytest.mark.parametrize(("accounts", "seed"), [(ALL, "unknown"), ([BOB], "shop")])
async def test_a_seed_is_known_and_owned(fleet: Fleet, accounts: list[Account], seed: str) -> None:
    with pytest.raises(SandboxError):
        await fleet.open("one", accounts, seed=seed)
