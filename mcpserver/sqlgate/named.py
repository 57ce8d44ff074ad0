"""The tables that tokens name: every one of them, and now and then what is none. Pure.

A table stands behind FROM, JOIN, USING and the like, behind a comma or an opening parenthesis of their list, and nowhere else.
A list ends with a word that is reserved everywhere, so that no alias can be mistaken for it.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from mcpserver.sqlgate.lists import words
from mcpserver.sqlgate.lists.keywords import RESERVED
from mcpserver.sqlgate.tokens import END, Kind, Token

_BEGIN: Final = words("from join straight_join table using")
_END: Final = words("select where group having order limit union set values")
_BEFORE: Final = _BEGIN | {",", "("}


def tables_in(tokens: Sequence[Token], *, in_list: bool = False) -> Iterator[str]:
    """`table` or `database.table`, in lower case and without backticks. `in_list`: tokens begin with a list of tables."""
    outer: list[bool] = []
    before = "," if in_list else ""
    for place, token in enumerate(tokens):
        if in_list and before in _BEFORE and (name := _name(token)):
            yield _with_database(tokens, place, name)
        if token.kind is Kind.SIGN:
            if token.text == "(":
                outer.append(in_list)
            elif token.text == ")" and outer:
                in_list = outer.pop()
        word = token.word if token.kind is Kind.NAME and before != "." else ""
        if word in _BEGIN:
            in_list = True
        elif word in _END or (word == "update" and before == "key"):
            in_list = False
        before = word or token.text


def _with_database(tokens: Sequence[Token], place: int, name: str) -> str:
    dot, table = (*tokens[place + 1 : place + 3], END, END)[:2]
    return f"{name}.{_name(table) or table.text}" if dot.text == "." else name


def _name(token: Token) -> str:
    """In double quotes too: with ANSI_QUOTES that is a name."""
    if token.kind is Kind.NAME and token.word in RESERVED:
        return ""
    return token.text[1:-1].replace('""', '"').lower() if token.text[:1] == '"' else token.word
