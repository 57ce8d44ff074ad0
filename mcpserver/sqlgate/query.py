"""The walk over the tokens of a query: what may not stand in one, in the order in which it stands.

It knows no grammar beyond what it needs. The server parses; here it is seen to that nothing but reading can come of it: every
way in which a SELECT changes, locks or waits begins with a word that is reserved everywhere, or with a call.
"""

import re
from collections.abc import Callable
from typing import Final

from mcpserver.sqlgate.lists.functions import FUNCTIONS, WHY_NOT
from mcpserver.sqlgate.lists.keywords import (
    BEFORE_PARENTHESIS,
    COMPARED,
    FOLLOWING,
    MODIFIERS,
    QUERY,
    REFUSED,
    RESERVED,
    SESSION_VARIABLES,
)
from mcpserver.sqlgate.lists.tables import CLOSED_SCHEMAS, INFORMATION_SCHEMA, TABLES
from mcpserver.sqlgate.system import folded, means_ascii
from mcpserver.sqlgate.tokens import END, Kind, Token
from mcpserver.sqlgate.verdicts import Refuse

DEPTH_MOST: Final = 100
"""Parentheses in each other."""

_SHOWN: Final = re.compile(r"[\w$ ]{1,64}")
_NAMES: Final = frozenset({Kind.NAME, Kind.QUOTED})
_COMPARING: Final = frozenset({"=", "<", ">", "<=", ">=", "<>", "!=", "<=>"})
NO_NAMES: Final = Refuse("names", "A dot stands between no names: write database.table, table.column or table.*.")
NO_VARIABLES: Final = Refuse(
    "variable", "Variables (@name, :=) are not open here: connections are shared. Use a CTE or a window function."
)
_OPEN_VARIABLES: Final = ", ".join(f"@@{name}" for name in sorted(SESSION_VARIABLES))
_LOCK: Final = Refuse("locks", REFUSED["for"])

Check = Callable[["Walk", int], Refuse | None]


def judge_query(statement: list[Token], functions: frozenset[str] = FUNCTIONS) -> Refuse | None:
    """What is wrong with these tokens as a query, or as a part of one; None where nothing is."""
    walk = Walk([*statement, END, END, END], functions)
    sign = Kind.SIGN
    for place, (kind, text, _) in enumerate(statement):
        check = _SIGNS.get(text) if kind is sign else _KINDS.get(kind)
        if check and (refusal := check(walk, place)):
            return refusal
    if walk.openers:
        return Refuse("parentheses", "A parenthesis is not closed: close it.")
    return None


