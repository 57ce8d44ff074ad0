"""What questions and clients cost in memory: each answer is cut and says so, and the process stays small.

Measured is the growth of the process's highest mark, set back before each test.
"""

import asyncio
import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import Any

import httpx2
import pytest

from tests.journeys.test_sql import running
from tests.stack import Stack, answer_of, start_stack, wait_until

MB = 1024 * 1024

FIVE_MILLION = "SELECT seq FROM seq_1_to_5000000"
WIDE_TEXT = "SELECT REPEAT('x', 100000) FROM seq_1_to_5000000"
WIDE_EMOJI = "SELECT REPEAT('🚲', 25000) FROM seq_1_to_5000000"
MANY_COLUMNS = "SELECT " + ", ".join(["1"] * 4096) + " FROM seq_1_to_5000000"
MANY_WORDS = "SELECT " + ", ".join(["'ab'"] * 4096) + " FROM seq_1_to_5000000"
HUGE_VALUE = "SELECT REPEAT('x', 50000000)"
HUGE_ROW = "SELECT " + ", ".join(["REPEAT('x', 16000000)"] * 10)
LARGE_VALUE = "SELECT REPEAT('x', 5000000)"
HUGE_SECOND = "SELECT IF(seq = 1, 'a', REPEAT('a', 50000000)) FROM seq_1_to_5000000"
UNSEEN = "SELECT REPEAT(CHAR(1 USING utf8mb4), 1000000)"


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A product of our own: what others did would be in its memory. Bytes end a result here, and no tokens before."""
    stack = start_stack(tmp_path_factory.mktemp("memory"), SQL_MAX_TOKENS="10000000")
    asyncio.run(at_once(stack, 64, "SELECT 1"))  # threads, connections and caches are there now
    yield stack
    stack.stop()
    stack.sandbox.stop()


@contextmanager
def growth(stack: Stack, most: int) -> Iterator[None]:
    """Fail where the process ever has so many megabytes more than before."""
    (pid,) = stack.processes()
    Path(f"/proc/{pid}/clear_refs").write_text("5")  # the highest mark is now what it has
    before = stack.memory()
    yield
    assert (stack.memory() - before) / MB < most


def body_of(sql: str) -> dict[str, Any]:
    arguments = {"cluster": "shop", "sql": sql, "database": "shop"}
    return {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "db_query", "arguments": arguments}}


async def at_once(stack: Stack, count: int, sql: str) -> list[dict[str, Any]]:
    headers = {
        "Authorization": f"Bearer {stack.run['tokens']['developer']}",
        "Accept": "application/json, text/event-stream",
    }
    everybody = httpx2.Limits(max_connections=count)
    async with httpx2.AsyncClient(trust_env=False, headers=headers, timeout=60, limits=everybody) as client:
        answers = await asyncio.gather(*(client.post(stack.mcp_url, json=body_of(sql)) for _ in range(count)))
    return [answer_of(answer)["result"]["structuredContent"] for answer in answers]


def half_sent(stack: Stack, body: bytes, token: str) -> socket.socket:
    """A client that has sent all but the last byte, and takes little at a time."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.settimeout(30)
    line.connect(("127.0.0.1", stack.port))
    headers = {
        "Host": f"127.0.0.1:{stack.port}",
        "Authorization": f"Bearer {token}",
        "Accept": "application/json, text/event-stream",
        "Content-Type": "application/json",
        "Content-Length": len(body),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    line.sendall(f"POST /mcp HTTP/1.1\r\n{head}\r\n".encode() + body[:-1])
    return line


@pytest.mark.parametrize(
    ("sql", "rows", "by", "says"),
    [
        pytest.param(FIVE_MILLION, 1000, "rows", "LIMIT", id="five million rows"),
        pytest.param(WIDE_TEXT, 10, "bytes", "LEFT()", id="100 kB a row"),
        pytest.param(WIDE_EMOJI, 10, "bytes", "LEFT()", id="100 kB of emoji a row"),
        pytest.param(MANY_COLUMNS, 114, "bytes", "narrower columns", id="4,096 columns"),
        pytest.param(MANY_WORDS, 44, "bytes", "narrower columns", id="4,096 columns of words"),
        pytest.param(HUGE_VALUE, 0, "bytes", "LEFT()", id="a value of 50 MB"),
        pytest.param(HUGE_ROW, 0, "bytes", "LEFT()", id="a row of 160 MB"),
        pytest.param(HUGE_SECOND, 1, "bytes", "LEFT()", id="a huge second row"),
    ],
)
def test_one_question_is_cut_says_so_and_costs_little(own: Stack, sql: str, rows: int, by: str, says: str) -> None:
    with growth(own, 32):
        answer = own.query(sql, database="shop", max_rows=1000)["structuredContent"]
    assert (answer["row_count"], len(answer["rows"])) == (rows, rows)
    assert (answer["truncated"], answer["truncated_by"]) == (True, by)
    assert says in answer["next_step"]
    assert own.events("kind = 'call.finished'")[-1]["result"] == "cut"


def test_characters_that_grow_when_they_are_shown_cost_little(own: Stack) -> None:
    with growth(own, 64):  # a megabyte becomes eight million characters before it is known to be too much
        answer = own.query(UNSEEN)["structuredContent"]
    assert (answer["row_count"], answer["truncated_by"]) == (0, "bytes")


@pytest.mark.parametrize(
    ("sql", "most"),
    [
        pytest.param(FIVE_MILLION, 64, id="five million rows"),
        pytest.param(WIDE_TEXT, 192, id="100 kB a row"),
        pytest.param(LARGE_VALUE, 64, id="a value of 5 MB"),
    ],
)
def test_sixty_four_at_once_are_all_cut_and_bounded(own: Stack, sql: str, most: int) -> None:
    with growth(own, most):
        answers = asyncio.run(at_once(own, 64, sql))
    assert len(answers) == 64
    assert all(answer["truncated"] and answer["next_step"] for answer in answers)


ALL_OF_A = "FROM information_schema.columns a LIMIT 1"
WIDE_A = "FROM (SELECT " + ", ".join(f"{n} AS c{n}" for n in range(300)) + ") a"


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT " + "a.*, " * 8_000 + f"1 {ALL_OF_A}",
        "SELECT " + "a . *, " * 6_000 + f"1 {ALL_OF_A}",
        "SELECT " + "a./**/*, " * 5_000 + f"1 {WIDE_A}",
        "SELECT " + "a.-- \n*, " * 5_000 + f"1 {WIDE_A}",
        "SELECT " + "`a`.#\n*, " * 5_000 + f"1 {WIDE_A}",
        "SELECT " + "a.*, " * 12 + "1 FROM (SELECT " + "1," * 20_000 + "1) a",
    ],
    ids=["plain", "blanks", "comments", "dashes", "hashes", "a wide derived table"],
)
def test_millions_of_columns_are_refused_before_they_are_asked_for(own: Stack, sql: str) -> None:
    with growth(own, 32):
        refused = own.query(sql)
    assert "asks for all columns of tables too often" in refused["content"][0]["text"]


