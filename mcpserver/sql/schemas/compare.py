"""Two schemas compared: the difference as data, in a stable order. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher

from mcpserver.sql.schemas.shape import KINDS, Part, Parts, Schema, Table


@dataclass(frozen=True)
class Change:
    """One difference. `before` and `after` are definitions; of a column that moved, the column that it stands behind."""

    change: str
    """added, removed, changed or moved."""
    kind: str
    """table, view, column, index, foreign key, check, option, partitions or other."""
    table: str
    name: str
    before: str | None
    after: str | None

    def as_dict(self) -> dict[str, str | None]:
        """For answers."""
        return asdict(self)


def difference(before: Schema, after: Schema) -> tuple[Change, ...]:
    """What is in the second and not in the first, and the other way round. Counters and estimates are no difference."""
    return (*_tables(before, after), *_views(before, after))


def _tables(before: Schema, after: Schema) -> Iterator[Change]:
    for name in sorted({*before.tables, *after.tables}):
        old, new = before.tables.get(name), after.tables.get(name)
        if old and new:
            yield from _table(old, new)
        else:
            yield _whole("table", name, old.source if old else None, new.source if new else None)


def _views(before: Schema, after: Schema) -> Iterator[Change]:
    for name in sorted({*before.views, *after.views}):
        old, new = before.views.get(name), after.views.get(name)
        if old != new:
            yield _whole("view", name, old.definition if old else None, new.definition if new else None)


def _whole(kind: str, name: str, before: str | None, after: str | None) -> Change:
    change = "added" if before is None else "removed" if after is None else "changed"
    return Change(change, kind, name, name, before, after)


def _table(old: Table, new: Table) -> Iterator[Change]:
    for kind, field in KINDS.items():
        before: Mapping[str, Part] = by_name(getattr(old, field))
        after: Mapping[str, Part] = by_name(getattr(new, field))
        for name in sorted({*before, *after}):
            yield from _part(kind, new.name, name, before.get(name), after.get(name))
        if kind == "column":
            yield from _moves(old, new)
    if old.partitions != new.partitions:
        yield Change("changed", "partitions", new.name, "", old.partitions or None, new.partitions or None)


def _part(kind: str, table: str, name: str, old: Part | None, new: Part | None) -> Iterator[Change]:
    if old == new:
        return
    change = "added" if old is None else "removed" if new is None else "changed"
    yield Change(change, kind, table, name, _shown(old), _shown(new))


def _shown(part: Part | None) -> str | None:
    """With the character set that it takes from its table: two definitions may differ in nothing else."""
    if part is None:
        return None
    return f"{part.definition} ({part.inherits})" if part.inherits else part.definition


def _moves(old: Table, new: Table) -> Iterator[Change]:
    for name in sorted(moved(old, new)):
        yield Change("moved", "column", new.name, name, _before(old, name), _before(new, name))


def _before(table: Table, name: str) -> str | None:
    names = [column.name for column in table.columns]
    at = names.index(name)
    return names[at - 1] if at else None


def moved(old: Table, new: Table) -> set[str]:
    """Columns of both that would have to be moved; the others stand in the same order in both."""
    olds = [column.name for column in old.columns if column.name in by_name(new.columns)]
    news = [column.name for column in new.columns if column.name in by_name(old.columns)]
    blocks = SequenceMatcher(None, olds, news, autojunk=False).get_matching_blocks()
    stay = {name for block in blocks for name in news[block.b : block.b + block.size]}
    return set(news) - stay


def by_name(parts: Parts) -> dict[str, Part]:
    """In their order."""
    return {part.name: part for part in parts}
