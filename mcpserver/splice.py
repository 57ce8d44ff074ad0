"""Answers as they leave: encoded once, and plain JSON where there is but one message.

The SDK carries a mark, and what the governor encoded takes its place here. Else the SDK would check, take apart and encode
again, twice, what we made ourselves: with a thousand rows that is most of the time of a call.

To clients of earlier revisions the SDK answers with a stream of events, so that it notices when they go away. A stream of
one event is sent as JSON, which both of a client's ways of reading must take (MCP, Streamable HTTP, "Sending Messages");
some clients read no event of more than a megabyte.
"""

import asyncio
import logging
import re
from typing import Final

import orjson
from starlette.types import Message, Send

from tidbmcp.lib.ids import new_request_id

logger = logging.getLogger(__name__)

LENGTH: Final = b"content-length"
TYPE: Final = b"content-type"
_ID: Final = rb'(?:-?\d+|"(?:[^"\\]|\\.)*")'
ANSWER: Final = re.compile(
    rb'event: message\r\ndata: (\{"jsonrpc":"2.0","id":' + _ID + rb',"(?:result|error)":.*\})\s*', re.DOTALL
)
"""The event of the message that ends a request: not a notification, and not a request of the server's."""


PIECE: Final = 64 * 1024
PATIENCE: Final = 60.0
"""Seconds for an answer to be taken, once it is there."""


class Splice:
    """Stands between the SDK and the client of one request. Its mark is an id that nobody is told."""

    def __init__(self, send: Send) -> None:
        self._send, self._mark = send, new_request_id()
        self._text = ""
        self._start: Message | None = None
        self._ended = False

    def keep(self, text: str) -> str:
        """Keep this JSON for later. What the SDK is to carry: a text, and the only name of an object, `{mark: true}`."""
        self._text = text
        return self._mark

    async def send(self, message: Message) -> None:
        """Pass a message on. The start waits until it is known what it is the start of."""
        if message["type"] == "http.response.start":
            self._start = message
        elif message["type"] == "http.response.body":
            await self._send_body(message)
        else:
            await self._send(message)

    async def _send_body(self, message: Message) -> None:
        if self._ended:
            if message.get("body"):
                logger.error("an answer has ended, and the SDK sends more: %d bytes are dropped", len(message["body"]))
            return
        body, more = self._filled(message.get("body", b"")), message.get("more_body", False)
        start, self._start = self._start, None
        if start is not None:
            if answer := ANSWER.fullmatch(body):
                body, more = answer[1], False
                start = _with(start, TYPE, b"application/json")
            await self._send(start if more else _with(start, LENGTH, b"%d" % len(body)))
        self._ended = not more
        try:
            async with asyncio.timeout(PATIENCE if len(body) > PIECE else None):
                await self._send_in_pieces(body, more=more)
        except TimeoutError:
            # It ends in the middle, and the server closes its connection.
            self._ended = True
            logger.warning(
                "an answer of %d bytes was not taken within %g s: its client is given up", len(body), PATIENCE
            )

    async def _send_in_pieces(self, body: bytes, *, more: bool) -> None:
        """As fast as the client takes it: the server would keep all of it for one that never does."""
        while len(body) > PIECE:
            await self._send({"type": "http.response.body", "body": body[:PIECE], "more_body": True})
            body = body[PIECE:]
        await self._send({"type": "http.response.body", "body": body, "more_body": more})

    def _filled(self, body: bytes) -> bytes:
        """Each mark is looked for in what the SDK wrote, never in what has taken the place of the other."""
        mark = self._mark.encode()
        if not self._text or mark not in body:
            return body
        before, as_object, after = body.partition(b'{"%s":true}' % mark)
        kept, as_text, text = self._text, b'"%s"' % mark, orjson.dumps(self._text)
        self._text = ""  # it has left, and need not stay as long as its request
        parts = [
            before.replace(as_text, text, 1),
            kept.encode() if as_object else b"",
            after.replace(as_text, text, 1),
        ]
        return b"".join(parts)


def _with(start: Message, name: bytes, value: bytes) -> Message:
    headers = [header for header in start["headers"] if header[0].lower() != name]
    return {**start, "headers": [*headers, (name, value)]}
