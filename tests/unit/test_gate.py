"""The gate in pure ASGI: who comes in, in which order the rest is turned away, and what is written down."""

import json
from typing import Any
from uuid import UUID

import pytest
from django.core.cache import cache
from django.db import OperationalError
from pytest_django import Settings
from starlette.types import Message, Receive, Scope, Send

from accounts.models import AccessToken, User
from accounts.scopes import Scope as Right
from accounts.tokens import new_token
from audit.kinds import Kind, Result
from audit.models import Event
from audit.refusals import Refusals
from mcpserver import gate as gate_module
from mcpserver.gate import Gate
from mcpserver.protocol import SCOPE_KEY, Passage
from tidbmcp.lib.errors import AuditUnavailable
from tidbmcp.lib.threads import in_control_thread

pytestmark = pytest.mark.django_db(transaction=True)

PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
CALL = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "db_query"}}


class Sdk:
    """The far end: keeps what it was given, and answers `status`."""

    def __init__(self, status: int = 200, *, reaches: bool = True) -> None:
        self.status, self.reaches = status, reaches
        self.passage: Passage | None = None
        self.body = b""
        self.scope: Scope = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope, self.passage, self.body = scope, scope[SCOPE_KEY], (await receive())["body"]
        self.passage.reached = self.reaches
        await send({"type": "http.response.start", "status": self.status, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})


@pytest.fixture(autouse=True)
def deployment(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    cache.clear()
    monkeypatch.setattr(gate_module, "REFUSALS", Refusals())
    settings.MCP_MAX_BODY_BYTES = 1024
    return settings


@pytest.fixture
def token(bob: User) -> str:
    return AccessToken.make(bob, name="x", scopes=[Right.READ])[1].text


async def ask(
    token: str | None,
    message: object = PING,
    *,
    sdk: Sdk | None = None,
    more: dict[str, str] | None = None,
    chunks: list[bytes] | None = None,
    **changes: Any,
) -> tuple[int, dict[str, str], dict[str, Any]]:
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    said = {"host": "testserver", **({"authorization": f"Bearer {token}"} if token else {}), **(more or {})}
    scope = {
        "type": "http", "method": "POST", "path": "/mcp", "query_string": b"", "scheme": "http", "client": ("10.0.0.1", 1), "request_id": "r1",
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in said.items()],
    }  # fmt: skip
    pieces = [body] if chunks is None else chunks
    waiting: list[Message] = [
        {"type": "http.request", "body": piece, "more_body": index < len(pieces) - 1}
        for index, piece in enumerate(pieces)
    ]
    sent: list[Message] = []

    async def receive() -> Message:
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

    async def send(piece: Message) -> None:
        sent.append(piece)

    await Gate(sdk or Sdk())(scope | changes, receive, send)
    if not sent:
        return 0, {}, {}
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, json.loads(sent[1]["body"])


async def rows(**fields: Any) -> list[Event]:
    return await in_control_thread(
        lambda: list(Event.objects.exclude(kind=Kind.TOKEN_MADE).filter(**fields).order_by("pk"))
    )


FAULTS: list[tuple[str, int, dict[str, Any]]] = [
    ("host", 403, {"more": {"host": "evil.example.com"}}),
    ("method", 405, {"method": "GET"}),
    ("token", 401, {"token": None}),
    ("parameters", 400, {"query_string": b"readonly=yess"}),
    ("size", 413, {"message": b"x" * 2000}),
]


@pytest.mark.parametrize("first", range(len(FAULTS)), ids=[name for name, *_ in FAULTS])
async def test_faults_are_told_in_order(first: int, token: str) -> None:
    """A request with this fault and all later ones is turned away for this one."""
    wrong: dict[str, Any] = {"token": token, "message": b"not JSON"}
    for _, _, changes in FAULTS[first:]:
        wrong |= changes
    status, headers, answer = await ask(**wrong)
    assert status == FAULTS[first][1]
    assert (answer["jsonrpc"], answer["id"], answer["error"]["data"]) == ("2.0", None, {"request_id": "r1"})
    assert headers["cache-control"] == "no-store"


async def test_a_good_request_goes_through_with_its_body_and_who_it_is(token: str) -> None:
    sdk = Sdk()
    assert (await ask(token, sdk=sdk))[0] == 200
    assert json.loads(sdk.body) == PING
    assert sdk.passage is not None
    principal = sdk.passage.principal
    assert (principal.person, principal.scopes, principal.token) == ("bob", frozenset({Right.READ}), token[:13])
    assert (sdk.passage.context.facts.request_id, sdk.passage.context.facts.address) == ("r1", "10.0.0.1")


