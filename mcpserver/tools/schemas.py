"""What the tools that compare and change schemas share: reading one, and telling a difference."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, TypeVar

import orjson
from django.conf import settings

from mcpserver.sql.job import Statement
from mcpserver.sql.limits import MANY, Limits
from mcpserver.sql.schemas.compare import Change
from mcpserver.sql.schemas.read import Ask, read_schema
from mcpserver.sql.schemas.shape import Schema
from mcpserver.tidbcloud.types import Branch
from mcpserver.tools.find import Found
from mcpserver.tools.reader import reader_of
from mcpserver.tools.reading import read_as
from mcpserver.tools.spec import Call
from tidbmcp.lib.errors import BadInput

T = TypeVar("T")

BYTES_READ: Final = 16 * 1024 * 1024
"""Of one list of tables, or one definition."""
BYTES_SHOWN: Final = 40_000
"""Of differences, and again of statements: a model reads them all."""


async def schema_of(call: Call, found: Found, branch: Branch | None, database: str) -> Schema:
    """The schema of one database of a cluster, or of a branch of it."""
    return await read_schema(await ask_of(call, found, branch), database)


async def ask_of(call: Call, found: Found, branch: Branch | None) -> Ask:
    """Runs fixed statements as the reader of this place."""
    reader = await reader_of(found, call, "", branch)
    limits = Limits(MANY, BYTES_READ, MANY, settings.SQL_MAX_SECONDS)

    async def ask(sql: str) -> list[list[Any]]:
        table = await read_as(call, reader, Statement(sql), limits)
        if table.cut:
            raise BadInput("The schema of this database is too large to be read here.")
        return table.rows

    return ask


def told(changes: Sequence[Change], texts: Sequence[str]) -> dict[str, Any]:
    """A difference for an answer, as much of it as a model can read."""
    shown, some = _some([change.as_dict() for change in changes]), _some(texts)
    cut = (len(shown), len(some)) != (len(changes), len(texts))
    return {"equal": not changes, "differences": shown, "statements": some, "truncated": cut}


def in_short(changes: Sequence[Change], most: int = 10) -> str:
    """A difference in a sentence."""
    names = [
        f"{one.kind} {one.table}{f'.{one.name}' if one.name not in ('', one.table) else ''} {one.change}"
        for one in changes
    ]
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _some(items: Iterable[T]) -> list[T]:
    kept, size = list[T](), 0
    for item in items:
        size += len(orjson.dumps(item))
        if size > BYTES_SHOWN:
            break
        kept.append(item)
    return kept
