"""JSON from a database as JSON for a model: every digit kept, every character visible, not too deep. Pure."""

import json
from decimal import Decimal
from typing import Any, Final

from tidbmcp.lib.visible import make_visible

SAFE: Final = 2**53
"""Integers beyond this are text: many JSON readers would round them."""

DEEPEST: Final = 50
"""Levels: clients give up on deeper ones, and so does our encoder at some."""


def document(text: str) -> Any:
    """The value. Raises ValueError where it is no JSON, too deep, or has a key twice; RecursionError where far too deep."""
    return _visible(_DECODER.decode(text), DEEPEST)


def _whole(text: str) -> int | str:
    number = int(text) if len(text) < len(str(SAFE)) + 2 else 2 * SAFE
    return number if -SAFE <= number <= SAFE else text


def _fraction(text: str) -> float | str:
    """Text where a double would not give the same number back; infinity gives none."""
    number = float(text)
    return number if Decimal(text) == Decimal(repr(number)) else text


def _no_number(text: str) -> Any:
    raise ValueError(text)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found


def _visible(value: Any, levels: int) -> Any:
    if not levels:
        raise ValueError("too deep")
    if isinstance(value, str):
        return make_visible(value)
    if isinstance(value, list):
        return [_visible(one, levels - 1) for one in value]
    if isinstance(value, dict):
        return _once([(make_visible(key), _visible(one, levels - 1)) for key, one in value.items()])
    return value


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_once, parse_int=_whole, parse_float=_fraction, parse_constant=_no_number
)
