"""Events as CSV, streamed: page by page along the ids, so that neither memory nor a count grows with the table."""

import csv
import json
from collections.abc import AsyncIterator, Iterator
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from audit.models import Event
from tidbmcp.lib.threads import in_control_thread

COLUMNS: Final = (
    "at", "kind", "result", "request_id", "call_id", "person", "token", "client_name", "client_version", "address", "tool",
    "cluster", "cluster_id", "branch", "parameters", "sql", "sql_digest", "error", "duration_ms", "rows", "bytes", "count", "id",
)  # fmt: skip
PAGE: Final = 500
FORMULA_STARTS: Final = tuple("=+-@|%\t\r\n\uff1d\uff0b\uff0d\uff20")


class _Line:
    """What csv.writer writes to, and gives back."""

    def write(self, text: str) -> str:
        return text


def harmless(text: str) -> str:
    """A cell that no spreadsheet takes for a formula (OWASP, CSV injection): such texts get a leading apostrophe."""
    return f"'{text}" if text.lstrip(" \"'").startswith(FORMULA_STARTS) or text.startswith(FORMULA_STARTS) else text


def header() -> str:
    """The first line."""
    return _line(list(COLUMNS))


def csv_pages(events: QuerySet[Event]) -> Iterator[str]:
    """The lines of all events of the queryset, newest first, a page at a time."""
    yield header()
    before: UUID | None = None
    while True:
        page, before = csv_page(events, before)
        if page:
            yield page
        if before is None:
            return


async def csv_pages_async(events: QuerySet[Event]) -> AsyncIterator[str]:
    """The same for an ASGI response, each page read in a kept thread."""
    yield header()
    before: UUID | None = None
    while True:
        page, before = await in_control_thread(csv_page, events, before)
        if page:
            yield page
        if before is None:
            return


def csv_page(events: QuerySet[Event], before: UUID | None) -> tuple[str, UUID | None]:
    """One page as lines, and the id to go on before; None after the last."""
    older = events.filter(pk__lt=before) if before else events
    page = list(older.order_by("-pk")[:PAGE])
    return "".join(_line(_cells(event)) for event in page), page[-1].pk if len(page) == PAGE else None


def _cells(event: Event) -> list[str]:
    cells = []
    for column in COLUMNS:
        value = getattr(event, column)
        if column == "parameters":
            value = json.dumps(value, ensure_ascii=False) if value else ""
        elif column == "at":
            value = value.isoformat()
        cells.append(harmless(value) if isinstance(value, str) else "" if value is None else str(value))
    return cells


def _line(cells: list[str]) -> str:
    line: str = csv.writer(_Line(), quoting=csv.QUOTE_ALL).writerow(cells)
    return line
