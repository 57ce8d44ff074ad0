"""Forms of statements, as data: whether tokens have one of them, from the first to the last.

A form is a line of words. Small letters are a word of SQL (`a|b` is either), signs are signs, CAPITALS name a rule: other
lines, of which the first that fits is taken, or a function. `[ ]` may be left out, `{ }` stands any number of times. Nothing
is tried twice: what was taken stays taken. So a form says less than a server's grammar, and never more.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import takewhile

from mcpserver.sqlgate.lists.functions import FUNCTIONS
from mcpserver.sqlgate.tokens import END, Kind, Token
from mcpserver.sqlgate.verdicts import Known, Refuse


class Refused(Exception):
    """Raised by a function of a form, where it is known what is wrong. Does not leave this package."""

    def __init__(self, refusal: Refuse) -> None:
        super().__init__(refusal.rule)
        self.refusal = refusal


class Reading:
    """One statement while forms are tried on it."""

    def __init__(self, tokens: list[Token], functions: frozenset[str] = FUNCTIONS) -> None:
        self.tokens = tokens
        self.functions = functions
        """Those that what is judged as a query may call."""
        self.ends = ends_of(tokens)
        """Where the parenthesis that opens here is closed."""
        self.taken: list[str] = []
        """The names of the rules that fitted."""
        self.furthest = 0
        self.changed: set[str] = set()
        """Of a change of the schema, the databases that are named before what it changes, as they are written."""

    def at(self, place: int) -> Token:
        """The token here, or END."""
        return self.tokens[place] if place < len(self.tokens) else END

    def known(self, decision: str) -> Known:
        """The verdict, once a form has fitted."""
        return Known(decision, frozenset(self.changed))

    def word(self, place: int) -> str:
        """The bare word here, in lower case."""
        token = self.at(place)
        return token.text.lower() if token.kind is Kind.NAME else ""


Part = Callable[[Reading, int], int | None]
"""Where what fits from here ends; None where nothing does."""


class Forms:
    """The rules, ready for use."""

    def __init__(self, rules: Mapping[str, str], functions: Mapping[str, Part]) -> None:
        self._rules: dict[str, Part] = {name: _noted(name, part) for name, part in functions.items()}
        for name, text in rules.items():
            lines = [self._sequence(iter(line.split())) for line in text.splitlines() if line.strip()]
            self._rules[name] = _noted(name, _first_of(lines))

    def fits(self, rule: str, reading: Reading) -> bool:
        """Whether the whole statement has this form."""
        return self._rules[rule](reading, 0) == len(reading.tokens)

    def _sequence(self, parts: Iterator[str], end: str = "") -> Part:
        found: list[Part] = [self._part(part, parts) for part in takewhile(lambda part: part != end, parts)]

        def matched(reading: Reading, place: int) -> int | None:
            count = len(reading.taken)
            for part in found:
                after = part(reading, place)
                if after is None:
                    del reading.taken[count:]
                    return None
                place = after
            return place

        return matched

    def _part(self, part: str, parts: Iterator[str]) -> Part:
        if part == "[":
            return _optional(self._sequence(parts, "]"))
        if part == "{":
            return _repeated(self._sequence(parts, "}"))
        if part.isupper():
            return self._rule(part)
        return _word(frozenset(part.split("|"))) if part[0].isalpha() else _sign(part)

    def _rule(self, name: str) -> Part:
        """By its name when it is tried: it may be made later, or hold itself."""

        def matched(reading: Reading, place: int) -> int | None:
            return self._rules[name](reading, place)

        return matched


def _noted(name: str, part: Part) -> Part:
    def matched(reading: Reading, place: int) -> int | None:
        after = part(reading, place)
        if after is not None:
            reading.taken.append(name)
            reading.furthest = max(reading.furthest, after)
        return after

    return matched


def _first_of(parts: list[Part]) -> Part:
    if len(parts) == 1:
        return parts[0]
    return lambda reading, place: next((after for part in parts if (after := part(reading, place)) is not None), None)


def _optional(part: Part) -> Part:
    def matched(reading: Reading, place: int) -> int | None:
        after = part(reading, place)
        return place if after is None else after

    return matched


def _repeated(part: Part) -> Part:
    def matched(reading: Reading, place: int) -> int | None:
        while (after := part(reading, place)) is not None and after > place:
            place = after
        return place

    return matched


def _word(words: frozenset[str]) -> Part:
    def matched(reading: Reading, place: int) -> int | None:
        if reading.word(place) not in words:
            return None
        reading.furthest = max(reading.furthest, place + 1)
        return place + 1

    return matched


def _sign(sign: str) -> Part:
    def matched(reading: Reading, place: int) -> int | None:
        token = reading.at(place)
        return place + 1 if token.kind is Kind.SIGN and token.text == sign else None

    return matched


def ends_of(tokens: list[Token]) -> dict[int, int]:
    """Where each parenthesis that opens is closed."""
    opened: list[int] = []
    found: dict[int, int] = {}
    for place, token in enumerate(tokens):
        if token.kind is not Kind.SIGN:
            continue
        if token.text == "(":
            opened.append(place)
        elif token.text == ")" and opened:
            found[opened.pop()] = place
    return found
