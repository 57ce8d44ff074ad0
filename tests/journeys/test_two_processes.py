"""Two web processes behind one address, over one control database: no request needs the process that had the one before."""

import asyncio
import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from itertools import pairwise
from typing import Any, NamedTuple

import httpx2
import MySQLdb
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from mcpserver.tools import TOOLS
from tests.front import Front
from tests.stack import Stack, start_stack

ERAS = ["2026-07-28", "legacy"]
PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}


class Pair(NamedTuple):
    first: Stack
    second: Stack
    front: Front


def control_database(kind: str, stack: Stack) -> dict[str, str]:
    if kind == "sqlite":
        return {}
    cluster = stack.sandbox.cluster("northwind-freight")
    user, password = cluster["root"]["user"], cluster["root"]["password"]
    connection = MySQLdb.connect(host=cluster["host"], port=cluster["port"], user=user, password=password)
    connection.cursor().execute("CREATE DATABASE two_processes CHARACTER SET utf8mb4")
    connection.close()
    return {"DATABASE_URL": f"mysql://{user}:{password}@{cluster['host']}:{cluster['port']}/two_processes"}


@pytest.fixture(scope="module", params=["sqlite", "mariadb"])
def pair(request: pytest.FixtureRequest, stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    options = ("--control", "--unlimited", "--set", "create_seconds=1000")
    environment = control_database(request.param, stack)
    first = start_stack(tmp_path_factory.mktemp(f"two-{request.param}"), *options, **environment)
    second = Stack(first.folder, 0, first.environment, first.sandbox, first.run)
    second.start()
    front = Front([first.port, second.port])
    front.start()
    yield Pair(first, second, front)
    front.stop()
    for one in (second, first, first.sandbox):
        one.stop()


class Connected(NamedTuple):
    client: Client
    sent: list[str]
    """The methods of the requests."""


@asynccontextmanager
async def connected(pair: Pair, era: str) -> Any:
    """Through the front, one connection a request."""
    sent: list[str] = []

    async def note(request: httpx2.Request) -> None:
        sent.append(json.loads(request.content)["method"])

    async with pair.front.client(pair.first.run["tokens"]["developer"]) as http:
        http.event_hooks["request"] = [note]
        async with Client(streamable_http_client(pair.front.mcp_url, http_client=http), mode=era) as client:
            yield Connected(client, sent)


def assert_alternating(pair: Pair, since: int, requests: int) -> None:
    taken = pair.front.taken[since:]
    assert len(taken) == requests, "a request was a connection"
    assert {*taken} == {pair.first.port, pair.second.port}
    assert all(one != after for one, after in pairwise(taken))


@pytest.mark.parametrize("era", ERAS)
async def test_the_requests_of_one_client_alternate_and_it_notices_nothing(pair: Pair, era: str) -> None:
    since = len(pair.front.taken)
    async with connected(pair, era) as (client, sent):
        assert [tool.name for tool in (await client.list_tools()).tools] == list(TOOLS)
        for number in range(6):
            result = await client.call_tool("db_query", {"cluster": "shop", "sql": f"SELECT {number}"})
            assert result.structured_content["rows"] == [[number]]
        refusal = await client.call_tool("db_query", {"cluster": "shop", "sql": "DROP TABLE shop.orders"})
        first = (await client.call_tool("tidbcloud_list_clusters", {"page_size": 1})).structured_content
        arguments = {"page_size": 1, "page_token": first["next_page_token"]}
        after = (await client.call_tool("tidbcloud_list_clusters", arguments)).structured_content
    assert refusal.is_error
    assert [page["clusters"][0]["display_name"] for page in (first, after)] == ["shop", "northwind-freight"]
    assert_alternating(pair, since, len(sent))


@pytest.mark.parametrize("era", ERAS)
async def test_a_client_waits_with_progress_while_its_other_calls_alternate(pair: Pair, era: str) -> None:
    name, waiting = f"waited-{era}", asyncio.Event()
    seen: list[str] = []

    async def progress(progress: float, total: float | None, message: str | None) -> None:
        seen.append(message or "")
        waiting.set()

    since = len(pair.front.taken)
    async with connected(pair, era) as (client, sent):
        arguments = {"display_name": name, "region": "aws-us-east-1", "wait": True}
        call = client.call_tool("tidbcloud_create_cluster", arguments, progress_callback=progress)
        task = asyncio.create_task(call)
        await waiting.wait()
        states = [
            (await client.call_tool("tidbcloud_get_cluster", {"cluster": name})).structured_content["state"]
            for _ in range(3)
        ]
        await asyncio.to_thread(pair.first.sandbox.advance, 1001)
        made = (await task).structured_content
        row = await client.call_tool("db_query", {"cluster": name, "sql": "SELECT 1"})
    assert states == ["CREATING"] * 3
    assert (made["status"], made["state"]) == ("done", "ACTIVE")
    assert f"{name} is CREATING" in seen[0]
    assert row.structured_content["rows"] == [[1]]
    assert_alternating(pair, since, len(sent))


@contextmanager
def signed_in(one: Stack) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=one.url, trust_env=False, follow_redirects=True) as browser:
        form = {"login": "developer", "password": one.run["developer"]["password"]}
        answer = browser.post("/accounts/login/", data={**form, **crossing(browser, "/accounts/login/")})
        assert answer.url.path != "/accounts/login/"
        yield browser