async def test_the_text_of_the_token_goes_no_further_than_the_gate(token: str) -> None:
    sdk = Sdk()
    await ask(token, sdk=sdk)
    inside = {name: value for name, value in sdk.scope.items() if name != "headers"}
    assert token not in repr(inside) + repr(vars(inside["user"])) + repr(inside["user"].access_token)


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT", "OPTIONS", "HEAD"])
async def test_only_post_is_served(method: str, token: str) -> None:
    status, headers, _ = await ask(token, method=method)
    assert (status, headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"message": b"x" * 1025}, 413),
        ({"chunks": [b"x" * 600, b"x" * 600]}, 413),
        ({"more": {"content-length": "1025"}}, 413),
        ({"more": {"content-length": "-1"}}, 413),
        ({"more": {"content-length": "ten"}}, 413),
        ({"more": {"content-length": "\xb2"}}, 413),
        ({"more": {"content-length": "9" * 4000}}, 413),
        ({"more": {"content-length": "40"}}, 200),
        ({"chunks": [json.dumps(PING).encode()[:9], json.dumps(PING).encode()[9:]]}, 200),
    ],
    ids=["long", "long in pieces", "declared", "negative", "a word", "a raised two", "endless", "honest", "in pieces"],
)
async def test_a_body_is_only_so_long(token: str, changes: dict[str, Any], status: int) -> None:
    assert (await ask(token, **changes))[0] == status


@pytest.mark.parametrize("wrong", [{"token": None}, {"token": "tmcp_unknown"}, {"query_string": b"readonly=yess"}])
async def test_the_body_of_a_stranger_is_not_read(token: str, wrong: dict[str, Any]) -> None:
    status, _, _ = await ask(**{"token": token, "chunks": [], **wrong})  # who asks for it is told that they are gone
    assert status in (400, 401)


@pytest.mark.parametrize(
    ("more", "closes"),
    [({"expect": "100-continue"}, True), ({"transfer-encoding": "chunked"}, True), ({"content-length": "40"}, False)],
)
async def test_after_a_refusal_nothing_is_taken_for_the_body_that_was_announced(
    more: dict[str, str], closes: bool
) -> None:
    status, headers, _ = await ask(None, more=more)
    assert (status, headers.get("connection") == "close") == (401, closes)


async def test_a_client_that_goes_in_the_middle_of_its_body_is_not_answered(token: str) -> None:
    assert await ask(token, chunks=[]) == (0, {}, {})
    assert await rows() == []


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"revoked_at": "2026-01-01T00:00:00Z"}, "revoked"),
        ({"expires_at": "2026-01-01T00:00:00Z"}, "expired"),
        ({"digest": "0" * 64}, "no such token"),
    ],
    ids=["revoked", "expired", "not ours"],
)
async def test_a_token_that_opens_nothing_is_challenged_and_its_reason_kept_for_us(
    token: str, changes: dict[str, str], why: str
) -> None:
    await in_control_thread(AccessToken.objects.update, **changes)
    status, headers, answer = await ask(token)
    assert status == 401
    assert 'error="invalid_token"' in headers["www-authenticate"]
    assert why not in answer["error"]["message"].replace("expired or revoked", "")
    (event,) = await rows(kind=Kind.AUTH_REFUSED)
    assert (event.error, event.token, event.address, event.result) == (why, token[:13], "10.0.0.1", Result.REFUSED)


async def test_all_tokens_that_open_nothing_get_the_same_answer(token: str) -> None:
    answers = [await ask(new_token().text), await ask("nonsense"), await ask(token[:-1])]
    await in_control_thread(AccessToken.objects.update, revoked_at="2026-01-01T00:00:00Z")
    answers.append(await ask(token))
    assert [answer == answers[0] for answer in answers] == [True] * 4


async def test_without_a_token_there_is_a_challenge_without_an_error(token: str) -> None:
    status, headers, answer = await ask(None)
    assert (status, headers["www-authenticate"]) == (401, 'Bearer realm="tidbmcp"')
    assert "/me/tokens/" in answer["error"]["message"]


