"""Statements that change rows: their own words in their own places, and everything inside judged as a query is."""

from typing import Final

from mcpserver.sqlgate.conditions import is_bare, outermost
from mcpserver.sqlgate.forms import Forms, Reading, Refused
from mcpserver.sqlgate.lists.forms import DATA
from mcpserver.sqlgate.lists.functions import IN_CHANGES
from mcpserver.sqlgate.parts import PARTS, begins_query, judged, name, table, without_system
from mcpserver.sqlgate.tokens import Kind, Token
from mcpserver.sqlgate.verdicts import Known, Refuse
from mcpserver.sqlgate.whole import is_whole_table

_WHOLE: Final = {
    "update": "UPDATE without a condition on a column in WHERE changes every row (a name that is a keyword goes in backticks)",
    "delete": "DELETE without a condition on a column in WHERE removes every row (a name that is a keyword goes in backticks)",
}
_ON_DUPLICATE: Final = ("on", "duplicate", "key", "update")
_HISTORY: Final = Refuse(
    "form",
    "DELETE HISTORY removes what a versioned table remembers: it is not open here. A table's name goes in backticks.",
)
_REASONS: Final = {
    "delayed": "DELAYED writes later, outside the transaction: leave it out.",
    "returning": "RETURNING is not open here: the answer says how many rows changed, and db_query reads them.",
}


def judge_data(statement: list[Token]) -> Known | Refuse:
    """What is known of it; or what is wrong."""
    reading = Reading(statement, IN_CHANGES)
    try:
        if not _FORMS.fits("DATA", reading):
            return _refusal(reading)
    except Refused as refused:
        return refused.refusal
    verb = next((rule.lower() for rule in ("UPDATE", "DELETE") if rule in reading.taken), "")
    return reading.known(_WHOLE[verb] if verb and is_whole_table(statement) else "")


def _refusal(reading: Reading) -> Refuse:
    for place in range(1, 6):
        if reason := _REASONS.get(reading.word(place)):
            return Refuse("form", reason)
    return Refuse(
        "form",
        "This form of the statement is not open here. Open are INSERT and REPLACE with VALUES, SET or a query, UPDATE ... SET, "
        "DELETE ... FROM of one table or several, and WITH before UPDATE or DELETE. Names that are keywords go in backticks.",
    )


def _hint(reading: Reading, place: int) -> int | None:
    return place + 1 if reading.at(place).kind is Kind.HINT else None


def _target(reading: Reading, place: int) -> int | None:
    """A table of several that rows are deleted from. MariaDB reads HISTORY as a keyword."""
    if reading.word(place) == "history" and reading.word(place + 1) == "from":
        raise Refused(_HISTORY)
    return table(reading, place)


def _updated(reading: Reading, place: int) -> int | None:
    """The tables of an UPDATE, joins too, up to its SET."""
    tokens = reading.tokens[place:]
    end = next((at for at, _ in outermost(tokens) if is_bare(tokens, at, "set")), None)
    if not end or not (tokens[0].text == "(" or name(reading, place)):
        return None
    judged(reading, place, place + end)
    without_system(tokens[:end])
    return place + end


def _assigned(reading: Reading, place: int) -> int | None:
    """Everything behind SET, to the end."""
    judged(reading, place)
    return len(reading.tokens) if place < len(reading.tokens) else None


def _deleted(reading: Reading, place: int) -> int | None:
    """The tables of a DELETE, joins too, and everything behind them."""
    tokens = reading.tokens[place:]
    if not tokens or not (tokens[0].text == "(" or name(reading, place)):
        return None
    judged(reading, place)
    without_system(tokens[: next((at for at, _ in outermost(tokens) if is_bare(tokens, at, "where")), None)])
    return len(reading.tokens)


def _rows(reading: Reading, place: int) -> int | None:
    """What is inserted: VALUES, SET or a query; and ON DUPLICATE KEY UPDATE."""
    word = reading.word(place)
    if word not in {"values", "value", "set"} and not begins_query(reading, place):
        return None
    place += word == "set"
    cut = _on_duplicate(reading.tokens[place:])
    end = len(reading.tokens) if cut is None else place + cut
    judged(reading, place, _alias_of_row(reading, place, end) if word in {"values", "value", "set"} else end)
    if cut is not None:
        judged(reading, end + len(_ON_DUPLICATE))
    return len(reading.tokens)


def _alias_of_row(reading: Reading, start: int, end: int) -> int:
    """Where `AS new (x, y)` begins, with which the row that is inserted ends; or its end, where it has none."""
    opened = next((place for place, closed in reading.ends.items() if closed == end - 1), 0)
    begins = opened - 2
    if begins <= start or not is_bare(reading.tokens, begins, "as") or name(reading, opened - 1) != opened:
        return end
    names, commas = range(opened + 1, end - 1, 2), range(opened + 2, end - 1, 2)
    listed = all(name(reading, place) for place in names) and all(reading.at(place).text == "," for place in commas)
    return begins if listed and len(names) > len(commas) else end


def _on_duplicate(tokens: list[Token]) -> int | None:
    return next(
        (
            place
            for place, _ in outermost(tokens)
            if tuple(token.word for token in tokens[place : place + 4] if token.kind is Kind.NAME) == _ON_DUPLICATE
            and is_bare(tokens, place, "on")
        ),
        None,
    )


_FORMS: Final = Forms(
    DATA,
    {
        **PARTS, "HINT": _hint, "TARGET": _target, "UPDATED": _updated, "ASSIGNED": _assigned, "DELETED": _deleted, "ROWS": _rows,
    },
)  # fmt: skip
