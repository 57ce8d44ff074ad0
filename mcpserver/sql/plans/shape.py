"""What a plan is made of, whichever engine made it. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final

_KIND: Final = re.compile(r"([A-Za-z][\w-]*?)(?:_\d+)?(?:\(\w+\))?")


class Access(StrEnum):
    """How an operator comes to the rows of a table, from the dearest to the cheapest."""

    FULL_SCAN = "full_scan"
    FULL_INDEX_SCAN = "full_index_scan"
    RANGE = "range"
    LOOKUP = "lookup"
    POINT = "point"


@dataclass(frozen=True)
class Operator:
    """One step. Where `loops` is known, rows are those of one loop, else of all; `time_ms` is always of all.

    `condition` is what rows must fulfil here, `possible` the indexes that the engine looked at. `crosses`: it joins every row
    with every row.
    """

    id: int
    parent: int | None
    operator: str
    table: str = ""
    index: str = ""
    access: Access | None = None
    estimated_rows: float | None = None
    actual_rows: float | None = None
    loops: float | None = None
    time_ms: float | None = None
    condition: str = ""
    detail: str = ""
    possible: tuple[str, ...] = ()
    crosses: bool = False

    @property
    def kind(self) -> str:
        """Its name without TiDB's number and side: TableReader of TableReader_7(Build)."""
        match = _KIND.fullmatch(self.operator)
        return match[1] if match else self.operator


@dataclass(frozen=True)
class Plan:
    """All of them, each behind its parent. `request_units` are TiDB's."""

    operators: tuple[Operator, ...]
    request_units: float | None = None

    @cached_property
    def estimated_rows(self) -> float | None:
        """What the first operator is expected to give."""
        return self.operators[0].estimated_rows if self.operators else None

    @cached_property
    def execution_time_ms(self) -> float | None:
        """What the first operator took, with all that stands below it."""
        return self.operators[0].time_ms if self.operators else None

    @cached_property
    def _by_id(self) -> dict[int, Operator]:
        return {one.id: one for one in self.operators}

    @cached_property
    def _below(self) -> dict[int | None, list[Operator]]:
        below: dict[int | None, list[Operator]] = {}
        for one in self.operators:
            below.setdefault(one.parent, []).append(one)
        return below

    def above(self, operator: Operator) -> Iterator[Operator]:
        """Its parent, the parent of that, and so on."""
        while operator.parent is not None:
            operator = self._by_id[operator.parent]
            yield operator

    def below(self, operator: Operator) -> list[Operator]:
        """Its children."""
        return self._below.get(operator.id, [])
