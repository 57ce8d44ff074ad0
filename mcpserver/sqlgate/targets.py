"""What a statement is about: its thing (TABLE, USER) and its targets, read from its tokens with no more grammar than it takes."""

from collections.abc import Iterator
from itertools import islice
from typing import Final

from mcpserver.sqlgate.forms import ends_of
from mcpserver.sqlgate.lists import verbs, words
from mcpserver.sqlgate.lists.keywords import QUERY, RESERVED
from mcpserver.sqlgate.tokens import END, Token
from mcpserver.sqlgate.tokens import Kind as TokenKind

CHANGING: Final = verbs.DATA | verbs.SCHEMA
_JOINS: Final = frozenset({"join", "straight_join"})
_LISTS: Final = _JOINS | {"from"}
"""Tables stand behind these."""
_BEHIND_TABLES: Final = _LISTS | words(
    "set where group having order limit union except intersect window returning duplicate values value select"
)
"""These end a list of tables."""
_BEHIND_DELETED: Final = _JOINS | {"using", "where"}
"""Behind `DELETE FROM a`, or in a join: USING is either's."""


def thing_of(read: list[Token], start: int) -> str:
    """TABLE, USER, ... behind CREATE and the like: the first such word."""
    place = _thing_place(read, start)
    return "" if place is None else read[place].word


def _thing_place(read: list[Token], start: int) -> int | None:
    """Of CREATE, ALTER and DROP a few words may stand before it; otherwise it comes at once, or what stands there is a name."""
    furthest = start + 12 if word_at(read, start) in {"create", "alter", "drop"} else start + 2
    places = range(start + 1, min(furthest, len(read)))
    known = {"table"} if word_at(read, start) == "truncate" else verbs.THINGS
    return next((place for place in places if word_at(read, place) in known), None)


def targets_of(read: list[Token], start: int, verb: str) -> Iterator[str]:
    """The names that the statement is about: lists of tables, the table of an index, the tables that a query reads."""
    lists = _Lists(read)
    if verb in {"create", "drop"} and thing_of(read, start) == "index":
        on = next((place for place in range(start, len(read)) if word_at(read, place) == "on"), len(read))
        yield from _names(read, on + 1)
    elif verb in {"update", "delete"}:
        yield from lists.at(_behind(read, start))
        behind = next((place for place in range(start, len(read)) if word_at(read, place) in _BEHIND_DELETED), start)
        if verb == "delete" and word_at(read, behind) == "using":
            yield from lists.at(behind + 1)
    elif verb in CHANGING - {"batch"} | {"table"}:
        yield from _names(read, _behind(read, start))
    for place in range(start + 1, len(read)):
        if _keyword(read, place) in _LISTS and word_at(read, place - 1) != "select":
            yield from lists.at(place + 1)
        elif _stands_before_another(read, place, verb):
            yield from _names(read, place + 1)


def _stands_before_another(read: list[Token], place: int, verb: str) -> bool:
    """The other name of RENAME; the other table of EXCHANGE PARTITION."""
    match word_at(read, place):
        case "to" | "as":
            return verb == "rename" or (verb == "alter" and word_at(read, place - 1) == "rename")
        case "rename":
            return verb == "alter" and word_at(read, place + 1) not in {"to", "as", "column", "index", "key"}
        case "table":
            return verb == "alter" and word_at(read, place - 1) == "with"
    return False


def _behind(read: list[Token], start: int) -> int:
    """Behind the words, and a hint, that stand between a verb and its target."""
    thing = _thing_place(read, start) if word_at(read, start) in verbs.SCHEMA else None
    place = (start if thing is None else thing) + 1
    while place < len(read) and (word_at(read, place) in verbs.BETWEEN or _is_no_name(read, start, place)):
        place += 1
    return place


def _is_no_name(read: list[Token], start: int, place: int) -> bool:
    """A hint, or the QUICK of a DELETE, which elsewhere may be a name."""
    quick = word_at(read, place) == "quick" and word_at(read, start) == "delete" and word_at(read, place - 1) != "from"
    return quick or read[place].kind is TokenKind.HINT


class _Lists:
    """The lists of tables in a statement. A list in parentheses goes on behind a JOIN in it; so each is read only once."""

    def __init__(self, read: list[Token]) -> None:
        self._read, self._ends = read, ends_of(read)
        self._seen: set[int] = set()

    def at(self, place: int) -> Iterator[str]:
        """The tables of the list that begins here, up to the next JOIN or clause: there another one begins, or none does."""
        if place in self._seen:
            return
        read, depth, expected = self._read, 0, True
        while place < len(read) and depth >= 0:
            text = read[place].text
            if _keyword(read, place) in _JOINS and depth:
                self._seen.add(place + 1)
                expected = True
            elif _ends_tables(read, place, expected=expected):
                return
            elif text == "(" and (not expected or word_at(read, place + 1) in QUERY):
                place, expected = self._ends.get(place, len(read)), False
            elif text in {"(", ")"}:
                depth += 1 if text == "(" else -1
            elif text == ",":
                expected = True
            elif expected and _plain(read[place]):
                expected = False
                if _text(read, place + 1) != "(":
                    yield from islice(_names(read, place), 1)
            place += 1


def _ends_tables(read: list[Token], place: int, *, expected: bool) -> bool:
    """Where a table is expected, what is not reserved everywhere is its name."""
    word = _keyword(read, place)
    if word == "using":
        return _text(read, place + 1) != "("
    return word in _BEHIND_TABLES and (not expected or word in RESERVED)


def _names(read: list[Token], place: int) -> Iterator[str]:
    """`a.b`, or a list of such; what is no name ends it."""
    while place < len(read) and (name := _plain(read[place])):
        place += 1
        if _text(read, place) == "." and place + 1 < len(read):
            part = _plain(read[place + 1])
            name, place = f"{name}.{part}" if part else name, place + 2
        yield name
        if _text(read, place) != ",":
            return
        place += 1


def _plain(token: Token) -> str:
    """Of a name; of anything else nothing."""
    return token.plain if token.word else ""


def word_at(read: list[Token], place: int) -> str:
    """The bare word here, in lower case."""
    token = read[place] if place < len(read) else END
    return token.word if token.kind is TokenKind.NAME else ""


def _keyword(read: list[Token], place: int) -> str:
    """The same, but for what stands behind a dot."""
    return "" if place and _text(read, place - 1) == "." else word_at(read, place)


def _text(read: list[Token], place: int) -> str:
    return read[place].text if place < len(read) else ""
