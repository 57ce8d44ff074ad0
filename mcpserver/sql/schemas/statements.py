"""The statements that would turn one schema into another. Pure.

Every definition is the engine's own text, every name is quoted here. A table or column with another name is dropped and
made: nobody can tell from two schemas that it was renamed.
"""

from collections.abc import Iterator
from typing import Final

from mcpserver.sql.schemas.compare import by_name, moved
from mcpserver.sql.schemas.shape import Part, Parts, Schema, Table, View
from mcpserver.sqlgate.quote import quoted_name

WITHOUT: Final = {"COMMENT": "COMMENT=''", "ROW_FORMAT": "ROW_FORMAT=DEFAULT", "TTL": "REMOVE TTL", "TTL_ENABLE": ""}
"""How an option is taken back; what is not here can't be, or by nothing that all engines know."""


def statements(before: Schema, after: Schema) -> list[str]:
    """In an order in which they can be run: foreign keys go first and come last."""
    gone = [table for name, table in before.tables.items() if name not in after.tables]
    new = [table for name, table in after.tables.items() if name not in before.tables]
    both = [(before.tables[name], table) for name, table in after.tables.items() if name in before.tables]
    return [
        *(f"DROP VIEW {quoted_name(name)}" for name in sorted({*before.views} - {*after.views})),
        *(one for old, table in both for one in _keys_dropped(table.name, _lost(old.foreign_keys, table.foreign_keys))),
        *(one for table in gone for one in _keys_dropped(table.name, _among(table, gone))),
        *(f"DROP TABLE {quoted_name(table.name)}" for table in gone),
        *(_created(table) for table in new),
        *(one for old, table in both for one in _altered(old, table, one_by_one=after.engine == "tidb")),
        *(one for old, table in both for one in _keys_added(table.name, _lost(table.foreign_keys, old.foreign_keys))),
        *(one for table in new for one in _keys_added(table.name, table.foreign_keys)),
        *(_view(view) for view in _in_order([v for n, v in after.views.items() if before.views.get(n) != v])),
    ]


def _lost(parts: Parts, others: Parts) -> Parts:
    """Those that the others lack, or have otherwise."""
    kept = by_name(others)
    return tuple(part for part in parts if kept.get(part.name) != part)


def _among(table: Table, gone: list[Table]) -> Parts:
    """Foreign keys to other tables that are to be dropped: in whatever order they go, none holds another."""
    names = {one.name for one in gone} - {table.name}
    return tuple(key for key in table.foreign_keys if key.refers_to in names)


def _keys_dropped(table: str, keys: Parts) -> Iterator[str]:
    for key in keys:
        yield f"ALTER TABLE {quoted_name(table)} DROP FOREIGN KEY {quoted_name(key.name)}"


def _keys_added(table: str, keys: Parts) -> Iterator[str]:
    for key in keys:
        yield f"ALTER TABLE {quoted_name(table)} ADD {key.definition}"


def _created(table: Table) -> str:
    """Without its foreign keys, which come when every table is there."""
    parts = (*table.columns, *table.indexes, *table.checks, *table.others)
    inner = ",\n".join(f"  {part.definition}" for part in parts)
    options = " ".join(f"{option.name}={option.definition}" for option in table.options)
    return f"CREATE TABLE {quoted_name(table.name)} (\n{inner}\n) {options} {table.partitions}".rstrip()


def _altered(old: Table, new: Table, *, one_by_one: bool) -> Iterator[str]:
    """TiDB takes one change of a column or key at a time; elsewhere they are one statement, and the table is read once."""
    alter = f"ALTER TABLE {quoted_name(new.name)}"
    if old.partitions and not new.partitions:
        yield f"{alter} REMOVE PARTITIONING"
    if options := _options(old, new):
        yield f"{alter} {options}"  # first: columns that say nothing take their character set from here
    actions = list(_actions(old, new))
    for action in actions if one_by_one else filter(None, [", ".join(actions)]):
        yield f"{alter} {action}"
    if new.partitions and new.partitions != old.partitions:
        yield f"{alter} {new.partitions}"


def _options(old: Table, new: Table) -> str:
    kept = by_name(new.options)
    gone = [WITHOUT.get(option.name, "") for option in old.options if option.name not in kept]
    changed = [f"{option.name}={option.definition}" for option in _lost(new.options, old.options)]
    return " ".join(filter(None, [*changed, *gone]))


def _actions(old: Table, new: Table) -> Iterator[str]:
    for check in _lost(old.checks, new.checks):
        yield f"DROP CONSTRAINT {quoted_name(check.name)}"
    for index in _lost(old.indexes, new.indexes):
        yield "DROP PRIMARY KEY" if index.name == "PRIMARY" else f"DROP INDEX {quoted_name(index.name)}"
    yield from _columns(old, new)
    for part in (*_lost(new.indexes, old.indexes), *_lost(new.checks, old.checks)):
        yield f"ADD {part.definition}"
    for column in old.columns:
        if column.name not in by_name(new.columns):
            yield f"DROP COLUMN {quoted_name(column.name)}"


def _columns(old: Table, new: Table) -> Iterator[str]:
    before, places = by_name(old.columns), moved(old, new)
    behind = "FIRST"
    for column in new.columns:
        there = before.get(column.name)
        if there is None:
            yield f"ADD COLUMN {column.definition}{_place(column, new, behind)}"
        elif there != column or column.name in places:
            yield f"MODIFY COLUMN {column.definition}{f' {behind}' if column.name in places else ''}"
        behind = f"AFTER {quoted_name(column.name)}"


def _place(column: Part, table: Table, behind: str) -> str:
    """At the end nothing need be said."""
    return "" if column is table.columns[-1] and len(table.columns) > 1 else f" {behind}"


def _view(view: View) -> str:
    security = f"{view.security} " if view.security else ""
    check = f" {view.check}" if view.check else ""
    return f"CREATE OR REPLACE {security}VIEW {quoted_name(view.name)} AS {view.query}{check}"


def _in_order(views: list[View]) -> list[View]:
    """A view that names another comes behind it."""
    left, ordered = {view.name: view for view in sorted(views, key=lambda view: view.name)}, []
    while left:
        free = [view for view in left.values() if not _names_one_of(view, left)] or list(left.values())
        ordered += free
        left = {name: view for name, view in left.items() if view not in free}
    return ordered


def _names_one_of(view: View, views: dict[str, View]) -> bool:
    return any(quoted_name(name) in view.query for name in views if name != view.name)
