"""One host of TiDB Cloud: requests out, typed answers or errors in; reads are tried again, changes never."""

import asyncio
import random
from time import monotonic
from typing import Any, Final, TypeVar

import httpx2
from pydantic import ValidationError

from mcpserver.tidbcloud.auth import Credentials
from mcpserver.tidbcloud.budget import Budget
from mcpserver.tidbcloud.echoes import secrets_in, strike
from mcpserver.tidbcloud.errors import CloudBusy, CloudConfused, CloudError, CloudSlow, CloudUnclear, CloudUnreachable
from mcpserver.tidbcloud.refusals import refusal
from mcpserver.tidbcloud.types import Wire
from tidbmcp.lib.version import VERSION

W = TypeVar("W", bound=Wire)

USER_AGENT: Final = f"tidbmcp/{VERSION}"
TRIES: Final = 3
"""Of a read: the first and two more."""
PATIENCE: Final = 20.0
"""Seconds after which no read is tried again: a tool's caller waits."""
PAUSE: Final = 0.2
CONNECT_SECONDS: Final = 5
BODY_MOST: Final = 8 * 1024 * 1024
"""Bytes of an answer; a page of a hundred clusters has some 200 kB."""

_NOT_SENT: Final = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
# A challenge that can't be read, or asks for what the digest does not do, is the far end's fault and no bug of ours.
_BROKEN: Final = (
    httpx2.HTTPError,
    httpx2.InvalidURL,
    httpx2.StreamError,
    ValueError,
    NotImplementedError,
    TimeoutError,
)
_OF_THE_WIRE: Final = frozenset({"content-encoding", "content-length", "transfer-encoding"})
_QUOTING: Final = (httpx2.LocalProtocolError, UnicodeError)
"""Errors that repeat what could not be sent, which may be the key."""


class Host:
    """`name` is the connection's, for sentences. Methods raise CloudError's family."""

    def __init__(self, name: str, url: str, credentials: Credentials, budget: Budget, seconds: float) -> None:
        self._name = name
        self._budget = budget
        self._secret = credentials.secret()
        connecting = min(seconds, CONNECT_SECONDS)
        self._whole = connecting + seconds
        self._http = httpx2.AsyncClient(
            base_url=url.rstrip("/") + "/",
            auth=credentials.auth(),
            headers={"User-Agent": USER_AGENT, "Accept": "application/json"},
            timeout=httpx2.Timeout(seconds, connect=connecting),
            trust_env=False,
        )

    async def close(self) -> None:
        """Close its connections."""
        await self._http.aclose()

    async def read(self, path: str, kind: type[W], params: dict[str, str] | None = None) -> W:
        """GET; where the host is in trouble or busy, at most twice more within PATIENCE."""
        until = monotonic() + PATIENCE
        for left in reversed(range(TRIES)):
            try:
                return await self._once("GET", path, kind, params=params)
            except CloudSlow:
                raise
            except (CloudUnreachable, CloudBusy) as error:
                pause = self._pause(error, left)
                if not left or monotonic() + pause > until:
                    raise
            await asyncio.sleep(pause)
        raise AssertionError("the last try returns or raises")

    async def change(self, method: str, path: str, kind: type[W], body: dict[str, Any] | None = None) -> W:
        """POST, PATCH, PUT or DELETE, once. CloudUnclear where it may have happened."""
        return await self._once(method, path, kind, body=body)

    def _pause(self, error: CloudError, left: int) -> float:
        if isinstance(error, CloudBusy):
            return self._budget.left()
        return PAUSE * 2.0 ** (TRIES - 1 - left) * random.uniform(0.75, 1.25)  # noqa: S311 - nobody's secret

    async def _once(
        self,
        method: str,
        path: str,
        kind: type[W],
        *,
        params: dict[str, str] | None = None,
        body: dict[str, Any] | None = None,
    ) -> W:
        asked, changing = f"{method} {path}", method != "GET"
        if self._http.is_closed:
            raise CloudUnreachable(
                f"TiDB Cloud ({self._name}) was not asked. Try again.", detail="the client is closed"
            )
        self._budget.refuse_while_used_up(asked)
        try:
            response = await self._send(method, path, params, body)
        except _BROKEN as error:
            raise self._no_answer(asked, error, changing=changing) from error
        self._budget.note(response)
        if response.status_code != httpx2.codes.OK:
            raise refusal(self._name, asked, self._struck(response, body), changing=changing)
        try:
            return kind.model_validate_json(response.content)
        except ValidationError as error:
            about = CloudUnclear if changing else CloudConfused
            raise about(
                f"TiDB Cloud ({self._name}) gave an answer that can't be understood.",
                detail=f"{asked}: {error.error_count()} fields do not fit {kind.__name__}",
            ) from error

    async def _send(
        self, method: str, path: str, params: dict[str, str] | None, body: dict[str, Any] | None
    ) -> httpx2.Response:
        """The whole answer, within the time for all of it: one that drips or never ends is none."""
        content = bytearray()
        below = f"/{path}"  # without the slash, `clusters:restore` would be taken for the scheme of another address
        async with asyncio.timeout(self._whole), self._http.stream(method, below, params=params, json=body) as response:
            async for chunk in response.aiter_bytes():
                content += chunk
                if len(content) > BODY_MOST:
                    raise ValueError("the answer is too long")
        headers = {name: value for name, value in response.headers.items() if name not in _OF_THE_WIRE}
        return httpx2.Response(response.status_code, headers=headers, content=bytes(content))

    def _struck(self, response: httpx2.Response, body: dict[str, Any] | None) -> httpx2.Response:
        """A refusal without what must stay here; about a password the far end is not quoted at all."""
        passwords = secrets_in(body)
        secrets = [self._secret, *passwords]
        headers = {name: strike(value, secrets) for name, value in response.headers.items()}
        text = "" if passwords else strike(response.content.decode("utf-8", "replace"), secrets)
        headers.pop("content-length", None)
        return httpx2.Response(response.status_code, headers=headers, content=text.encode("utf-8", "replace"))

    def _no_answer(self, asked: str, error: Exception, *, changing: bool) -> CloudError:
        detail = f"{asked}: {type(error).__name__ if isinstance(error, _QUOTING) else repr(error)}"
        if changing and not isinstance(error, _NOT_SENT):
            return CloudUnclear(f"TiDB Cloud ({self._name}) did not say whether this was done.", detail=detail)
        about = CloudSlow if isinstance(error, httpx2.ReadTimeout | TimeoutError) else CloudUnreachable
        return about(f"TiDB Cloud ({self._name}) did not answer. Try again in a moment.", detail=detail)
