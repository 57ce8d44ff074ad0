"""What stands out in a plan, in sentences. Pure.

They are read as advice, so nothing from a database stands in them but names that look like names; others are called by the
number of their operator.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from mcpserver.sql.plans.conditions import indexable
from mcpserver.sql.plans.shape import Access, Operator, Plan

LARGE: Final = 10_000
"""Rows above which reading, sorting or joining all of them is worth a sentence."""

FAR_OFF: Final = 10
"""Times by which an estimate is wrong before it misleads."""
FEW: Final = 1_000
"""Rows up to which it does not matter."""

ADVICE_MOST: Final = 8

_NAME: Final = re.compile(r"[\w$-]{1,64}")
_FILTERS: Final = frozenset({"Selection", "Filter"})
_SORTS: Final = frozenset({"Sort", "filesort"})
_FOR_EACH_ROW: Final = ("IndexJoin", "IndexHashJoin", "IndexMergeJoin", "Apply")
"""TiDB's joins that ask for the rows of their other side again and again: it counts those in another way than it guesses them."""


def advice_of(plan: Plan, *, stops_early: bool = False) -> list[str]:
    """The first few. `stops_early`: it has a LIMIT, so that fewer rows than expected are no error of an estimate."""
    found = [
        *_full_scans(plan),
        *_crossings(plan),
        *_sorts(plan),
        *_pseudo(plan),
        *_far_off(plan, stops_early=stops_early),
    ]
    return list(dict.fromkeys(found))[:ADVICE_MOST]


def _full_scans(plan: Plan) -> Iterator[str]:
    for one in plan.operators:
        rows = max(one.estimated_rows or 0, one.actual_rows or 0)
        if one.access is Access.FULL_SCAN and rows > LARGE and "tiflash" not in one.detail:
            yield f"{_table(one)} is read whole, about {rows:,.0f} rows: {_instead(plan, one)}"


def _instead(plan: Plan, one: Operator) -> str:
    filtered = next((up for up in plan.above(one) if up.kind in _FILTERS), None)
    above = filtered.condition if filtered and filtered.id == one.parent else ""
    condition, of_table = (one.condition, one.table) if one.condition else (above, "")
    if not condition:
        return "no condition narrows it. If fewer rows are enough, add one on a column with an index."
    if columns := indexable(condition, of_table):
        looked = f" The engine looked at {_names(one.possible)} and found this cheaper." if one.possible else ""
        return f"an index on {_names(columns)} could serve its condition.{looked}"
    return (
        "its condition can't use an index as it is written. A column that stands bare in a comparison could: no function "
        "round it, no LIKE that begins with %."
    )


def _crossings(plan: Plan) -> Iterator[str]:
    for one in plan.operators:
        if one.crosses and max(one.estimated_rows or 0, one.actual_rows or 0) > LARGE:
            yield (
                f"Operator {one.id} joins every row with every row, about {one.estimated_rows or 0:,.0f} rows: a condition "
                "that ties the tables to each other by equality is missing."
            )


def _sorts(plan: Plan) -> Iterator[str]:
    for one in plan.operators:
        rows = _rows_into(plan, one)
        if rows <= LARGE:
            continue
        if one.kind in _SORTS and "limit input" not in one.detail:
            yield (
                f"Operator {one.id} sorts about {rows:,.0f} rows: an index in the order of ORDER BY (or GROUP BY) would "
                "spare it."
            )
        elif "temporary table" in one.operator.lower():
            yield (
                f"Operator {one.id} gathers about {rows:,.0f} rows in a temporary table: fewer rows, or an index on what "
                "is grouped by, would make it smaller."
            )


def _rows_into(plan: Plan, one: Operator) -> float:
    """What it works on: the most that one of its children gives, or, where they don't say, what theirs give."""
    below = [
        max(child.estimated_rows or 0, child.actual_rows or 0) or _rows_into(plan, child) for child in plan.below(one)
    ]
    return max(below, default=one.estimated_rows or 0)


def _pseudo(plan: Plan) -> Iterator[str]:
    for one in plan.operators:
        if "stats:pseudo" in one.detail:
            yield (
                f"{_table(one)} has no statistics that TiDB trusts (stats:pseudo), so its estimates are guesses: ask an "
                "admin to run ANALYZE TABLE on it."
            )


def _far_off(plan: Plan, *, stops_early: bool) -> Iterator[str]:
    """Where an estimate goes wrong first: those above only follow."""
    wrong = {one.id for one in plan.operators if _is_far_off(plan, one, stops_early=stops_early)}
    for one in plan.operators:
        if one.id in wrong and not any(child.id in wrong for child in plan.below(one)):
            of = f" of {_table(one)}" if one.table else ""
            yield (
                f"Operator {one.id} gave {one.actual_rows:,.0f} rows{of} where {one.estimated_rows:,.0f} were expected: the "
                "statistics may be old, or the values uneven. Ask an admin to run ANALYZE TABLE on what it reads."
            )


def _is_far_off(plan: Plan, one: Operator, *, stops_early: bool) -> bool:
    expected, actual = one.estimated_rows, one.actual_rows
    if expected is None or actual is None or max(expected, actual) < FEW or _is_asked_for_each_row(plan, one):
        return False
    return actual > FAR_OFF * expected or (not stops_early and expected > FAR_OFF * actual)


def _is_asked_for_each_row(plan: Plan, one: Operator) -> bool:
    path = [one, *plan.above(one)]
    return any(
        "(Probe)" in below.operator and above.operator.startswith(_FOR_EACH_ROW) for below, above in pairwise(path)
    )


def _table(one: Operator) -> str:
    return f"`{one.table}`" if _NAME.fullmatch(one.table) else f"What operator {one.id} reads"


def _names(names: list[str] | tuple[str, ...]) -> str:
    plain = [f"`{name}`" for name in names[:5] if _NAME.fullmatch(name)]
    return " or ".join(plain) or "an index"
