"""A stop and a restart, under load: nothing that was answered is lost, and whatever is cut is told and on record."""

import asyncio
import re
import shlex
import signal
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import pairwise
from time import monotonic
from typing import Any

import httpx2
import pytest
from django.conf import settings
from honcho.manager import KILL_WAIT

from mcpserver.sql.query import GRACE as STOPPED_WITHIN
from tests.clients.held import WAITING, held
from tests.journeys.test_sql import running
from tests.stack import ROOT, Stack, answer_of, start_stack, wait_until
from tidbmcp.lib.stopping import RECORDED_WITHIN

ERAS = ["2026-07-28", "legacy"]
GRACE = "--timeout-graceful-shutdown"


@pytest.fixture(scope="module")
def idle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Not running."""
    options = ("--control", "--unlimited", "--set", "create_seconds=1000")
    stack = start_stack(tmp_path_factory.mktemp("restart"), *options)
    stack.query("SELECT 1")  # the database runs
    stack.stop()
    yield stack
    stack.sandbox.stop()


@pytest.fixture
def own(idle: Stack) -> Iterator[Stack]:
    """Each test starts it as documented."""
    yield idle
    idle.stop()


def request(tool: str, arguments: dict[str, Any], era: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Body and headers of a call, with a wish for progress."""
    meta: dict[str, Any] = {"progressToken": 1}
    headers = {"Accept": "application/json, text/event-stream"}
    if era != "legacy":
        known = {"protocolVersion": era, "clientInfo": {"name": "x", "version": "1"}, "clientCapabilities": {}}
        meta |= {f"io.modelcontextprotocol/{name}": value for name, value in known.items()}
        headers |= {"MCP-Protocol-Version": era, "Mcp-Method": "tools/call", "Mcp-Name": tool}
    params = {"name": tool, "arguments": arguments, "_meta": meta}
    return {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}, headers


SLOW = "SELECT COUNT(*), 'cut {}' FROM shop.customers a, shop.customers b, shop.customers c, shop.customers d"


def query(sql: str) -> dict[str, Any]:
    return {"cluster": "shop", "sql": sql}


def call(own: Stack, tool: str, arguments: dict[str, Any], era: str) -> httpx2.Response:
    body, headers = request(tool, arguments, era)
    return own.post(body, headers=headers)


def is_refused(own: Stack) -> bool:
    try:
        socket.create_connection(("127.0.0.1", own.port)).close()
    except ConnectionRefusedError:
        return True
    return False


def rows_without_an_end(own: Stack) -> set[str]:
    started = {row["call_id"] for row in own.events("kind = 'call.started'")}
    return started - {row["call_id"] for row in own.events("kind = 'call.finished'")}