def test_a_few_stars_and_stars_in_texts_are_no_harm(own: Stack) -> None:
    sql = (
        "SELECT a.*, b.*, "
        + ", ".join("'.*.*.*.*'" for _ in range(30))
        + " FROM shop.customers a JOIN shop.customers b USING (id)"
    )
    assert not own.query(sql)["isError"]


def test_many_columns_that_are_written_out_are_refused_and_forgotten(own: Stack) -> None:
    with growth(own, 64):
        for _ in range(3):
            refused = own.query("SELECT " + "1," * 20_000 + "1")
    assert "20,001 columns: name the ones you need" in refused["content"][0]["text"]


def test_clients_that_take_their_answers_drop_by_drop_hold_only_their_answers(own: Stack) -> None:
    body = json.dumps(body_of("SELECT REPEAT('x', 1000000)")).encode()
    token = own.run["tokens"]["developer"]
    with growth(own, 192), ExitStack() as lines:
        slow = [lines.enter_context(half_sent(own, body, token)) for _ in range(64)]
        for line in slow:
            line.sendall(body[-1:])
        for line in slow:
            assert line.recv(15).startswith(b"HTTP/1.1 200")
        for _ in range(20):
            assert all(line.recv(512) for line in slow)
        assert not own.query("SELECT 1")["isError"]  # they hold no turn at the server and no thread


def test_large_bodies_of_strangers_are_not_read(own: Stack) -> None:
    body = b" " * (4 * MB)
    with growth(own, 32), ExitStack() as lines:  # read, they would be 256
        slow: list[socket.socket] = []
        senders = [Thread(target=lambda: slow.append(half_sent(own, body, "tmcp_wrong"))) for _ in range(64)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join(30)
        for line in slow:
            lines.enter_context(line)
            with suppress(OSError):  # it may have been answered already
                line.sendall(b" ")
            assert line.recv(12) == b"HTTP/1.1 401"
        assert len(slow) == 64


def test_a_row_that_was_given_up_leaves_nothing_running(own: Stack) -> None:
    own.query(HUGE_SECOND, database="shop")
    wait_until(lambda: running(own, "REPEAT") == 0, "the statement has ended")