class Walk:
    """Where the walk is. The tokens end in END, so that there is one before the first and after the last."""

    def __init__(self, tokens: list[Token], functions: frozenset[str]) -> None:
        self.tokens = tokens
        self.functions = functions
        """Those that are open."""
        self.openers: list[str] = []
        """For each open parenthesis the word before it."""
        self.closed = ""
        """That of the parenthesis that was closed last."""

    def open(self, place: int) -> Refuse | None:
        """An opening parenthesis."""
        self.openers.append(self.tokens[place - 1].word)
        if len(self.openers) > DEPTH_MOST:
            return Refuse("depth", f"More than {DEPTH_MOST} parentheses stand in each other: take the statement apart.")
        return None

    def close(self, place: int) -> Refuse | None:
        """A closing one."""
        if not self.openers:
            return Refuse("parentheses", "A parenthesis is closed that was not opened: take it out.")
        self.closed = self.openers.pop()
        return None

    def dot(self, place: int) -> Refuse | None:
        """Between names, or between a name and a star."""
        before, after = self.tokens[place - 1], self.tokens[place + 1]
        if before.kind in _NAMES and (after.kind in _NAMES or after.text == "*"):
            return self._cut_keyword(before, after, place)
        return NO_NAMES

    def _cut_keyword(self, before: Token, after: Token, place: int) -> Refuse | None:
        """A keyword before this dot, or blanks and a keyword behind it: `FROM .t` is no name with a dot."""
        if before.kind is Kind.NAME and before.text.lower() in RESERVED and self.tokens[place - 2].text != ".":
            return NO_NAMES
        return NO_NAMES if after.gap and after.kind is Kind.NAME and after.word in RESERVED else None

    def brace(self, place: int) -> Refuse | None:
        """`{d '2026-01-31'}`, with t and ts, and nothing else: ODBC knows `{fn ...}` too."""
        kind, value, end = self.tokens[place + 1 : place + 4] if place + 4 <= len(self.tokens) else (END, END, END)
        if kind.word in {"d", "t", "ts"} and value.kind is Kind.TEXT and end.text == "}":
            return None
        return Refuse(
            "braces", "Braces are open for {d '...'}, {t '...'} and {ts '...'} only: write the call without them."
        )

    def brace_end(self, place: int) -> Refuse | None:
        """Only three tokens behind its beginning."""
        if self.tokens[place - 3].text == "{" and self.tokens[place - 3].kind is Kind.SIGN:
            return None
        return Refuse("braces", "A brace is closed that was not opened: take it out.")

    def number(self, place: int) -> Refuse | None:
        """`t.5` is a name to a server and `t .5` is none, so neither is passed on."""
        if self.tokens[place].text[0] == "." and _ends_operand(self.tokens[place - 1]):
            return Refuse("names", "A number that begins with a dot stands behind a name: write 0 before the dot.")
        return None

    def variable(self, place: int) -> Refuse | None:
        """`@@version` and a few others; user variables never."""
        text = self.tokens[place].text.lower()
        if text.startswith("@@") and text[2:] in SESSION_VARIABLES:
            return None
        if text.startswith("@@"):
            return Refuse(
                "variable", f"Of the server's settings only these are open: @@{', @@'.join(sorted(SESSION_VARIABLES))}."
            )
        return NO_VARIABLES

    def quoted(self, place: int) -> Refuse | None:
        """A name in backticks: never a keyword."""
        token = self.tokens[place]
        if self.tokens[place - 1].text == ".":
            return self._part(place)
        return self._name(token.word, place)

    def name(self, place: int) -> Refuse | None:
        """A word: a keyword or a name."""
        text = self.tokens[place].text
        if not text.isascii() and means_ascii(text):
            return Refuse("characters", "A name holds letters that some servers take for others: put it in backticks.")
        if self.tokens[place - 1].text == ".":
            return self._part(place)
        word = text.lower()
        if word in REFUSED and (refusal := _refused(self, word, place)):
            return refusal
        if self.tokens[place + 1].text == "(" and _is_no_call(self, word, place):
            return None
        return self._name(word, place)

    def _name(self, word: str, place: int) -> Refuse | None:
        after = self.tokens[place + 1].text
        if after == "(":
            return self._call(word, place)
        return self._qualifier(word, place) if after == "." else None

    def _part(self, place: int) -> Refuse | None:
        """What stands behind a dot. Whose function it would call nobody knows."""
        if self.tokens[place].text[0].isdigit():
            return Refuse("names", "A name begins with a digit: put it in backticks.")
        if self.tokens[place + 1].text == "(":
            return Refuse(
                "function",
                f"Functions of a database are not open here{_called(self.tokens[place].word)}: use built-in ones.",
            )
        return None

    def _is_column_list(self, word: str, place: int) -> bool:
        """`c (x, y) AS (` behind WITH or a comma, and `FROM (...) [AS] d (x, y)`: names of columns, and no call."""
        tokens, end = self.tokens, place + 2
        while tokens[end].word or tokens[end].text == ",":
            end += 1
        if tokens[end].text != ")" or end == place + 2 or word in WHY_NOT:
            return False
        before, earlier = tokens[place - 1], tokens[place - 2]
        if before.word in {"with", "recursive"} or before.text == ",":
            return tokens[end + 1].word == "as" and tokens[end + 2].text == "("
        derived = before.text == ")" or (before.word == "as" and earlier.text == ")")
        return derived and self.closed in {"from", "join", "lateral"}

    def _call(self, word: str, place: int) -> Refuse | None:
        if (word in self.functions and self.tokens[place].text.isascii()) or self._is_column_list(word, place):
            return None
        why = WHY_NOT.get(
            word, f"The gate does not know the function{_called(word)}: use a built-in one that only computes."
        )
        return Refuse("function", why)

    def _qualifier(self, word: str, place: int) -> Refuse | None:
        """What stands before a dot, and nothing before it: maybe a schema."""
        schema = folded(word)
        if schema in CLOSED_SCHEMAS:
            return Refuse("system_schema", "The system databases are not open here. information_schema is, in part.")
        if schema != INFORMATION_SCHEMA or folded(table := self.tokens[place + 2].word) in TABLES:
            return None
        return Refuse(
            "system_schema",
            f"This table of information_schema is not open here{_called(table)}: it may show accounts, or what others run.",
        )


