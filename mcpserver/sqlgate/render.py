"""Accepted tokens as the text that is sent: what a server reads there is what was judged.

A blank stands wherever two tokens could run together. Elsewhere blanks are kept as they were, because a server names a column
after its expression, and may take `COUNT (*)` for another function than `COUNT(*)`. A quote inside quotes is doubled, never
behind a backslash: the text then ends its quotes in the same places under NO_BACKSLASH_ESCAPES and ANSI_QUOTES too.
"""

import re
from collections.abc import Iterable
from typing import Final

from mcpserver.sqlgate.tokens import Kind, Token

_ESCAPED: Final = re.compile(r"""\\(['"]|[\s\S])""")
_JOINED: Final = frozenset({"", "(", ")", ","})
"""Nothing runs together with these."""


def render(statement: Iterable[Token]) -> str:
    """One line, if no string holds line ends."""
    parts: list[str] = []
    before, after_sign = "", False
    for kind, text, gap in statement:
        sign = kind is Kind.SIGN
        if text == "." or before == "." or text[0] == "@" != text[1:2] or before == "@":
            apart = False  # `'name'@'host'` is one thing, and a variable by itself is never sent
        elif gap or text in _JOINED or before in _JOINED:
            apart = gap and before != ""
        else:
            apart = sign is after_sign or text[0] == "." or before[-2:] == "*/"
        if apart:
            parts.append(" ")
        parts.append(_text(text) if kind is Kind.TEXT and "\\" in text else text)
        before, after_sign = text, sign
    return "".join(parts)


def _text(text: str) -> str:
    """A string without escaped quotes."""
    quote = text[-1]

    def plain(match: re.Match[str]) -> str:
        escaped = match.group(1)
        if escaped == quote:
            return quote * 2
        return escaped if escaped in "'\"" else match.group()

    return _ESCAPED.sub(plain, text)
