"""The plan of a query: how the engine would run it, or how it ran."""

import re
from dataclasses import replace
from functools import partial
from math import inf
from typing import Annotated, Any, Final

from pydantic import BaseModel, Field

from accounts.scopes import Scope
from mcpserver.sql.fetch import Table
from mcpserver.sql.job import Statement
from mcpserver.sql.limits import MANY, Limits
from mcpserver.sql.plans.advice import advice_of
from mcpserver.sql.plans.parse import as_text, understood
from mcpserver.sql.plans.shape import Access
from mcpserver.sql.plans.text import both, rounded, shown
from mcpserver.sqlgate import judge_explained
from mcpserver.tools.arguments import ReadArguments
from mcpserver.tools.reading import NOTICE, allowed, default_limits, run_read
from mcpserver.tools.spec import Call, Effect, tool
from tidbmcp.lib.threads import in_control_thread

TOO_LONG: Final = "The plan is longer than the server's limit, so it is not shown. Ask for that of a part of the query."

LARGE: Final = 50_000
"""Bytes of a plan from which on it is read in a thread, so that it holds nobody up."""

_LIMIT: Final = re.compile(r"\blimit\b", re.IGNORECASE)
"""Also within quotes: then a sentence of advice is missing."""


class ExplainArguments(ReadArguments):
    """A query, and whether to run it."""

    analyze: Annotated[
        bool, Field(description="Run the query to measure rows and times, which costs what the query costs.")
    ] = False


class OperatorRow(BaseModel):
    """One step of a plan."""

    id: int
    parent: int | None
    operator: str
    table: str | None
    index: str | None
    access: Access | None
    estimated_rows: float | None
    actual_rows: float | None
    loops: float | None
    time_ms: float | None
    detail: str | None


class ExplainAnswer(BaseModel):
    """A plan."""

    engine: str
    analyzed: bool
    tree: str
    operators: list[OperatorRow]
    estimated_rows: float | None
    request_units: float | None
    execution_time_ms: float | None
    advice: list[str]
    truncated: bool
    notice: str


@tool(
    "explain_query",
    title="Explain a query",
    description=(
        "Shows how a SELECT would run: a tree of operators with tables, indexes and estimated rows, and advice, for example on "
        "full scans of large tables. Give the query alone. With analyze it runs, within the limits of db_query, and times, "
        "rows and TiDB's request units are measured. Use it where a query is slow or could be."
    ),
    scope=Scope.READ,
    effect=Effect.READS,
    arguments=ExplainArguments,
    output=ExplainAnswer,
)
async def explain_query(call: Call, arguments: ExplainArguments) -> dict[str, Any]:
    """Judged and run as db_query would: also a plan that is only expected may run a part of the query."""
    verdict = await allowed(arguments.sql, judge_explained)
    statement = Statement(verdict.rendered, as_of=verdict.as_of, plan="measured" if arguments.analyze else "expected")
    limits = Limits.lowest(Limits(seconds=arguments.timeout_seconds or inf), default_limits())
    whole = replace(limits, rows=MANY, tokens=MANY)  # it is shown shorter than the engine tells it
    table = await run_read(call, arguments.cluster, statement, whole, arguments.database or "", arguments.branch)
    call.rows = None
    work = partial(_answer, table, limits.size()[0], stops_early=bool(_LIMIT.search(verdict.rendered)))
    answer = work() if table.size < LARGE else await in_control_thread(work)
    return {"engine": table.engine, "analyzed": arguments.analyze, **answer, "notice": NOTICE}


def _answer(table: Table, size: int, *, stops_early: bool) -> dict[str, Any]:
    plan = understood([column["name"] for column in table.columns], table.rows)
    if plan is None:
        text = as_text(table.rows) or TOO_LONG
        return {
            "tree": shown(text, size),
            "operators": [],
            "estimated_rows": None,
            "request_units": None,
            "execution_time_ms": None,
            "advice": [],
            "truncated": bool(table.cut) or len(text) > size,
        }
    lines, operators = both(plan, size)
    return {
        "tree": "\n".join(lines),
        "operators": operators,
        "estimated_rows": rounded(plan.estimated_rows),
        "request_units": rounded(plan.request_units),
        "execution_time_ms": rounded(plan.execution_time_ms),
        "advice": advice_of(plan, stops_early=stops_early),
        "truncated": bool(table.cut) or len(operators) < len(plan.operators),
    }
