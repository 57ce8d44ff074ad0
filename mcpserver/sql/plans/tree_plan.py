"""MySQL's plans as FORMAT=TREE and EXPLAIN ANALYZE write them: a line an operator, four blanks a level. Pure.

MySQL 8.4 Reference Manual, "Obtaining Information with EXPLAIN ANALYZE".
"""

import re
from dataclasses import replace
from typing import Any, Final

from mcpserver.sql.plans.shape import Access, Operator, Plan

_LINE: Final = re.compile(r"(?P<blanks> *)-> (?P<words>.+)")
_STEP: Final = 4
_NUMBER: Final = r"[0-9.]+(?:e[+-]?[0-9]+)?"
_COST: Final = re.compile(rf" \((?:cost=\S+ )?rows=({_NUMBER})\)")
_ACTUAL: Final = re.compile(rf" \(actual time=({_NUMBER})\.\.({_NUMBER}) rows=({_NUMBER}) loops=({_NUMBER})\)")
_NEVER: Final = "(never executed)"
_ON: Final = re.compile(r"(?P<how>[A-Za-z][A-Za-z -]*?) on (?P<table>\S+)(?: using (?P<index>\S+))?(?P<rest>.*)")

_ACCESS: Final = (
    ("index range scan", Access.RANGE),
    ("index lookup", Access.LOOKUP),
    ("index scan", Access.FULL_INDEX_SCAN),
    ("table scan", Access.FULL_SCAN),
)
"""The first whose words stand in it."""

_POINT: Final = ("Rows fetched before execution", "Constant row")
_NO_CONDITION: Final = "(no condition)"


def plan_of(text: str) -> Plan:
    """Raises ValueError where the text is none of a plan."""
    path: list[int] = []
    found: list[Operator] = []
    for number, line in enumerate(_lines(text), 1):
        match = _LINE.fullmatch(line)
        if match is None:
            raise ValueError("a line without an operator")
        depth = len(match["blanks"]) // _STEP
        if depth > len(path):
            raise ValueError("an operator without a parent")
        del path[depth:]
        found.append(_operator(number, path[-1] if path else None, match["words"]))
        path.append(number)
    return Plan(tuple(found))


def _lines(text: str) -> list[str]:
    """One for each operator: a literal may hold line breaks."""
    return [" ".join(line.split("\n")) for line in re.split(r"\n(?= *-> )", text.strip("\n"))]


def _operator(number: int, parent: int | None, words: str) -> Operator:
    cost, actual = _COST.search(words), _ACTUAL.search(words)
    name = _ACTUAL.sub("", _COST.sub("", words.removesuffix(_NEVER))).strip()
    loops = float(actual[4]) if actual else None
    one = Operator(
        number,
        parent,
        name,
        estimated_rows=float(cost[1]) if cost else None,
        actual_rows=float(actual[3]) if actual else None,
        loops=loops,
        time_ms=float(actual[2]) * loops if actual and loops is not None else None,
    )
    return replace(one, **_said(name))


def _said(name: str) -> dict[str, Any]:
    """What the words of an operator tell."""
    if name.startswith("Filter: "):
        return {"operator": "Filter", "condition": name.removeprefix("Filter: ")}
    on = _ON.fullmatch(name)
    access = _access(name, on["how"] if on else "")
    if on is None or access is None:
        kind, _, rest = name.partition(": ")
        return {"operator": kind, "detail": rest, "access": access, "crosses": _NO_CONDITION in name}
    return {
        "operator": on["how"],
        "table": on["table"],
        "index": on["index"] or "",
        "access": None if on["table"].startswith("<") else access,
        "detail": on["rest"].strip(" ,"),
    }


def _access(name: str, how: str) -> Access | None:
    if name.startswith(_POINT):
        return Access.POINT
    return next((access for words, access in _ACCESS if words in how.lower()), None)
