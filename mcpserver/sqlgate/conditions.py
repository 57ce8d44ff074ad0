"""Whether a condition picks rows: one that names no column, or compares a thing with itself, does not."""

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Final

from mcpserver.sqlgate.lists.conditions import COMPARISONS, MAYBE_COLUMNS, NO_COLUMNS
from mcpserver.sqlgate.lists.keywords import BEFORE_PARENTHESIS
from mcpserver.sqlgate.tokens import END, Kind, Token

_EQUAL: Final = frozenset({"=", "<=>", ">=", "<=", "like"})
_JOINING: Final = frozenset({"join", "straight_join"})
_BEHIND_TABLES: Final = frozenset(
    {"on", "where", "group", "having", "order", "limit", "union", "except", "intersect", "window"}
)
"""What ends the tables of a query."""
_NAMED: Final = frozenset({"as", "collate", "using"})
"""No column stands behind these."""


def holds_always(condition: Sequence[Token]) -> bool:
    """Whether it holds for every row as far as can be seen: it names no column, or compares a thing with itself."""
    return _holds_always(list(_with_columns(condition)))


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
    return tokens[place].word == word and is_keyword(tokens, place)


def is_keyword(tokens: Sequence[Token], place: int) -> bool:
    """Whether a word stands here without backticks, and with no dot before it."""
    return tokens[place].kind is Kind.NAME and (place == 0 or tokens[place - 1].text != ".")


def depth_of(tokens: Sequence[Token]) -> int:
    """How many parentheses stand in each other."""
    return max(accumulate((token.text == "(") - (token.text == ")") for token in tokens), default=0)


def _with_columns(condition: Sequence[Token]) -> Iterator[Token]:
    """The same, in backticks what could be a keyword, and is a column. END ends a CASE where one is open."""
    cases = 0
    for place, token in enumerate(condition):
        word = token.word if is_keyword(condition, place) else ""
        closes = word == "end" and cases > 0
        cases += (word == "case") - closes
        column = word in MAYBE_COLUMNS and not closes and _is_compared(condition, place)
        yield Token(Kind.QUOTED, f"`{token.text}`", token.gap) if column else token


def _is_compared(condition: Sequence[Token], place: int) -> bool:
    """Whether an operand may begin here, and a comparison stands behind it. `IS UNKNOWN` is none, nor `IS NOT UNKNOWN`."""
    earlier, before = [END, END, *condition[max(place - 2, 0) : place]][-2:]
    after = condition[place + 1] if place + 1 < len(condition) else END
    if before.kind is Kind.NAME:
        begins = before.word in BEFORE_PARENTHESIS - {"is"} and (before.word, earlier.word) != ("not", "is")
    else:
        begins = not _ends_operand(before)
    return begins and after.kind in {Kind.SIGN, Kind.NAME} and after.text.lower() in COMPARISONS


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
    """`id = id`, also as ``t.id = `id` ``: where both stand for something, the shorter stands for the longer."""
    return any(
        _is_same(part[:place], part[place + 1 :]) for place, token in outermost(part) if token.text.lower() in _EQUAL
    )


def _is_same(left: Sequence[Token], right: Sequence[Token]) -> bool:
    """Both are the same, or two names of which one has less before its dots."""
    left, right = _without_parentheses(left), _without_parentheses(right)
    short, long = sorted((left, right), key=len)
    if len(short) < len(long) and not all(token.word or token.text == "." for token in long):
        return False
    return bool(short) and [*map(_plain, short)] == [*map(_plain, long[-len(short) :])]


def _plain(token: Token) -> str:
    return token.word or token.text.lower()


def _names_a_column(part: Sequence[Token]) -> bool:
    around = [END, *_without_tables(part), END]
    return any(_is_column(*three) for three in zip(around, around[1:], around[2:], strict=False))


def _without_tables(part: Sequence[Token]) -> Iterator[Token]:
    """Without the names of queries in it, and what they stand on: `EXISTS (SELECT 1 FROM t)` holds for every row, or for none.

    Nor is a sequence a column, or what DEFAULT is asked of.
    """
    inside = [(False, False)]
    """For each open parenthesis whether a query begins in it, and whether its tables stand here."""
    for place, token in enumerate(part):
        in_query, at_tables = inside[-1]
        word = token.text.lower() if token.kind is Kind.NAME else token.text
        if word == "(":
            inside.append((False, at_tables or (place > 0 and _takes_no_column(part[place - 1]))))
        elif word == ")" and len(inside) > 1:
            inside.pop()
        elif word in {"select", "table"}:
            inside[-1] = (True, word == "table")
        elif (word == "from" and in_query) or word in _JOINING:
            inside[-1] = (True, True)
        elif word == "next" and _is_followed(part, place, "value", "for"):
            inside[-1] = (in_query, True)
        elif word in _BEHIND_TABLES:
            inside[-1] = (in_query, False)
        if word in {"(", ")"} or not (at_tables or _is_no_column(part, place)):
            yield token


def _is_no_column(part: Sequence[Token], place: int) -> bool:
    """The name in `WITH c AS (`, and the first word of NEXT VALUE FOR."""
    return _is_followed(part, place, "as", "(") or _is_followed(part, place, "value", "for")


def _is_followed(part: Sequence[Token], place: int, *words: str) -> bool:
    return tuple(token.text.lower() for token in part[place + 1 : place + 1 + len(words)]) == words


def _takes_no_column(call: Token) -> bool:
    """`DEFAULT(t.id)` is the same for every row, `VALUES(id)` is nothing here, and NEXTVAL takes a sequence."""
    return call.word in {"default", "values", "value", "nextval"}


def _is_column(before: Token, token: Token, after: Token) -> bool:
    """Whether a name stands here that is no keyword, no call, no type and no unit of time."""
    if not token.word or after.text == "(" or (before.kind is Kind.NAME and before.word in _NAMED):
        return False
    if token.kind is Kind.QUOTED or before.text == ".":
        return True
    keyword = token.word in NO_COLUMNS or after.kind is Kind.TEXT
    return not keyword and not _ends_operand(before)


def _ends_operand(token: Token) -> bool:
    """Behind a value or a name stands no other: `INTERVAL 1 DAY`."""
    if token.kind is Kind.NAME:
        return token.word not in BEFORE_PARENTHESIS | NO_COLUMNS
    return token.text == ")" or token.kind in {Kind.QUOTED, Kind.TEXT, Kind.NUMBER, Kind.VARIABLE}
