"""Django under ASGI, on kept threads.

Its own handler opens a thread, and with it a database connection, for every request, and drops both afterwards.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from asgiref.sync import ThreadSensitiveContext
from django.core.handlers.asgi import ASGIHandler

THREADS: Final = 4
"""Pages at once. Each has one thread at a time, and shares it where there are more."""


class PagesHandler(ASGIHandler):
    """Lends each request the least busy of a few threads, which stay, and so do their connections."""

    def __init__(self) -> None:
        super().__init__()
        self._busy = {ThreadPoolExecutor(1, thread_name_prefix=f"pages-{number}"): 0 for number in range(THREADS)}

    async def __call__(self, scope: dict[str, Any], receive: Callable[..., Any], send: Callable[..., Any]) -> None:
        """Serve one HTTP request."""
        executor = min(self._busy, key=self._busy.__getitem__)
        self._busy[executor] += 1
        try:
            async with ThreadSensitiveContext(executor=executor):
                await self.handle(scope, receive, send)
        finally:
            self._busy[executor] -= 1
