"""SQL text as tokens, the way MySQL, MariaDB and TiDB read it; and where they differ, or nobody can say, a kind that says so.

Blanks, and the blank that must follow `--`, are ASCII ones only: an odd blank is part of a name on some servers. No name
begins with `$`: MySQL 9 reads `$$ ... $$` as a string, in which quotes of others begin and end nothing.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from functools import partial
from operator import itemgetter
from string import ascii_letters
from typing import Final, NamedTuple


class Kind(StrEnum):
    """What a token is. The gate reads on only over those that mean the same on every server."""

    BLANK = "blank"
    COMMENT = "comment"
    HINT = "hint"
    """A comment that the optimizer reads: behind SELECT, or behind a change's verb."""
    RUNNING = "running"
    """A comment whose inside some server runs, or ends elsewhere."""
    NAME = "name"
    """A word without quotes: a keyword, or somebody's name."""
    QUOTED = "quoted"
    """A name in backticks."""
    TEXT = "text"
    """A string, with what stands before its quote."""
    NUMBER = "number"
    GLUED = "glued"
    """A number with letters or dots behind it: a name to one server, a number and a name to another."""
    VARIABLE = "variable"
    SIGN = "sign"
    OPEN = "open"
    """A quote or comment without an end: after it nobody can say what is what."""
    OTHER = "other"
    """What has no business outside quotes."""


class Token(NamedTuple):
    """One token, as it stands in the text. `gap`: blanks or comments stood before it."""

    kind: Kind
    text: str
    gap: bool = False

    @property
    def word(self) -> str:
        """A name without its backticks, in lower case; empty for what is no name."""
        if self.kind is Kind.NAME:
            return self.text.lower()
        return self.plain.lower() if self.kind is Kind.QUOTED else ""

    @property
    def plain(self) -> str:
        """As it is written, a name without its backticks."""
        return self.text[1:-1].replace("``", "`") if self.kind is Kind.QUOTED else self.text


END: Final = Token(Kind.SIGN, "")
"""What stands before the first token, and after the last."""

# Possessive throughout: a text is read once, whatever it is. What has no end takes all the rest with it.
_TOKENS: Final = re.compile(
    r"""
      [ \t\r\n]++
    | (?: [xXbBnN] | _(?:utf8mb[34]|utf8|latin1|binary|ascii|gbk|ucs2|utf16|utf32)[ \t\r\n]*+ )?+
      (?: '(?:[^'\\]++|\\[\s\S]|'')*+' | "(?:[^"\\]++|\\[\s\S]|"")*+" )
    | [^\W\d][\w$]*+ | (?<=\.)[\w$]++
    | (?: 0x[0-9a-fA-F]++ | 0b[01]++ | (?:[0-9]++\.?[0-9]*+|(?<![\w$`])\.[0-9]++)(?:[eE][+-]?[0-9]++)?+ ) (?![\w$.])
    | \d[\w$.]*+ | (?<![\w$`])\.\d[\w$.]*+
    | /\*[\s\S]*?\*/ | (?:(?:--(?=[ \t\r\n]|\Z)|\#)[^\n]*+\s?+)++
    | `(?:[^`]++|``)*+`
    | (?:['"`]|/\*)[\s\S]*+
    | :?= | ->>? | <=>? | <[<>]? | >[>=]? | !=? | \|\|? | &&?
    | @[@\w$.]*+
    | [\s\S]
    """,
    re.VERBOSE,
)
_NUMBER: Final = re.compile(r"0x[0-9a-fA-F]+|0b[01]+|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_CLOSED: Final = re.compile(
    r"""\w*\s*+(?:'(?:[^'\\]++|\\[\s\S]|'')*+'|"(?:[^"\\]++|\\[\s\S]|"")*+")|`(?:[^`]++|``)*+`|/(?:\*[\s\S]*?\*/)?|[^'"`/][\s\S]*"""
)
_RUNS: Final = re.compile(r"/\*(?:[mMtT]?!|[\s\S]*/\*)")
"""A comment that some server runs, or that holds the beginning of another: a client may nest them, a server does not."""


