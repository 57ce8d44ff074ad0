"""A plan from the rows of an EXPLAIN, by their form. What is not understood stays text, for it is a plan all the same. Pure."""

from collections.abc import Sequence
from typing import Any, Final

from mcpserver.sql.plans import json_plan, tidb, tree_plan
from mcpserver.sql.plans.shape import Plan

NOT_UNDERSTOOD: Final = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What comes of texts that are built in another way than those that are known."""


def understood(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Plan | None:
    """None where it is not."""
    try:
        if "id" in columns and "operator info" in columns:
            return tidb.plan_of(columns, rows) if rows else None
        text = rows[0][0].strip()
        return json_plan.plan_of(text) if text.startswith("{") else tree_plan.plan_of(text)
    except NOT_UNDERSTOOD:
        return None


def as_text(rows: Sequence[Sequence[Any]]) -> str:
    """The rows as they came."""
    return "\n".join(" | ".join("" if value is None else str(value) for value in row) for row in rows)
