"""The JSON-RPC body before the SDK gets it: bad ones are refused, and none makes it fail."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp_types import CLIENT_INFO_META_KEY

from mcpserver.envelope import MOST_DEEP, Envelope, Fault, read_envelope

PARSE, INVALID = -32700, -32600


def body(**changes: Any) -> bytes:
    said = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "db_query"}} | changes
    return json.dumps({name: value for name, value in said.items() if value is not ...}).encode()


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (body(), Envelope("tools/call", "db_query")),
        (body(id="a"), Envelope("tools/call", "db_query")),
        (body(id=...), Envelope("tools/call", "db_query")),
        (body(method="ping", params=...), Envelope("ping")),
        (body(method="ping"), Envelope("ping")),
        (body(params={"name": 7}), Envelope("tools/call")),
        (body(params={}), Envelope("tools/call")),
        (body(params={"name": "x" * 500}), Envelope("tools/call", "x" * 100)),
        (body(method="m" * 500), Envelope("m" * 100)),
        (b" \n" + body() + b"\n", Envelope("tools/call", "db_query")),
        (b'{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call","params":{"name":"a","name":"b"}}', Envelope("tools/call", "b")),
    ],
    ids=["call", "text id", "notification", "no params", "not a call", "name is no text", "no name", "long name", "long method", "blanks",
         "said twice: the last, as the SDK reads it"],
)  # fmt: skip
def test_a_good_body(sent: bytes, expected: Envelope) -> None:
    assert read_envelope(sent) == expected


INFO = {"name": "claude", "version": "1.0"}


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (body(method="initialize", params={"clientInfo": INFO}), ("claude", "1.0")),
        (body(params={"_meta": {CLIENT_INFO_META_KEY: INFO}}), ("claude", "1.0")),
        (body(params={"clientInfo": INFO}), ("", "")),
        (body(method="initialize", params={"clientInfo": "claude"}), ("", "")),
        (body(method="initialize", params={"clientInfo": {"name": 1, "version": None}}), ("", "")),
        (
            body(method="initialize", params={"clientInfo": {"name": "n" * 500, "version": "v" * 500}}),
            ("n" * 100, "v" * 100),
        ),
        (body(params={"_meta": [INFO]}), ("", "")),
    ],
    ids=["legacy", "modern", "not an initialize", "a text", "no texts", "long", "meta is a list"],
)
def test_what_it_says_of_its_client(sent: bytes, expected: tuple[str, str]) -> None:
    found = read_envelope(sent)
    assert isinstance(found, Envelope)
    assert (found.client_name, found.client_version) == expected


def nested(depth: int) -> bytes:
    return b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":' + b"[" * depth + b"]" * depth + b"}}"


@pytest.mark.parametrize(
    ("sent", "code", "words"),
    [
        (b"", PARSE, "not valid JSON"),
        (b"{", PARSE, "not valid JSON"),
        (b"\xff\xfe", PARSE, "not valid JSON"),
        (body().decode().encode("utf-16"), PARSE, "not valid JSON"),
        (b"\xef\xbb\xbf" + body(), PARSE, "not valid JSON"),
        (body() + body(), PARSE, "not valid JSON"),
        (body(params={"a": float("nan")}), PARSE, "not valid JSON"),
        (b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":1e999}}', PARSE, "not valid JSON"),
        (b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":"\\ud800"}}', PARSE, "not valid JSON"),
        (b"[" * 100_000, PARSE, "not valid JSON"),
        (b"[]", INVALID, "Batches"),
        (b"[" + body() + b"]", INVALID, "Batches"),
        (b"null", INVALID, "one JSON-RPC 2.0 object"),
        (b'"ping"', INVALID, "one JSON-RPC 2.0 object"),
        (body(jsonrpc="1.0"), INVALID, "one JSON-RPC 2.0 object"),
        (body(jsonrpc=2.0), INVALID, "one JSON-RPC 2.0 object"),
        (body(jsonrpc=...), INVALID, "one JSON-RPC 2.0 object"),
        (body(method=...), INVALID, "no method"),
        (body(method=""), INVALID, "no method"),
        (body(method=7), INVALID, "no method"),
        (body(method=["ping"]), INVALID, "no method"),
        (b'{"jsonrpc":"2.0","id":1,"result":{}}', INVALID, "no method"),
        (body(params=[]), INVALID, "params"),
        (body(params=None), INVALID, "params"),
        (body(params="x"), INVALID, "params"),
        (body(id=None), INVALID, "id must be"),
        (body(id=True), INVALID, "id must be"),
        (body(id=1.5), INVALID, "id must be"),
        (body(id=[1]), INVALID, "id must be"),
        (body(id=2**70), INVALID, "id must be"),
        (nested(MOST_DEEP), INVALID, "nested deeper"),
        (nested(900), INVALID, "nested deeper"),
    ],
)
def test_a_bad_body_is_a_fault_with_a_sentence(sent: bytes, code: int, words: str) -> None:
    found = read_envelope(sent)
    assert isinstance(found, Fault)
    assert found.code == code
    assert words in found.sentence


def test_nesting_up_to_the_limit_is_read() -> None:
    assert read_envelope(nested(MOST_DEEP - 2)) == Envelope("ping")


def test_nesting_in_objects_counts_as_well() -> None:
    deep = b'{"a":' * MOST_DEEP + b"1" + b"}" * MOST_DEEP
    assert isinstance(read_envelope(body(params={"x": 1}).replace(b'{"x": 1}', deep)), Fault)


@given(st.binary())
def test_no_bytes_make_it_fail(sent: bytes) -> None:
    assert isinstance(read_envelope(sent), Envelope | Fault)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(("id", "method", "params"), JSON)))
def test_no_message_makes_it_fail(message: dict[str, Any]) -> None:
    assert isinstance(read_envelope(json.dumps({"jsonrpc": "2.0", **message}).encode()), Envelope | Fault)
