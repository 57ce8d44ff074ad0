"""What changes something goes on when its caller goes away, and leaves word of how far it came."""

import asyncio
from collections.abc import Awaitable

import pytest

from accounts.principal import Principal
from audit.facts import NOBODY
from mcpserver.tidbcloud.errors import CloudPlan, CloudUnclear
from mcpserver.tools.changed import carried_out
from mcpserver.tools.spec import Call
from tidbmcp.lib.errors import GatewayError
from tidbmcp.lib.ids import new_id


def a_call() -> Call:
    return Call(Principal(1, "bob", new_id(), "tmcp_bob", frozenset(), False), NOBODY, False)


async def failing(error: GatewayError) -> str:
    raise error


def carry(call: Call, work: Awaitable[str]) -> Awaitable[str]:
    return carried_out(call, work, "x was asked for", lambda answer: f"x is {answer}")


async def test_it_goes_on_when_the_caller_goes_away() -> None:
    call, begun, may_end = a_call(), asyncio.Event(), asyncio.Event()

    async def work() -> str:
        begun.set()
        await may_end.wait()
        return "there"

    task = asyncio.ensure_future(carry(call, work()))
    await begun.wait()
    task.cancel()
    assert call.pending == "x was asked for"
    may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (call.pending, call.happened) == ("", "x is there")


@pytest.mark.parametrize(
    ("error", "pending"),
    [(CloudPlan("No more."), ""), (CloudUnclear("Nobody knows."), "x was asked for")],
    ids=["a clear no", "nobody knows"],
)
async def test_only_what_is_unclear_stays_pending(error: GatewayError, pending: str) -> None:
    call = a_call()
    with pytest.raises(type(error)):
        await carry(call, failing(error))
    assert (call.pending, call.happened) == (pending, "")
