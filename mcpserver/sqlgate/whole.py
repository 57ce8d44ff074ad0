"""Whether an UPDATE or DELETE changes whole tables: its WHERE picks no rows. What its joins pick is no matter."""

from collections.abc import Collection, Sequence
from typing import Final

from mcpserver.sqlgate.conditions import depth_of, holds_always, is_keyword, outermost
from mcpserver.sqlgate.query import DEPTH_MOST
from mcpserver.sqlgate.tokens import Token

_BEHIND: Final = frozenset({"order", "limit", "returning"})
"""What ends a WHERE."""


def is_whole_table(statement: Sequence[Token]) -> bool:
    """Whether it has no WHERE of its own, or one that holds for every row as far as can be seen."""
    if depth_of(statement) > DEPTH_MOST:
        return True
    outer = [place for place, _ in outermost(statement)]
    where = _first(statement, outer, {"where"})
    end = _first(statement, [place for place in outer if place > where], _BEHIND)
    return holds_always(statement[where + 1 : end])


def _first(statement: Sequence[Token], places: Sequence[int], words: Collection[str]) -> int:
    """Where one of these keywords stands, or the end."""
    found = (place for place in places if statement[place].word in words and is_keyword(statement, place))
    return next(found, len(statement))