def _refused(walk: Walk, word: str, place: int) -> Refuse | None:
    """What is wrong with this word here."""
    before, after = walk.tokens[place - 1].word, walk.tokens[place + 1]
    match word:
        case "insert" | "replace" if after.text == "(":
            return None  # the functions
        case "use" if after.word in {"index", "key"}:
            return None
        case "set" if before == "character":
            return None
        case "for":
            sequence = walk.tokens[place - 2].word if before == "value" else ""
            if sequence == "next" and "nextval" in walk.functions and after.word not in {"update", "share"}:
                return None
            return None if sequence not in {"next", "previous"} and _is_no_lock(walk, before, after.word) else _LOCK
        case "lock":
            return Refuse("locks", REFUSED[word])
        case _:
            return Refuse("word", REFUSED[word])


def _is_no_lock(walk: Walk, before: str, after: str) -> bool:
    """FOR as in SUBSTRING(a FROM 1 FOR 2), INDEX FOR ORDER BY, FOR ORDINALITY or FOR SYSTEM_TIME."""
    if walk.openers and walk.openers[-1] in {"substring", "substr", "mid"}:
        return after not in {"update", "share"}
    if before in {"index", "key"}:
        return after in {"join", "order", "group"}
    return after in {"ordinality", "system_time"}


def _is_no_call(walk: Walk, word: str, place: int) -> bool:
    """Whether a parenthesis behind this keyword, which stands here, begins no call."""
    if word in BEFORE_PARENTHESIS:
        return True
    before, inside = walk.tokens[place - 1], walk.tokens[place + 2]
    match word:
        case _ if word in FOLLOWING:
            return _ends_operand(before)
        case _ if word in COMPARED:
            return before.text in _COMPARING and inside.word in QUERY
        case _ if word in MODIFIERS:
            return before.word == "select"
        case "of":
            return before.word == "member"
        case "columns":
            return before.kind is Kind.TEXT
        case "lateral":
            return inside.word in QUERY
        case _:
            return False


def _ends_operand(token: Token) -> bool:
    """Whether a name, a value or a parenthesis ends here: no call can follow."""
    if token.kind is Kind.NAME:
        return token.word not in BEFORE_PARENTHESIS
    return token.text == ")" or token.kind in {Kind.QUOTED, Kind.TEXT, Kind.NUMBER, Kind.VARIABLE}


def _called(name: str) -> str:
    """The name, where it can be shown."""
    return f" ({name})" if _SHOWN.fullmatch(name) else ""


_SIGNS: Final[dict[str, Check]] = {
    "(": Walk.open,
    ")": Walk.close,
    ".": Walk.dot,
    "{": Walk.brace,
    "}": Walk.brace_end,
}
_KINDS: Final[dict[Kind, Check]] = {
    Kind.NAME: Walk.name,
    Kind.QUOTED: Walk.quoted,
    Kind.VARIABLE: Walk.variable,
    Kind.NUMBER: Walk.number,
}
