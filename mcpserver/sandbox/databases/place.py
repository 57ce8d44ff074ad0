"""A place in the fleet: a port on which somebody always listens, and a server behind it when somebody is there.

The sandbox keeps the listening socket. A first connection waits in its queue while the server starts, and the server
takes it from there: nothing stands between client and server. When the server is gone, the sandbox watches again.
"""

import asyncio
import contextlib
import logging
import select
import socket
from collections.abc import Callable, Coroutine, Iterable, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

from mcpserver.sandbox.config import Config
from mcpserver.sandbox.databases import folder, server
from mcpserver.sandbox.databases.server import Server
from mcpserver.sandbox.databases.workshop import Workshop
from mcpserver.sandbox.errors import KeptOut, SandboxError

logger = logging.getLogger(__name__)

T = TypeVar("T")
_LOOKS: Final = 4
_MOMENTS: Final = 100
_SHORTEST: Final = 0.001
_LONGEST: Final = 5.0


class Place:
    """Made and used in the main thread. `founding` gives the statements that make its data, once they are needed."""

    def __init__(
        self,
        home: Path,
        listener: socket.socket,
        founding: Callable[[], Iterable[str]],
        workshop: Workshop,
        config: Config,
    ) -> None:
        self._home = home
        self._listener = listener
        self._founding = founding
        self._workshop = workshop
        self._config = config
        self._server: Server | None = None
        self._lock = asyncio.Lock()  # whoever makes data, starts or stops the server, or counts on it
        self._tasks: set[asyncio.Task[Any]] = set()
        self._closed = asyncio.Event()

    @property
    def runs(self) -> bool:
        """Whether a server is there now."""
        return self._server is not None and self._server.alive

    def watch(self) -> None:
        """Start a server when somebody connects."""
        if not self._closed.is_set():
            asyncio.get_running_loop().add_reader(self._listener, self._wake)

    async def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something here that ends when the place is closed."""
        if self._closed.is_set():
            work.close()
            raise SandboxError("The database is gone.")
        task = self._spawn(work)
        try:
            return await task
        except asyncio.CancelledError:
            if self._closed.is_set() and task.cancelled():
                raise SandboxError("The database is gone.") from None
            raise

    async def tell(self, statements: Sequence[str]) -> None:
        """Run these on its server, which is started if need be."""
        async with self._lock:
            started = await self._started()
            try:
                await started.tell(statements)
            except KeptOut:  # another server knows us again
                await started.kill()
                await (await self._started()).tell(statements)

    async def copy_to(self, draft: Path) -> None:
        """Copy the data as they are now. A server that runs stands still meanwhile, and its clients wait."""
        async with self._lock, self._workshop.slots:
            if not folder.data_of(self._home).exists():
                await self._make()
            async with self._server.frozen() if self._server else contextlib.nullcontext():
                await self._workshop.copy(folder.data_of(self._home), draft)

    async def copy_from(self, source: "Place", prefixes: tuple[str, str]) -> None:
        """Replace the data by those of another place, and end all connections."""
        async with folder.draft_in(self._home) as draft:
            await source.run(source.copy_to(draft))
            async with self._lock:
                async with self._workshop.slots:
                    await self._workshop.rename(draft, self._home, prefixes)
                if self._server:
                    await self._server.kill()
                folder.settle(draft, self._home)

    async def close(self, *, quickly: bool) -> None:
        """No server afterwards, and nobody listens. In peace if there is time, so that nothing needs to be repaired."""
        self._closed.set()
        self._look_away()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._server:
            await self._server.end(0 if quickly else self._config.stop_seconds)
        self._listener.close()

    def _spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _wake(self) -> None:
        self._look_away()
        self._spawn(self._serve())

    def _look_away(self) -> None:
        if self._listener.fileno() >= 0:  # it is not closed
            asyncio.get_running_loop().remove_reader(self._listener)

    async def _serve(self) -> None:
        try:
            async with self._lock:
                await self._started()
        except (OSError, SandboxError) as error:
            self._fail(str(error))

    async def _started(self) -> Server:
        """The lock is held."""
        if self._server and self._server.alive:
            return self._server
        self._look_away()
        try:
            async with self._workshop.slots:
                if not folder.data_of(self._home).exists():
                    await self._make()
                folder.tidy(self._home)
                self._server = await server.start(self._home, self._listener)
                await self._server.ready()
        except BaseException:
            await self._give_up()
            raise
        logger.info("%s: the database runs", self._home.name)
        self._spawn(self._attend(self._server))
        return self._server

    async def _give_up(self) -> None:
        self.watch()
        if self._server:
            await self._server.kill()

    async def _make(self) -> None:
        logger.info("%s: making the databases", self._home.name)
        await self._workshop.make(self._home, self._founding())

    async def _attend(self, attended: Server) -> None:
        """Until the server ends: by itself, or because nobody has been connected for long enough."""
        clock = asyncio.get_running_loop().time
        used = clock()
        pause = min(max(self._config.idle_seconds / _LOOKS, _SHORTEST), _LONGEST)
        while not await attended.ended(pause):
            if attended.in_use() or (
                clock() - used >= self._config.idle_seconds and not await self._stop_unused(attended)
            ):
                used = clock()
        if attended.failed:
            self._fail(attended.failed)
        if self._server is attended:
            self.watch()

    async def _stop_unused(self, unused: Server) -> bool:
        """Nobody loses a connection: it stands still when we look, and who comes later finds it gone and waits.

        False when somebody was there, or has been there since the last time.
        """
        async with self._lock:
            async with unused.frozen():
                if self._somebody_is_there(unused):
                    return False
            with contextlib.suppress(SandboxError):  # who cannot be asked is not needed
                if await unused.came():
                    return False
            await self._until_left(unused)
            async with unused.frozen():
                if self._somebody_is_there(unused):
                    return False
                logger.info("%s: the database stops, nobody is connected", self._home.name)
                await unused.kill()
        return True

    async def _until_left(self, unused: Server) -> None:
        """Its question was a connection, too, which the server ends in a moment."""
        for _ in range(_MOMENTS):
            if not unused.in_use():
                return
            await asyncio.sleep(_SHORTEST)

    def _somebody_is_there(self, unused: Server) -> bool:
        return unused.in_use() or self._somebody_waits()

    def _somebody_waits(self) -> bool:
        queue = select.poll()
        queue.register(self._listener, select.POLLIN)
        return bool(queue.poll(0))

    def _fail(self, why: str) -> None:
        """Close what waits in the queue, or the same failure would be repeated at once and for ever."""
        logger.error("%s: %s", self._home.name, why)
        self._listener.setblocking(False)  # noqa: FBT003 - the name of the method says it
        with contextlib.suppress(BlockingIOError):
            while True:
                self._listener.accept()[0].close()
