"""A plan for a reader: one line an operator, indented. Pure."""

from typing import Any, Final

import orjson

from mcpserver.sql.documents import SAFE
from mcpserver.sql.plans.shape import Operator, Plan
from tidbmcp.lib.visible import make_visible

LINE_MOST: Final = 200
"""Characters of a condition, or of what else an operator says."""


def both(plan: Plan, size: int) -> tuple[list[str], list[dict[str, Any]]]:
    """Of each operator a line of the tree, and the same as data: of the first ones, as many as fit into so many bytes."""
    lines: list[str] = []
    rows: list[dict[str, Any]] = []
    for one in plan.operators:
        line, row = f"{'  ' * len(list(plan.above(one)))}{_line(one)}", _row(one)
        size -= len(orjson.dumps([line, row]))
        if size < 0:
            break
        lines.append(line)
        rows.append(row)
    return lines, rows


def shown(text: str, most: int = LINE_MOST) -> str:
    """Visible, and not too long."""
    return make_visible(text if len(text) <= most else f"{text[: most - 1]}…")


def _line(one: Operator) -> str:
    where = [f" {one.table}" if one.table else "", f" by {one.index}" if one.index else ""]
    how = f" [{one.access}]" if one.access else ""
    figures = [
        f"estimated {number(one.estimated_rows)}" if one.estimated_rows is not None else "",
        f"actual {number(one.actual_rows)}" if one.actual_rows is not None else "",
        f"loops {number(one.loops)}" if one.loops is not None and one.loops > 1 else "",
        f"{number(one.time_ms)} ms" if one.time_ms is not None else "",
    ]
    told = ", ".join(filter(None, figures))
    said = " | ".join(filter(None, (_flat(one.condition), _flat(one.detail))))
    text = f"#{one.id} {one.operator}{''.join(where)}{how}"
    return shown(text) + (f" ({told})" if told else "") + (f": {shown(said)}" if said else "")


def _row(one: Operator) -> dict[str, Any]:
    return {
        "id": one.id,
        "parent": one.parent,
        "operator": shown(one.operator),
        "table": shown(one.table) or None,
        "index": shown(one.index) or None,
        "access": one.access,
        "estimated_rows": rounded(one.estimated_rows),
        "actual_rows": rounded(one.actual_rows),
        "loops": rounded(one.loops),
        "time_ms": rounded(one.time_ms),
        "detail": shown(" | ".join(filter(None, (one.condition, one.detail)))) or None,
    }


def rounded(value: float | None) -> float | int | None:
    """Three digits behind the point are more than an estimate knows."""
    if value is None:
        return None
    short = round(value, 3)
    return int(short) if short == int(short) and abs(short) < SAFE else short


def number(value: float) -> str:
    """For a reader: 19,739, or 0.25, or 4.5e+20."""
    return f"{value:,.0f}" if value < SAFE and (value >= 100 or value == int(value)) else f"{value:.3g}"


def _flat(text: str) -> str:
    """In one line."""
    return " ".join(text.split())
