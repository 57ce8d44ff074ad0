"""Plans as JSON: MariaDB's EXPLAIN and ANALYZE FORMAT=JSON, and MySQL's of before 8, from which MariaDB's came. Pure.

MariaDB Knowledge Base, "EXPLAIN FORMAT=JSON", "ANALYZE FORMAT=JSON". A key that is not known here is looked through.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import prod
from typing import Any, Final

from mcpserver.sql.plans.shape import Access, Operator, Plan

STEPS: Final = {
    "query_block": "query block",
    "filesort": "filesort",
    "temporary_table": "temporary table",
    "union_result": "union",
    "recursive_union": "recursive union",
    "materialized": "materialized",
    "materialized_from_subquery": "materialized",
    "expression_cache": "expression cache",
    "window_functions_computation": "window functions",
    "windowing": "window functions",
    "ordering_operation": "order",
    "grouping_operation": "group",
    "duplicates_removal": "duplicates removed",
    "buffer_result": "temporary table",
}
"""Keys that are operators, and what they are called."""

APART: Final = frozenset({"materialized", "materialized_from_subquery", "subqueries", "sorts", "expression_cache"})
"""Their rows are not those of what they stand in; nor are those of other keys that end so."""
APART_END: Final = "_subqueries"

JOINS: Final = frozenset({"block-nl-join"})
"""A table with the buffer through which it is joined."""

ACCESS: Final = {
    "ALL": Access.FULL_SCAN,
    "hash_ALL": Access.FULL_SCAN,
    "index": Access.FULL_INDEX_SCAN,
    "hash_index": Access.FULL_INDEX_SCAN,
    "range": Access.RANGE,
    "index_merge": Access.RANGE,
    "ref": Access.LOOKUP,
    "eq_ref": Access.LOOKUP,
    "ref_or_null": Access.LOOKUP,
    "fulltext": Access.LOOKUP,
    "unique_subquery": Access.LOOKUP,
    "index_subquery": Access.LOOKUP,
    "const": Access.POINT,
    "system": Access.POINT,
}
WHOLE: Final = frozenset({Access.FULL_SCAN, Access.FULL_INDEX_SCAN})
FLAGS: Final = ("using_index", "using_temporary_table", "using_filesort", "not_exists", "distinct", "first_match")


def plan_of(text: str) -> Plan:
    """Raises ValueError, TypeError or RecursionError where the text is none of a plan."""
    document = json.loads(text, object_pairs_hook=_pairs)
    reader = _Reader()
    reader.walk(document, None)
    if not reader.found:
        raise ValueError("no operator")
    return Plan(tuple(reader.found))


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Some versions write a key twice in one object: then both are there, in a list."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        found[key] = [found[key], value] if key in found else value
    return found


class _Reader:
    """Gathers operators. What walks gives the rows that come out of it, so far as they are estimated."""

    def __init__(self) -> None:
        self.found: list[Operator] = []

    def walk(self, value: Any, parent: int | None) -> float | None:
        if isinstance(value, Mapping):
            known = [self._key(key, inner, parent) for key, inner in value.items()]
        elif isinstance(value, list):
            known = [self.walk(inner, parent) for inner in value]
        else:
            return None
        return next((rows for rows in known if rows is not None), None)

    def _key(self, key: str, value: Any, parent: int | None) -> float | None:
        rows = self._step(key, value, parent)
        return None if key in APART or key.endswith(APART_END) else rows

    def _step(self, key: str, value: Any, parent: int | None) -> float | None:
        if isinstance(value, list) and (key in STEPS or key == "table"):
            return _first([self._step(key, inner, parent) for inner in value])
        if key == "nested_loop":
            return self._loop(value, parent)
        if key == "query_specifications":
            rows = [self.walk(inner, parent) for inner in value]
            return sum(found for found in rows if found is not None) if any(rows) else None
        if key == "table" and isinstance(value, Mapping):
            return self._table(value, {}, parent)
        if key in JOINS and isinstance(value, Mapping) and isinstance(value.get("table"), Mapping):
            return self._table(value["table"], value, parent)
        if key in STEPS and isinstance(value, Mapping):
            return self._operator(_step(STEPS[key], value), value, parent)
        return self.walk(value, parent)

    def _loop(self, parts: Sequence[Any], parent: int | None) -> float | None:
        """Tables that are joined, one within the other."""
        if len(parts) < 2:
            return self.walk(parts, parent)
        place = self._add(Operator(0, parent, "nested loop"))
        rows = [self.walk(part, self.found[place].id) for part in parts]
        estimated = None if None in rows else prod(filter(None, rows))
        tables = [one for one in self.found[place + 1 :] if one.parent == self.found[place].id]
        self.found[place] = replace(self.found[place], estimated_rows=estimated, crosses=_crosses(tables))
        return estimated

    def _table(self, table: Mapping[str, Any], join: Mapping[str, Any], parent: int | None) -> float | None:
        operator = _access(table, join)
        self._operator(operator, table, parent)
        if operator.estimated_rows is None:
            return None
        return operator.estimated_rows * float(table.get("filtered", 100)) / 100

    def _operator(self, operator: Operator, value: Mapping[str, Any], parent: int | None) -> float | None:
        """It and what stands in it; its rows are those of that, where it does not tell its own.

        Beside a number that was measured no such guess of ours is set: who groups gives fewer rows than stand in it.
        """
        place = self._add(replace(operator, parent=parent))
        rows = self.walk(value, self.found[place].id)
        if operator.estimated_rows is not None:
            return operator.estimated_rows
        if operator.actual_rows is None:
            self.found[place] = replace(self.found[place], estimated_rows=rows)
        return rows

    def _add(self, operator: Operator) -> int:
        self.found.append(replace(operator, id=len(self.found) + 1))
        return len(self.found) - 1


def _first(rows: Sequence[float | None]) -> float | None:
    return next((found for found in rows if found is not None), None)


def _step(name: str, value: Mapping[str, Any]) -> Operator:
    said = [_said(value, "sort_key"), _said(value, "operation"), *(flag for flag in FLAGS if value.get(flag) is True)]
    return Operator(
        0,
        None,
        name,
        actual_rows=_number(value.get("r_output_rows")),
        loops=_number(value.get("r_loops")),
        time_ms=_number(value.get("r_total_time_ms")),
        condition=_said(value, "having_condition"),
        detail=", ".join(filter(None, said)),
    )


def _access(table: Mapping[str, Any], join: Mapping[str, Any]) -> Operator:
    name, how = _said(table, "table_name"), _said(table, "access_type")
    conditions = [_said(part, "attached_condition") for part in (table, join)]
    times = [_number(table.get(key)) for key in ("r_table_time_ms", "r_other_time_ms")]
    references = ", ".join(map(str, table.get("ref") or ()))
    said = [
        how,
        f"ref {references}" if references else "",
        f"join buffer {_said(join, 'join_type')}" if join else "",
        *(flag.replace("_", " ") for flag in FLAGS if table.get(flag) is True),
    ]
    return Operator(
        0,
        None,
        "table" if name else _said(table, "message") or "table",
        table=name,
        index=_said(table, "key") or _merged(table),
        access=None if name.startswith("<") else ACCESS.get(how),
        estimated_rows=_number(table.get("rows", table.get("rows_examined_per_scan"))),
        actual_rows=_number(table.get("r_rows")),
        loops=_number(table.get("r_loops")),
        time_ms=None if None in times else sum(filter(None, times)),
        condition=" and ".join(filter(None, conditions)),
        detail=", ".join(filter(None, said)),
        possible=tuple(map(str, table.get("possible_keys") or ())),
    )


def _merged(table: Mapping[str, Any]) -> str:
    """The indexes of an index_merge."""
    return ", ".join(dict.fromkeys(re.findall(r'"key": "([^"]+)"', json.dumps(table.get("index_merge", "")))))


def _crosses(tables: Sequence[Operator]) -> bool:
    """Whether one of them is read whole for every row of those before it, with nothing that ties it to them."""
    for place, table in enumerate(tables[1:], 1):
        names = "|".join(re.escape(one.table) for one in tables[:place])
        tied = re.search(rf"(?<![\w$])`?(?:{names})`?\.", f"{table.condition} {table.detail}")
        if table.access in WHOLE and not tied:
            return True
    return False


def _said(value: Mapping[str, Any], key: str) -> str:
    text = value.get(key, "")
    return text if isinstance(text, str) else ""


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
