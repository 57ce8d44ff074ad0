"""The corridor, walked bare: nothing runs unseen, nothing is told that should not be."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any
from uuid import UUID

import orjson
import pytest
from django.db import OperationalError
from pydantic import Field
from pytest_django import Settings

from accounts.principal import Principal
from accounts.scopes import Scope
from audit.facts import Facts
from audit.kinds import Kind, Result
from audit.models import Event
from mcpserver import governor
from mcpserver.governor import Context, Outcome, UnknownTool
from mcpserver.tools import TOOLS
from mcpserver.tools.spec import Arguments, Call, Effect, Tool
from tidbmcp.lib.errors import AuditUnavailable, GatewayError, NotFound, Refused, Unavailable, VaultUnavailable
from tidbmcp.lib.threads import in_control_thread

pytestmark = pytest.mark.django_db(transaction=True)

BOB = Principal(7, "bob", UUID(int=1), "tmcp_prefix00", frozenset({Scope.READ, Scope.WRITE}), False)
FACTS = Facts("r1", None, "bob", "tmcp_prefix00", "claude", "1.0", "10.0.0.1")
CONTEXT = Context(FACTS)
ROWS_SEEN = list[tuple[str, str]]


class Said(Arguments):
    """What the fake tools take."""

    cluster: Annotated[str, Field(min_length=1, max_length=20)] = "shop"
    sql: str | None = None
    number: int = 1


@dataclass
class Bench:
    """Two fake tools, and what they did: `does` is what both do."""

    ran: list[str] = field(default_factory=list)
    seen: ROWS_SEEN = field(default_factory=list)
    does: Callable[[Call], object] = lambda call: None

    async def run(self, call: Call, arguments: Said) -> dict[str, Any]:
        self.ran.append(arguments.cluster)
        self.seen = [(event.kind, event.result) for event in await events()]
        answer = self.does(call)
        if asyncio.iscoroutine(answer):
            answer = await answer
        return {"answer": answer}


async def events() -> list[Event]:
    return await in_control_thread(lambda: list(Event.objects.order_by("pk")))


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    bench = Bench()
    for name, scope, effect in (
        ("look", Scope.READ, Effect.READS),
        ("change", Scope.WRITE, Effect.CHANGES),
        ("kill", Scope.DELETE, Effect.DESTROYS),
    ):
        one = Tool(name, name.title(), f"Does {name}.", scope, effect, Said, Said, bench.run)
        monkeypatch.setitem(TOOLS, name, one)
    return bench


async def call(name: str, context: Context = CONTEXT, principal: Principal = BOB, **arguments: Any) -> Outcome:
    return await governor.call(principal, name, arguments, context)


def raises(error: BaseException) -> Callable[[Call], object]:
    def do(call: Call) -> object:
        raise error

    return do


async def test_a_read_is_answered_and_recorded(bench: Bench) -> None:
    bench.does = lambda call: "yes"
    outcome = await call("look", cluster="freight")
    assert (outcome.structured, outcome.text, outcome.is_error) == ({"answer": "yes"}, '{"answer":"yes"}', False)
    (event,) = await events()
    assert (event.kind, event.result, event.tool, event.cluster) == (Kind.CALL_FINISHED, Result.OK, "look", "freight")
    assert (event.person, event.token, event.request_id, event.address, event.client_name) == (
        "bob",
        "tmcp_prefix00",
        "r1",
        "10.0.0.1",
        "claude",
    )
    assert event.bytes == len(outcome.text)
    assert event.call_id is not None


async def test_what_the_tool_noted_is_in_the_record(bench: Bench) -> None:
    def note(call: Call) -> None:
        call.cluster, call.branch, call.rows, call.cut = "found", "b", 7, True

    bench.does = note
    await call("look")
    (event,) = await events()
    assert (event.cluster, event.branch, event.rows, event.result) == ("found", "b", 7, Result.CUT)


async def test_sql_is_recorded_without_its_literals_and_not_among_the_parameters(bench: Bench) -> None:
    await call("look", sql="SELECT 'hunter2' FROM t -- hunter2", number=4)
    (event,) = await events()
    assert (event.sql, event.parameters) == ("SELECT ? FROM t", {"number": 4})
    assert len(event.sql_digest) == 32


@pytest.mark.parametrize("name", ["query", "SQL", "statement"])
async def test_sql_under_a_wrong_name_is_recorded_without_its_literals_too(bench: Bench, name: str) -> None:
    arguments: Any = {name: "SELECT * FROM t WHERE ssn = 'hunter2'"}
    await call("look", **arguments)
    assert "hunter2" not in str((await events())[0].parameters)


async def test_an_intent_stands_in_the_record_before_a_changing_tool_runs(bench: Bench) -> None:
    await call("change")
    assert bench.seen == [(Kind.CALL_STARTED, Result.STARTED)]
    intent, outcome = await events()
    assert (outcome.kind, outcome.result) == (Kind.CALL_FINISHED, Result.OK)
    assert intent.call_id == outcome.call_id is not None


async def test_a_read_has_no_intent(bench: Bench) -> None:
    await call("look")
    assert bench.seen == []


async def test_two_calls_of_one_request_have_ids_of_their_own(bench: Bench) -> None:
    await asyncio.gather(call("look"), call("look"))
    assert len({event.call_id for event in await events()}) == 2


@pytest.mark.parametrize("name", ["no such tool", "", "LOOK", "look ", "x" * 5000, "__init__", "a\x00\ud800b"])
async def test_an_unknown_tool_is_a_fault_and_an_event(bench: Bench, name: str) -> None:
    with pytest.raises(UnknownTool):
        await call(name)
    (event,) = await events()
    assert (event.result, event.error, bench.ran) == (Result.REFUSED, "there is no such tool", [])


async def test_a_hidden_tool_answers_as_one_that_does_not_exist(bench: Bench, settings: Settings) -> None:
    settings.MCP_READ_ONLY = True
    for name in ("change", "no such tool"):
        with pytest.raises(UnknownTool):
            await call(name, wrong="argument")
    hidden, unknown = await events()
    assert (hidden.error, hidden.result) == (unknown.error, unknown.result)
    assert bench.ran == []


@pytest.mark.parametrize(
    ("name", "principal", "context", "words"),
    [
        ("kill", BOB, CONTEXT, "needs the scope mcp:delete"),
        ("change", Principal(7, "bob", UUID(int=1), "t", BOB.scopes, True), CONTEXT, "token is read-only"),
        ("change", BOB, Context(FACTS, read_only=True), "request said read-only"),
        ("look", Principal(7, "bob", UUID(int=1), "t", frozenset(), False), CONTEXT, "needs the scope mcp:read"),
    ],
    ids=["scope", "read-only token", "read-only request", "no scopes"],
)
async def test_a_refusal_runs_nothing_and_says_why(
    bench: Bench, name: str, principal: Principal, context: Context, words: str
) -> None:
    outcome = await call(name, context, principal)
    assert outcome.is_error
    assert words in outcome.text
    assert outcome.text.endswith(" (request r1)")
    assert bench.ran == []
    assert [(event.kind, event.result) for event in await events()] == [(Kind.CALL_FINISHED, Result.REFUSED)]


@pytest.mark.parametrize("context", [CONTEXT, Context(FACTS, read_only=True)], ids=["plain", "read-only request"])
async def test_a_list_shows_what_a_call_would_let_through(bench: Bench, context: Context) -> None:
    shown = {one.name for one in governor.listed(BOB, context)} & {"look", "change", "kill"}
    ran = {name for name in ("look", "change", "kill") if not (await call(name, context)).is_error}
    assert shown == ran


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"cluster": ""}, "cluster: string should have at least 1 character"),
        ({"cluster": "hunter2" * 9}, "cluster: string should have at most 20 characters"),
        ({"cluster": 7}, "cluster: input should be a valid string"),
        ({"number": "hunter2"}, "number: input should be a valid integer"),
        ({"number": 1.5}, "number: input should be a valid integer"),
        ({"number": True}, "number: input should be a valid integer"),
        ({"clutser": "hunter2"}, "'clutser' is not an argument"),
        ({"x" * 500: 1}, f"'{'x' * 60}' is not an argument"),
        ({"cluster": None}, "cluster: input should be a valid string"),
        ({"number": [["hunter2"]]}, "number: input should be a valid integer"),
    ],
)
async def test_bad_arguments_are_named_and_their_values_not_repeated(
    bench: Bench, arguments: dict[str, Any], words: str
) -> None:
    outcome = await call("look", **arguments)
    assert words in outcome.text
    assert "Its arguments: cluster, sql, number." in outcome.text
    assert "hunter2" not in outcome.text
    assert (outcome.is_error, bench.ran) == (True, [])
    assert (await events())[0].result == Result.REFUSED


async def test_many_faults_make_a_short_sentence(bench: Bench) -> None:
    arguments: Any = {f"unknown{number}": 1 for number in range(500)}
    outcome = await call("look", **arguments)
    assert len(outcome.text) < 600


@pytest.mark.parametrize(
    ("error", "result", "shown"),
    [
        (Refused("Not now."), Result.REFUSED, "Not now."),
        (NotFound("No cluster."), Result.ERROR, "No cluster."),
        (Unavailable("Down."), Result.ERROR, "Down."),
        (VaultUnavailable("Closed.", detail="hunter2"), Result.ERROR, "Closed."),
        (GatewayError("You wrote hunter2.", recorded="you wrote something"), Result.ERROR, "You wrote hunter2."),
    ],
    ids=["refused", "not found", "unavailable", "with a detail", "with other words for the record"],
)
async def test_an_error_of_a_tool_has_its_sentence_and_its_row(
    bench: Bench, error: GatewayError, result: Result, shown: str
) -> None:
    bench.does = raises(error)
    outcome = await call("look")
    assert outcome == Outcome(f"{shown} (request r1)")
    (event,) = await events()
    assert event.result == result
    assert "hunter2" not in event.error


@pytest.mark.parametrize(
    "error",
    [ValueError("hunter2"), KeyError("hunter2"), RuntimeError("hunter2"), RecursionError("hunter2"), TimeoutError("hunter2"), AssertionError("hunter2"),
     StopAsyncIteration("hunter2"), ExceptionGroup("hunter2", [ValueError("hunter2")]), MemoryError("hunter2")],
    ids=lambda error: type(error).__name__,
)  # fmt: skip
async def test_what_a_tool_forgot_is_a_calm_sentence_and_in_the_log(
    bench: Bench, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    bench.does = raises(error)
    outcome = await call("change")
    assert outcome.text == "Something failed on our side; it is in the log under this request id. (request r1)"
    assert [event.result for event in await events()] == [Result.STARTED, Result.ERROR]
    assert not [event for event in await events() if "hunter2" in event.error]
    assert [record.exc_info[1] for record in caplog.records if record.exc_info] == [error]


@pytest.mark.parametrize(
    "answer", [b"bytes", object(), {1: 2}, {1, 2}, 2**70], ids=["bytes", "object", "int keys", "set", "big int"]
)
async def test_an_answer_that_is_no_json_is_a_failure_and_not_a_crash(bench: Bench, answer: object) -> None:
    bench.does = lambda call: answer
    outcome = await call("look")
    assert outcome.text.startswith("Something failed on our side")
    assert (await events())[0].result == Result.ERROR


async def test_text_and_structure_say_the_same(bench: Bench) -> None:
    bench.does = lambda call: ["日本語", None, 1.5]
    outcome = await call("look")
    assert orjson.loads(outcome.text) == outcome.structured


@pytest.fixture
def audit_down(monkeypatch: pytest.MonkeyPatch) -> list[Result]:
    """Nothing can be written; the rows that should have been."""
    tried: list[Result] = []

    def fails(kind: Kind, result: Result, *args: object, **kwargs: object) -> None:
        tried.append(result)
        raise AuditUnavailable("It could not be written down.", detail="hunter2")

    monkeypatch.setattr(governor, "event_of", fails)
    return tried


async def test_without_an_intent_nothing_runs(bench: Bench, audit_down: list[Result]) -> None:
    outcome = await call("change")
    assert outcome == Outcome("It could not be written down. (request r1)")
    assert (bench.ran, audit_down) == ([], [Result.STARTED])


async def test_what_was_read_is_withheld_where_it_cannot_be_recorded(
    bench: Bench, audit_down: list[Result], caplog: pytest.LogCaptureFixture
) -> None:
    bench.does = lambda call: "rows"
    outcome = await call("look")
    assert outcome == Outcome("It could not be written down. (request r1)")
    assert (bench.ran, audit_down) == (["shop"], [Result.OK])
    assert "hunter2" in caplog.text


@pytest.mark.parametrize("error", [Refused("No."), ValueError("x")], ids=["refused", "failed"])
async def test_a_refusal_that_cannot_be_recorded_says_that_instead(
    bench: Bench, audit_down: list[Result], error: Exception
) -> None:
    bench.does = raises(error)
    assert await call("look") == Outcome("It could not be written down. (request r1)")


async def test_a_change_whose_outcome_cannot_be_recorded_does_not_say_that_nothing_was_done(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(call: Call) -> None:
        monkeypatch.setattr("audit.models._insert", raises(OperationalError("planted")))

    bench.does = breaks
    outcome = await call("change")
    assert bench.ran == ["shop"]
    assert "nothing was done" not in outcome.text


async def test_an_unknown_tool_stays_a_fault_or_a_sentence_when_the_audit_is_down(
    bench: Bench, audit_down: list[Result]
) -> None:
    try:
        outcome = await call("no such tool")
    except UnknownTool:
        return
    assert outcome.is_error


async def _cancelled(name: str, bench: Bench) -> None:
    running = asyncio.Event()

    async def wait(started: asyncio.Event) -> None:
        started.set()
        await asyncio.Event().wait()

    bench.does = lambda call: wait(running)
    task = asyncio.create_task(call(name))
    await running.wait()
    task.cancel()
    await task


@pytest.mark.parametrize(("name", "rows"), [("look", ["cancelled"]), ("change", ["started", "cancelled"])])
async def test_a_call_whose_client_went_away_is_recorded_as_cancelled(bench: Bench, name: str, rows: list[str]) -> None:
    with pytest.raises(asyncio.CancelledError):
        await _cancelled(name, bench)
    assert [event.result for event in await events()] == rows
    assert len({event.call_id for event in await events()}) == 1


async def test_a_cancellation_stays_one_when_the_audit_is_down(bench: Bench, audit_down: list[Result]) -> None:
    with pytest.raises(asyncio.CancelledError):
        await _cancelled("look", bench)


async def test_no_secret_of_an_argument_reaches_the_record_or_the_log(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await call("look", password="hunter2", note="Bearer hunter2hunter2")
    (event,) = await events()
    assert event.parameters == {"unknown arguments": ["note", "password"]}
    assert "hunter2" not in event.error + caplog.text


@pytest.mark.parametrize(
    ("pending", "happened", "result", "error"),
    [
        ("a cluster x was asked for", "", "unknown", f"{governor.GONE}; a cluster x was asked for"),
        ("", "the cluster 7 is being created", "cancelled", f"{governor.GONE}; the cluster 7 is being created"),
    ],
    ids=["asked for", "happened"],
)
async def test_a_cancelled_change_says_what_stands(
    bench: Bench, pending: str, happened: str, result: str, error: str
) -> None:
    running = asyncio.Event()

    async def change(call: Call) -> None:
        call.pending, call.happened = pending, happened
        running.set()
        await asyncio.Event().wait()

    bench.does = change
    task = asyncio.create_task(call("change"))
    await running.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [(event.result, event.error) for event in await events()][-1] == (result, error)


async def test_a_failure_after_a_change_says_that_the_change_stands(bench: Bench) -> None:
    def fails(call: Call) -> None:
        call.happened = "the cluster 7 is deleted"
        raise Unavailable("The vault is closed.")

    bench.does = fails
    assert (await call("change")).text == "The vault is closed. Mind: the cluster 7 is deleted. (request r1)"