def test_a_stopping_server_takes_nothing_new_and_ends_what_it_has(own: Stack) -> None:
    own.start_as_documented(GRACE, "30")
    before = len(own.events("kind = 'call.finished'"))
    idle = socket.create_connection(("127.0.0.1", own.port))
    idle.sendall(b"GET /api/health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    assert idle.recv(65_536).startswith(b"HTTP/1.1 200")
    with ThreadPoolExecutor() as pool:
        with held(own):
            calls = [pool.submit(call, own, "db_query", query(WAITING.format(f"held in {era}")), era) for era in ERAS]
            wait_until(lambda: running(own, "held in ") == 2, "both run")
            own.signal(signal.SIGTERM)
            wait_until(lambda: is_refused(own), "nothing new is taken")
            while idle.recv(65_536):  # an idle connection is closed
                pass
            assert running(own, "held in ") == 2
            assert not any(future.done() for future in calls)
        answers = [answer_of(future.result())["result"]["structuredContent"] for future in calls]
    idle.close()
    assert [answer["rows"] for answer in answers] == [[[1]]] * 2
    own.stop()
    assert [row["result"] for row in own.events("kind = 'call.finished'")[before:]] == ["ok", "ok"]


def outcome(future: "Future[httpx2.Response]") -> tuple[int, str]:
    """Status and body; 0 for an answer that breaks off."""
    try:
        response = future.result()
    except httpx2.RemoteProtocolError as error:
        return 0, str(error)
    return response.status_code, response.text


def test_what_outlasts_the_servers_patience_is_cut_told_and_recorded(own: Stack) -> None:
    """With the patience of a trial."""
    patience = options_of(web_of_a_trial())[GRACE]
    own.start_as_documented(GRACE, patience)
    with ThreadPoolExecutor(12) as pool:
        reads, changes = [], []
        for number in range(3):
            for era in ERAS:
                reads.append(pool.submit(call, own, "db_query", query(SLOW.format(number)), era))
                change = {"display_name": f"cut-{number}-{era}", "region": "aws-us-east-1", "wait": True}
                changes.append(pool.submit(call, own, "tidbcloud_create_cluster", change, era))
        try:
            wait_until(lambda: running(own, "'cut ") == 6, "the statements run")
            wait_until(lambda: len(created(own)) == 6, "the clusters are being made")
        finally:
            stopped_at = monotonic()
            own.stop()
    assert monotonic() - stopped_at < float(patience) + RECORDED_WITHIN + STOPPED_WITHIN
    read_outcomes, change_outcomes = [[outcome(future) for future in futures] for futures in (reads, changes)]
    assert [status for status, _ in read_outcomes] == [503] * 6
    assert all("The server was stopped while this ran." in text for _, text in read_outcomes)
    assert [status for status, _ in change_outcomes] == [0] * 6  # their streams had begun
    wait_until(lambda: running(own, "'cut ") == 0, "the statements are killed")
    rows = own.events("kind = 'call.finished' AND result = 'cancelled'")
    assert Counter(row["tool"] for row in rows) == {"db_query": 6, "tidbcloud_create_cluster": 6}
    assert rows_without_an_end(own) == set()
    told = [row["error"] for row in rows if row["tool"] == "tidbcloud_create_cluster"]
    assert [cluster for cluster in created(own) if not any(cluster in error for error in told)] == []
    assert not [line for line in own.log if "Traceback" in line]


def created(own: Stack) -> list[str]:
    """Ids of the clusters that are being made, as TiDB Cloud knows them."""
    facts = own.sandbox.facts
    key = httpx2.DigestAuth(facts["public_key"], facts["private_key"])
    with httpx2.Client(auth=key, trust_env=False) as client:
        found = client.get(f"{facts['api_url']}/clusters", params={"pageSize": 100}).json()["clusters"]
    return [cluster["clusterId"] for cluster in found if cluster["displayName"].startswith("cut-")]


class Load:
    """Clients that call and call: half of them keep their connection, half take a new one for each call."""

    def __init__(self, own: Stack, clients: int) -> None:
        self.own, self.clients = own, clients
        self.answered: list[tuple[str, str]] = []
        """Tool and request id of every answer that was received whole."""
        self.broken: list[Exception] = []
        self._enough = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._all()))

    def __enter__(self) -> "Load":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._enough.set()
        self._thread.join()

    def more(self, answers: int) -> None:
        """Wait until so many more are answered."""
        wanted = len(self.answered) + answers
        wait_until(lambda: len(self.answered) >= wanted or not self._thread.is_alive(), f"{answers} more answers")

    async def _all(self) -> None:
        await asyncio.gather(*(self._one(number) for number in range(self.clients)))

    async def _one(self, number: int) -> None:
        cluster = ("shop", "northwind-freight")[number % 2]
        read = ("db_query", {"cluster": cluster, "sql": f"SELECT {number}, 'load'"})
        change = ("tidbcloud_update_cluster", {"cluster": cluster, "labels": {f"client-{number}": "called"}})
        limits = httpx2.Limits(max_keepalive_connections=number % 4 // 2)
        token = {"Authorization": f"Bearer {self.own.run['tokens']['developer']}"}
        async with httpx2.AsyncClient(headers=token, limits=limits, trust_env=False, timeout=60) as client:
            turn = number
            while not self._enough.is_set():
                turn += 1
                tool, arguments = change if turn % 3 == 0 else read
                body, headers = request(tool, arguments, ERAS[turn % 2])
                try:
                    response = await client.post(self.own.mcp_url, json=body, headers=headers)
                    assert answer_of(response)["result"]["isError"] is False, response.text
                    self.answered.append((tool, response.headers["x-request-id"]))
                except (httpx2.TransportError, AssertionError) as error:
                    self.broken.append(error)


def test_a_restart_under_load_loses_no_call_that_was_answered(own: Stack) -> None:
    """As docs/operations/production.md says: new workers first, on the same socket, and then the old ones go."""
    own.start_as_documented("--workers", "2", GRACE, "40")
    before, last = own.processes(), str(own.events()[-1]["id"])
    own.sandbox.clear()
    with Load(own, clients=12) as load:
        load.more(50)
        own.signal(signal.SIGHUP)
        wait_until(lambda: not own.processes() & before, "the old workers have gone")
        load.more(50)
    assert len(own.processes()) == 2
    own.stop()
    finished = own.events("id > ? AND kind = 'call.finished'", last)
    started = own.events("id > ? AND kind = 'call.started'", last)
    changes = sorted(one for tool, one in load.answered if tool == "tidbcloud_update_cluster")
    assert {row["result"] for row in finished} == {"ok"}
    assert sorted(row["request_id"] for row in finished) == sorted(one for _, one in load.answered)
    assert sorted(row["request_id"] for row in started) == changes
    changed = [request["status"] for request in own.sandbox.requests() if request["method"] == "PATCH"]
    assert changed == [200] * len(changes)
    # A request that meets a connection in the moment of its closing gets no answer; as the rows show, it was not begun.
    assert {type(error) for error in load.broken} <= {httpx2.RemoteProtocolError, httpx2.ReadError}, load.broken
    assert len(load.broken) <= load.clients


def options_of(command: str) -> dict[str, str]:
    words = shlex.split(command.replace("\\\n", " "))
    return dict(pairwise(words))


def web_of_a_trial() -> str:
    return next(line for line in (ROOT / "Procfile").read_text().splitlines() if line.startswith("web:"))


def test_a_trial_has_as_long_for_its_rows_as_for_its_calls() -> None:
    """Before honcho kills it."""
    assert float(options_of(web_of_a_trial())[GRACE]) <= KILL_WAIT / 2


def test_production_waits_longer_than_a_statement_may_run_and_its_manager_longer_than_its_rows_may_take() -> None:
    text = (ROOT / "docs/operations/production.md").read_text()
    command = re.search(r"```sh\n(\.venv/bin/uvicorn .*?)```", text, re.DOTALL)
    manager = re.search(r"TimeoutStopSec=(\d+)", text)
    assert command
    assert manager
    patience = float(options_of(command[1])[GRACE])
    assert patience > settings.SQL_MAX_SECONDS + STOPPED_WITHIN
    assert float(manager[1]) > patience + RECORDED_WITHIN + STOPPED_WITHIN
