"""Statements that change something: as tools take them, judge them and tell what each did."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, WithJsonSchema

from mcpserver.sqlgate import Refuse, Write, judge_writes
from tidbmcp.lib.errors import Refused
from tidbmcp.lib.threads import in_control_thread

Statements = Annotated[
    list[str],
    BeforeValidator(lambda given: [given] if isinstance(given, str) else given),
    WithJsonSchema(
        {
            "type": "array",
            "items": {"type": "string"},
            "description": "Statements in their order, at most 100. One text with ; between them is taken, too.",
        }
    ),
]


class StatementResult(BaseModel):
    """What one statement did."""

    verb: str
    rows_affected: int
    rows_matched: int | None
    last_insert_id: str | None
    warnings: list[str]


async def judged(statements: Sequence[str]) -> tuple[Write, ...]:
    """The statements as they may be sent. Raises Refused with the gate's sentence."""
    verdict = await in_control_thread(judge_writes, statements)
    if isinstance(verdict, Refuse):
        raise Refused(verdict.sentence, detail=verdict.rule)
    return verdict
