"""What stands out in a plan, in sentences. Pure.

They are read as advice, so nothing from a database stands in them but names that look like names; others are called by the
number of their operator.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from mcpserver.sql.plans.conditions import indexable
from mcpserver.sql.plans.shape import Access, Operator, Plan
from mcpserver.sql.plans.text import number

LARGE: Final = 10_000
"""Rows above which reading, sorting or joining all of them is worth a sentence."""

FAR_OFF: Final = 10
"""Times by which an estimate is wrong before it misleads."""
FEW: Final = 1_000
"""Rows up to which it does not matter."""

ADVICE_MOST: Final = 8

_NAME: Final = re.compile(r"[\w$-]{1,64}")
_FILTERS: Final = frozenset({"Selection", "Filter"})
_READER: Final = "TableReader"
"""TiDB's, between a scan in the storage and a filter that is not there."""
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
        if one.access is Access.FULL_SCAN and _rows(one) > LARGE and "tiflash" not in one.detail:
            yield f"{_table(one)} is read whole, about {number(_rows(one))} rows: {_instead(plan, one)}"


def _instead(plan: Plan, one: Operator) -> str:
    above = next((up for up in plan.above(one) if up.kind != _READER), None)
    own, filtered = one.condition, above.condition if above and above.kind in _FILTERS else ""
    condition, of_table = (own, one.table) if own else (filtered, "")
    if not condition:
        return "no condition narrows it. If fewer rows are enough, add one on a column with an index."
    if columns := indexable(condition, of_table):
        looked = (
            f" The engine looked at {_names(one.possible, 'indexes')} and found this cheaper." if one.possible else ""
        )
        return f"an index on {_names(columns, 'its columns')} could serve its condition.{looked}"
    return (
        "its condition can't use an index as it is written. A column that stands bare in a comparison could: no function "
        "round it, no LIKE that begins with %."
    )


def _crossings(plan: Plan) -> Iterator[str]:
    for one in plan.operators:
        if one.crosses and _rows(one) > LARGE:
            yield (
                f"Operator {one.id} joins every row with every row, about {number(_rows(one))} rows: a condition that ties the "
                "tables to each other by equality is missing."
            )


def _sorts(plan: Plan) -> Iterator[str]:
    for one in plan.operators:
        sorts = one.kind in _SORTS and "limit input" not in one.detail
        gathers = "temporary table" in one.operator.lower()
        rows = _rows_into(plan, one) if sorts or gathers else 0
        if rows <= LARGE:
            continue
        if sorts:
            yield (
                f"Operator {one.id} sorts about {number(rows)} rows: an index in the order of ORDER BY (or GROUP BY) would "
                "spare it."
            )
        else:
            yield (
                f"Operator {one.id} gathers about {number(rows)} rows in a temporary table: fewer rows, or an index on what "
                "is grouped by, would make it smaller."
            )


def _rows_into(plan: Plan, one: Operator) -> float:
    """What it works on: the most that one of its children gives, or, where they don't say, what theirs give."""
    below = plan.below(one)
    while below and not any(map(_rows, below)):
        below = [deeper for child in below for deeper in plan.below(child)]
    return max(map(_rows, below), default=one.estimated_rows or 0)


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
                f"Operator {one.id} gave {number(one.actual_rows or 0)} rows{of} where {number(one.estimated_rows or 0)} were "
                "expected: the statistics may be old, or the values uneven. Ask an admin to run ANALYZE TABLE on what it reads."
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


def _rows(one: Operator) -> float:
    return max(one.estimated_rows or 0, one.actual_rows or 0)


def _table(one: Operator) -> str:
    return f"`{one.table}`" if _NAME.fullmatch(one.table) else f"What operator {one.id} reads"


def _names(names: Sequence[str], others: str) -> str:
    plain = [f"`{name}`" for name in names[:5] if _NAME.fullmatch(name)]
    return " or ".join(plain) or others
