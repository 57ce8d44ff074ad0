"""The rate limit: so many requests a minute for a key, on the sandbox's clock, said in three headers."""

import math
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import Message, Send

from mcpserver.sandbox.api.answers import OVER_THE_LIMIT, Service

_MINUTE: Final = 60.0
_WORDS: Final = (
    "The request exceeded the limit of {limit} times per apikey per minute. For more quota, please contact us: "
    "https://support.pingcap.com/hc/en-us/requests/new?ticket_form_id=7800003722519"
)


@dataclass(frozen=True)
class Count:
    """How a key stands after a request."""

    limit: int
    remaining: int
    reset: int
    """Seconds until the window ends."""
    over: bool = False

    def headers(self) -> dict[str, str]:
        """On every answer."""
        return {
            "X-Ratelimit-Limit-Minute": str(self.limit),
            "X-Ratelimit-Remaining-Minute": str(self.remaining),
            "X-Ratelimit-Reset": str(self.reset),
        }

    def refusal(self, service: Service) -> JSONResponse:
        """The gateway's own 429: no trace id in it, and no Retry-After."""
        body = service.error(429, OVER_THE_LIMIT, _WORDS.format(limit=self.limit), "")
        return JSONResponse(body, 429, {**self.headers(), "X-Kong-Response-Latency": "2", "Server": "kong/2.8.1"})


class RateLimit:
    """A window of a minute for each key, which begins with its first request."""

    def __init__(self) -> None:
        self._windows: dict[str, tuple[float, int]] = {}

    def take(self, key: str, limit: int | None, now: float) -> Count | None:
        """Count one request. None when there is no limit."""
        if limit is None:
            return None
        begun, used = self._windows.get(key, (now, 0))
        if not begun <= now < begun + _MINUTE:
            begun, used = now, 0
        over = used >= limit
        used = used if over else used + 1
        self._windows[key] = (begun, used)
        return Count(limit, max(0, limit - used), math.ceil(begun + _MINUTE - now), over)


def with_headers(send: Send, count: Count | None) -> Send:
    """The same, with the headers on what is sent; a fault may have set them to something else."""
    if count is None:
        return send

    async def send_counted(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in count.headers().items():
                headers.setdefault(name, value)
        await send(message)

    return send_counted
