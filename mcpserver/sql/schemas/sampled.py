"""A few rows of a table as one statement, in which wide values are shortened by the server. Pure.

The server shortens, and not we: a row may hold more than a connection is to carry.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from mcpserver.sql.schemas.read import from_hex
from mcpserver.sqlgate.quote import quoted_name

CHARACTERS: Final = 200
"""Of a text that are shown."""

_TEXTS: Final = frozenset({"char", "varchar", "tinytext", "text", "mediumtext", "longtext"})
_NO_TEXTS: Final = frozenset({"json", "vector"})
"""Shown as the text that they can be turned into."""
_BINARY: Final = frozenset({"binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob", "geometry"})
BYTES: Final = 64
"""Of a binary column that may be shown as it is: digests, UUIDs. Of a longer one only its length is."""


@dataclass(frozen=True)
class SampledColumn:
    """One column: its name, its type as the server writes it, what stands for it in SELECT, and whether that shortens."""

    name: str
    type: str
    sql: str
    shortens: bool


def sampled_column(row: list[Any]) -> SampledColumn:
    """From a row of `columns_of`. BadInput where its name can't be quoted."""
    kind, raw, data_type, length = str(row[1]), row[6], str(row[7]).lower(), row[8]
    name = from_hex(raw)
    quoted = quoted_name(name)
    how = _shortened(quoted, data_type, int(length or 0))
    return SampledColumn(name, kind, f"{how} AS {quoted}" if how else quoted, bool(how))


def _shortened(quoted: str, data_type: str, length: int) -> str:
    """Text that is one character longer than shown, so that it is seen whether it was shortened."""
    if data_type in _NO_TEXTS:
        return f"LEFT(CAST({quoted} AS CHAR), {CHARACTERS + 1})"
    if data_type in _TEXTS and length > CHARACTERS:
        return f"LEFT({quoted}, {CHARACTERS + 1})"
    if data_type in _BINARY and (length > BYTES or not length):
        return f"CONCAT(OCTET_LENGTH({quoted}), ' bytes')"
    return ""


def sample(database: str, table: str, columns: Sequence[SampledColumn], rows: int) -> str:
    """The statement. BadInput where a name can't be quoted."""
    listed = ", ".join(column.sql for column in columns)
    return f"SELECT {listed} FROM {quoted_name(database)}.{quoted_name(table)} LIMIT {rows}"


def shown(columns: Sequence[SampledColumn], rows: Sequence[Sequence[Any]]) -> tuple[list[list[Any]], list[str]]:
    """The rows as they are told, and the names of columns in which a value is not whole."""
    cut: dict[str, None] = {}
    told = []
    for row in rows:
        values = list(row)
        for at, column in enumerate(columns):
            value = values[at]
            if not column.shortens or not isinstance(value, str):
                continue
            if column.sql.startswith("CONCAT("):
                cut[column.name] = None
            elif len(value) > CHARACTERS:
                cut[column.name] = None
                values[at] = value[:CHARACTERS] + "…"
        told.append(values)
    return told, list(cut)
