"""Answers take the place of their mark, whole, once and nowhere else; a stream of one message is JSON."""

import asyncio
import json
from typing import Any

import pytest
from starlette.types import Message

from mcpserver.splice import PIECE, Splice

MARK = "0190aaaa"
ANSWER = {"rows": [['a "quoted" word', "日本語", MARK, None]]}
TEXT = json.dumps(ANSWER, ensure_ascii=False)
JSON, STREAM = b"application/json", b"text/event-stream"


def carried(mark: str = MARK, **more: Any) -> bytes:
    """As the SDK writes it."""
    result = {"content": [{"text": mark, "type": "text"}], "isError": False, "structuredContent": {mark: True}}
    return json.dumps({"jsonrpc": "2.0", "id": 1, **more, "result": result}, separators=(",", ":")).encode()


def event(data: bytes) -> bytes:
    return b"event: message\r\ndata: " + data + b"\r\n\r\n"


async def sent(kind: bytes, *bodies: bytes, keep: str | None = TEXT) -> tuple[dict[bytes, bytes], bytes, list[Message]]:
    """Headers, body, and the messages that came out."""
    out: list[Message] = []

    async def send(message: Message) -> None:
        out.append(message)

    splice = Splice(send)
    splice._mark = MARK
    if keep is not None:
        assert splice.keep(keep) == MARK
    headers = [(b"content-type", kind), (b"x-more", b"1")]
    if kind == JSON:
        headers.append((b"content-length", b"%d" % len(bodies[0])))
    await splice.send({"type": "http.response.start", "status": 200, "headers": headers})
    for number, body in enumerate(bodies, 1):
        more = kind == STREAM or number < len(bodies)
        await splice.send({"type": "http.response.body", "body": body, "more_body": more})
    if kind == STREAM:
        await splice.send({"type": "http.response.body", "body": b"", "more_body": False})
    body = b"".join(message["body"] for message in out if message["type"] == "http.response.body")
    return dict(out[0]["headers"]), body, out


@pytest.mark.parametrize(("kind", "wrapped"), [(JSON, carried()), (STREAM, event(carried()))], ids=["json", "stream"])
async def test_the_answer_takes_the_place_of_its_mark(kind: bytes, wrapped: bytes) -> None:
    headers, body, messages = await sent(kind, wrapped)
    result = json.loads(body)["result"]
    assert (result["structuredContent"], result["content"][0]["text"]) == (ANSWER, TEXT)
    assert headers == {b"content-type": JSON, b"x-more": b"1", b"content-length": b"%d" % len(body)}
    assert [message.get("more_body") for message in messages] == [None, False]


async def test_what_an_answer_says_of_the_mark_stays() -> None:
    planted = json.dumps({"rows": [[MARK, {MARK: True}, f'"{MARK}"']]}, separators=(",", ":"))
    _, body, _ = await sent(JSON, carried(), keep=planted)
    assert json.loads(body)["result"]["structuredContent"] == json.loads(planted)
    assert json.loads(body)["result"]["content"][0]["text"] == planted


async def test_a_revision_without_structure_gets_the_text_alone() -> None:
    result = {"content": [{"text": MARK, "type": "text"}], "isError": False}
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "result": result}, separators=(",", ":")).encode()
    assert json.loads((await sent(STREAM, event(body)))[1])["result"]["content"][0]["text"] == TEXT


@pytest.mark.parametrize(
    "first",
    [
        b": ping - 2026-11-22\r\n\r\n",
        event(b'{"jsonrpc":"2.0","method":"notifications/progress","params":{}}'),
        event(b'{"jsonrpc":"2.0","id":1,"method":"elicitation/create","params":{}}'),
    ],
    ids=["a sign of life", "progress", "a question of the server's"],
)
async def test_a_stream_of_more_than_its_answer_stays_one(first: bytes) -> None:
    headers, body, messages = await sent(STREAM, first, event(carried()))
    assert headers[b"content-type"] == STREAM
    assert b"content-length" not in headers
    assert body.startswith(first)
    data = body.removeprefix(first).removeprefix(b"event: message\r\ndata: ")
    assert json.loads(data)["result"]["structuredContent"] == ANSWER
    assert messages[-1]["more_body"] is False


async def test_what_carries_no_mark_is_as_it_was() -> None:
    plain = b'{"jsonrpc":"2.0","id":1,"result":{"isError":true}}'
    headers, body, _ = await sent(JSON, plain, keep=None)
    assert (body, headers[b"content-length"]) == (plain, b"%d" % len(plain))


async def test_the_mark_is_only_a_word_where_nothing_was_kept() -> None:
    told = json.dumps({"data": {"request_id": MARK}}).encode()
    assert (await sent(JSON, told, keep=None))[1] == told


@pytest.mark.parametrize("number", [1, -7, "seven", 'a "quoted" id', "日本語", MARK])
async def test_whatever_the_id_is_an_answer_is_one(number: int | str) -> None:
    headers, body, _ = await sent(STREAM, event(carried(id=number)))
    assert headers[b"content-type"] == JSON
    answer = json.loads(body)
    assert answer["result"]["structuredContent"] == ANSWER


async def test_an_answer_without_a_body_leaves_too() -> None:
    headers, body, messages = await sent(JSON, b"", keep=None)
    assert (headers[b"content-length"], body, len(messages)) == (b"0", b"", 2)


async def test_a_client_that_does_not_take_its_answer_is_given_up(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("mcpserver.splice.PATIENCE", 0.01)
    taken: list[Message] = []

    async def send(message: Message) -> None:
        taken.append(message)
        if len(taken) == 3:
            await asyncio.Event().wait()

    splice = Splice(send)
    await splice.send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", JSON)]})
    await splice.send({"type": "http.response.body", "body": b"x" * 1_000_000})
    await splice.send({"type": "http.response.body", "body": b"", "more_body": False})
    assert "was not taken within" in caplog.text
    assert all(message.get("more_body", True) for message in taken)
    assert sum(len(message.get("body", b"")) for message in taken) <= 2 * PIECE


async def test_a_long_answer_leaves_whole_in_pieces() -> None:
    long = json.dumps({"rows": ["日本語" * 100_000]}, ensure_ascii=False)
    headers, body, messages = await sent(STREAM, event(carried()), keep=long)
    assert headers[b"content-length"] == b"%d" % len(body)
    assert json.loads(body)["result"]["content"][0]["text"] == long
    assert [message.get("more_body") for message in messages[1:]] == [True] * (len(messages) - 2) + [False]
    assert max(len(message.get("body", b"")) for message in messages) <= PIECE
