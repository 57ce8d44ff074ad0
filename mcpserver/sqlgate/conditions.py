"""Whether the WHERE of an UPDATE or DELETE picks rows: one that names no column, or compares a thing with itself, does not."""

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Final

from mcpserver.sqlgate.lists.conditions import NO_COLUMNS
from mcpserver.sqlgate.lists.keywords import BEFORE_PARENTHESIS
from mcpserver.sqlgate.query import DEPTH_MOST
from mcpserver.sqlgate.tokens import END, Kind, Token

_BEHIND: Final = frozenset({"order", "limit", "returning"})
"""What ends a WHERE."""
_EQUAL: Final = frozenset({"=", "<=>", ">=", "<=", "like"})
_JOINING: Final = frozenset({"join", "straight_join"})
_BEHIND_TABLES: Final = frozenset(
    {"on", "where", "group", "having", "order", "limit", "union", "except", "intersect", "window"}
)
"""What ends the tables of a query."""
_NAMED: Final = frozenset({"as", "collate", "using"})
"""No column stands behind these."""


def is_whole_table(statement: Sequence[Token]) -> bool:
    """Whether this UPDATE or DELETE has no WHERE of its own, or one that holds for every row as far as can be seen."""
    if _depth(statement) > DEPTH_MOST:
        return True
    outer = list(outermost(statement))
    start = next((place for place, token in outer if is_bare(statement, place, "where")), None)
    if start is None:
        return True
    end = next(
        (place for place, token in outer if place > start and token.word in _BEHIND and token.kind is Kind.NAME), None
    )
    return _holds_always(statement[start + 1 : end])


def outermost(tokens: Sequence[Token]) -> Iterator[tuple[int, Token]]:
    """The tokens outside parentheses, with their places."""
    depth = 0
    for place, token in enumerate(tokens):
        if token.kind is Kind.SIGN:
            depth += (token.text == "(") - (token.text == ")")
        if depth == 0:
            yield place, token


def is_bare(tokens: Sequence[Token], place: int, word: str) -> bool:
    """Whether this keyword stands here: without backticks, and with no dot before it."""
    token = tokens[place]
    return token.kind is Kind.NAME and token.text.lower() == word and (place == 0 or tokens[place - 1].text != ".")


def _depth(tokens: Sequence[Token]) -> int:
    return max(accumulate((token.text == "(") - (token.text == ")") for token in tokens), default=0)


def _holds_always(condition: Sequence[Token]) -> bool:
    """One branch of its ORs does, as far as can be seen: all that is joined by AND in it is the same for every row."""
    condition = _without_parentheses(condition)
    branches = _split(condition, {"or", "||"})
    return any(all(_is_constant(part) for part in _split(branch, {"and", "&&"})) for branch in branches)


def _is_constant(part: Sequence[Token]) -> bool:
    inner = _without_parentheses(part)
    if len(inner) < len(part):
        return _holds_always(inner)
    return not _names_a_column(part) or _compares_with_itself(part)


def _without_parentheses(tokens: Sequence[Token]) -> Sequence[Token]:
    """Without those that stand round the whole."""
    while len(tokens) > 1 and tokens[0].text == "(" and next(outermost(tokens), (0, END))[0] == len(tokens) - 1:
        tokens = tokens[1:-1]
    return tokens


def _split(tokens: Sequence[Token], at: set[str]) -> list[Sequence[Token]]:
    found: list[Sequence[Token]] = []
    start = 0
    for place, token in outermost(tokens):
        if token.text.lower() in at and (place == 0 or tokens[place - 1].text != "."):
            found.append(tokens[start:place])
            start = place + 1
    return [*found, tokens[start:]]


def _compares_with_itself(part: Sequence[Token]) -> bool:
    """`id = id`."""
    half = len(part) // 2
    same = [token.text.lower() for token in part[:half]] == [token.text.lower() for token in part[half + 1 :]]
    return len(part) % 2 == 1 and same and part[half].text.lower() in _EQUAL


def _names_a_column(part: Sequence[Token]) -> bool:
    around = [END, END, *_without_tables(part), END]
    fours = zip(around, around[1:], around[2:], around[3:], strict=False)
    return any(_is_column(*three) for call, *three in fours if not _is_of_default(call, three[0]))


def _without_tables(part: Sequence[Token]) -> Iterator[Token]:
    """Without the names of queries in it, and what they stand on: `EXISTS (SELECT 1 FROM t)` holds for every row, or for none."""
    inside = [(False, False)]
    """For each open parenthesis whether a query begins in it, and whether its tables stand here."""
    for place, token in enumerate(part):
        in_query, at_tables = inside[-1]
        word = token.text.lower() if token.kind is Kind.NAME else token.text
        if word == "(":
            inside.append((False, at_tables))
        elif word == ")" and len(inside) > 1:
            inside.pop()
        elif word in {"select", "table"}:
            inside[-1] = (True, word == "table")
        elif (word == "from" and in_query) or word in _JOINING:
            inside[-1] = (True, True)
        elif word in _BEHIND_TABLES:
            inside[-1] = (in_query, False)
        if word in {"(", ")"} or not (at_tables or _names_a_query(part, place)):
            yield token


def _names_a_query(part: Sequence[Token], place: int) -> bool:
    """The name in `WITH c AS (`."""
    return [token.text.lower() for token in part[place + 1 : place + 3]] == ["as", "("]


def _is_of_default(call: Token, opened: Token) -> bool:
    """`DEFAULT(id)` is the same for every row, and `VALUES(id)` is nothing here."""
    return opened.text == "(" and call.kind is Kind.NAME and call.word in {"default", "values", "value"}


def _is_column(before: Token, token: Token, after: Token) -> bool:
    """Whether a name stands here that is no keyword, no call, no type and no unit of time."""
    if not token.word or after.text == "(":
        return False
    if token.kind is Kind.QUOTED or before.text == ".":
        return True
    keyword = token.word in NO_COLUMNS or after.kind is Kind.TEXT or before.word in _NAMED
    return not keyword and not _ends_operand(before)


def _ends_operand(token: Token) -> bool:
    """Behind a value or a name stands no other: `INTERVAL 1 DAY`."""
    if token.kind is Kind.NAME:
        return token.word not in BEFORE_PARENTHESIS | NO_COLUMNS
    return token.text == ")" or token.kind in {Kind.QUOTED, Kind.TEXT, Kind.NUMBER, Kind.VARIABLE}
