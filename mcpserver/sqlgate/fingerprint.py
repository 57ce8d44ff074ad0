"""A statement for the record: literals and comments taken out, and a digest by which equal shapes are found."""

import hashlib
import re
import unicodedata
from typing import Final

WITHHELD: Final = "(withheld: the statement does not end its quotes or comments)"

SYSTEM_SCHEMAS: Final = frozenset({"mysql", "sys", "performance_schema", "metrics_schema"})
"""Accounts, hashes and the server's inside."""

_TOKENS: Final = re.compile(
    r"""
      (?P<comment> /\*[\s\S]*?\*/ | (?:--(?=\s|$)|\#)[^\n]* )
    | (?P<text>    (?:[xXbBnN]|_\w+\s*)? (?: '(?:[^'\\]|\\[\s\S]|'')*' | "(?:[^"\\]|\\[\s\S]|"")*" ) )
    | (?P<name>    `(?:[^`]|``)*` | [^\W\d][\w$]* | @+[\w$.]* )
    | (?P<number>  0[xX][0-9a-fA-F]+ | 0[bB][01]+ | (?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)? \w* )
    | (?P<blank>   \s+ )
    | (?P<open>    ['"`] | /\* )
    | (?P<other>   [\s\S] )
    """,
    re.VERBOSE,
)


def without_literals(sql: str) -> str:
    """The statement with `?` for every literal, one blank for blanks, and no comments. Linear, for any text.

    Where a quote or comment has no end nobody can say what is a literal, so all of it is withheld.
    """
    parts: list[str] = []
    for match in _TOKENS.finditer(sql):
        match match.lastgroup:
            case "text" | "number":
                parts.append("?")
            case "comment" | "blank":
                if parts and parts[-1] != " ":
                    parts.append(" ")
            case "open":
                return WITHHELD
            case _:
                parts.append(match.group())
    return "".join(parts).strip()


def digest(sql: str) -> str:
    """32 hex digits that are equal for statements that differ only in literals, comments, blanks and case."""
    return hashlib.sha256(without_literals(sql).lower().encode("utf-8", "replace")).hexdigest()[:32]


def system_schema_in(sql: str) -> str | None:
    """The first system schema that qualifies a name, as in `mysql.user`, whatever stands between the two; else None."""
    schema: str | None = None
    for match in _TOKENS.finditer(sql):
        if match.lastgroup in {"blank", "comment"}:
            continue
        text = match.group()
        if schema and text.startswith("."):
            return schema
        schema = text if match.lastgroup == "name" and is_system_schema(text.strip("`")) else None
    return None


def is_system_schema(name: str) -> bool:
    """Whether an engine may take this name for a system schema: some fold U+0130 and U+212A to ASCII letters."""
    return unicodedata.normalize("NFKC", name.replace("\u0130", "i")).lower().strip() in SYSTEM_SCHEMAS
