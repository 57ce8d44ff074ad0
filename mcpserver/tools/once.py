"""What a caller may repeat without doing it twice: a call with a `request_key`.

The idea is that of the IETF's draft "The Idempotency-Key HTTP Header Field". Without a key nothing is taken for a duplicate.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Annotated, Any, Final

import orjson
from django.conf import settings
from django.db import Error as DatabaseFailure
from pydantic import Field

from mcpserver.request_keys import record
from mcpserver.request_keys.models import RequestKey, State
from mcpserver.request_keys.record import Asked
from mcpserver.tools.spec import Call
from tidbmcp.lib.clock import now
from tidbmcp.lib.errors import BadInput, GatewayError, Unavailable
from tidbmcp.lib.threads import in_control_thread, uncancelled

logger = logging.getLogger(__name__)

SLACK: Final = timedelta(minutes=2)
"""Beyond its longest time, after which a call that is still running has died."""

RequestKeyText = Annotated[
    str | None,
    Field(
        min_length=1,
        max_length=64,
        pattern=r"^[!-~]+$",
        description="A name of yours for this call, in ASCII without blanks: with it again, within a day, it is not run twice.",
    ),
]


class Unsure(GatewayError):
    """The first call with this key was begun, and nobody knows how it ended."""

    code = "outcome_unknown"
    outcome_unknown = True


Run = Callable[[], Awaitable[dict[str, Any]]]


async def once(call: Call, asked: Asked | None, run: Run) -> dict[str, Any]:
    """Run it, or answer from the record where it ran before; the answer's `repeated` says which. Raises as `run` does."""
    if asked is None:
        return {**await run(), "repeated": False}
    try:
        first = await uncancelled(in_control_thread(record.claim, asked))
    except asyncio.CancelledError:
        await _settled(partial(record.release, asked))
        raise
    except DatabaseFailure as error:
        raise Unavailable(
            "Whether this request_key was used could not be looked up, so nothing was run.", detail=str(error)
        ) from error
    if first is not None:
        call.noted["call that had this request_key first"] = str(first.call_id)
        return _again(first, asked)
    return {**await _first(call, asked, run), "repeated": False}


async def _first(call: Call, asked: Asked, run: Run) -> dict[str, Any]:
    try:
        answer = await run()
    except GatewayError as error:
        state = State.UNKNOWN if error.outcome_unknown else State.FAILED
        await _keep(call, asked, state, error.recorded)
        raise
    except (Exception, asyncio.CancelledError):
        await _keep(call, asked, State.UNKNOWN if call.pending else State.FAILED, "It was cut off.")
        raise
    await _settled(partial(record.settle, asked, State.DONE, orjson.dumps(_kept(answer)).decode()))
    return answer


def _kept(answer: dict[str, Any]) -> dict[str, Any]:
    """Without the server's own texts, which may hold what is stored there: the record is no vault."""
    results = [one | {"warnings": []} for one in answer.get("results", [])]
    return answer | ({"results": results} if results else {})


async def _keep(call: Call, asked: Asked, state: State, told: str) -> None:
    """How it failed; where nothing was done, that it may be tried again."""
    if state is State.FAILED and not call.happened:
        await _settled(partial(record.release, asked))
    else:
        stands = "; ".join(filter(None, (call.happened, call.pending)))
        await _settled(partial(record.settle, asked, state, f"{told} ({stands})" if stands else told))


async def _settled(write: Callable[[], None]) -> None:
    """A row that could not be written stays "running", and is later told as unknown."""
    try:
        await uncancelled(in_control_thread(write))
    except DatabaseFailure as error:
        logger.error("a request_key could not be settled: %s", error)  # noqa: TRY400 - no traceback tells more


def _again(first: RequestKey, asked: Asked) -> dict[str, Any]:
    """The answer of the first call, or what is known of it. Raises GatewayError where it had none."""
    if first.arguments != asked.digest:
        raise BadInput("This request_key was used for another call, so nothing was run: take a new one for this call.")
    match first.state:
        case State.DONE:
            return {**orjson.loads(first.told), "repeated": True}
        case State.FAILED:
            raise GatewayError(f"The first call with this request_key failed: {first.told} It was not run again.")
        case State.RUNNING if now() - first.begun_at < timedelta(seconds=settings.SQL_MAX_WRITE_SECONDS) + SLACK:
            raise Unavailable("The first call with this request_key is still running. Ask again in a few seconds.")
        case State.RUNNING:
            raise Unsure(
                "The first call with this request_key was begun and never ended here, so its outcome is unknown. It was not run "
                "again: look before you do, with a new key."
            )
        case _:
            raise Unsure(
                f"The outcome of the first call with this request_key is unknown: {first.told} It was not run again."
            )
