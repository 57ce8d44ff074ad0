"""The row of a request that the governor does not record: written when its status is known, before the answer leaves."""

import logging
from collections.abc import Awaitable, Callable
from typing import Final

from anyio import CancelScope
from starlette.types import Message, Send

from audit.kinds import Kind, Result
from audit.models import event_of
from audit.writer import WRITER
from mcpserver.envelope import Envelope
from mcpserver.protocol import Passage
from tidbmcp.lib.errors import AuditUnavailable

logger = logging.getLogger(__name__)

REFUSED: Final = "refused by the protocol before any tool was reached"


class Recorder:
    """Stands between the SDK and the client. Where the row can't be written, `answer_down` is sent instead."""

    def __init__(
        self, envelope: Envelope, passage: Passage, answer_down: Callable[[], Awaitable[None]], send: Send
    ) -> None:
        self._envelope, self._passage = envelope, passage
        self._answer_down, self._send = answer_down, send
        self._is_call = envelope.method == "tools/call"
        self._recorded = self._withheld = False
        self._start: Message | None = None

    async def send(self, message: Message) -> None:
        """Pass a message of the answer on. The start waits until it is known who writes the row."""
        if message["type"] == "http.response.start":
            self._start = message
            if not self._is_call or message["status"] >= 400:
                await self._let_go()
        elif self._start is not None:
            ping = message.get("body", b"").startswith(b":")  # a stream's sign of life, while the call may still come
            await self._let_go(recorded=ping)
        if message["type"] != "http.response.start" and not self._withheld:
            await self._send(message)

    async def _let_go(self, *, recorded: bool = False) -> None:
        """Send the start, behind its row; or, where that can't be written, say so instead."""
        start, self._start = self._start, None
        if start is None:
            return
        if recorded or await self._recorded_before(start["status"]):
            await self._send(start)
        else:
            self._withheld = True
            await self._answer_down()

    async def close(self) -> None:
        """The request has ended, in whatever way: nothing leaves without a row."""
        if self._recorded or (self._is_call and self._passage.reached):
            return
        with CancelScope(shield=True):
            await self._write(Result.REFUSED if self._is_call else Result.CANCELLED)

    async def _recorded_before(self, status: int) -> bool:
        """Whether the answer may begin to leave."""
        if self._recorded or (self._is_call and self._passage.reached):
            return True  # a call's row is the governor's
        return await self._write(Result.OK if status < 400 and not self._is_call else Result.REFUSED)

    async def _write(self, result: Result) -> bool:
        self._recorded = True
        kind = Kind.CALL_FINISHED if self._is_call else Kind.REQUEST_FINISHED
        tool = self._envelope.tool if self._is_call else self._envelope.method
        error = REFUSED if result is Result.REFUSED else ""
        try:
            await WRITER.write(event_of(kind, result, self._passage.context.facts, tool=tool, error=error))
        except AuditUnavailable as unavailable:
            logger.error("a request is not answered: %s", unavailable.detail)  # noqa: TRY400
            return False
        return True
