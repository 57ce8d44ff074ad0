"""A text as tokens that mean the same on every server, or what is wrong with it: bounds, characters, quotes, comments, hints."""

import re
from typing import Final

from mcpserver.sqlgate.hints import judge_hints
from mcpserver.sqlgate.query import NO_VARIABLES
from mcpserver.sqlgate.tokens import Kind, Token, meaning, pieces
from mcpserver.sqlgate.verdicts import Refuse

BYTES_MOST: Final = 256 * 1024
PIECES_MOST: Final = 50_000
"""Words, signs, blanks, comments: a list of some 16,000 values, or of 25,000 without blanks."""

_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_WRONG: Final = {
    Kind.OPEN: Refuse("unterminated", "A quote or comment has no end: close it."),
    Kind.RUNNING: Refuse(
        "executable_comment",
        "Comments that run, as in /*! ... */, or that hold another comment's beginning, are refused: take them out.",
    ),
    Kind.GLUED: Refuse(
        "names", "A number and letters or dots run together: put a blank between them, or backticks round a name."
    ),
}
_TOLD: Final = frozenset({*_WRONG, Kind.OTHER, Kind.HINT})


def read_text(sql: str) -> list[Token] | Refuse:
    """The tokens that mean something, hints rendered. Raises for no text."""
    if len(sql) > BYTES_MOST or len(sql.encode("utf-8", "replace")) > BYTES_MOST:
        return Refuse("size", f"The statement is longer than {BYTES_MOST:,} bytes: shorten it.")
    if _CONTROL.search(sql):
        return Refuse("characters", "The statement holds control characters or broken Unicode: take them out.")
    texts = pieces(sql.removeprefix("\ufeff"))
    if len(texts) > PIECES_MOST:
        return Refuse("size", f"The statement has more than {PIECES_MOST:,} words, signs and blanks: shorten it.")
    found = meaning(texts)
    if not _TOLD.isdisjoint([token.kind for token in found]):
        for place, token in enumerate(found):
            if token.kind in _TOLD and (refusal := _tell(found, place)):
                return refusal
    return found


def _tell(found: list[Token], place: int) -> Refuse | None:
    """What is wrong with this token wherever it stands; a hint is rendered in its place."""
    kind, text, gap = found[place]
    if kind is Kind.OTHER:
        return _other(text)
    if kind is not Kind.HINT:
        return _WRONG[kind]
    hints = judge_hints(text)
    if isinstance(hints, Refuse):
        return hints
    found[place] = Token(kind, hints, gap)
    return None


def _other(sign: str) -> Refuse:
    if sign == ":=":
        return NO_VARIABLES
    if sign in "?:":
        return Refuse("placeholder", f"{sign} is no SQL for a server: write the value itself.")
    if sign.isascii():
        return Refuse("characters", f"{sign} has no place outside quotes: take it out.")
    return Refuse("characters", f"U+{ord(sign):04X} stands outside quotes: use plain blanks and signs there.")
