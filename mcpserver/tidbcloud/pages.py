"""All pages of a list, one request each."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final, TypeVar

from mcpserver.tidbcloud.errors import CloudConfused
from mcpserver.tidbcloud.types import Page

P = TypeVar("P", bound=Page)

PAGES_MOST: Final = 100
"""Of a list: 10,000 rows, a hundred times what an organization may have."""


async def pages_of(ask: Callable[[str | None], Awaitable[P]]) -> AsyncIterator[P]:
    """All pages. A token that comes back would go round for ever, and so might ever new ones."""
    seen: set[str] = set()
    token: str | None = None
    while True:
        page = await ask(token)
        yield page
        token = page.next_page_token
        if not token:
            return
        if token in seen or len(seen) == PAGES_MOST - 1:
            raise CloudConfused("TiDB Cloud's list does not end.", detail=f"a token again after {len(seen) + 1} pages")
        seen.add(token)