async def test_a_token_in_the_address_does_not_let_in_and_is_written_nowhere(token: str) -> None:
    status, _, answer = await ask(None, query_string=f"access_token={token}".encode())
    assert status == 401
    assert token not in str(answer)
    assert not [event for event in await rows() if token[13:] in str(vars(event))]


@pytest.mark.parametrize(
    ("query", "header", "expected"), [(b"", "true", True), (b"readonly=1", "", True), (b"", "", False)]
)
async def test_read_only_is_taken_along(token: str, query: bytes, header: str, expected: bool) -> None:
    sdk = Sdk()
    await ask(token, sdk=sdk, query_string=query, more={"x-read-only": header} if header else None)
    assert sdk.passage is not None
    assert sdk.passage.context.read_only is expected


async def test_a_bad_body_of_somebody_known_is_refused_and_recorded_once(token: str) -> None:
    status, _, answer = await ask(token, b"[]")
    assert (status, answer["error"]["code"]) == (400, -32600)
    (event,) = await rows()
    assert (event.kind, event.result, event.person) == (Kind.REQUEST_REFUSED, Result.REFUSED, "bob")


async def test_a_request_that_is_no_call_is_recorded_here_and_a_call_is_left_to_the_governor(token: str) -> None:
    await ask(token, PING)
    await ask(token, CALL)
    assert [(event.kind, event.tool) for event in await rows()] == [(Kind.REQUEST_FINISHED, "ping")]


@pytest.mark.parametrize("status", [200, 400])
async def test_a_call_that_the_sdk_refuses_by_itself_is_recorded_once(token: str, status: int) -> None:
    await ask(token, CALL, sdk=Sdk(status, reaches=False))
    (event,) = await rows()
    assert (event.kind, event.result, event.tool, event.person) == (
        Kind.CALL_FINISHED,
        Result.REFUSED,
        "db_query",
        "bob",
    )


async def test_an_initialize_is_remembered_for_later_calls_that_do_not_say(token: str) -> None:
    info = {"name": "claude", "version": "1.0"}
    await ask(token, PING | {"method": "initialize", "params": {"clientInfo": info}})
    await ask(token, PING, more={"user-agent": "python"})
    assert [(event.client_name, event.client_version) for event in await rows()] == [("claude", "1.0")] * 2


async def test_an_address_over_its_rate_is_told_how_long_to_wait(token: str, settings: Settings) -> None:
    settings.RATE_LIMIT_PER_ADDRESS = 2
    answers = [await ask(token) for _ in range(3)]
    assert [status for status, *_ in answers] == [200, 200, 429]
    assert 1 <= int(answers[2][1]["retry-after"]) <= 60
    assert (await ask(token, client=("10.0.0.2", 1)))[0] == 200


@pytest.mark.parametrize(
    "error", [OperationalError("hunter2"), AuditUnavailable("no", detail="hunter2")], ids=["database", "audit"]
)
async def test_where_nobody_can_be_known_or_recorded_nobody_comes_in(
    token: str, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*args: object) -> None:
        raise error

    monkeypatch.setattr(gate_module, "authenticate", fails)
    sdk = Sdk()
    status, _, answer = await ask(token, sdk=sdk)
    assert (status, sdk.passage) == (503, None)
    assert "hunter2" not in str(answer)


async def test_a_count_that_is_down_lets_nobody_through(token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate_module, "over_rate", lambda address: -1)
    assert (await ask(token))[0] == 503


async def test_a_refusal_that_cannot_be_recorded_is_still_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*args: object, **kwargs: object) -> None:
        raise AuditUnavailable("no")

    monkeypatch.setattr("audit.refusals.record", fails)
    assert (await ask(None))[0] == 401


async def test_strangers_are_counted_and_not_each_written(token: str) -> None:
    for _ in range(8):
        await ask(None)
    assert len(await rows(kind=Kind.AUTH_REFUSED)) == 5


async def test_what_a_stranger_sends_as_its_name_is_kept_as_data() -> None:
    await ask(None, more={"user-agent": "a\x1b[31m Bearer hunter2hunter2"})
    (event,) = await rows()
    assert event.client_name == "a⟦U+001B⟧[31m [redacted]"


async def test_a_request_without_an_address_or_an_id_is_served(token: str) -> None:
    status, _, _ = await ask(token, client=None, request_id=None)
    assert status == 200
    assert UUID((await rows())[0].request_id).version == 7
