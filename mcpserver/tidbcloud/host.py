"""One host of TiDB Cloud: requests out, typed answers or errors in; reads are tried again, changes never."""

import asyncio
import random
from time import monotonic
from typing import Any, Final, TypeVar

import httpx2
from pydantic import ValidationError

from mcpserver.tidbcloud.auth import Credentials
from mcpserver.tidbcloud.errors import CloudBusy, CloudConfused, CloudError, CloudSlow, CloudUnclear, CloudUnreachable
from mcpserver.tidbcloud.refusals import refusal, reset_of
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

_NOT_SENT: Final = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
# A challenge that can't be read, or asks for what the digest does not do, is the far end's fault and no bug of ours.
_BROKEN: Final = (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, ValueError, NotImplementedError)
_QUOTING: Final = (httpx2.LocalProtocolError, UnicodeError)
"""Errors that repeat what could not be sent, which may be the key."""


class Host:
    """`name` is the connection's, for sentences. Methods raise CloudError's family."""

    def __init__(self, name: str, url: str, credentials: Credentials, seconds: float) -> None:
        self._name = name
        self._closed_until = 0.0
        self._http = httpx2.AsyncClient(
            base_url=url.rstrip("/") + "/",
            auth=credentials.auth(),
            headers={"User-Agent": USER_AGENT, "Accept": "application/json"},
            timeout=httpx2.Timeout(seconds, connect=min(seconds, CONNECT_SECONDS)),
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
            return max(0.0, self._closed_until - monotonic())
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
        self._refuse_while_busy(asked)
        try:
            response = await self._http.request(method, path, params=params, json=body)
        except _BROKEN as error:
            raise self._no_answer(asked, error, changing=changing) from error
        self._note_budget(response)
        if response.status_code != httpx2.codes.OK:
            raise refusal(self._name, asked, response, changing=changing)
        try:
            return kind.model_validate_json(response.content)
        except ValidationError as error:
            about = CloudUnclear if changing else CloudConfused
            raise about(
                f"TiDB Cloud ({self._name}) gave an answer that can't be understood.",
                detail=f"{asked}: {error.error_count()} fields do not fit {kind.__name__}",
            ) from error

    def _no_answer(self, asked: str, error: Exception, *, changing: bool) -> CloudError:
        detail = f"{asked}: {type(error).__name__ if isinstance(error, _QUOTING) else repr(error)}"
        if changing and not isinstance(error, _NOT_SENT):
            return CloudUnclear(f"TiDB Cloud ({self._name}) did not say whether this was done.", detail=detail)
        about = CloudSlow if isinstance(error, httpx2.ReadTimeout) else CloudUnreachable
        return about(f"TiDB Cloud ({self._name}) did not answer. Try again in a moment.", detail=detail)

    def _refuse_while_busy(self, asked: str) -> None:
        """Each key has a budget of its own; asking on while it is used up would only be refused there."""
        left = self._closed_until - monotonic()
        if left > 0:
            raise CloudBusy(
                f"TiDB Cloud takes no more requests for the connection {self._name} now; "
                f"try again in {int(left) + 1} seconds.",
                detail=f"{asked}: not sent, the budget is used up",
            )

    def _note_budget(self, response: httpx2.Response) -> None:
        used_up = response.headers.get("x-ratelimit-remaining-minute") == "0"
        if used_up or response.status_code == httpx2.codes.TOO_MANY_REQUESTS:
            self._closed_until = monotonic() + min(reset_of(response), 60)
