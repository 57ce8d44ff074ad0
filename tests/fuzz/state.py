"""Everything of a MariaDB that a statement may change, as a dictionary: two of them are compared."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import MySQLdb
from MySQLdb.connections import Connection

from tests.fuzz.server import Server, rows_of

State = dict[str, object]
Contents = Callable[[Connection, str, bool], object]
"""Of a table by its name, or of a sequence."""

OWN: Final = "NOT IN ('information_schema', 'performance_schema', 'mysql', 'sys')"

QUERIES: Final = {
    **{
        f"mysql.{table}": f"SELECT * FROM mysql.{table} ORDER BY 1, 2"
        for table in (
            "global_priv", "db", "tables_priv", "columns_priv", "procs_priv", "roles_mapping", "proxies_priv", "proc", "event", "func", "plugin", "servers",
        )
    },
    "databases": "SELECT * FROM information_schema.schemata ORDER BY schema_name",
    "tables": "SELECT table_schema, table_name, table_type, engine, row_format, auto_increment, table_collation, create_options, table_comment "
    f"FROM information_schema.tables WHERE table_schema {OWN} ORDER BY 1, 2",
    "columns": f"SELECT * FROM information_schema.columns WHERE table_schema {OWN} ORDER BY table_schema, table_name, ordinal_position",
    "indexes": "SELECT table_schema, table_name, index_name, seq_in_index, column_name FROM information_schema.statistics "
    f"WHERE table_schema {OWN} ORDER BY 1, 2, 3, 4",
    "views": "SELECT table_schema, table_name, view_definition, definer FROM information_schema.views ORDER BY 1, 2",
    "triggers": "SELECT trigger_schema, trigger_name, action_statement FROM information_schema.triggers ORDER BY 1, 2",
    "variables": "SHOW GLOBAL VARIABLES",
}  # fmt: skip

_COUNTING: Final = re.compile(
    rb"gtid_\w+|timestamp|last_gtid|rand_seed\d|warning_count|error_count|in_transaction|pseudo_thread_id|innodb_buffer_pool_\w+_(at|now)"
)
"""Variables that change by themselves."""

_FILES_OF_THE_SERVER: Final = re.compile(
    r"ibtmp|ib_|undo|aria_|#|server\.err|\.pid$|/s$|ddl_recovery|tc\.log|multi-master|/FTS_"
)

_LOCKS: Final = (
    "SELECT lock_mode, lock_type, table_schema, table_name FROM information_schema.metadata_lock_info WHERE thread_id = {thread} "
    "AND lock_mode NOT IN ('MDL_SHARED_READ', 'MDL_SHARED_HIGH_PRIO', 'MDL_SHARED')"
)
_ROW_LOCKS: Final = (
    "SELECT trx_tables_locked, trx_rows_locked, trx_rows_modified FROM information_schema.innodb_trx "
    "WHERE trx_mysql_thread_id = {thread} AND (trx_tables_locked > 0 OR trx_rows_locked > 0 OR trx_rows_modified > 0)"
)

_READING_COMMANDS: Final = re.compile(rb"Com_(select|show_\w+|explain\w*|select_into|set_option|change_db|help)")
"""Counters of a session that may move: reads, and what the comparison itself runs."""
_OURS: Final = (b"Com_commit", b"Com_stmt_reprepare")


def of_server(
    server: Server, watcher: Connection, queries: Mapping[str, str] = QUERIES, contents: Contents | None = None
) -> State:
    """What is stored, set and running on the server, and its files."""
    state: State = {name: _plain(rows_of(watcher, sql)) for name, sql in queries.items()}
    for schema, table, kind in rows_of(
        watcher, f"SELECT table_schema, table_name, table_type FROM information_schema.tables WHERE table_schema {OWN}"
    ):
        name = ".".join(f"`{part.decode().replace('`', '``')}`" for part in (schema, table))
        if kind in {b"BASE TABLE", b"SEQUENCE"}:
            state[name] = (contents or _contents)(watcher, name, kind == b"SEQUENCE")
    return {**state, "files": _files(server.folder / "data")}


def of_session(connection: Connection) -> State:
    """What the next statement of this session would find."""
    commands = rows_of(connection, "SHOW SESSION STATUS LIKE 'Com\\_%'")
    moved = {name: value for name, value in commands if not _READING_COMMANDS.fullmatch(name) and name not in _OURS}
    own = "SELECT DATABASE(), CURRENT_ROLE(), LAST_INSERT_ID()"
    return {
        "commands": moved,
        "session variables": _plain(rows_of(connection, "SHOW SESSION VARIABLES")),
        "own": rows_of(connection, own),
        "user variables": rows_of(connection, "SELECT variable_name FROM information_schema.user_variables"),
    }


def locks(watcher: Connection, thread: int) -> State:
    """What an open transaction of this connection holds beside what reading takes."""
    return {
        "locks": rows_of(watcher, _LOCKS.format(thread=thread)),
        "row locks": rows_of(watcher, _ROW_LOCKS.format(thread=thread)),
    }


def difference(before: State, after: State) -> list[str]:
    """The names of what is not as it was, with what is new in it."""
    return [
        f"{name}: {_new(before.get(name), after.get(name))}"
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
    ]


def _new(before: object, after: object) -> str:
    if isinstance(before, list) and isinstance(after, list):
        return repr([row for row in after if row not in before] or [row for row in before if row not in after])[:300]
    if isinstance(before, dict) and isinstance(after, dict):
        return repr({name: value for name, value in after.items() if before.get(name) != value})[:300]
    return repr(after)[:300]


def _plain(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return [row for row in rows if not (isinstance(row[0], bytes) and _COUNTING.fullmatch(row[0]))]


def _contents(watcher: Connection, name: str, sequence: bool) -> object:
    try:
        return rows_of(watcher, f"SELECT * FROM {name}" if sequence else f"CHECKSUM TABLE {name}")
    except MySQLdb.Error as error:  # somebody has locked it
        return repr(error)


def _files(data: Path) -> list[tuple[str]]:
    names = sorted(str(path.relative_to(data)) for path in data.rglob("*"))
    return [(name,) for name in names if not _FILES_OF_THE_SERVER.search(name)]
