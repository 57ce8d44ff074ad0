"""Optimizer hints: those that choose a plan pass, written anew; the others are refused by name."""

import re
from typing import Final

from mcpserver.sqlgate.lists.hints import HINTS, WHY_NOT
from mcpserver.sqlgate.verdicts import Refuse

_PARTS: Final = re.compile(
    r"(?P<blank>[ \t\r\n]++)|(?P<name>[A-Za-z_]\w*+)|(?P<block>@(?:[A-Za-z_]\w*+|`[^`*/\r\n]++`))"
    r"|(?P<quoted>`[^`*/\r\n]++`)|(?P<number>\d++)|(?P<sign>[(),.\[\]])|(?P<other>[\s\S])",
    re.ASCII,
)


def judge_hints(text: str) -> str | Refuse:
    """The hints of one `/*+ ... */`, with single blanks; or what is wrong with them."""
    parts: list[str] = []
    depth, before = 0, ""
    for match in _PARTS.finditer(text[3:-2].strip()):
        kind, part = match.lastgroup, match.group()
        if kind == "other":
            return Refuse("hint", "A hint holds signs that hints do not have: write NAME(argument, ...).")
        if kind == "name" and not depth and part.lower() not in HINTS:
            return _refusal(part)
        if not depth and kind not in {"name", "blank"} and part != "," and not (part == "(" and before == "name"):
            return Refuse("hint", "A hint has no name: write NAME(argument, ...).")
        depth += (part == "(") - (part == ")")
        before = before if kind == "blank" else str(kind)
        parts.append(" " if kind == "blank" else part)
    if depth:
        return Refuse("hint", "A hint's parenthesis is not closed: close it.")
    return f"/*+ {''.join(parts)} */"


def _refusal(name: str) -> Refuse:
    word = name[:64]
    return Refuse("hint", WHY_NOT.get(word.lower(), f"The hint {word} is not open here: leave it out."))
