"""The parts of a form that are no fixed words: names, tables, literals, expressions, queries."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from mcpserver.sqlgate.forms import Part, Reading, Refused
from mcpserver.sqlgate.lists.forms import NO_NAMES
from mcpserver.sqlgate.lists.keywords import QUERY
from mcpserver.sqlgate.lists.tables import INFORMATION_SCHEMA
from mcpserver.sqlgate.query import judge_query
from mcpserver.sqlgate.system import folded, is_system_schema
from mcpserver.sqlgate.tokens import Kind, Token
from mcpserver.sqlgate.verdicts import Refuse

SYSTEM: Final = Refuse(
    "system_schema", "The system databases (mysql, sys, information_schema and the like) are never written to."
)
_RETURNING: Final = Refuse(
    "returning",
    "RETURNING is not open here: the answer says how many rows changed, and db_query reads them. Is it a name? Then put it in "
    "backticks.",
)
_SYSTEM_IN_VIEW: Final = Refuse(
    "system_schema", "A view would show information_schema with its maker's rights: read it with db_query instead."
)


def judged(reading: Reading, start: int, end: int | None = None) -> None:
    """Nothing between these places but what may stand in a query; else Refused."""
    tokens = reading.tokens[start:end]
    if refusal := judge_query(tokens, reading.functions):
        raise Refused(refusal)
    for place, token in enumerate(tokens):
        if token.kind is Kind.NAME and token.word == "returning" and (not place or tokens[place - 1].text != "."):
            raise Refused(_RETURNING)


def without_system(tokens: Sequence[Token], refusal: Refuse = SYSTEM) -> None:
    """No table of a system schema, information_schema included; else Refused."""
    for token, after in pairwise(tokens):
        if (
            token.word
            and after.text == "."
            and (is_system_schema(token.word) or folded(token.word) == INFORMATION_SCHEMA)
        ):
            raise Refused(refusal)


def name(reading: Reading, place: int) -> int | None:
    """One name: in backticks, or a word that is nowhere reserved."""
    token = reading.at(place)
    return place + 1 if token.kind is Kind.QUOTED or (token.word and token.word not in NO_NAMES) else None


def source(reading: Reading, place: int) -> int | None:
    """`table` or `database.table`, of no system schema, that is only read or referred to."""
    after = name(reading, place)
    if after is None:
        return None
    if reading.at(after).text == "." and reading.at(after + 1).word:
        without_system(reading.tokens[place : after + 1])
        after += 2
    return after


def table(reading: Reading, place: int) -> int | None:
    """The same, of one that is changed."""
    after = source(reading, place)
    if after is not None and after > place + 1:
        reading.changed.add(reading.at(place).plain)
    return after


def database(reading: Reading, place: int) -> int | None:
    """A database's name, of no system schema."""
    after = name(reading, place)
    word = folded(reading.at(place).word)
    if after and (is_system_schema(word) or word == INFORMATION_SCHEMA):
        raise Refused(SYSTEM)
    if after:
        reading.changed.add(reading.at(place).plain)
    return after


def text(reading: Reading, place: int) -> int | None:
    """A string."""
    return place + 1 if reading.at(place).kind is Kind.TEXT else None


def number(reading: Reading, place: int) -> int | None:
    """A number without a sign."""
    return place + 1 if reading.at(place).kind is Kind.NUMBER else None


def group(reading: Reading, place: int) -> int | None:
    """Anything in parentheses that may stand in a query."""
    end = reading.ends.get(place)
    if end is None:
        return None
    judged(reading, place, end + 1)
    return end + 1


def subquery(reading: Reading, place: int) -> int | None:
    """A query in parentheses."""
    return group(reading, place) if begins_query(reading, place + 1) else None


def call(reading: Reading, place: int) -> int | None:
    """A function of the list, with its parentheses."""
    if reading.word(place) not in reading.functions or place + 1 not in reading.ends:
        return None
    end = reading.ends[place + 1]
    judged(reading, place, end + 1)
    return end + 1


def query(reading: Reading, place: int) -> int | None:
    """A query, to the end of the statement."""
    if not begins_query(reading, place):
        return None
    judged(reading, place)
    return len(reading.tokens)


def query_of_view(reading: Reading, place: int) -> int | None:
    """The same, of no system schema at all."""
    if not begins_query(reading, place):
        return None
    without_system(reading.tokens[place:], _SYSTEM_IN_VIEW)
    return query(reading, place)


def begins_query(reading: Reading, place: int) -> bool:
    """Whether a query begins here, maybe in parentheses. `WITH SYSTEM VERSIONING` is none."""
    while reading.at(place).text == "(":
        place += 1
    return reading.word(place) in QUERY and (reading.word(place) != "with" or _begins_cte(reading, place + 1))


def _begins_cte(reading: Reading, place: int) -> bool:
    """`[RECURSIVE] name [(a, b)] AS (`."""
    place += reading.word(place) == "recursive"
    after = reading.ends.get(place + 1, place) + 1
    return name(reading, place) is not None and reading.word(after) == "as" and reading.at(after + 1).text == "("


def either(*texts: str) -> Part:
    """One of these words, bare or as a string."""

    def matched(reading: Reading, place: int) -> int | None:
        token = reading.at(place)
        said = token.text[1:-1] if token.kind is Kind.TEXT else token.text
        return place + 1 if token.kind in {Kind.NAME, Kind.TEXT} and said.lower() in texts else None

    return matched


PARTS: Final[dict[str, Part]] = {
    "NAME": name, "TABLE": table, "SOURCE": source, "DATABASE": database, "TEXT": text, "NUMBER": number, "GROUP": group,
    "SUBQUERY": subquery, "CALL": call, "QUERY": query, "QUERY_OF_VIEW": query_of_view,
}  # fmt: skip
