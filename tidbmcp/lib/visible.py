"""Makes characters visible that a reader does not see, or that turn the text around: U+202E becomes ⟦U+202E⟧."""

import re
from functools import cache
from typing import Final

_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\ud800-\udfff\U000e0000-\U000e0fff]"
)
"""Controls, direction marks, joiners, fillers, selectors (but the emoji one), tags, lone surrogates."""


def make_visible(text: str) -> str:
    """The text as a person would have to see it to judge it."""
    return text if text.isascii() and text.isprintable() else _UNSEEN.sub(lambda found: _mark(found.group()), text)


@cache
def _mark(character: str) -> str:
    """Made once for each character: a text may hold a million of them."""
    return f"⟦U+{ord(character):04X}⟧"
