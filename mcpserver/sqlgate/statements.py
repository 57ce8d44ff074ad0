"""What a statement is: its kind, its verb, what it touches. For writing, decisions and the audit; db_query asks the gate.

It reads tokens, as the gate does, and knows no more grammar than it needs. What it does not know is `Kind.UNKNOWN`, and a
statement is a READ only where the gate lets it through.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from mcpserver.sqlgate.fingerprint import fingerprint
from mcpserver.sqlgate.gate import judge
from mcpserver.sqlgate.lists import verbs
from mcpserver.sqlgate.lists.keywords import QUERY
from mcpserver.sqlgate.targets import CHANGING, targets_of, thing_of, word_at
from mcpserver.sqlgate.texts import PIECES_MOST
from mcpserver.sqlgate.tokens import Kind as TokenKind
from mcpserver.sqlgate.tokens import Token, meaning, pieces
from mcpserver.sqlgate.verdicts import Allow
from mcpserver.sqlgate.whole import is_whole_table


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
    thing = thing_of(read, start) if verb in verbs.SCHEMA else ""
    record = fingerprint(sql)
    return Statement(
        kind,
        f"{verb} {thing}".strip().upper()[:64],
        tuple(dict.fromkeys(targets_of(read, start, verb))),
        changes_rows and is_whole_table(read[start:]),
        kind in {Kind.SCHEMA, Kind.ACCOUNTS, Kind.SERVER, Kind.UNKNOWN} or verb in verbs.COMMITTING,
        record.text,
        record.digest,
    )


def _verb(read: list[Token]) -> tuple[int, str]:
    """Where the verb is and what: behind parentheses, behind WITH's list, and behind EXPLAIN ANALYZE and TRACE, which run it."""
    place = next((place for place, token in enumerate(read) if token.text != "("), 0)
    word = word_at(read, place)
    if word == "with":
        return _behind_with(read, place)
    if word in {"explain", "desc", "describe"}:
        inner = next((at for at, token in enumerate(read) if at > place and token.word in CHANGING), None)
        return (place, "explain") if inner is None else (inner, read[inner].word)
    return place, word


def _behind_with(read: list[Token], place: int) -> tuple[int, str]:
    """The statement behind WITH's list: the first verb outside parentheses that follows one that closed."""
    depth = 0
    for at in range(place + 1, len(read)):
        depth += (read[at].text == "(") - (read[at].text == ")")
        if depth <= 0 and read[at - 1].text == ")" and word_at(read, at) in _MAIN:
            return at, word_at(read, at)
    return place, "with"


def _kind(sql: str, read: list[Token], start: int, verb: str) -> Kind:
    if any(token.kind in _UNCLEAR or token.text == ";" for token in read):
        return Kind.UNKNOWN
    if isinstance(judge(sql), Allow):
        return Kind.READ
    if verb in verbs.ACCOUNTS or (verb in _OF_THINGS and thing_of(read, start) in verbs.ACCOUNT_THINGS):
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
