"""Pages of a list: opaque tokens, signed and bound to every other parameter of the request."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from mcpserver.sandbox.api.answers import ApiError
from mcpserver.sandbox.api.parameters import Parameters

DEFAULT_SIZE: Final = 10
MAXIMUM_SIZE: Final = 100


T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some of the items, and the token for the next ones: empty on the last page."""

    items: Sequence[T]
    next_token: str


class Pager:
    """Cuts lists into pages. Its tokens are worth something to itself alone."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def page(
        self,
        items: Iterable[T],
        parameters: Parameters,
        key: Callable[[T], str],
        *,
        backwards: bool = False,
        default_size: int = DEFAULT_SIZE,
    ) -> Page[T]:
        """By pageSize, skip and pageToken of the request.

        The key is unique. A token names the key it goes on after, so that deletions move nothing.
        """
        size = min(parameters.natural("pageSize") or default_size, MAXIMUM_SIZE)
        skip = parameters.natural("skip")
        binding = parameters.binding(size)
        ordered = sorted(items, key=key, reverse=backwards)
        if token := parameters.text("pageToken"):
            after = self._open(token, binding)
            rest = [item for item in ordered if (key(item) < after if backwards else key(item) > after)]
        else:
            rest = ordered[skip:]
        page = rest[:size]
        return Page(page, self._seal(key(page[-1]), binding) if len(rest) > size else "")

    def _seal(self, after: str, binding: str) -> str:
        return base64.urlsafe_b64encode(self._mac(after, binding) + after.encode()).decode().rstrip("=")

    def _open(self, token: str, binding: str) -> str:
        try:
            raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
            after = raw[16:].decode()
        except (binascii.Error, ValueError):
            raw, after = b"", ""
        if not hmac.compare_digest(raw[:16], self._mac(after, binding)):
            raise ApiError(400, "invalid pageToken: not from this list, or the other parameters have changed")
        return after

    def _mac(self, after: str, binding: str) -> bytes:
        return hmac.digest(self._key, f"{binding}|{after}".encode(), hashlib.sha256)[:16]
