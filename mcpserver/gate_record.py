"""The row of a request that the governor does not record: written when its status is known, before the answer leaves."""

import logging
from collections.abc import Awaitable, Callable
from typing import Final

from anyio import CancelScope
from starlette.types import Message, Send

from audit.kinds import Kind, Result
from audit.models import record
from mcpserver.envelope import Envelope
from mcpserver.protocol import Passage
from tidbmcp.lib.errors import AuditUnavailable
from tidbmcp.lib.threads import in_control_thread

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

    async def send(self, message: Message) -> None:
        """Pass a message of the answer on."""
        if message["type"] == "http.response.start" and not await self._recorded_before(message["status"]):
            self._withheld = True
            await self._answer_down()
        if not self._withheld:
            await self._send(message)

    async def close(self) -> None:
        """The request has ended, in whatever way: nothing leaves without a row."""
        if self._recorded or (self._is_call and self._passage.reached):
            return
        with CancelScope(shield=True):
            await self._write(Result.REFUSED if self._is_call else Result.CANCELLED)

    async def _recorded_before(self, status: int) -> bool:
        """Whether the answer may begin to leave."""
        if self._recorded or (self._is_call and (self._passage.reached or status < 400)):
            return True  # a call's row is the governor's; a stream may begin before the governor has it
        return await self._write(Result.OK if status < 400 else Result.REFUSED)

    async def _write(self, result: Result) -> bool:
        self._recorded = True
        kind = Kind.CALL_FINISHED if self._is_call else Kind.REQUEST_FINISHED
        tool = self._envelope.tool if self._is_call else self._envelope.method
        error = REFUSED if result is Result.REFUSED else ""
        try:
            await in_control_thread(record, kind, result, self._passage.context.facts, tool=tool, error=error)
        except AuditUnavailable as unavailable:
            logger.error("a request is not answered: %s", unavailable.detail)  # noqa: TRY400
            return False
        return True
