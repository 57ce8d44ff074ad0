"""The verdict over one text: Allow, or Refuse with the rule and a sentence that helps to mend it."""

import re
from dataclasses import dataclass
from itertools import dropwhile, pairwise
from typing import Final

from mcpserver.sqlgate.fingerprint import MOST_CHARACTERS
from mcpserver.sqlgate.system import asks_for_inside
from mcpserver.sqlgate.tokens import Kind, Token, meaning

READING: Final = ("SELECT", "WITH", "SHOW", "DESCRIBE", "DESC", "EXPLAIN", "TABLE", "VALUES")
"""First words of statements that read."""

_CHANGING: Final = frozenset({"delete", "insert", "update", "replace"})
_VERBS: Final = _CHANGING | {"select", "table", "values"}

COLUMNS_OF_A_TABLE: Final = 4096
COLUMNS_MOST: Final = 16 * COLUMNS_OF_A_TABLE
"""`t.*` written ten thousand times asks for millions of columns, and the driver reads what each is before we can look."""

_FIRST_WORD: Final = re.compile(r"[ \t\r\n(]*([A-Za-z]+)\b")
_CONTROL: Final = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\ud800-\\udfff]")
_RUNNING_COMMENT: Final = re.compile(r"/\*(!|M!|T!)", re.IGNORECASE)


@dataclass(frozen=True)
class Allow:
    """It may be sent, in this form."""

    rendered: str


@dataclass(frozen=True)
class Refuse:
    """It may not. `rule` is one word for programs, `sentence` is for the caller."""

    rule: str
    sentence: str


def judge(sql: str) -> Allow | Refuse:
    """Whether this text may go to a login that can only read, on a connection that takes one statement at a time."""
    if len(sql) > MOST_CHARACTERS:
        return Refuse("size", f"The statement is longer than {MOST_CHARACTERS:,} characters: shorten it.")
    if _CONTROL.search(sql):
        return Refuse("characters", "The statement holds control characters or broken Unicode: take them out.")
    if not sql.strip():
        return Refuse("empty", "There is no statement: write one SELECT.")
    if _RUNNING_COMMENT.search(sql):
        return Refuse("executable_comment", "Comments that run, as in /*! ... */, are refused: take them out.")
    return _judge_first_word(sql) or _judge_tokens(meaning(sql)) or Allow(sql)


def _judge_first_word(sql: str) -> Refuse | None:
    match = _FIRST_WORD.match(sql)
    word = match.group(1).upper() if match else ""
    if word in READING:
        return None
    words = ", ".join(READING)
    if not word:
        return Refuse("first_word", f"Start with the statement itself, without a comment before it: one of {words}.")
    return Refuse(
        "first_word", f"db_query only reads, and {word} is not a word that reading starts with: use one of {words}."
    )


def _judge_tokens(statement: list[Token]) -> Refuse | None:
    for place, (kind, text) in enumerate(statement):
        if kind is Kind.OPEN:
            return Refuse("unterminated", "A quote or comment has no end: close it.")
        if kind is Kind.OTHER and not text.isascii():
            return Refuse("characters", f"U+{ord(text):04X} stands outside quotes: use plain blanks and signs there.")
        if text == ";" and place < len(statement) - 1:
            return Refuse("statements", "One statement a call: send the others in calls of their own.")
    if _asks_for_too_many_columns(statement):
        return Refuse("columns", "The statement asks for all columns of tables too often: name the columns you need.")
    if verb := _change_behind_a_reading_word(statement):
        return Refuse("first_word", f"db_query only reads, and {verb.upper()} changes, also behind EXPLAIN and WITH.")
    if sentence := asks_for_inside(statement):
        return Refuse("system_schema", sentence)
    return None


def _change_behind_a_reading_word(statement: list[Token]) -> str:
    """The verb of a change after EXPLAIN (with ANALYZE it runs) or WITH; empty where there is none."""
    words = list(dropwhile(lambda token: token.text == "(", statement))
    if words[0].word not in {"explain", "desc", "describe", "with"}:
        return ""
    depth = 0
    for _, text in words[1:]:
        depth += (text == "(") - (text == ")")
        if depth <= 0 and text.lower() in _VERBS:
            return text.lower() if text.lower() in _CHANGING else ""
    return ""


def _asks_for_too_many_columns(statement: list[Token]) -> bool:
    """Whether `t.*` stands so often that the columns could be too many; a derived table has no more than its commas."""
    stars = sum(token.text == "." and after.text == "*" for token, after in pairwise(statement))
    commas = sum(token.text == "," for token in statement) if stars else 0
    return stars * max(COLUMNS_OF_A_TABLE, commas + 1) > COLUMNS_MOST
