"""Bodies, read strictly: each shape takes a value of JSON and where it stood, and gives it back or refuses it."""

import json
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from starlette.requests import Request

from mcpserver.sandbox.api.answers import ApiError

Shape = Callable[[Any, str], Any]

_INT32: Final = 2**31 - 1
LONGEST: Final = 2**20
"""The most bytes of a body. A batch of a thousand clusters fits."""


async def read(request: Request) -> dict[str, Any]:
    """The body of a request: a JSON object."""
    return _object(await _content(request))


async def nothing(request: Request) -> None:
    """No body, or an empty object."""
    content = await _content(request)
    if content and _object(content):
        raise ApiError(400, "invalid body: this operation takes none")


async def _content(request: Request) -> bytes:
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > LONGEST:
            raise ApiError(400, f"invalid body: longer than {LONGEST} bytes")
    return bytes(content)


def _object(content: bytes) -> dict[str, Any]:
    try:
        body = json.loads(content)
        # Python reads more than can be written: halves of characters, and numbers that are none.
        json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        raise ApiError(400, "invalid body: not JSON") from None
    if not isinstance(body, dict):
        raise ApiError(400, "invalid body: must be an object")
    return body


def refuse(where: str, words: str) -> ApiError:
    """The error for a value that does not do."""
    return ApiError(400, f"invalid {where or 'body'}: {words}")


def record(fields: Mapping[str, Shape], *, required: Collection[str] = (), ignored: Collection[str] = ()) -> Shape:
    """An object with these fields and no others. Null is the same as absent; what is ignored is left out."""

    def shape(value: Any, where: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise refuse(where, "must be an object")
        for name in value:
            if name not in fields and name not in ignored:
                raise refuse(_at(where, name), "unknown field")
        for name in required:
            if value.get(name) is None:
                raise refuse(_at(where, name), "required")
        sent = ((name, part) for name, part in value.items() if name in fields and part is not None)
        return {name: fields[name](part, _at(where, name)) for name, part in sent}

    return shape


def array(item: Shape) -> Shape:
    """A list."""

    def shape(value: Any, where: str) -> list[Any]:
        if not isinstance(value, list):
            raise refuse(where, "must be a list")
        return [item(part, f"{where}[{number}]") for number, part in enumerate(value)]

    return shape


def text(pattern: str = r"(?s).*", words: str = "") -> Shape:
    """A string that matches."""
    expression = re.compile(pattern)

    def shape(value: Any, where: str) -> str:
        if not isinstance(value, str):
            raise refuse(where, "must be a string")
        if not expression.fullmatch(value):
            raise refuse(where, words or f"must match ^{pattern}$")
        return value

    return shape


def choice(*allowed: str) -> Shape:
    """One of these strings."""

    def shape(value: Any, where: str) -> str:
        if not isinstance(value, str) or value not in allowed:
            raise refuse(where, f"must be one of {', '.join(allowed)}")
        return value

    return shape


def integer(least: int, most: int = _INT32) -> Shape:
    """A whole number."""

    def shape(value: Any, where: str) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise refuse(where, "must be an integer")
        if not least <= value <= most:
            raise refuse(where, f"must be from {least} to {most}")
        return value

    return shape


def boolean(value: Any, where: str) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise refuse(where, "must be true or false")
    return value


def texts(value: Any, where: str) -> dict[str, str]:
    """An object whose values are strings."""
    if not isinstance(value, dict) or not all(isinstance(part, str) for part in value.values()):
        raise refuse(where, "must be an object of strings")
    return value


def password(value: Any, where: str) -> str:
    """Eight to sixty-four characters that can be seen."""
    if not isinstance(value, str) or not 8 <= len(value) <= 64 or not value.isprintable():
        raise refuse(where, "must be between 8 and 64 characters long: letters, numbers and special characters")
    return value


def _at(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name
