"""What there was and must still be there: two states of a MariaDB compared, of which the second may hold more."""

import unicodedata
from collections import Counter
from typing import Final

import MySQLdb
from MySQLdb.connections import Connection

from tests.fuzz import state
from tests.fuzz.server import Server, rows_of
from tests.fuzz.state import OWN, State

_QUERIES: Final = {
    **state.QUERIES,
    "tables": "SELECT table_schema, table_name, table_type, engine, row_format, table_collation "
    f"FROM information_schema.tables WHERE table_schema {OWN} ORDER BY 1, 2",
    "columns": "SELECT table_schema, table_name, column_name, column_type, character_set_name, collation_name, extra, generation_expression "
    f"FROM information_schema.columns WHERE table_schema {OWN} ORDER BY 1, 2, 3",
    "indexes": "SELECT table_schema, table_name, index_name, seq_in_index, column_name, non_unique, sub_part FROM information_schema.statistics "
    f"WHERE table_schema {OWN} AND index_name NOT IN "
    f"(SELECT constraint_name FROM information_schema.table_constraints WHERE constraint_type = 'FOREIGN KEY' AND table_schema {OWN}) ORDER BY 1, 2, 3, 4",
    "constraints": "SELECT table_schema, table_name, constraint_name, constraint_type FROM information_schema.table_constraints "
    f"WHERE table_schema {OWN} ORDER BY 1, 2, 3",
    "partitions": "SELECT table_schema, table_name, partition_name, partition_method, partition_expression, partition_description "
    f"FROM information_schema.partitions WHERE table_schema {OWN} ORDER BY 1, 2, 3",
}  # fmt: skip
"""Without what may be set: comments, defaults, the next number, the order of columns. Nor NOT NULL, which a primary key brings;
nor the index of a foreign key, which ends where another one serves it.
"""

_OF_TABLES: Final = ("tables", "columns", "indexes", "constraints", "partitions")


def of_server(server: Server, watcher: Connection) -> State:
    """As `state.of_server`, with the rows themselves."""
    return state.of_server(server, watcher, _QUERIES, _rows)


def lost(before: State, after: State) -> list[str]:
    """What was there and is not any more, by the name of where it was."""
    return [f"{name}: lost {gone}"[:300] for name, was in before.items() if (gone := _gone(was, after.get(name)))]


def touched(before: State, after: State) -> set[str]:
    """The tables, `database.table`, of which something is not as it was: of their rows, or of how they are made."""
    changed: set[str] = set()
    for name in _OF_TABLES:
        rows = _difference(before[name], after[name])
        changed |= {f"{schema.decode()}.{table.decode()}" for schema, table, *_ in rows}
    contents = {name for name in {*before, *after} if name.startswith("`") and before.get(name) != after.get(name)}
    return changed | {name[1:-1].replace("`.`", ".").replace("``", "`") for name in contents}


def alike(name: str) -> str:
    """One spelling for what the server takes for one name, of its many small letters."""
    letters = unicodedata.normalize("NFKD", name.lower())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _difference(before: object, after: object) -> set[tuple[bytes, ...]]:
    assert isinstance(before, list)
    assert isinstance(after, list)
    return set(before) ^ set(after)


def _gone(was: object, now: object) -> object:
    if not isinstance(was, list) or not isinstance(now, list):
        return None if was == now else was
    if was and isinstance(was[0], dict):
        now = [{column: row[column] for column in was[0] if column in row} for row in now]
        return list((Counter(map(_hashable, was)) - Counter(map(_hashable, now))).elements())
    return list((Counter(was) - Counter(now)).elements())


def _hashable(row: dict[str, object]) -> tuple[tuple[str, object], ...]:
    return tuple(row.items())


def _rows(watcher: Connection, name: str, sequence: bool) -> object:
    """Each row as a dictionary: columns may come to it. Of a sequence not its next number, which is never taken back."""
    try:
        if sequence:
            return [row[1:7] for row in rows_of(watcher, f"SELECT * FROM {name}")]
        watcher.query(f"SELECT * FROM {name}")
        result = watcher.store_result()
        columns = [column[0] for column in result.describe()]
        return [dict(zip(columns, row, strict=True)) for row in result.fetch_row(0)]
    except MySQLdb.Error as error:  # somebody has locked it
        return repr(error)
