"""TiDB's plans: rows with an operator each, whose ids are indented by signs that draw the tree. Pure.

Columns by name, for versions differ in them (TiDB documentation, "EXPLAIN", "EXPLAIN ANALYZE").
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from mcpserver.sql.plans.shape import Access, Operator, Plan

_ID: Final = re.compile(r"(?P<drawn>[│├└─ ]*)(?P<name>.+)")
_STEP: Final = 2
"""Signs for each level."""

_OBJECT: Final = re.compile(r"\b(table|CTE):([^,]+)")
_INDEX: Final = re.compile(r"\bindex:([^(,]+)")
_TIME: Final = re.compile(r"time:([^,]+)")
_UNITS: Final = re.compile(r"\bRU:([0-9.]+)")
_SPAN: Final = re.compile(r"([0-9.]+)(h|ms|m|s|µs|μs|us|ns)")
_MS: Final = {"h": 3_600_000.0, "m": 60_000.0, "s": 1_000.0, "ms": 1.0, "µs": 1e-3, "μs": 1e-3, "us": 1e-3, "ns": 1e-6}

_ACCESS: Final = {
    "TableFullScan": Access.FULL_SCAN,
    "IndexFullScan": Access.FULL_INDEX_SCAN,
    "TableRangeScan": Access.RANGE,
    "IndexRangeScan": Access.RANGE,
    "TableRowIDScan": Access.LOOKUP,
    "Point_Get": Access.POINT,
    "Batch_Point_Get": Access.POINT,
}
_FOR_EACH_ROW: Final = "decided by"
"""In a range that is looked up anew for each row of a join."""


def plan_of(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Plan:
    """Raises ValueError or LookupError where the rows are none of a plan."""
    if not rows:
        raise ValueError("no operator")
    told = [dict(zip(columns, map(_text, row), strict=True)) for row in rows]
    path: list[int] = []
    found: list[Operator] = []
    for number, row in enumerate(told, 1):
        match = _ID.fullmatch(row["id"])
        if match is None:
            raise ValueError("an operator without a name")
        depth = len(match["drawn"]) // _STEP
        if depth > len(path):
            raise ValueError("an operator without a parent")
        del path[depth:]
        found.append(_operator(number, path[-1] if path else None, match["name"], row))
        path.append(number)
    units = _UNITS.search(told[0].get("execution info", ""))
    return Plan(tuple(found), float(units[1]) if units else None)


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _operator(number: int, parent: int | None, name: str, row: Mapping[str, str]) -> Operator:
    info, accessed = row["operator info"], row.get("access object", "")
    table, index = _OBJECT.search(accessed), _INDEX.search(accessed)
    kind = Operator(number, parent, name).kind
    access = _ACCESS.get(kind)
    is_filter = kind == "Selection"
    return Operator(
        number,
        parent,
        name,
        table=table[2] if table else "",
        index=index[1] if index else "",
        access=Access.LOOKUP if access is Access.RANGE and _FOR_EACH_ROW in info else access,
        estimated_rows=_number(row.get("estRows", "")),
        actual_rows=_number(row.get("actRows", "")),
        time_ms=_time(row.get("execution info", "")),
        condition=info if is_filter else "",
        detail=", ".join(filter(None, (row.get("task", ""), "" if is_filter else info))),
        crosses=info.startswith("CARTESIAN") and kind != "Apply",
    )


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:  # N/A
        return None


def _time(info: str) -> float | None:
    """Of an operator of TiDB's own; those in the storage run side by side, and tell no time that could be added."""
    told = _TIME.match(info)
    spans = _SPAN.findall(told[1]) if told else []
    return sum(float(number) * _MS[unit] for number, unit in spans) if spans else None