_HINTED: Final = frozenset({"insert", "replace", "update", "delete"})


class _Kinds(dict[str, Kind | None]):
    """By a token's first character; None where that does not tell."""

    def __missing__(self, char: str) -> Kind | None:
        if char.isdecimal():
            return None
        return Kind.NAME if char.isalnum() else Kind.OTHER


_KINDS: Final = _Kinds(
    {
        **dict.fromkeys(ascii_letters, Kind.NAME),
        **dict.fromkeys(" \t\r\n", Kind.BLANK),
        **dict.fromkeys("(),;{}~^%+*=<>!|&", Kind.SIGN),
        **dict.fromkeys("xXbBnN_/-.", None),
        "'": Kind.TEXT, '"': Kind.TEXT, "`": Kind.QUOTED, "#": Kind.COMMENT, "@": Kind.VARIABLE,
    }
)  # fmt: skip
_first = itemgetter(0)


def pieces(sql: str) -> list[str]:
    """The whole text, cut between its tokens, blanks and comments. Linear, for any text."""
    found: list[str] = _TOKENS.findall(sql)
    return found


def tokens(sql: str) -> Iterator[Token]:
    """Every token of the text, blanks and comments too."""
    before = ""
    for kind, text in _with_kinds(pieces(sql)):
        after_dot = before == "." and kind in {Kind.NUMBER, Kind.GLUED}
        yield Token(Kind.NAME if after_dot else kind, text)
        before = text


def meaning(texts: list[str]) -> list[Token]:
    """Of the pieces of a text the tokens that mean something: no blanks and no comments, but hints and what may be run."""
    found: list[Token] = []
    add = found.append
    gap, before = False, ""
    for kind, text in _with_kinds(texts):
        if kind is _BLANK:
            gap = True
            continue
        if kind is _COMMENT and (kind := _kind_of_comment(text, before, found)) is _COMMENT:
            gap = True
            continue
        add(_token((kind, text, gap)))
        gap, before = False, text
    return found


# For the loop over every token: looking a member up in its class takes longer than all the rest of a round.
_BLANK: Final = Kind.BLANK
_COMMENT: Final = Kind.COMMENT
_token: Final[Callable[[tuple[Kind, str, bool]], Token]] = partial(tuple.__new__, Token)


def _with_kinds(texts: list[str]) -> Iterable[tuple[Kind, str]]:
    kinds = [kind or _kind(text) for kind, text in zip(map(_KINDS.__getitem__, map(_first, texts)), texts, strict=True)]
    if texts and not _CLOSED.fullmatch(texts[-1]):
        kinds[-1] = Kind.OPEN
    return zip(kinds, texts, strict=True)


def _kind(text: str) -> Kind:
    """Where the first character does not tell."""
    match text[0]:
        case "/":
            return Kind.COMMENT if len(text) > 1 else Kind.SIGN
        case "-":
            return Kind.COMMENT if text.startswith("--") else Kind.SIGN
        case "." if len(text) == 1:
            return Kind.SIGN
        case "x" | "X" | "b" | "B" | "n" | "N" | "_":
            return Kind.TEXT if text[-1] in "'\"" else Kind.NAME
        case _ if len(text) == 1 and text.isascii():
            return Kind.NUMBER
        case _:
            return Kind.NUMBER if _NUMBER.fullmatch(text) else Kind.GLUED


def _kind_of_comment(text: str, before: str, found: list[Token]) -> Kind:
    if not text.startswith("/*"):
        return Kind.COMMENT
    if _RUNS.match(text):
        return Kind.RUNNING
    if text[2:3] != "+" or not (before.lower() == "select" or (before.lower() in _HINTED and _begins(found))):
        return Kind.COMMENT
    return Kind.HINT


def _begins(found: list[Token]) -> bool:
    """Whether the last of these begins a statement: REPLACE may be a function, too."""
    return len(found) == 1 or found[-2].text == ";"
