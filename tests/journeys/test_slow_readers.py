"""Clients that ask and do not read: they are given up, and hold nothing up meanwhile."""

import json
import socket
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.stack import Stack, running_stack, wait_until

ASK = {"cluster": "shop", "sql": "SELECT REPEAT('\"', 4000000)"}
"""24 MB of answer, which are more than the kernel takes for a client that does not."""


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running_stack(
        tmp_path_factory.mktemp("slow"),
        application="tests.impatient:application",
        SQL_MAX_BYTES="10000000",
        SQL_MAX_TOKENS="10000000",
    ) as stack:
        yield stack


def ask(own: Stack, **headers: str) -> socket.socket:
    """A call over a connection that takes little at a time."""
    body = json.dumps(
        {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "db_query", "arguments": ASK}}
    )
    lines = {
        "Host": "127.0.0.1", "Authorization": f"Bearer {own.run['tokens']['developer']}", "Content-Type": "application/json",
        "Accept": "application/json, text/event-stream", "Content-Length": str(len(body)), **headers,
    }  # fmt: skip
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.settimeout(30)
    client.connect(("127.0.0.1", own.port))
    client.sendall(f"POST /mcp HTTP/1.1\r\n{head}\r\n{body}".encode())
    return client


def test_who_does_not_read_is_given_up(own: Stack) -> None:
    clients = [ask(own) for _ in range(5)]
    try:
        wait_until(lambda: sum("was not taken within" in line for line in own.log) >= 5, "they are given up", 15)
        assert own.answer("db_query", {"cluster": "shop", "sql": "SELECT 1"})["rows"] == [[1]]
        assert max(map(taken, clients)) < 12_000_000
    finally:
        for client in clients:
            client.close()


def taken(client: socket.socket) -> int:
    """How much still comes until the connection ends."""
    size = 0
    with suppress(ConnectionResetError):
        while part := client.recv(65536):
            size += len(part)
    return size


def test_a_request_behind_a_refused_one_that_announced_a_body_is_not_taken_for_it(own: Stack) -> None:
    """Expect: 100-continue (RFC 9110, section 10.1.1): the body does not come, because it was refused before."""
    refused = ask(own, Expect="100-continue", Authorization="Bearer nobody")
    refused.sendall(b"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    answer = b""
    try:
        while part := refused.recv(65536):
            answer += part
    except ConnectionResetError:
        pass
    assert answer.startswith(b"HTTP/1.1 401")
    assert b"connection: close" in answer.lower()
    refused.close()
