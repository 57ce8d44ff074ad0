"""What the clauses of a statement about the schema do, one by one. Pure; of grammar no more than is needed to tell them apart."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from mcpserver.sqlgate.tokens import Kind, Token, meaning, pieces

UNCLEAR: Final = "something else"
_INDEXES: Final = frozenset({"index", "key", "unique", "fulltext", "spatial", "vector", "columnar"})
_BEFORE_COLUMN: Final = frozenset({"column", "if", "not", "exists"})
_WITH_MORE: Final = frozenset(
    {
        "auto_increment",
        "auto_random",
        "unique",
        "primary",
        "key",
        "references",
        "check",
        "stored",
        "persistent",
        "serial",
    }
)
"""In the definition of a new column: with these it is more than a new column."""
_PLAIN_DEFAULTS: Final = frozenset(
    {"null", "true", "false", "now", "current_timestamp", "localtime", "localtimestamp", "current_date", "curdate"}
)
"""What is a default besides literals and is the same for every row: another is reckoned for each of them."""
_FIRST: Final = {
    "convert": "convert character set",
    "force": "engine",
    "partition": "partition table",
    "remove": "partition table",
}
_OPTIONS: Final = {
    "comment": "comment",
    "auto_increment": "counter",
    "engine": "engine",
    "row_format": "engine",
    "character": "default character set",
    "char": "default character set",
    "charset": "default character set",
    "collate": "default character set",
}
"""These may stand one behind the other without a comma, each with one value."""
_SECOND: Final = {
    "rename": {"column": "rename column", "index": "rename index", "key": "rename index"},
    "alter": {"index": "visibility of an index", "check": UNCLEAR, "constraint": UNCLEAR},
    "drop": {
        "index": "drop index", "key": "drop index", "primary": "drop primary key", "foreign": "drop foreign key",
        "constraint": "drop constraint", "check": "drop constraint", "partition": "drop partition", "period": UNCLEAR,
        "system": UNCLEAR,
    },
    "add": {
        "primary": "add primary key", "foreign": "add foreign key", "check": "add check", "partition": "add partition",
        "period": UNCLEAR, "system": UNCLEAR,
    },
}  # fmt: skip
_ELSE: Final = {"rename": "rename table", "alter": "default of a column", "drop": "drop column"}


@dataclass(frozen=True)
class Action:
    """What one clause does; of a column that is changed, its names before and after."""

    what: str
    old: str = ""
    new: str = ""


@dataclass(frozen=True)
class Acts:
    """The table that a statement is about (none of a view), and what it does to it."""

    table: str
    actions: tuple[Action, ...]


def acts_of(sql: str) -> Acts:
    """Of one statement about the schema; what is not understood is UNCLEAR."""
    read = meaning(pieces(sql))
    words = [token.word if token.kind is Kind.NAME else "" for token in read]
    thing = next((word for word in words[1:6] if word in {"table", "index", "view", "sequence"}), "")
    if thing == "index" and words[0] in {"create", "drop"}:
        at = words.index("on") + 1 if "on" in words else len(read)
        what = _index(words[1:]) if words[0] == "create" else "drop index"
        return Acts(_name(read, at)[0], (Action(what),))
    at = words.index("table") + 1 if thing == "table" else (1 if words[0] == "truncate" else len(read))
    while at < len(read) and words[at] in {"if", "not", "exists"}:
        at += 1
    table, behind = _name(read, at)
    if words[0] == "alter" and thing == "table":
        clauses = _clauses(read[behind:])
        return Acts(table, tuple(action for clause in clauses for action in _actions(clause)) or (Action(UNCLEAR),))
    return Acts(table, (Action(_whole(words, thing)),))


def _whole(words: list[str], thing: str) -> str:
    if words[0] == "truncate":
        return "empty table"
    if thing in {"view", "sequence"}:
        return thing
    if words[0] == "create" and thing == "table" and "select" not in words:
        return "create table"
    return {"drop": "drop table", "rename": "rename table"}.get(words[0], UNCLEAR) if thing == "table" else UNCLEAR


def _name(read: list[Token], at: int) -> tuple[str, int]:
    """A table's name, without its database, and where it ends."""
    found = ""
    while at < len(read) and read[at].kind in {Kind.NAME, Kind.QUOTED}:
        found, at = read[at].plain, at + 1
        if at >= len(read) or read[at].text != ".":
            break
        at += 1
    return found, at


