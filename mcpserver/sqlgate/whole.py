"""Whether an UPDATE or DELETE changes whole tables: neither its WHERE nor the ON of its joins picks rows."""

from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import Final

from mcpserver.sqlgate.conditions import depth_of, holds_always, is_keyword, outermost, without_parentheses
from mcpserver.sqlgate.lists.keywords import QUERY
from mcpserver.sqlgate.query import DEPTH_MOST
from mcpserver.sqlgate.tokens import END, Kind, Token

_BEHIND: Final = frozenset({"order", "limit", "returning"})
"""What ends a WHERE."""
_BEFORE_TABLES: Final = frozenset({"update", "delete", "from", "low_priority", "ignore", "using"})
_JOINING: Final = frozenset({"join", "straight_join"})
_OUTER: Final = frozenset({"left", "right", "full", "outer", "natural"})
_OF_JOINS: Final = _JOINING | _OUTER | {"inner", "cross", "on", "using"}


def is_whole_table(statement: Sequence[Token]) -> bool:
    """Whether it has no condition of its own, or only such as hold for every row as far as can be seen."""
    if depth_of(statement) > DEPTH_MOST:
        return True
    outer = [place for place, _ in outermost(statement)]
    where = _first(statement, outer, {"where"})
    end = _first(statement, [place for place in outer if place > where], _BEHIND)
    return holds_always(statement[where + 1 : end]) and not _is_picked_by_joins(_tables(statement, outer))


def _first(statement: Sequence[Token], places: Sequence[int], words: Collection[str]) -> int:
    """Where one of these keywords stands, or the end."""
    found = (place for place in places if statement[place].word in words and is_keyword(statement, place))
    return next(found, len(statement))


def _tables(statement: Sequence[Token], outer: Sequence[int]) -> Sequence[Token]:
    """Those of UPDATE before its SET; of DELETE those behind FROM, or behind USING where it stands before any join."""
    end = _first(statement, outer, {"set", "where", *_BEHIND})
    before = min(end, _first(statement, outer, _JOINING))
    start = max((place + 1 for place in outer if place < before and _begins_tables(statement, place)), default=end)
    return without_parentheses(statement[start:end])


def _begins_tables(statement: Sequence[Token], place: int) -> bool:
    token = statement[place]
    return token.kind is Kind.HINT or (token.word in _BEFORE_TABLES and is_keyword(statement, place))


def _is_picked_by_joins(tables: Sequence[Token]) -> bool:
    """Whether they are inner joins and nothing else, each by a condition that picks rows.

    The ON of an outer join leaves every row of one side, and a table behind a comma has none; into lists in parentheses nobody
    looks.
    """
    outer = [place for place, _ in outermost(tables)]
    marks = [place for place in outer if _is_of_joins(tables, place)]
    joins = picking = 0
    for place, after in pairwise([*marks, len(tables)]):
        word, behind = tables[place].word, tables[place + 1 : after]
        joins += word in _JOINING
        picking += word == "using" or (word == "on" and not holds_always(behind))
        if word in _OUTER:
            return False
    listed = any(tables[place].text == "," for place in outer) or _has_a_list(tables)
    return 0 < joins == picking and not listed


def _has_a_list(tables: Sequence[Token]) -> bool:
    """Whether tables stand in parentheses where a table could: `(t, u) JOIN v`. A query there is one table."""
    threes = zip([END, *tables], tables, [*tables[1:], END], strict=False)
    return any(
        token.text == "(" and inside.word not in QUERY and (before is END or before.word in _JOINING)
        for before, token, inside in threes
    )


def _is_of_joins(tables: Sequence[Token], place: int) -> bool:
    """`LEFT (a, 1)` is a function."""
    called = tables[place + 1 : place + 2] and tables[place + 1].text == "("
    return (
        tables[place].word in _OF_JOINS and is_keyword(tables, place) and not (called and tables[place].word in _OUTER)
    )
