"""Foreign keys that change rows of other tables with those of a statement: no server counts them, so they are named. Blocking."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from mcpserver.sql.batch import Batch, Change
from mcpserver.sql.named import named
from mcpserver.sql.session import Session
from mcpserver.sql.tables import look, with_views
from mcpserver.sqlgate.system import folded

_KEYS: Final = (
    "SELECT constraint_schema, table_name, referenced_table_name, delete_rule, update_rule "
    "FROM information_schema.referential_constraints WHERE constraint_schema IN ({})"
)
"""By the database of the table that follows: TiDB tells no other, and on all of them that one is quick. A key of a table in a
database that the batch does not name is not seen."""

_FOLLOWS: Final = {"CASCADE", "SET NULL", "SET DEFAULT"}
_DELETES: Final = {"DELETE", "REPLACE"}


class _Key(NamedTuple):
    schema: str
    table: str
    parent: str
    on_delete: str
    on_update: str


def following(session: Session, batch: Batch) -> tuple[str, ...]:
    """Tables, with their databases, of which rows can go or change with those of the batch."""
    changes = [change for change in batch.changes if _may_take_along(change)]
    if not changes:
        return ()
    database = session.target.database
    names = named((change.sql for change in changes), database)
    if not session.engine.takes_back_all():  # TiDB's views can't be written through
        names = with_views(session, names)
    keys = [_Key(*row) for row in look(session, _KEYS, names)]
    behind_views = names.words - named(change.sql for change in changes).words
    found: set[str] = set()
    for change in changes:
        deletes = change.verb in _DELETES
        rules = [key for key in keys if (key.on_delete if deletes else key.on_update) in _FOLLOWS]
        found |= _reached(rules, {*named([change.sql]).words, *behind_views})
    return tuple(sorted(found))


def _may_take_along(change: Change) -> bool:
    """A plain INSERT changes no row that is there."""
    return change.verb in _DELETES | {"UPDATE"} or "duplicate" in named([change.sql]).words


def _reached(keys: Iterable[_Key], words: set[str]) -> set[str]:
    """By keys from these tables, and from those that are reached so."""
    found: set[str] = set()
    while new := {key for key in keys if folded(key.parent) in words and f"{key.schema}.{key.table}" not in found}:
        found |= {f"{key.schema}.{key.table}" for key in new}
        words |= {folded(key.table) for key in new}
    return found
