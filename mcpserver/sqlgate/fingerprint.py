"""A statement for the record: literals and comments taken out, and a digest by which equal shapes are found."""

import hashlib
from typing import Final, NamedTuple

from mcpserver.sqlgate.tokens import Kind, tokens

WITHHELD: Final = "(withheld: the statement does not end its quotes or comments)"
TOO_LONG: Final = "(withheld: the statement is too long)"

MOST_CHARACTERS: Final = 256 * 1024
"""Longer statements are not run, and not taken apart for the record."""


class Fingerprint(NamedTuple):
    """`text` is the statement without literals; `digest` is equal for those that differ only in literals and blanks."""

    text: str
    digest: str


def fingerprint(sql: str) -> Fingerprint:
    """Both, in one pass."""
    if not sql:
        return Fingerprint("", "")
    text = TOO_LONG if len(sql) > MOST_CHARACTERS else without_literals(sql)
    hashed = sql if text == TOO_LONG else text.lower()
    return Fingerprint(text, hashlib.sha256(hashed.encode("utf-8", "replace")).hexdigest()[:32])


def without_literals(sql: str) -> str:
    """The statement with `?` for every literal, one blank for blanks, and no comments. Linear, for any text.

    Where a quote or comment has no end nobody can say what is a literal, so all of it is withheld.
    """
    parts: list[str] = []
    for kind, text, _ in tokens(sql):
        match kind:
            case Kind.TEXT | Kind.NUMBER | Kind.GLUED:
                parts.append("?")
            case Kind.COMMENT | Kind.BLANK:
                if parts and parts[-1] != " ":
                    parts.append(" ")
            case Kind.OPEN:
                return WITHHELD
            case _:
                parts.append(text)
    return "".join(parts).strip()
