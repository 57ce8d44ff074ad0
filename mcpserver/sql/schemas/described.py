"""What a model is told of a table, from rows of information_schema. Pure."""

from collections.abc import Iterable
from typing import Any

Rows = Iterable[list[Any]]


def as_columns(rows: Rows) -> list[dict[str, Any]]:
    """Rows of `columns_of`. A default is told as its server writes it: MariaDB as an expression, with quotes."""
    return [
        {
            "name": name,
            "type": kind,
            "nullable": nullable == "YES",
            "default": None if default == "NULL" and nullable == "YES" else default,
            "extra": extra or "",
            "comment": comment or "",
        }
        for name, kind, nullable, default, extra, comment, *_ in rows
    ]


def as_keys(rows: Rows) -> list[dict[str, Any]]:
    """Rows of `keys_of`; the primary key first."""
    found: dict[str, dict[str, Any]] = {}
    for name, non_unique, column, length, how, expression in rows:
        key = found.setdefault(name, {"name": name, "kind": _kind(name, non_unique, how), "columns": []})
        part = f"({expression})" if expression else column
        key["columns"].append(f"{part}({length})" if length else part)
    return sorted(found.values(), key=lambda key: key["kind"] != "primary")


def _kind(name: str, non_unique: Any, how: str) -> str:
    if name == "PRIMARY":
        return "primary"
    if not int(non_unique):
        return "unique"
    return "index" if how in {"BTREE", "HASH", ""} else how.lower()


def as_foreign_keys(rows: Rows) -> list[dict[str, Any]]:
    """Rows of `foreign_keys_of`."""
    found: dict[str, dict[str, Any]] = {}
    for name, column, database, table, referenced, on_delete, on_update in rows:
        new = {"name": name, "columns": [], "references": f"{database}.{table}", "referenced_columns": []}
        key = found.setdefault(name, new | {"on_delete": on_delete, "on_update": on_update})
        key["columns"].append(column)
        key["referenced_columns"].append(referenced)
    return list(found.values())


def as_references(rows: Rows) -> list[dict[str, Any]]:
    """Rows of `referred_by`."""
    return [{"table": table, "on_delete": on_delete, "on_update": on_update} for table, on_delete, on_update in rows]


def as_partitions(rows: Rows) -> tuple[str | None, list[dict[str, Any]]]:
    """How it is partitioned, and the partitions; rows of sub-partitions are added up."""
    by: str | None = None
    found: dict[str, dict[str, Any]] = {}
    for name, method, expression, values, count in rows:
        by = f"{method} ({expression})" if expression else str(method)
        partition = found.setdefault(name, {"name": name, "values": values, "row_estimate": 0})
        partition["row_estimate"] += int(count or 0)
    return by, list(found.values())


def as_tiflash(rows: Rows) -> dict[str, Any] | None:
    """How many replicas in columns there are, and how far they are."""
    return next(
        ({"replicas": count, "available": bool(available), "progress": done} for count, available, done in rows), None
    )
