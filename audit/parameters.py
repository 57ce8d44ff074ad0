"""What an event keeps of a call's parameters: secrets taken out, what can't be seen made visible, and no more than so much."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from math import isfinite
from typing import Final

from tidbmcp.lib.redaction import redact
from tidbmcp.lib.visible import make_visible

MOST: Final = 8_000
"""Characters of JSON that are kept."""

LOOKED_AT: Final = 2 * MOST
"""Characters, in all, in which secrets are looked for. More than are kept, so that a secret is seen whole; callers may send
megabytes."""

VALUES_MOST: Final = 500
ITEMS_MOST: Final = 200
"""Of one list or object; calls have a handful."""

DEEPEST: Final = 10
"""Levels. MariaDB's JSON takes no more than 32."""

KEY_MOST: Final = 200
LEFT_OUT: Final = "…"


def kept(parameters: object) -> dict[str, object]:
    """As it is stored: an object of JSON, or `{"cut": …}` with the beginning of one."""
    found = _visible(redact(_as_json(parameters, _Left(LOOKED_AT, VALUES_MOST), 0)))
    text = json.dumps(found, ensure_ascii=False)
    return found if isinstance(found, dict) and len(text) <= MOST else {"cut": shown(text, MOST)}


def shown(text: str, most: int) -> str:
    """Text from outside as it is kept: valid Unicode, what can't be seen made visible, not longer than `most`."""
    text = make_visible(text[: most + 1])
    return text if len(text) <= most else text[: most - 1] + LEFT_OUT


@dataclass
class _Left:
    """What may still be looked at of one call's parameters."""

    characters: int
    values: int

    def text(self, text: str) -> str:
        """As much of it as may be."""
        part = text[: self.characters]
        self.characters -= len(part)
        return part if len(part) == len(text) else part + LEFT_OUT


def _as_json(value: object, left: _Left, depth: int) -> object:
    """The value with a text for whatever JSON does not know, and nothing beyond what is left."""
    left.values -= 1
    if left.values < 0 or depth > DEEPEST:
        return LEFT_OUT
    match value:
        case None | bool() | int():
            return value
        case float() if isfinite(value):
            return value
        case Mapping():
            items = islice(value.items(), min(ITEMS_MOST, max(0, left.values)))
            return {left.text(str(key)[:KEY_MOST]): _as_json(inner, left, depth + 1) for key, inner in items}
        case list() | tuple():
            return [_as_json(inner, left, depth + 1) for inner in value[: min(ITEMS_MOST, max(0, left.values))]]
        case str():
            return left.text(value)
        case _:
            return left.text(str(value))


def _visible(value: object) -> object:
    match value:
        case str():
            return shown(value, MOST)
        case dict():
            return {shown(key, KEY_MOST): _visible(inner) for key, inner in value.items()}
        case list():
            return [_visible(inner) for inner in value]
        case _:
            return value
