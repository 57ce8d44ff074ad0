"""The verdict over one text: bounds, tokens, then the rules of its first word.

What is allowed is sent as it is rendered here, never as it came. Nothing here raises, for any text.
"""

import re
from itertools import pairwise
from typing import Final

from mcpserver.sqlgate.lists.keywords import DANGLING, QUERY
from mcpserver.sqlgate.query import judge_query
from mcpserver.sqlgate.render import render
from mcpserver.sqlgate.shows import first_word, judge_explain, judge_show
from mcpserver.sqlgate.texts import read_text
from mcpserver.sqlgate.tokens import Kind, Token
from mcpserver.sqlgate.verdicts import Allow, Refuse

COLUMNS_OF_A_TABLE: Final = 4096
COLUMNS_MOST: Final = 16 * COLUMNS_OF_A_TABLE
"""`t.*` written ten thousand times asks for millions of columns, and the driver reads what each is before we can look."""
STARS_SURE: Final = 2
"""So many stars are no question: among so few tokens no list of columns is long enough."""

READING: Final = ("SELECT", "WITH", "SHOW", "DESCRIBE", "EXPLAIN", "TABLE", "VALUES")

_AS_OF: Final = re.compile(r"\bas of timestamp\b", re.IGNORECASE)


def judge(sql: str) -> Allow | Refuse:
    """Whether this text reads and nothing else, on any server of the MySQL protocol, and the form in which it is sent."""
    statement = _statement(sql)
    if isinstance(statement, Refuse):
        return statement
    refusal, alone = _judge_root(statement)
    if refusal := refusal or judge_end(statement):
        return refusal
    rendered = render(statement)
    if rendered.count(".*") > STARS_SURE and _asks_for_too_many_columns(statement):
        return Refuse("columns", "The statement asks for all columns of tables too often: name the columns you need.")
    return Allow(rendered, alone=alone, as_of=bool(_AS_OF.search(rendered)) and _says_as_of(statement))


def _statement(sql: str) -> list[Token] | Refuse:
    """The tokens of the one statement, hints rendered, without the semicolon at its end."""
    statement = read_text(sql)
    if isinstance(statement, Refuse):
        return statement
    if statement and statement[-1].text == ";":
        statement.pop()
    if ";" in sql and any(token.text == ";" for token in statement):
        return Refuse("statements", "One statement a call: send the others in calls of their own.")
    return statement or Refuse("empty", "There is no statement: write one SELECT.")


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


def judge_end(statement: list[Token]) -> Refuse | None:
    """What is wrong with how it ends."""
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