def _clauses(read: list[Token]) -> Iterator[list[Token]]:
    depth, clause = 0, list[Token]()
    for token in read:
        depth += (token.text == "(") - (token.text == ")")
        if token.text == "," and depth == 0:
            yield clause
            clause = []
        elif token.text != ";":
            clause.append(token)
    if clause:
        yield clause


def _actions(clause: list[Token]) -> Iterator[Action]:
    """Those of one clause: of its first words, of each option, and of the partitions that stand behind it without a comma."""
    words = [token.word if token.kind is Kind.NAME else "" for token in clause]
    first, rest = (words[0], words[1:]) if words else ("", [])
    if any(two == ("partition", "by") for two in pairwise(rest)):
        yield Action("partition table")
    if first in {"add", "modify", "change"} and ("first" in words[-1:] or "after" in words[-2:-1]):
        yield Action("place of a column")
    if first in {"modify", "change"}:
        yield _modified(clause, words)
    elif first == "add":
        yield Action(_added(rest, [token.word or token.text for token in clause[1:]]))
    elif first in _SECOND:
        yield Action(_SECOND[first].get(rest[0] if rest else "", _ELSE[first]))
    elif first in _FIRST:
        yield Action(_FIRST[first])
    else:
        yield from _options(clause)


def _options(clause: list[Token]) -> Iterator[Action]:
    """`COMMENT 'x' ENGINE = InnoDB`; from what is not known on, nothing is."""
    left = [token.word or token.text for token in clause if token.text != "="]
    while left:
        left = left[left[:1] == ["default"] :]
        what = _OPTIONS.get(left[0], UNCLEAR) if left else UNCLEAR
        yield Action(what)
        if what == UNCLEAR:
            return
        left = left[2 + (left[1:2] == ["set"]) :]


def _added(rest: list[str], every: list[str]) -> str:
    if rest and rest[0] == "constraint":
        rest = next(
            (rest[at:] for at in (1, 2) if rest[at : at + 1] and rest[at] in {*_SECOND["add"], *_INDEXES}), [""]
        )
    second = rest[0] if rest else ""
    if second in _INDEXES:
        return _index(rest)
    if second in _SECOND["add"]:
        return _SECOND["add"][second]
    if _WITH_MORE & set(rest) or _has_computed_default(rest, every):
        return "add column with more"
    if "as" not in rest:
        return "add column"
    listed = next((word for word in every if word not in _BEFORE_COLUMN), "") == "("
    return "add column with more" if listed else "add generated column"


def _has_computed_default(rest: list[str], every: list[str]) -> bool:
    """Of any column in the clause. A literal is no word, and no parenthesis."""
    places = [place for place, word in enumerate(rest[:-1]) if word == "default"]
    return any(
        every[place + 1] == "(" or (rest[place + 1] and rest[place + 1] not in _PLAIN_DEFAULTS) for place in places
    )


def _index(words: list[str]) -> str:
    """By its kind, which is the first of these words, or behind OR REPLACE."""
    return "add full-text index" if "fulltext" in words[:1] + words[2:3] else "add index"


def _modified(clause: list[Token], words: list[str]) -> Action:
    at = 2 if words[1:2] == ["column"] else 1
    while at < len(clause) and words[at] in {"if", "exists"}:
        at += 1
    old = clause[at].plain if at < len(clause) else ""
    new = clause[at + 1].plain if words[0] == "change" and at + 1 < len(clause) else old
    return Action("modify column", old, new)
