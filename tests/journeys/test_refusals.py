"""What comes in wrong: each gets a clear answer, an event, and a product that still works."""

import json
from typing import Any

import httpx2
import pytest

from tests.stack import Stack

PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
CALL = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "my_access", "arguments": {}}}

TURNED_AWAY: list[tuple[str, int, str, dict[str, Any]]] = [
    ("a foreign host", 403, "host name is not served", {"headers": {"Host": "evil.example.com"}}),
    ("a foreign origin", 403, "this origin may not", {"headers": {"Origin": "https://evil.example.com"}}),
    ("no origin at all in quotes", 403, "this origin may not", {"headers": {"Origin": "null"}}),
    ("GET", 405, "Send POST", {"method": "GET"}),
    ("DELETE", 405, "Send POST", {"method": "DELETE"}),
    ("nine megabytes", 413, "larger than 4,194,304", {"body": b"[" + b" " * 9_000_000 + b"]"}),
    ("no token", 401, "Authorization: Bearer", {"token": ""}),
    ("a word as a token", 401, "not accepted", {"token": "hello"}),
    ("a mistyped token", 401, "not accepted", {"token": "tmcp_" + "a" * 46}),
    ("basic credentials", 401, "Authorization: Bearer", {"headers": {"Authorization": "Basic YTpi"}}),
    ("a token in the address", 401, "never accepted", {"token": "", "query": "?token=tmcp_abcdefgh12345"}),
    ("an unknown parameter", 400, "Only the parameter readonly", {"query": "?read_only=true"}),
    ("a read-only nobody understands", 400, "must be true or false", {"headers": {"x-read-only": "yess"}}),
    ("a readonly nobody understands", 400, "must be true or false", {"query": "?readonly=maybe"}),
    ("no JSON", 400, "not valid JSON", {"body": b'{"jsonrpc": "2.0", '}),
    ("a batch", 400, "Batches are not served", {"body": [PING, PING]}),
    ("a text", 400, "one JSON-RPC 2.0 object", {"body": b'"hello"'}),
    ("JSON-RPC 1.0", 400, "one JSON-RPC 2.0 object", {"body": {"id": 1, "method": "ping"}}),
    ("an answer", 400, "has no method", {"body": {"jsonrpc": "2.0", "id": 1, "result": {}}}),
    ("params in a list", 400, "params must be an object", {"body": PING | {"params": [1]}}),
    ("a very deep body", 400, "nested deeper", {"body": b'{"jsonrpc":"2.0","id":1,"method":"ping","params":' + b'{"a":' * 300 + b"1" + b"}" * 301}),
    ("a lone surrogate", 400, "not valid JSON", {"body": b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":"\\ud800"}}'}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("address", "status", "sentence", "options"),
    [(f"127.0.7.{number}", *row[1:]) for number, row in enumerate(TURNED_AWAY, 1)],
    ids=[row[0] for row in TURNED_AWAY],
)
def test_it_is_turned_away_with_a_sentence_and_an_event(
    stack: Stack, address: str, status: int, sentence: str, options: dict[str, Any]
) -> None:
    # Each from an address of its own: of one address only a few refusals a minute are written singly.
    options = {"address": address, **options}
    response = stack.post(options.pop("body", PING), **options)
    assert response.status_code == status
    error = response.json()["error"]
    assert sentence in error["message"]
    assert response.headers["x-request-id"] == error["data"]["request_id"]
    rows = stack.events("request_id = ?", error["data"]["request_id"])
    assert [row["result"] for row in rows] == ["refused"]
    assert stack.post(PING).status_code == 200


def test_a_401_says_how_to_authenticate(stack: Stack) -> None:
    without, wrong = stack.post(PING, token=""), stack.post(PING, token="tmcp_wrong")
    assert without.headers["www-authenticate"] == 'Bearer realm="tidbmcp"'
    assert 'error="invalid_token"' in wrong.headers["www-authenticate"]


def test_an_expired_token_and_a_revoked_one_are_refused(stack: Stack) -> None:
    token = stack.token()
    assert stack.post(PING, token=token).status_code == 200
    change = (
        "from accounts.models import *; from tidbmcp.lib.clock import now; from audit.facts import NOBODY;"
        f"t = AccessToken.objects.get(lookup={token[:13]!r});"
    )
    stack.manage("shell", "-v0", "-c", change + "t.expires_at = now(); t.save()")
    assert stack.post(PING, token=token).status_code == 401
    stack.manage("shell", "-v0", "-c", change + "t.expires_at = None; t.save(); t.revoke(NOBODY)")
    assert stack.post(PING, token=token).status_code == 401


def test_the_order_of_checks_is_host_method_size_token_body(stack: Stack) -> None:
    everything: dict[str, Any] = {
        "token": "",
        "query": "?x=1",
        "headers": {"Host": "evil.example.com"},
        "method": "PUT",
    }
    steps = [("headers", 403), ("method", 405), ("body", 413), ("token", 401), ("query", 400)]
    everything["body"] = b"{" * 5_000_000
    for mended, status in steps:
        options = dict(everything)
        response = stack.post(options.pop("body", b"{"), **options)
        assert response.status_code == status, mended
        everything.pop(mended)


BAD_CALLS = [
    ("a missing argument", "db_query", {"cluster": "shop"}, "sql: field required"),
    ("an unknown argument", "db_query", {"cluster": "shop", "sql": "SELECT 1", "limit": 5}, "'limit' is not an argument"),
    ("a number for a text", "tidbcloud_get_cluster", {"cluster": 7}, "should be a valid string"),
    ("a text for a number", "db_query", {"cluster": "shop", "sql": "SELECT 1", "max_rows": "5"}, "valid integer"),
    ("no rows", "db_query", {"cluster": "shop", "sql": "SELECT 1", "max_rows": 0}, "greater than or equal to 1"),
    ("too many a page", "tidbcloud_list_clusters", {"page_size": 1000}, "less than or equal to 100"),
    ("a page token of nobody", "tidbcloud_list_clusters", {"page_token": "!!!"}, "Leave it out to start again"),
    ("an unknown cluster", "show_databases", {"cluster": "shopp"}, "Near it: shop."),
    ("an unknown branch", "db_query", {"cluster": "shop", "branch": "nope", "sql": "SELECT 1"}, "There is no branch 'nope'"),
    ("an unknown id", "tidbcloud_get_cluster", {"cluster": "999"}, "There is no cluster '999'"),
    ("an unknown database", "show_tables", {"cluster": "shop", "database": "nope"}, "There are: "),
    ("an unknown database to query", "db_query", {"cluster": "shop", "sql": "SELECT 1", "database": "nope"}, "There is no database"),
    ("a system database", "db_query", {"cluster": "shop", "sql": "SELECT 1", "database": "mysql"}, "not open here"),
    ("a write", "db_query", {"cluster": "shop", "sql": "UPDATE shop.orders SET id = 1"}, "UPDATE is not a word"),
    ("two statements", "db_query", {"cluster": "shop", "sql": "SELECT 1; DROP TABLE shop.orders"}, "One statement a call"),
    ("a comment that runs", "db_query", {"cluster": "shop", "sql": "SELECT /*!99999 1*/ 1"}, "Comments that run"),
    ("a change behind a comment", "db_query", {"cluster": "shop", "sql": "-- x\nDELETE FROM shop.orders"}, "DELETE is not a word that reading starts with"),
    ("a wrong column", "db_query", {"cluster": "shop", "sql": "SELECT nope FROM shop.orders"}, "Unknown column"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("tool", "arguments", "sentence"), [row[1:] for row in BAD_CALLS], ids=[row[0] for row in BAD_CALLS]
)
def test_a_wrong_call_gets_a_sentence_that_helps(
    stack: Stack, tool: str, arguments: dict[str, Any], sentence: str
) -> None:
    result = stack.call(tool, arguments)["result"]
    assert result["isError"] is True
    assert sentence in result["content"][0]["text"]
    assert stack.events()[-1]["tool"] == tool
    assert stack.events()[-1]["result"] in {"refused", "error"}


@pytest.mark.parametrize(
    "headers",
    [{"Accept": "text/html"}, {"Content-Type": "text/plain"}, {"MCP-Protocol-Version": "1999-01-01"}],
    ids=["accept", "content-type", "revision"],
)
def test_a_call_that_the_protocol_refuses_is_an_event_too(stack: Stack, headers: dict[str, str]) -> None:
    response = stack.post(CALL, headers=headers)
    assert 400 <= response.status_code < 500
    row = stack.events("request_id = ?", response.headers["x-request-id"])[-1]
    assert (row["tool"], row["result"]) == ("my_access", "refused")


def test_an_answer_never_carries_a_trace_of_the_code(stack: Stack) -> None:
    response = stack.post(CALL | {"params": {"name": {"deep": 1}, "arguments": "x"}})
    assert "Traceback" not in response.text
    assert "/mcpserver/" not in response.text


@pytest.mark.parametrize(
    "path", ["/", "/nowhere", "/static/nowhere.css", "/admin/", "/api/health", "/api/nope", "/mcp"]
)
def test_security_headers_stand_on_every_path_and_status(stack: Stack, path: str) -> None:
    response = httpx2.get(stack.url + path, trust_env=False)
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["x-frame-options"] == "DENY"
    assert response.headers["referrer-policy"]
    assert "unsafe" not in response.headers["content-security-policy"]
    assert "server" not in response.headers


def test_an_address_over_its_rate_waits_and_is_told_how_long(tmp_path: Any, stack: Stack) -> None:
    narrow = Stack(stack.folder, 0, stack.environment, stack.sandbox, stack.run)
    narrow.start(RATE_LIMIT_PER_ADDRESS="3")
    try:
        statuses = [narrow.post(PING, headers={"Host": f"127.0.0.1:{narrow.port}"}) for _ in range(5)]
    finally:
        narrow.stop()
    assert [response.status_code for response in statuses] == [200, 200, 200, 429, 429]
    assert 1 <= int(statuses[-1].headers["retry-after"]) <= 60
    assert "Wait" in json.loads(statuses[-1].text)["error"]["message"]


def test_a_call_without_a_tools_name_is_one_refused_row(stack: Stack) -> None:
    response = stack.post(CALL | {"params": {"nam": 1}})
    rows = stack.events("request_id = ?", response.headers["x-request-id"])
    assert [row["result"] for row in rows] == ["refused"]
