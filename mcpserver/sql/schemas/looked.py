"""Tables, columns and keys as information_schema tells of them: the statements, and what their rows mean. Pure.

Names go in as values, in hex. Where a name must stand in a statement later it comes back in hex too, so that what was made
visible for a reader is never taken for the name.
"""

from dataclasses import dataclass
from typing import Any, Final

from mcpserver.sql.engines import Engine, engine_of
from mcpserver.sql.schemas.read import from_hex
from mcpserver.sqlgate.quote import text_literal

KIND: Final = "CASE table_type WHEN 'BASE TABLE' THEN 'table' ELSE LOWER(table_type) END"
COMMENT: Final = "CASE table_type WHEN 'BASE TABLE' THEN table_comment ELSE '' END"
"""Of a view it says VIEW, or why it can't be used."""

COMMENT_SHOWN: Final = 300
"""Characters of a comment: its server takes up to 2,048."""


@dataclass(frozen=True)
class FoundTable:
    """One table or view. `name` is exact; `size_bytes` and `row_estimate` are what its engine guesses, None of views."""

    name: str
    kind: str
    comment: str
    row_estimate: int | None
    size_bytes: int | None
    engine: Engine
    """Of the server."""


def databases() -> str:
    """Their names."""
    return "SELECT schema_name FROM information_schema.schemata ORDER BY schema_name"


def names_in(database: str) -> str:
    """Names of tables and views."""
    return (
        "SELECT table_name FROM information_schema.tables "
        f"WHERE table_schema = {text_literal(database)} ORDER BY table_name"
    )


def tables_in(database: str) -> str:
    """Tables and views of a database: name, kind, rows, comment."""
    return (
        f"SELECT table_name, {KIND}, table_rows, LEFT({COMMENT}, {COMMENT_SHOWN}) "
        f"FROM information_schema.tables WHERE table_schema = {text_literal(database)} ORDER BY table_name"
    )


def like_it(database: str, table: str) -> str:
    """The tables of this name, in whatever case."""
    return (
        f"SELECT HEX(table_name), {KIND}, {COMMENT}, table_rows, data_length + index_length, VERSION() "
        f"FROM information_schema.tables WHERE table_schema = {text_literal(database)} AND table_name = {text_literal(table)}"
    )


def found_table(row: list[Any]) -> FoundTable:
    """A row of `like_it`."""
    name, kind, comment, rows, size, version = row
    return FoundTable(from_hex(name), str(kind), str(comment or ""), rows, size, engine_of(str(version)))


def _it(database: str, table: str, of: str = "") -> str:
    """A condition for exactly this table, as quick as an equal name."""
    exact = f"HEX({of}table_name) = '{table.encode().hex().upper()}'"
    return f"{of}table_schema = {text_literal(database)} AND {of}table_name = {text_literal(table)} AND {exact}"


def columns_of(database: str, table: str) -> str:
    """Its columns in their order."""
    return (
        "SELECT column_name, column_type, is_nullable, column_default, extra, "
        f"LEFT(column_comment, {COMMENT_SHOWN}), HEX(column_name), data_type, character_maximum_length "
        f"FROM information_schema.columns WHERE {_it(database, table)} ORDER BY ordinal_position"
    )


def keys_of(database: str, table: str, engine: Engine) -> str:
    """A row for each column of a key."""
    expression = "expression" if engine.has_keys_over_expressions() else "NULL"
    return (
        f"SELECT index_name, non_unique, column_name, sub_part, index_type, {expression} "
        f"FROM information_schema.statistics WHERE {_it(database, table)} ORDER BY index_name, seq_in_index"
    )


def foreign_keys_of(database: str, table: str) -> str:
    """A row for each column of a foreign key."""
    rules = (
        f"r.constraint_schema = {text_literal(database)} AND r.table_name = {text_literal(table)} "
        "AND r.constraint_name = k.constraint_name"
    )
    return (
        "SELECT k.constraint_name, k.column_name, k.referenced_table_schema, k.referenced_table_name, "
        "k.referenced_column_name, r.delete_rule, r.update_rule FROM information_schema.key_column_usage k "
        f"LEFT JOIN information_schema.referential_constraints r ON {rules} "
        f"WHERE {_it(database, table, 'k.')} AND k.referenced_table_name IS NOT NULL "
        "ORDER BY k.constraint_name, k.ordinal_position"
    )


def referred_by(database: str, table: str) -> str:
    """Tables of the same database whose foreign keys point at it: over all of them that question may be slow."""
    return (
        "SELECT table_name, delete_rule, update_rule FROM information_schema.referential_constraints "
        f"WHERE constraint_schema = {text_literal(database)} AND unique_constraint_schema = {text_literal(database)} "
        f"AND referenced_table_name = {text_literal(table)} "
        "ORDER BY table_name, constraint_name"
    )


def partitions_of(database: str, table: str) -> str:
    """A row for each partition, or sub-partition."""
    return (
        "SELECT partition_name, partition_method, partition_expression, partition_description, table_rows "
        f"FROM information_schema.partitions WHERE {_it(database, table)} AND partition_name IS NOT NULL "
        "ORDER BY partition_ordinal_position"
    )


def tiflash_of(database: str, table: str) -> str:
    """On TiDB only."""
    return (
        "SELECT replica_count, available, progress FROM information_schema.tiflash_replica "
        f"WHERE {_it(database, table)}"
    )


def view_of(database: str, table: str) -> str:
    """The query of a view; empty where the reader may not see it."""
    return f"SELECT view_definition FROM information_schema.views WHERE {_it(database, table)}"
