"""SQL text as tokens, the way MySQL, MariaDB and TiDB read it: blanks and the blank after `--` are ASCII ones only."""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Final, NamedTuple


class Kind(StrEnum):
    """What a token is. OPEN is a quote or comment without an end: after it nobody can say what is what."""

    COMMENT = "comment"
    TEXT = "text"
    NAME = "name"
    NUMBER = "number"
    BLANK = "blank"
    OPEN = "open"
    OTHER = "other"


class Token(NamedTuple):
    """One token, as it stands in the text."""

    kind: Kind
    text: str

    @property
    def word(self) -> str:
        """A name without its backticks, in lower case; empty for what is no name."""
        return self.text.strip("`").lower() if self.kind is Kind.NAME else ""


_TOKENS: Final = re.compile(
    r"""
      (?P<comment> /\*[\s\S]*?\*/ | (?:--(?=[ \t\r\n]|\Z)|\#)[^\n]* )
    | (?P<text>
        (?:[xXbBnN] | _(?:utf8mb[34]|utf8|latin1|binary|ascii|gbk|ucs2|utf16|utf32)[ \t\r\n]*)?
        (?: '(?:[^'\\]|\\[\s\S]|'')*' | "(?:[^"\\]|\\[\s\S]|"")*" ) )
    | (?P<name>    `(?:[^`]|``)*` | [^\W\d][\w$]* | (?<=\.)[\w$]+ | @+[\w$.]* )
    | (?P<number>  0[xX][0-9a-fA-F]+ | 0[bB][01]+ | (?:\d+\.?\d*|(?<![\w$`])\.\d+)(?:[eE][+-]?\d+)? \w* )
    | (?P<blank>   [ \t\r\n]+ )
    | (?P<open>    ['"`] | /\* )
    | (?P<other>   [\s\S] )
    """,
    re.VERBOSE,
)


_KINDS: Final = {kind.value: kind for kind in Kind}


def tokens(sql: str) -> Iterator[Token]:
    """Every token of the text, blanks and comments too. Linear, for any text."""
    for match in _TOKENS.finditer(sql):
        yield Token(_KINDS[match.lastgroup or "other"], match.group())


def meaning(sql: str) -> list[Token]:
    """The tokens that mean something: no blanks, no comments."""
    return [token for token in tokens(sql) if token.kind not in {Kind.BLANK, Kind.COMMENT}]
