"""From what the driver hands over to JSON, without loss: one converter a type, and the type's name.

The driver calls a converter with the server's text of a value, as bytes or str. Numbers beyond what a double holds,
decimals, dates and times stay text; what is not text becomes base64 with its length. docs/tools.md has the table.
"""

from base64 import b64encode
from collections.abc import Callable
from math import isfinite
from typing import Any, Final

from MySQLdb.constants import FIELD_TYPE, FLAG

from mcpserver.sql.documents import SAFE, document
from tidbmcp.lib.visible import make_visible


def as_integer(raw: bytes) -> int | str:
    """A whole number."""
    number = int(raw)
    return number if -SAFE <= number <= SAFE else raw.decode()


def as_float(raw: bytes) -> float | str:
    """A floating-point number; JSON has none that is infinite."""
    number = float(raw)
    return number if isfinite(number) else raw.decode()


def as_plain(raw: bytes | str) -> str:
    """Decimals, dates and times, as the server writes them."""
    return raw if isinstance(raw, str) else raw.decode("ascii", "replace")


def as_text(raw: bytes | str) -> str:
    """Text from outside: what can't be seen, or is not UTF-8, is made visible."""
    return make_visible(raw if isinstance(raw, str) else raw.decode("utf-8", "replace"))


def as_bits(raw: bytes) -> int | str:
    """BIT, as its number."""
    return as_integer(str(int.from_bytes(raw)).encode())


def as_json(raw: bytes | str) -> Any:
    """JSON as JSON; as text where that would lose something."""
    text = raw if isinstance(raw, str) else raw.decode("utf-8", "replace")
    try:
        return document(text)
    except (ValueError, ArithmeticError, RecursionError):
        return make_visible(text)


def as_base64(raw: bytes) -> dict[str, str | int]:
    """What is not text, and how many bytes it is."""
    return {"base64": b64encode(raw).decode(), "length": len(raw)}


_TEXT_OR_BINARY: Final = ((FLAG.BINARY, as_base64), (None, as_text))

_TYPES: Final[dict[int, tuple[str, Any]]] = {
    FIELD_TYPE.TINY: ("tinyint", as_integer),
    FIELD_TYPE.SHORT: ("smallint", as_integer),
    FIELD_TYPE.INT24: ("mediumint", as_integer),
    FIELD_TYPE.LONG: ("int", as_integer),
    FIELD_TYPE.LONGLONG: ("bigint", as_integer),
    FIELD_TYPE.YEAR: ("year", as_integer),
    FIELD_TYPE.FLOAT: ("float", as_float),
    FIELD_TYPE.DOUBLE: ("double", as_float),
    FIELD_TYPE.DECIMAL: ("decimal", as_plain),
    FIELD_TYPE.NEWDECIMAL: ("decimal", as_plain),
    FIELD_TYPE.DATE: ("date", as_plain),
    FIELD_TYPE.TIME: ("time", as_plain),
    FIELD_TYPE.DATETIME: ("datetime", as_plain),
    FIELD_TYPE.TIMESTAMP: ("timestamp", as_plain),
    FIELD_TYPE.BIT: ("bit", as_bits),
    FIELD_TYPE.JSON: ("json", as_json),
    FIELD_TYPE.ENUM: ("enum", as_text),
    FIELD_TYPE.SET: ("set", as_text),
    FIELD_TYPE.STRING: ("char", _TEXT_OR_BINARY),
    FIELD_TYPE.VAR_STRING: ("varchar", _TEXT_OR_BINARY),
    FIELD_TYPE.VARCHAR: ("varchar", _TEXT_OR_BINARY),
    FIELD_TYPE.TINY_BLOB: ("text", _TEXT_OR_BINARY),
    FIELD_TYPE.BLOB: ("text", _TEXT_OR_BINARY),
    FIELD_TYPE.MEDIUM_BLOB: ("text", _TEXT_OR_BINARY),
    FIELD_TYPE.LONG_BLOB: ("text", _TEXT_OR_BINARY),
    FIELD_TYPE.GEOMETRY: ("geometry", as_base64),
    FIELD_TYPE.NULL: ("null", as_plain),
}

_BINARY_NAMES: Final = {"char": "binary", "varchar": "varbinary", "text": "blob"}
_FLAG_NAMES: Final = {FLAG.ENUM: "enum", FLAG.SET: "set"}
"""Sent as texts, with a flag."""

CONVERTERS: Final[dict[int, Any]] = {code: converter for code, (_, converter) in _TYPES.items()}
"""For the driver's `conv`."""


def type_name(code: int, converter: Callable[..., object] | None, flags: int = 0) -> str:
    """The type's name in SQL, given the field type, the converter that the driver chose for the column, and its flags."""
    for flag, flagged in _FLAG_NAMES.items():
        if flags & flag:
            return flagged
    name, _ = _TYPES.get(code, ("unknown", None))
    return _BINARY_NAMES.get(name, name) if converter is as_base64 else name
