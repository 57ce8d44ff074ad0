"""What a cut result says: what was left out, and how to go on. Pure.

Nothing that stands in a row is repeated here but numbers and dates: rows are data, and these sentences are read as advice.
"""

import re
from typing import Any, Final

from mcpserver.sql.fetch import Table
from mcpserver.sql.limits import Limits

_ORDER: Final = re.compile(
    r"\border by `?([A-Za-z_][A-Za-z0-9_]{0,63})`?( asc| desc)?(?: limit [0-9]+)?\Z", re.IGNORECASE
)
"""At the very end, so that it is the statement's own: behind a sub-query or in a text something would follow."""

_PAGED: Final = re.compile(r"[(\s]*(?:select|with|table|values)\b", re.IGNORECASE)
_GATHERED: Final = re.compile(r"\b(?:group\s+by|union|except|intersect|over)\b", re.IGNORECASE)
"""Rows that are not those of a table: a condition would change them, or stand in one of several parts."""

_BEFORE_A_COLUMN: Final = re.compile(
    r"(?:[,.(=<>!+*/%|&^~-]|\b(?:select|distinct|all|by|where|on|having|and|or|not|xor|between|in|like|case|when|then|else|div|mod))"
    r"\s*`?\Z",
    re.IGNORECASE,
)
"""What a column may follow. An alias follows what it names, or AS."""

_ORDERED: Final = frozenset(
    {"tinyint", "smallint", "mediumint", "int", "bigint", "decimal", "date", "datetime", "timestamp"}
)
_PLAIN: Final = re.compile(r"-?[0-9]{1,65}(\.[0-9]{1,30})?|[0-9]{4}-[0-9]{2}-[0-9]{2}( [0-9:.]{8,15})?")


def left_out(table: Table) -> str | None:
    """An honest sentence, where the result is not whole."""
    if not table.cut:
        return None
    if not table.rows:
        return f"All rows: the first alone is over the limit of {table.cut}. How many there are is not known."
    return f"The rows after the first {len(table.rows):,} were not read; how many there are is not known."


def next_step(table: Table, limits: Limits, most_rows: int, sql: str) -> str | None:
    """How to see the rest, or to need less of it."""
    match table.cut:
        case "rows":
            more = f" Or ask for up to {most_rows} with max_rows." if limits.rows < most_rows else ""
            return f"Cut at {limits.rows} rows: aggregate, or filter with WHERE. {_page(table, sql)}{more}"
        case "bytes" | "tokens":
            size = f"Cut at {getattr(limits, table.cut)} {table.cut}"
            narrower = "select fewer or narrower columns, or shorten them with LEFT()."
            return f"{size}: {narrower}" + (f" {_page(table, sql)}" if table.rows else "")
        case _:
            return None


def _page(table: Table, sql: str) -> str:
    """By key where the statement is ordered by one column that we see; else by offset."""
    if not _PAGED.match(sql):
        return "To go on, ask information_schema with a SELECT, which can be filtered and paged."
    count = len(table.rows)
    if ordered := _ORDER.search(sql):
        name, descending = ordered[1], (ordered[2] or "").strip().lower() == "desc"
        if (last := _last(table, name)) is not None and _is_column(sql, name):
            sign = "<" if descending else ">"
            return (
                f"To go on, keep ORDER BY and LIMIT {count} and add the condition {name} {sign} {last} "
                f"(if {name} is unique and never NULL)."
            )
    if re.search(r"\boffset\b", sql, re.IGNORECASE):
        return f"To go on, raise OFFSET by {count}."
    if ordered or re.search(r"\border by\b", sql, re.IGNORECASE):
        return f"To go on, page with LIMIT {count} OFFSET {count}."
    return f"To go on, add ORDER BY a unique column, and page with LIMIT {count} OFFSET {count}."


def _is_column(sql: str, name: str) -> bool:
    """Whether a condition in WHERE would mean by this name what ORDER BY does. What is not understood is no column."""
    if _GATHERED.search(sql):
        return False
    found = re.finditer(rf"(?<![\w$]){name}(?![\w$])", sql, re.IGNORECASE)
    return all(_BEFORE_A_COLUMN.search(sql[max(0, each.start() - 80) : each.start()]) for each in found)


def _last(table: Table, name: str) -> str | None:
    """The value of this column in the last row, as SQL; None unless it is one column and the value is plain."""
    places = [place for place, column in enumerate(table.columns) if column["name"].lower() == name.lower()]
    if len(places) != 1 or table.columns[places[0]]["type"] not in _ORDERED:
        return None
    value: Any = table.rows[-1][places[0]]
    if not isinstance(value, int | str) or not _PLAIN.fullmatch(str(value)):
        return None
    return f"'{value}'" if "date" in (kind := table.columns[places[0]]["type"]) or kind == "timestamp" else str(value)
