"""Tables that can't roll back: a batch that must be all or nothing, or that is only tried, does not touch them. Blocking."""

from typing import Final

import MySQLdb

from mcpserver.sql.batch import Batch
from mcpserver.sql.errors import SqlRejected, SqlUnreachable
from mcpserver.sql.session import Session
from mcpserver.sqlgate import is_system_schema
from tidbmcp.lib.visible import make_visible

_STAYING: Final = (
    "SELECT table_schema, table_name, engine FROM information_schema.tables WHERE table_type = 'BASE TABLE' "
    "AND engine IS NOT NULL AND engine NOT IN ('InnoDB', 'ROCKSDB', 'ndbcluster', 'SEQUENCE')"
)
"""On MariaDB and MySQL. An engine that nobody has thought of counts as one that can't."""


def refuse_what_stays(session: Session, batch: Batch) -> None:
    """Raise SqlRejected where the batch names a table whose engine has no transactions, or where what it names is not seen.

    What a view or a trigger reaches is not seen here: ROLLBACK tells of that.
    """
    if session.engine.takes_back_all():
        return
    staying = [found for found in _staying(session) if not is_system_schema(found[0])]
    if not staying:
        return
    for change in batch.changes:
        named = {target.lower() for target in change.targets}
        for schema, name, engine in staying:
            if not named or named & _names(schema, name, session.target.database):
                raise SqlRejected(
                    f"The table {make_visible(schema)}.{make_visible(name)} is of the engine {engine}, which can't roll back: "
                    "nothing was run. Make it InnoDB first.",
                    recorded="a table of the batch can't roll back",
                )


def _names(schema: str, name: str, database: str) -> set[str]:
    """How a statement may call it."""
    full = f"{schema}.{name}".lower()
    return {full, name.lower()} if schema.lower() == database.lower() else {full}


def _staying(session: Session) -> list[tuple[str, str, str]]:
    try:
        session.connection.query(_STAYING)
        rows = session.connection.store_result().fetch_row(0)
    except MySQLdb.Error as error:
        raise SqlUnreachable(
            "It could not be looked up whether these tables can roll back, so nothing was run. Try again in a moment.",
            detail=str(error),
        ) from error
    return [(str(schema), str(name), str(engine)) for schema, name, engine in rows]
