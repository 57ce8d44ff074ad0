"""What a statement costs where the table is: a table of rules by engine and action, and "unknown" for what is not in it. Pure.

Nothing is tried. Sources: TiDB documentation, "Introduction to Database Schema Changes" (which of them only change metadata,
and which reorganise data); MariaDB Knowledge Base, "InnoDB Online DDL Operations" (10.4 and later: INSTANT, NOCOPY,
INPLACE, COPY); MySQL 8.4 Reference Manual, "Online DDL Operations".
"""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

from mcpserver.sql.schemas.actions import UNCLEAR, Action, Acts, acts_of
from mcpserver.sql.schemas.shape import Part, Schema, Table


class Cost(StrEnum):
    """From nothing to the worst; what is not known may be the worst."""

    INSTANT = "instant"
    """Only the description of the table changes, however many rows there are."""
    READS_ROWS = "reorg"
    """All rows are read, for a new index or a check; or one column of each is written anew. TiDB and InnoDB go on serving."""
    REBUILD = "rebuild"
    """The whole table is written anew."""
    UNKNOWN = "unknown"


_ORDER: Final = list(Cost)
_EVERYWHERE: Final = {
    "create table": Cost.INSTANT,
    "drop table": Cost.INSTANT,
    "empty table": Cost.INSTANT,
    "rename table": Cost.INSTANT,
    "view": Cost.INSTANT,
    "sequence": Cost.INSTANT,
    "add index": Cost.READS_ROWS,
    "drop index": Cost.INSTANT,
    "rename index": Cost.INSTANT,
    "drop foreign key": Cost.INSTANT,
    "drop constraint": Cost.INSTANT,
    "default of a column": Cost.INSTANT,
    "place of a column": Cost.INSTANT,
    "comment": Cost.INSTANT,
    "rename column": Cost.INSTANT,
    "default character set": Cost.INSTANT,
    "visibility of an index": Cost.INSTANT,
}  # fmt: skip
_OF_INNODB: Final = _EVERYWHERE | {
    "add column": Cost.INSTANT,
    "add generated column": Cost.INSTANT,
    "drop column": Cost.INSTANT,
    "add primary key": Cost.REBUILD,
    "drop primary key": Cost.REBUILD,
    "add foreign key": Cost.REBUILD,
    "add check": Cost.REBUILD,
    "add full-text index": Cost.REBUILD,
    "convert character set": Cost.REBUILD,
    "engine": Cost.REBUILD,
    "partition table": Cost.REBUILD,
}
"""The first full-text index of a table gives its rows another number; which is the first is not known here."""
RULES: Final[dict[str, dict[str, Cost]]] = {
    "tidb": _EVERYWHERE
    | {
        "add column": Cost.INSTANT,
        "add generated column": Cost.INSTANT,
        "drop column": Cost.INSTANT,
        "add foreign key": Cost.READS_ROWS,
        "add check": Cost.READS_ROWS,
        "add full-text index": Cost.READS_ROWS,
        "add primary key": Cost.READS_ROWS,
        "add partition": Cost.INSTANT,
        "drop partition": Cost.INSTANT,
        "counter": Cost.INSTANT,
        "partition table": Cost.REBUILD,
    },
    "mariadb": _OF_INNODB,
    "mysql": _OF_INNODB
    | dict.fromkeys(
        ("add column", "add generated column", "drop column", "rename column", "place of a column"), Cost.UNKNOWN
    ),
}
"""MySQL: columns are instant from 8.0.29 on, and not before."""

_TYPE_ENDS: Final = re.compile(
    r"\s+(?:NOT NULL|NULL|DEFAULT|COMMENT|AUTO_INCREMENT|ON UPDATE|GENERATED|CHECK|AS|PRIMARY)\b.*", re.S
)
_LENGTH: Final = re.compile(r"varchar\((\d+)\)(.*)", re.S)
_INTEGERS: Final = ("tinyint", "smallint", "mediumint", "int", "bigint")
_INTEGER: Final = re.compile(rf"({'|'.join(_INTEGERS)})(?:\(\d+\))?(.*)", re.S)
_WITHOUT_ROWS: Final = frozenset({"create table", "drop table", "empty table", "rename table", "view", "sequence"})
BYTES_OF_A_SHORT_TEXT: Final = 255
"""InnoDB keeps the length of a text in one byte up to this, and in two beyond."""


