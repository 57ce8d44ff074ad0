"""Requests that are cut when the server's patience ends."""

import asyncio
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from tidbmcp.lib.stopping import InFlight

SCOPE: Scope = {"type": "http", "method": "POST", "path": "/mcp", "headers": []}


class Slow:
    """Ends when it is cut, and then only when it may."""

    def __init__(self, *, started: bool) -> None:
        self.began, self.may_end, self.recorded = asyncio.Event(), asyncio.Event(), False
        self._started = started

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._started:
            await send({"type": "http.response.start", "status": 200, "headers": []})
        self.began.set()
        try:
            await asyncio.Event().wait()
        finally:
            await self.may_end.wait()
            self.recorded = True


async def cut(app: Slow) -> tuple[InFlight, "asyncio.Task[None]", list[Message]]:
    """A request that was under way and is cut, and what is sent for it."""
    sent: list[Message] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Message:
        raise AssertionError("nobody reads")

    whole = InFlight(app)
    task = asyncio.create_task(whole(SCOPE, receive, send))
    await app.began.wait()
    task.cancel()
    return whole, task, sent


async def test_the_end_waits_until_what_was_cut_is_recorded() -> None:
    app = Slow(started=False)
    whole, _, _ = await cut(app)
    ending = asyncio.create_task(whole.all_ended())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not ending.done()
    app.may_end.set()
    await ending
    assert app.recorded


@pytest.mark.parametrize("started", [False, True])
async def test_what_was_cut_is_told_unless_its_answer_had_begun(started: bool) -> None:
    app = Slow(started=started)
    _, task, sent = await cut(app)
    app.may_end.set()
    await task
    statuses = [message["status"] for message in sent if message["type"] == "http.response.start"]
    bodies = [message["body"] for message in sent if message["type"] == "http.response.body"]
    assert statuses == ([200] if started else [503])
    assert bodies == [] if started else b"The server was stopped while this ran." in bodies[0]


async def test_with_nothing_under_way_the_end_is_at_once() -> None:
    await InFlight(Slow(started=False)).all_ended()
