"""Tables that can't roll back: a batch that must be all or nothing, or that is only tried, does not touch them. Blocking."""

from typing import Final

import MySQLdb

from mcpserver.sql.batch import Batch
from mcpserver.sql.engines import INTERRUPTED
from mcpserver.sql.errors import SqlRejected, SqlTooLong, SqlUnreachable
from mcpserver.sql.named import Named, named
from mcpserver.sql.session import Session
from mcpserver.sql.told import code_of
from mcpserver.sqlgate import is_system_schema
from mcpserver.sqlgate.quote import LONGEST, text_literal
from tidbmcp.lib.visible import make_visible

_STAYING: Final = (
    "SELECT table_schema, table_name, engine FROM information_schema.tables WHERE table_schema IN ({}) "
    "AND table_type <> 'SYSTEM VIEW' AND engine NOT IN ('InnoDB', 'ROCKSDB', 'ndbcluster', 'SEQUENCE')"
)
"""On MariaDB and MySQL. An engine that nobody has thought of counts as one that can't. Views have none."""

_VIEWS: Final = (
    "SELECT table_schema, table_name, view_definition FROM information_schema.views WHERE table_schema IN ({})"
)


def refuse_what_stays(session: Session, batch: Batch) -> None:
    """Raise SqlRejected where the batch names a table whose engine has no transactions, itself or by a view.

    What a trigger reaches, or a view that this login may not look into, is not seen here: ROLLBACK tells of that.
    """
    if session.engine.takes_back_all():
        return
    reached = with_views(session, named((change.sql for change in batch.changes), session.target.database))
    for schema, name, engine in look(session, _STAYING, reached):
        if reached.has(name) and not is_system_schema(schema):
            raise SqlRejected(
                f"The table {make_visible(schema)}.{make_visible(name)} is of the engine {engine}, which can't roll back: "
                "nothing was run. Make it InnoDB first. A column or alias of that name is taken for it.",
                recorded="a table of the batch can't roll back",
            )


def with_views(session: Session, names: Named) -> Named:
    """And what its views name, and the views in them."""
    seen: set[tuple[str, str]] = set()
    while True:
        views = {(schema, name): sql for schema, name, sql in look(session, _VIEWS, names) if names.has(name)}
        if views.keys() <= seen:
            return names
        seen |= views.keys()
        names |= named(views.values())


def look(session: Session, sql: str, names: Named) -> list[tuple[str, ...]]:
    """The rows of this query over the databases that are named. SqlUnreachable where it can't be answered."""
    databases = [text_literal(database) for database in sorted(names.databases) if len(database) <= LONGEST]
    if not databases:
        return []
    try:
        session.connection.query(sql.format(", ".join(databases)))
        rows = session.connection.store_result().fetch_row(0)
    except MySQLdb.Error as error:
        if code_of(error) in INTERRUPTED:
            raise SqlTooLong("Its time was over before it was known what this would reach: nothing was run.") from error
        raise SqlUnreachable(
            "What this would reach could not be looked up, so nothing was run. Try again in a moment.",
            detail=str(error),
        ) from error
    return [tuple(map(str, row)) for row in rows]
