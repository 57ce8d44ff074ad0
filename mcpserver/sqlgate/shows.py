"""SHOW, DESCRIBE and EXPLAIN: forms by list, and what stands inside them judged as if it ran.

EXPLAIN is not harmless: TiDB runs scalar sub-queries while it plans, MariaDB materialises derived tables.
"""

from collections.abc import Sequence
from typing import Final

from mcpserver.sqlgate.lists.keywords import QUERY
from mcpserver.sqlgate.lists.shows import EXPLAIN_FORMATS, FORMS, OF_THE_SESSION
from mcpserver.sqlgate.query import judge_query
from mcpserver.sqlgate.system import is_system_schema
from mcpserver.sqlgate.tokens import END, Kind, Token
from mcpserver.sqlgate.verdicts import Refuse

_SYSTEM: Final = Refuse("system_schema", "The system databases are not open here. information_schema is, in part.")

_OTHER_FORMS: Final = frozenset({"analyze", "explore", "extended", "for", "format", "partitions"})
"""What begins another form of EXPLAIN, where it is no table's name."""


def judge_show(statement: list[Token]) -> tuple[Refuse | None, bool]:
    """What is wrong with a SHOW statement, and whether it reads what its session holds."""
    rest = statement[1:]
    for forms, of_session in ((FORMS, False), (OF_THE_SESSION, True)):
        for form in forms:
            if (inside := _match(form, rest)) is not None:
                return _judge_inside(rest[inside:]), of_session
    if {"grants", "user"} & {token.word for token in rest[:2]}:
        return Refuse(
            "show", "Accounts and their rights are not shown here: my_access says what is open to you."
        ), False
    return Refuse(
        "show",
        "This form of SHOW is not open here. Open are DATABASES, TABLES, COLUMNS, INDEX, CREATE TABLE and others that describe "
        "the schema, its statistics and warnings; not accounts, settings, or what others run.",
    ), False


def judge_explain(statement: list[Token]) -> Refuse | None:
    """What is wrong with EXPLAIN, DESCRIBE or DESC: of a table, or of a query."""
    start = _query_in(statement)
    if start is None:
        return _judge_describe(statement[1:])
    return judge_query(statement[start:])


def first_word(statement: Sequence[Token]) -> str:
    """The first word behind opening parentheses; empty where something else stands there."""
    first = next((token for token in statement if token.text != "("), END)
    return first.word if first.kind is Kind.NAME else ""


def _query_in(statement: list[Token]) -> int | None:
    """Where the query begins behind EXPLAIN [ANALYZE | EXTENDED | PARTITIONS] [FORMAT = x]; None where none does."""
    place = 1
    words = [token.word if token.kind is Kind.NAME else "" for token in statement[1:4]]
    if words[:1] and words[0] in {"analyze", "extended", "partitions"}:
        place += 1
    if len(statement) > place + 2 and statement[place].word == "format" and statement[place + 1].text == "=":
        value = statement[place + 2]
        name = value.text[1:-1] if value.kind is Kind.TEXT else value.word
        if name.lower() not in EXPLAIN_FORMATS:
            return None
        place += 3
    return place if first_word(statement[place:]) in QUERY else None


def _judge_describe(rest: list[Token]) -> Refuse | None:
    """`t`, `database.t`, and a column or a pattern of columns behind it."""
    end = _name_end(rest, 0) or 0
    tail = rest[end:]
    other_form = bool(tail) and rest[0].kind is Kind.NAME and rest[0].word in _OTHER_FORMS
    if end and not other_form and len(tail) <= 1 and all(token.word or token.kind is Kind.TEXT for token in tail):
        return judge_query(rest)
    return Refuse(
        "explain",
        "EXPLAIN takes one query that reads (SELECT, WITH, TABLE, VALUES), with ANALYZE or FORMAT = 'brief' and the like before "
        "it; DESCRIBE takes a table. What changes, other connections and stored plans are not explained here.",
    )


def _judge_inside(inside: list[Token]) -> Refuse | None:
    """The names and the condition of a SHOW. A list of CTEs in one makes MariaDB 10.11 crash, so it has no sub-query."""
    for place, token in enumerate(inside):
        before = inside[place - 1].text.lower() if place else ""
        if before in {"", "from", "in"} and token.word and is_system_schema(token.word):
            return _SYSTEM
        if token.kind is Kind.NAME and token.word in QUERY:
            return Refuse("show", "A condition of SHOW takes no sub-query here: ask information_schema instead.")
    return judge_query(inside)


def _match(form: tuple[str, ...], rest: list[Token]) -> int | None:
    """From where on names stand in these words, if they have this form; else None."""
    place, inside = 0, None
    for part in form:
        found: int | None
        match part:
            case "NAME":
                inside = place if inside is None else inside
                found = _name_end(rest, place)
            case "FILTER":
                inside = place if inside is None else inside
                found = _filter_end(rest, place)
            case "LIMIT":
                found = _limit_end(rest, place)
            case _:
                found = place + 1 if _says(rest, place, part) else None
        if found is None:
            return None
        place = found
    return (place if inside is None else inside) if place == len(rest) else None


def _says(rest: list[Token], place: int, word: str) -> bool:
    return place < len(rest) and rest[place].kind in {Kind.NAME, Kind.SIGN} and rest[place].text.lower() == word


def _name_end(rest: list[Token], place: int) -> int | None:
    """Behind `name` or `name.name`; None where no name stands."""
    if place >= len(rest) or not rest[place].word:
        return None
    if place + 2 < len(rest) and rest[place + 1].text == "." and rest[place + 2].word:
        return place + 3
    return place + 1


def _filter_end(rest: list[Token], place: int) -> int | None:
    """Behind FROM and IN with names, LIKE with a text, or WHERE with anything."""
    while _says(rest, place, "from") or _says(rest, place, "in"):
        end = _name_end(rest, place + 1)
        if end is None:
            return None
        place = end
    if _says(rest, place, "like") and place + 1 < len(rest) and rest[place + 1].kind is Kind.TEXT:
        return place + 2
    return len(rest) if _says(rest, place, "where") else place


def _limit_end(rest: list[Token], place: int) -> int:
    """Behind `LIMIT 5`, `LIMIT 5, 10` or `LIMIT 10 OFFSET 5`."""
    if not _says(rest, place, "limit") or not _is_number(rest, place + 1):
        return place
    two = (_says(rest, place + 2, ",") or _says(rest, place + 2, "offset")) and _is_number(rest, place + 3)
    return place + (4 if two else 2)


def _is_number(rest: list[Token], place: int) -> bool:
    return place < len(rest) and rest[place].kind is Kind.NUMBER
