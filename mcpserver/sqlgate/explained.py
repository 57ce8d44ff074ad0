"""The verdict over a query whose plan is asked for: it comes alone, and is judged as if it ran, for it may."""

from typing import Final

from mcpserver.sqlgate.gate import judge
from mcpserver.sqlgate.lists.keywords import QUERY
from mcpserver.sqlgate.shows import first_word
from mcpserver.sqlgate.texts import read_text
from mcpserver.sqlgate.verdicts import Allow, Refuse

WORDS: Final = "SELECT, WITH, TABLE or VALUES"

_EXPLAINS: Final = frozenset({"explain", "desc", "describe", "analyze"})


def judge_explained(sql: str) -> Allow | Refuse:
    """Whether this text is one query that reads, and the form in which it is sent behind the engine's EXPLAIN."""
    statement = read_text(sql)
    if isinstance(statement, Refuse):
        return statement
    word = first_word(statement)
    if not statement or word in QUERY:
        return judge(sql)
    if word in _EXPLAINS:
        return Refuse("first_word", f"Give the query alone, without {word.upper()}: it begins with {WORDS}.")
    if word == "show":
        return Refuse("first_word", f"SHOW has no plan: explain_query takes a query that begins with {WORDS}.")
    named = word.upper()[:64] if word.isascii() and word else "this"
    return Refuse("first_word", f"explain_query explains reads only, and {named} is none: begin with {WORDS}.")
