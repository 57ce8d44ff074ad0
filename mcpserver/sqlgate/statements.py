"""What a statement is: its kind, its verb, what it touches. For writing, decisions and the audit; db_query asks the gate.

It reads tokens, as the gate does, and knows no more grammar than it needs. What it does not know is `Kind.UNKNOWN`, and a
statement is a READ only where the gate lets it through.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from mcpserver.sqlgate.conditions import is_whole_table
from mcpserver.sqlgate.fingerprint import fingerprint
from mcpserver.sqlgate.gate import judge
from mcpserver.sqlgate.lists import verbs
from mcpserver.sqlgate.lists.keywords import QUERY
from mcpserver.sqlgate.texts import PIECES_MOST
from mcpserver.sqlgate.tokens import END, Token, meaning, pieces
from mcpserver.sqlgate.tokens import Kind as TokenKind
from mcpserver.sqlgate.verdicts import Allow


class Kind(StrEnum):
    """What a statement changes."""

    READ = "read"
    DATA = "data"
    SCHEMA = "schema"
    ACCOUNTS = "accounts"
    SESSION = "session"
    SERVER = "server"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Statement:
    """`verb` is in capitals, with its thing (ALTER TABLE). `targets` are names as written, without backticks.

    `whole_table`: an UPDATE or DELETE without a WHERE that picks rows. `commits`: it ends an open transaction by itself, or may.
    `text` has `?` for every literal, and `digest` is equal for statements that differ in literals and blanks only.
    """

    kind: Kind
    verb: str
    targets: tuple[str, ...]
    whole_table: bool
    commits: bool
    text: str
    digest: str


_UNCLEAR: Final = frozenset({TokenKind.OPEN, TokenKind.RUNNING, TokenKind.OTHER, TokenKind.GLUED})
_CHANGING: Final = verbs.DATA | verbs.SCHEMA
_OF_THINGS: Final = frozenset({"create", "alter", "drop", "rename"})
_MAIN: Final = QUERY | verbs.DATA


def classify(sql: str) -> Statement:
    """Of one statement; of several, or of what can't be read or is too long, the kind is UNKNOWN. Raises for no text."""
    texts = pieces(sql)
    read = meaning(texts) if len(texts) <= PIECES_MOST else []
    while read and read[-1].text == ";":
        read.pop()
    start, verb = _verb(read)
    kind = _kind(sql, read, start, verb)
    changes_rows = verb in {"update", "delete"}
    thing = _thing(read, start) if verb in verbs.SCHEMA else ""
    record = fingerprint(sql)
    return Statement(
        kind,
        f"{verb} {thing}".strip().upper()[:64],
        tuple(dict.fromkeys(_targets(read, start, verb))),
        changes_rows and is_whole_table(read[start:]),
        kind in {Kind.SCHEMA, Kind.ACCOUNTS, Kind.SERVER, Kind.UNKNOWN} or verb in verbs.COMMITTING,
        record.text,
        record.digest,
    )


def _verb(read: list[Token]) -> tuple[int, str]:
    """Where the verb is and what: behind parentheses, behind WITH's list, and behind EXPLAIN ANALYZE and TRACE, which run it."""
    place = next((place for place, token in enumerate(read) if token.text != "("), 0)
    word = _word(read, place)
    if word == "with":
        return _behind_with(read, place)
    if word in {"explain", "desc", "describe"}:
        inner = next((at for at, token in enumerate(read) if at > place and token.word in _CHANGING), None)
        return (place, "explain") if inner is None else (inner, read[inner].word)
    return place, word


def _behind_with(read: list[Token], place: int) -> tuple[int, str]:
    """The statement behind WITH's list: the first verb outside parentheses that follows one that closed."""
    depth = 0
    for at in range(place + 1, len(read)):
        depth += (read[at].text == "(") - (read[at].text == ")")
        if depth <= 0 and read[at - 1].text == ")" and _word(read, at) in _MAIN:
            return at, _word(read, at)
    return place, "with"


def _kind(sql: str, read: list[Token], start: int, verb: str) -> Kind:
    if any(token.kind in _UNCLEAR or token.text == ";" for token in read):
        return Kind.UNKNOWN
    if isinstance(judge(sql), Allow):
        return Kind.READ
    if verb in verbs.ACCOUNTS or (verb in _OF_THINGS and _thing(read, start) in verbs.ACCOUNT_THINGS):
        return Kind.ACCOUNTS
    for kind, known in _KINDS.items():
        if verb in known:
            return kind
    return Kind.UNKNOWN


_KINDS: Final = {
    Kind.DATA: verbs.DATA,
    Kind.SCHEMA: verbs.SCHEMA,
    Kind.SESSION: verbs.SESSION,
    Kind.SERVER: verbs.SERVER,
}


def _thing(read: list[Token], start: int) -> str:
    """TABLE, USER, ... behind CREATE and the like: the first such word."""
    place = _thing_place(read, start)
    return "" if place is None else read[place].word


def _thing_place(read: list[Token], start: int) -> int | None:
    """Of CREATE, ALTER and DROP a few words may stand before it; otherwise it comes at once, or what stands there is a name."""
    furthest = start + 12 if _word(read, start) in {"create", "alter", "drop"} else start + 2
    places = range(start + 1, min(furthest, len(read)))
    known = {"table"} if _word(read, start) == "truncate" else verbs.THINGS
    return next((place for place in places if _word(read, place) in known), None)


def _targets(read: list[Token], start: int, verb: str) -> Iterator[str]:
    """The names that the statement is about: lists of tables, the table of an index, the tables that a query reads."""
    if verb in {"create", "drop"} and _thing(read, start) == "index":
        starts = [place + 1 for place, token in enumerate(read) if token.word == "on"][:1]
    elif verb in _CHANGING - {"batch"} | {"table"}:
        starts = [_behind(read, start)]
    else:
        starts = []
    starts += [place + 1 for place in range(start + 1, len(read)) if _stands_before_a_table(read, place, verb)]
    for place in starts:
        yield from _names(read, place)


def _stands_before_a_table(read: list[Token], place: int, verb: str) -> bool:
    """JOIN and FROM; the other name of RENAME; the other table of EXCHANGE PARTITION."""
    match _word(read, place):
        case "join" | "from":
            return True
        case "to" | "as":
            return verb == "rename" or (verb == "alter" and _word(read, place - 1) == "rename")
        case "rename":
            return verb == "alter" and _word(read, place + 1) not in {"to", "as", "column", "index", "key"}
        case "table":
            return verb == "alter" and _word(read, place - 1) == "with"
    return False


def _behind(read: list[Token], start: int) -> int:
    """Behind the words, and the parentheses, that stand between a verb and its target."""
    thing = _thing_place(read, start) if _word(read, start) in verbs.SCHEMA else None
    place = (start if thing is None else thing) + 1
    while _word(read, place) in verbs.BETWEEN or _text(read, place) == "(":
        place += 1
    return place


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
    """A name as it is written, without backticks."""
    if token.kind is TokenKind.QUOTED:
        return token.text[1:-1].replace("``", "`")
    return token.text if token.kind is TokenKind.NAME else ""


def _word(read: list[Token], place: int) -> str:
    token = read[place] if place < len(read) else END
    return token.word if token.kind is TokenKind.NAME else ""


def _text(read: list[Token], place: int) -> str:
    return read[place].text if place < len(read) else ""