def crossing(browser: httpx2.Client, path: str) -> dict[str, str]:
    found = re.search('name="csrfmiddlewaretoken" value="([^"]+)"', browser.get(path).text)
    assert found
    return {"csrfmiddlewaretoken": found[1]}


def test_a_token_that_is_revoked_in_one_process_is_refused_by_both_at_once(pair: Pair) -> None:
    options = ("--user", "developer", "--scopes", "mcp:read", "--json")
    made = json.loads(pair.first.manage("create_token", *options))
    both = (pair.second, pair.first)
    for one in both * 2:  # whatever a process remembers of a token, it remembers now
        assert one.call("my_access", token=made["token"])["result"]["isError"] is False
    with signed_in(pair.first) as browser:
        revoke = f"/me/tokens/{made['id']}/revoke/"
        assert browser.post(revoke, data=crossing(browser, "/me/tokens/")).status_code == 200
    assert [one.post(PING, token=made["token"]).status_code for one in both] == [401, 401]


def test_a_token_that_is_made_in_one_process_is_taken_by_the_other_at_once(pair: Pair) -> None:
    with signed_in(pair.second) as browser:
        form = {"name": "new", "scopes": ["mcp:read"], "lifetime": "30", **crossing(browser, "/me/tokens/")}
        page = browser.post("/me/tokens/", data=form).text
    token = re.search(r"tmcp_\w{20,}", page)
    assert token, page
    assert pair.first.post(PING, token=token[0]).status_code == 200


def test_calls_with_one_key_in_both_processes_at_once_run_once(pair: Pair) -> None:
    both = (pair.first, pair.second)
    asked = {"cluster": "shop", "database": "shop", "request_key": "both"}
    create = {**asked, "statements": "CREATE TABLE taken (id INT AUTO_INCREMENT PRIMARY KEY, n INT)"}
    assert pair.first.answer("db_execute", create)["repeated"] is False
    assert pair.second.answer("db_execute", create)["repeated"] is True
    insert = {**asked, "request_key": "storm", "statements": "INSERT INTO taken (n) VALUES (1)"}
    with ThreadPoolExecutor(16) as pool:
        made = list(pool.map(lambda one: one.call("db_execute", insert)["result"], both * 12))
    done = [one["structuredContent"]["repeated"] for one in made if not one["isError"]]
    told = {one["content"][0]["text"].partition(" Ask")[0] for one in made if one["isError"]}
    assert done.count(False) == 1
    assert told <= {"The first call with this request_key is still running."}
    assert pair.second.answer("db_execute", insert)["repeated"] is True
    assert pair.first.query("SELECT COUNT(*) FROM shop.taken")["structuredContent"]["rows"] == [[1]]
