"""A plan from the rows of an EXPLAIN, by their form. What is not understood stays text, for it is a plan all the same. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from math import isfinite
from typing import Any, Final

from mcpserver.sql.plans import json_plan, tidb, tree_plan
from mcpserver.sql.plans.shape import Operator, Plan

NOT_UNDERSTOOD: Final = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What comes of texts that are built in another way than those that are known."""

FIGURES: Final = ("estimated_rows", "actual_rows", "loops", "time_ms")


def understood(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Plan | None:
    """None where it is not."""
    try:
        plan = _plan(columns, rows)
    except NOT_UNDERSTOOD:
        return None
    return replace(plan, operators=tuple(map(_finite, plan.operators)))


def _plan(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Plan:
    if "id" in columns and "operator info" in columns:
        return tidb.plan_of(columns, rows)
    text = rows[0][0].strip()
    return json_plan.plan_of(text) if text.startswith("{") else tree_plan.plan_of(text)


def _finite(one: Operator) -> Operator:
    """Without figures that are none: many tables that are joined without a condition give more rows than a double holds."""
    figures = {name: getattr(one, name) for name in FIGURES}
    endless: dict[str, Any] = {
        name: None for name, value in figures.items() if value is not None and not isfinite(value)
    }
    return replace(one, **endless) if endless else one


def as_text(rows: Sequence[Sequence[Any]]) -> str:
    """The rows as they came."""
    return "\n".join(" | ".join("" if value is None else str(value) for value in row) for row in rows)