def cost_of(sql: str, before: Schema, after: Schema, earlier: Sequence[str] = ()) -> tuple[str, Cost]:
    """The table, and the dearest thing that the statement does to it. `earlier` are those that run before it."""
    acts = acts_of(sql)
    engine = after.engine or before.engine
    made, renamed = _since([acts_of(one) for one in earlier], before)
    old, new = _named(before.tables, acts.table), _named(after.tables, acts.table)
    table = old.name if old else acts.table
    whats = [action.what for action in acts.actions]
    if acts.table.casefold() in made and UNCLEAR not in whats:
        return table, Cost.INSTANT  # it has no rows yet
    costs = [_cost(action, engine, old, None if renamed else new) for action in acts.actions]
    if engine == "mariadb" and old and _is_dearer_together(whats, old):
        costs.append(Cost.REBUILD)
    return table, max(costs, key=_ORDER.index)


def _since(earlier: Sequence[Acts], before: Schema) -> tuple[set[str], bool]:
    """The tables that these statements made, and whether names may be others' by now: then no table is known by its name."""
    made: set[str] = set()
    renamed = False
    for acts in earlier:
        whats = {action.what for action in acts.actions}
        if whats & {"rename table", UNCLEAR}:
            made.clear()  # UNCLEAR may be EXCHANGE PARTITION, which brings rows
            renamed = renamed or "rename table" in whats
        elif whats == {"create table"} and not _named(before.tables, acts.table):
            made.add(acts.table.casefold())
    return made, renamed


def _named(tables: Mapping[str, Table], name: str) -> Table | None:
    """As it is written, or else as TiDB reads it, which knows no capitals."""
    alike = [table for key, table in tables.items() if key.casefold() == name.casefold()]
    return tables.get(name) or (alike[0] if len(alike) == 1 else None)


def _is_dearer_together(whats: Sequence[str], table: Table) -> bool:
    """InnoDB adds a column at once where it does nothing else; a generated one where nothing at all is beside it.

    Nor does it put one between others where some are generated.
    """
    if "place of a column" in whats and any(map(_is_reckoned, table.columns)):
        return True
    return {"add column", "add index"} <= {*whats} or ("add generated column" in whats and len(whats) > 1)


def _cost(action: Action, engine: str, old: Table | None, new: Table | None) -> Cost:
    if old is None:  # there is no table of that name yet, or what is made is no table; or the table had another name
        return Cost.INSTANT if action.what in _WITHOUT_ROWS else Cost.UNKNOWN
    if action.what == "modify column":
        before = _columns(old).get(action.old.casefold())
        after = _columns(new).get(action.new.casefold())
        return _modified(engine, before, after) if before and after else Cost.UNKNOWN
    return RULES.get(engine, {}).get(action.what, Cost.UNKNOWN)


def _columns(table: Table | None) -> dict[str, Part]:
    return {column.name.casefold(): column for column in table.columns} if table else {}


def _modified(engine: str, before: Part, after: Part) -> Cost:
    """By its type and whether it may be empty; names, defaults and comments are only described."""
    if engine not in RULES or any(_is_reckoned(one) or _counts(one) for one in (before, after)):
        return Cost.UNKNOWN
    old, new = _type(before), _type(after)
    if _may_be_empty(before) and not _may_be_empty(after):
        return Cost.READS_ROWS if engine == "tidb" else Cost.REBUILD
    if (old, before.inherits) != (new, after.inherits) and not _is_wider(engine, old, new):
        return Cost.READS_ROWS if engine == "tidb" else Cost.REBUILD
    if _may_be_empty(before) != _may_be_empty(after) and engine != "tidb":
        return Cost.UNKNOWN
    return Cost.INSTANT


def _is_reckoned(column: Part) -> bool:
    return " AS (" in column.definition


def _counts(column: Part) -> bool:
    return " AUTO_" in column.definition


def _type(column: Part) -> str:
    """Without the name before it, and without what follows it."""
    _, _, rest = column.definition.removeprefix("`").replace("``", "").partition("` ")
    return _TYPE_ENDS.sub("", rest).strip()


def _may_be_empty(column: Part) -> bool:
    return " NOT NULL" not in re.sub(r"'(?:[^'\\]|\\.|'')*'", "", column.definition)


def _is_wider(engine: str, old: str, new: str) -> bool:
    """Whether every stored value stays as it is stored."""
    texts = _LENGTH.fullmatch(old), _LENGTH.fullmatch(new)
    if texts[0] and texts[1] and texts[0][2] == texts[1][2]:
        short, long = int(texts[0][1]), int(texts[1][1])
        crosses = short * 4 <= BYTES_OF_A_SHORT_TEXT < long * 4 or short <= BYTES_OF_A_SHORT_TEXT < long
        return short <= long and (engine == "tidb" or not crosses)
    numbers = _INTEGER.fullmatch(old), _INTEGER.fullmatch(new)
    if engine == "tidb" and numbers[0] and numbers[1] and numbers[0][2] == numbers[1][2]:
        return _INTEGERS.index(numbers[0][1]) <= _INTEGERS.index(numbers[1][1])
    return False
