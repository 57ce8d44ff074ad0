"""Fifty databases and few servers: they come when somebody connects, and go when nobody is there."""

# ruff: noqa: ASYNC110 - other processes send no events, and the files are small

import asyncio
import logging
import os
import signal
import time
from pathlib import Path

import MySQLdb
import pytest

from mcpserver.sandbox.databases.fleet import Fleet
from mcpserver.sandbox.databases.server import Server
from tests.sandbox.fleet.clients import ALL, CHARLIE, Connect, pid_of, sockets_of, until
from tests.sandbox.fleet.conftest import Start


async def test_nothing_is_there_until_somebody_connects(fleet: Fleet, connect: Connect, tmp_path: Path) -> None:
    port = await fleet.open("one", ALL)
    assert fleet.running() == set()
    assert not (tmp_path / "one").exists()
    client = await connect(port)
    assert fleet.running() == {"one"}
    assert "test" in {name for (name,) in await client.rows("SHOW DATABASES")}


async def test_a_seed_is_there_at_the_first_connection(fleet: Fleet, connect: Connect) -> None:
    client = await connect(await fleet.open("one", ALL, seed="shop"), CHARLIE)
    assert await client.value("SELECT COUNT(*) FROM shop.orders") == 1200


async def test_it_stops_when_nobody_is_connected_and_comes_back(start: Start, connect: Connect, tmp_path: Path) -> None:
    fleet = start(idle_seconds=0.2)
    port = await fleet.open("one", ALL)
    client = await connect(port)
    await client.rows("CREATE TABLE test.kept (id INT)")
    first = pid_of(tmp_path)
    client.connection.close()
    await until(lambda: not fleet.running())
    again = await connect(port)
    assert await again.rows("SELECT * FROM test.kept") == []
    assert pid_of(tmp_path) != first


async def test_it_stays_as_long_as_somebody_is_connected(start: Start, connect: Connect) -> None:
    fleet = start(idle_seconds=0.1)
    busy, quiet = [await fleet.open(place, ALL) for place in ("busy", "quiet")]
    silent = await connect(busy)
    for _ in range(3):  # the quiet one stops three times while the other's client says nothing
        (await connect(quiet)).connection.close()
        await until(lambda: "quiet" not in fleet.running())
    assert fleet.running() == {"busy"}
    assert await silent.value("SELECT 1") == 1


async def test_it_stays_as_long_as_somebody_comes_now_and_then(
    start: Start, connect: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Server, "in_use", lambda _: False)  # nobody is ever there when somebody looks
    fleet = start(idle_seconds=0.4)
    port = await fleet.open("one", ALL)
    (await connect(port)).connection.close()
    first, end = pid_of(tmp_path), time.perf_counter() + 1.5
    while time.perf_counter() < end:
        (await connect(port)).connection.close()
    assert pid_of(tmp_path) == first
    await until(lambda: not fleet.running())


async def test_nobody_loses_a_connection_when_it_stops(start: Start, connect: Connect, tmp_path: Path) -> None:
    fleet = start(idle_seconds=0.0001)
    port = await fleet.open("one", ALL)
    (await connect(port)).connection.close()
    begin = time.perf_counter()
    while fleet.running():
        await asyncio.sleep(0)
    whole = time.perf_counter() - begin
    pids = set()
    for part in range(16):  # from coming back at once to coming back too late
        client = await connect(port)
        assert await client.value("SELECT 1") == 1
        pids.add(pid_of(tmp_path))
        client.connection.close()
        end = time.perf_counter() + whole * part / 12
        while time.perf_counter() < end:
            await asyncio.sleep(0)
    assert len(pids) > 1


async def test_it_does_not_stop_when_somebody_waits_to_be_let_in(
    start: Start, connect: Connect, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    fleet = start(idle_seconds=0.3)
    port = await fleet.open("one", ALL)
    (await connect(port)).connection.close()
    await until(lambda: "one: the database runs" in caplog.text)  # whose first look may come after its first client
    first = pid_of(tmp_path)
    await until(lambda: sockets_of(first) == 1)
    os.kill(first, signal.SIGSTOP)  # it cannot even see the next client
    client = await connect(port)
    assert await client.value("SELECT 1") == 1
    assert pid_of(tmp_path) == first


async def test_fifty_places_need_few_servers(start: Start, connect: Connect) -> None:
    fleet = start(idle_seconds=0.2)
    ports = [await fleet.open(f"place-{number}", ALL) for number in range(50)]
    most = 0
    for port in ports[:6]:
        client = await connect(port)
        most = max(most, len(fleet.running()))
        client.connection.close()
        await until(lambda: len(fleet.running()) < 3)
    assert most <= 3
    await until(lambda: not fleet.running())


async def test_many_first_connections_at_once_are_all_served(fleet: Fleet, connect: Connect) -> None:
    ports = [await fleet.open(f"place-{number}", ALL) for number in range(12)]
    clients = await asyncio.gather(*(connect(port) for port in ports))
    assert [await client.value("SELECT 1") for client in clients] == [1] * 12


async def test_opening_a_thousand_is_quick(fleet: Fleet) -> None:
    begin = time.perf_counter()
    ports = {await fleet.open(f"place-{number}", ALL, seed="shop") for number in range(1000)}
    assert len(ports) == 1000
    assert time.perf_counter() - begin < 5


async def test_a_killed_server_comes_back(fleet: Fleet, connect: Connect, tmp_path: Path) -> None:
    port = await fleet.open("one", ALL)
    client = await connect(port)
    await client.rows("CREATE TABLE test.kept (id INT)")
    await client.rows("INSERT INTO test.kept VALUES (1)")
    query = asyncio.create_task(client.rows("INSERT INTO test.kept SELECT SLEEP(60)"))
    watcher = await connect(port)
    while not await watcher.value("SELECT COUNT(*) FROM information_schema.processlist WHERE state = 'User sleep'"):
        pass
    os.kill(pid_of(tmp_path), signal.SIGKILL)
    with pytest.raises(MySQLdb.OperationalError):
        await query
    assert await (await connect(port)).rows("SELECT * FROM test.kept") == [(1,)]


async def test_it_keeps_its_port_and_its_data(start: Start, connect: Connect) -> None:
    first = start()
    port = await first.open("one", ALL)
    await (await connect(port)).rows("CREATE TABLE test.kept (id INT)")
    await first.stop()
    second = start()
    assert await second.open("one", [], port=port, seed="") == port
    assert await (await connect(port)).rows("SELECT * FROM test.kept") == []
