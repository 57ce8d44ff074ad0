"""The verdict over one text: bounds, tokens, then the rules of its first word.

What is allowed is sent as it is rendered here, never as it came. Nothing here raises, for any text.
"""

import re
from itertools import pairwise
from typing import Final

from mcpserver.sqlgate.hints import judge_hints
from mcpserver.sqlgate.lists.keywords import DANGLING, QUERY
from mcpserver.sqlgate.query import NO_VARIABLES, judge_query
from mcpserver.sqlgate.render import render
from mcpserver.sqlgate.shows import first_word, judge_explain, judge_show
from mcpserver.sqlgate.tokens import Kind, Token, meaning, pieces
from mcpserver.sqlgate.verdicts import Allow, Refuse

BYTES_MOST: Final = 256 * 1024
PIECES_MOST: Final = 50_000
"""Words, signs, blanks, comments: a list of some 16,000 values, or of 25,000 without blanks."""

COLUMNS_OF_A_TABLE: Final = 4096
COLUMNS_MOST: Final = 16 * COLUMNS_OF_A_TABLE
"""`t.*` written ten thousand times asks for millions of columns, and the driver reads what each is before we can look."""
STARS_SURE: Final = 2
"""So many stars are no question: among so few tokens no list of columns is long enough."""

READING: Final = ("SELECT", "WITH", "SHOW", "DESCRIBE", "EXPLAIN", "TABLE", "VALUES")

_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_AS_OF: Final = re.compile(r"\bas of timestamp\b", re.IGNORECASE)
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


def judge(sql: str) -> Allow | Refuse:
    """Whether this text reads and nothing else, on any server of the MySQL protocol, and the form in which it is sent."""
    if len(sql) > BYTES_MOST or len(sql.encode("utf-8", "replace")) > BYTES_MOST:
        return Refuse("size", f"The statement is longer than {BYTES_MOST:,} bytes: shorten it.")
    if _CONTROL.search(sql):
        return Refuse("characters", "The statement holds control characters or broken Unicode: take them out.")
    statement = _statement(sql.removeprefix("\ufeff"))
    if isinstance(statement, Refuse):
        return statement
    refusal, alone = _judge_root(statement)
    if refusal := refusal or _judge_end(statement):
        return refusal
    rendered = render(statement)
    if rendered.count(".*") > STARS_SURE and _asks_for_too_many_columns(statement):
        return Refuse("columns", "The statement asks for all columns of tables too often: name the columns you need.")
    return Allow(rendered, alone=alone, as_of=bool(_AS_OF.search(rendered)) and _says_as_of(statement))


def _statement(sql: str) -> list[Token] | Refuse:
    """The tokens of the one statement, hints rendered, without the semicolon at its end."""
    texts = pieces(sql)
    if len(texts) > PIECES_MOST:
        return Refuse("size", f"The statement has more than {PIECES_MOST:,} words, signs and blanks: shorten it.")
    statement = meaning(texts)
    if not _TOLD.isdisjoint([token.kind for token in statement]):
        for place, token in enumerate(statement):
            if token.kind in _TOLD and (refusal := _tell(statement, place)):
                return refusal
    if statement and statement[-1].text == ";":
        statement.pop()
    if ";" in sql and any(token.text == ";" for token in statement):
        return Refuse("statements", "One statement a call: send the others in calls of their own.")
    return statement or Refuse("empty", "There is no statement: write one SELECT.")


def _tell(statement: list[Token], place: int) -> Refuse | None:
    """What is wrong with this token wherever it stands; a hint is rendered in its place."""
    kind, text, gap = statement[place]
    if kind is Kind.OTHER:
        return _other(text)
    if kind is not Kind.HINT:
        return _WRONG[kind]
    hints = judge_hints(text)
    if isinstance(hints, Refuse):
        return hints
    statement[place] = Token(kind, hints, gap)
    return None


def _other(sign: str) -> Refuse:
    if sign == ":=":
        return NO_VARIABLES
    if sign in "?:":
        return Refuse("placeholder", f"{sign} is no SQL for a server: write the value itself.")
    if sign.isascii():
        return Refuse("characters", f"{sign} has no place outside quotes: take it out.")
    return Refuse("characters", f"U+{ord(sign):04X} stands outside quotes: use plain blanks and signs there.")


def _judge_root(statement: list[Token]) -> tuple[Refuse | None, bool]:
    """By the first word; and whether the statement reads what its session holds."""
    word = first_word(statement)
    if word in QUERY:
        return judge_query(statement), False
    match word if statement[0].text != "(" else "":
        case "show":
            return judge_show(statement)
        case "explain" | "desc" | "describe":
            return judge_explain(statement), False
        case _:
            return _not_reading(word), False


def _not_reading(word: str) -> Refuse:
    words = ", ".join(READING)
    if not word.isascii() or not word:
        return Refuse("first_word", f"Start with the statement itself: one of {words}.")
    return Refuse(
        "first_word",
        f"db_query only reads, and {word.upper()[:64]} is not a word that reading starts with: use one of {words}.",
    )


def _judge_end(statement: list[Token]) -> Refuse | None:
    last = statement[-1]
    if (last.kind is Kind.SIGN and last.text not in {")", "*", "}"}) or (
        last.kind is Kind.NAME and _dangles(statement)
    ):
        return Refuse("unfinished", "The statement ends in the middle: write it to its end.")
    return None


def _dangles(statement: list[Token]) -> bool:
    return statement[-1].word in DANGLING and (len(statement) == 1 or statement[-2].text != ".")


def _asks_for_too_many_columns(statement: list[Token]) -> bool:
    """Whether `t.*` stands so often that the columns could be too many; a derived table has no more than its commas."""
    texts = [token.text for token in statement]
    stars = sum(1 for text, after in pairwise(texts) if text == "." and after == "*")
    commas = texts.count(",") if stars else 0
    return stars * max(COLUMNS_OF_A_TABLE, commas + 1) > COLUMNS_MOST


def _says_as_of(statement: list[Token]) -> bool:
    """Whether these three words stand there, outside quotes."""
    words = [token.word if token.kind is Kind.NAME else "" for token in statement]
    return any(three == ("as", "of", "timestamp") for three in zip(words, words[1:], words[2:], strict=False))
