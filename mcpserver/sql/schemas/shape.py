"""What a database's schema is made of. Pure. A definition is the engine's own text of it, as SHOW CREATE TABLE writes it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final


@dataclass(frozen=True)
class Part:
    """A column, an index, a constraint or an option."""

    name: str
    definition: str
    inherits: str = ""
    """Of a column of text that says nothing of it: the table's character set and collation."""
    refers_to: str = ""
    """Of a foreign key: the table at its other end."""


Parts = tuple[Part, ...]

KINDS: Final = {
    "column": "columns",
    "index": "indexes",
    "foreign key": "foreign_keys",
    "check": "checks",
    "option": "options",
    "other": "others",
}
"""Kinds of parts, and the field of a table that holds them."""


@dataclass(frozen=True)
class Table:
    """One table. `source` is all of it, without counters."""

    name: str
    source: str
    columns: Parts = ()
    indexes: Parts = ()
    foreign_keys: Parts = ()
    checks: Parts = ()
    options: Parts = ()
    others: Parts = ()
    """What only one engine has, in the list of columns and keys."""
    partitions: str = ""


@dataclass(frozen=True)
class View:
    """One view: its query, and what stands around it (SQL SECURITY INVOKER, WITH CASCADED CHECK OPTION)."""

    name: str
    query: str
    security: str = ""
    check: str = ""

    @property
    def definition(self) -> str:
        """Without its maker, who has another name on each branch."""
        return " ".join(filter(None, (self.security, self.query, self.check)))


@dataclass(frozen=True)
class Schema:
    """All tables and views of one database, by name."""

    engine: str
    tables: Mapping[str, Table] = field(default_factory=dict)
    views: Mapping[str, View] = field(default_factory=dict)

    @cached_property
    def is_empty(self) -> bool:
        """Whether there is nothing in it."""
        return not self.tables and not self.views
