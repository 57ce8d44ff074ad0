"""One running MariaDB server. It dies with the thread that started it."""

import asyncio
import contextlib
import os
import signal
import socket
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Awaitable, Sequence
from pathlib import Path
from typing import Final

from mcpserver.sandbox.databases import folder, programs
from mcpserver.sandbox.databases.keeper import Keeper
from mcpserver.sandbox.errors import SandboxError
from mcpserver.sandbox.ports import port_of

# Ended because somebody wanted it. After anything else, clients that wait are sent away rather than tried again for.
_WANTED: Final = (0, -signal.SIGTERM, -signal.SIGKILL)
_MOMENT: Final = 0.001
_SOON: Final = 0.5


class Server:
    """It takes its connections from the socket given, which stays ours."""

    def __init__(self, process: Process, home: Path, listener: socket.socket, keeper: Keeper) -> None:
        self._process = process
        self._listener = listener
        self._keeper = keeper
        self._connections = 0
        self._log = folder.log_file(home)
        self._number = folder.pid_file(home)

    @property
    def alive(self) -> bool:
        """As far as we have heard."""
        return self._process.returncode is None

    @property
    def failed(self) -> str:
        """A sentence when it ended by itself and not well, else empty."""
        if self._process.returncode in (None, *_WANTED):
            return ""
        return f"the database ended with {self._process.returncode}; {self._log} says why."

    async def ended(self, within: float) -> bool:
        """Wait so long for its end."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._process.wait()
        return not self.alive

    async def tell(self, statements: Sequence[str]) -> None:
        """Run these as the keeper."""
        work = asyncio.to_thread(self._keeper.run, port_of(self._listener), statements)
        if not await self._first(work):
            raise SandboxError("The database ended before it could be told.")

    async def came(self) -> bool:
        """Whether somebody has connected since this was asked last, be it for a moment."""
        asking = asyncio.ensure_future(asyncio.to_thread(self._keeper.connections, port_of(self._listener)))
        if not await self._first(asking):
            raise SandboxError("The database ended before it could be asked.")
        expected, self._connections = self._connections + 1, asking.result()
        return self._connections != expected

    async def ready(self) -> None:
        """Wait until it greets a client, and see that it has run all of its first statements."""
        if not await self._first(self._greeting()):
            raise SandboxError(self.failed or "the database was stopped while it started.")
        try:
            await self.came()
        except SandboxError:
            if self.failed or not await self.ended(_SOON):
                raise  # else somebody ended it meanwhile, and the next one to connect gets another

    @contextlib.asynccontextmanager
    async def frozen(self) -> AsyncIterator[None]:
        """It does nothing at all meanwhile. Its files are then as after a kill, from which it always recovers."""
        try:
            self._signal(signal.SIGSTOP)
            while self.alive and not _stands_still(self._process.pid):  # noqa: ASYNC110 - the kernel sends no event
                await asyncio.sleep(_MOMENT)
            yield
        finally:
            self._signal(signal.SIGCONT)

    def in_use(self) -> bool:
        """Whether it holds a connection, if only because it still works for a client that is gone."""
        own = f"socket:[{os.fstat(self._listener.fileno()).st_ino}]"
        try:
            held = [str(entry.readlink()) for entry in Path(f"/proc/{self._process.pid}/fd").iterdir()]
        except OSError:  # something was closed while we looked
            return True
        return any(target.startswith("socket:") and target != own for target in held)

    async def end(self, within: float) -> None:
        """Stop it in peace, if that can be done within so many seconds."""
        self._signal(signal.SIGTERM)
        if not await self.ended(within):
            await self.kill()

    async def kill(self) -> None:
        """Stop it at once. What was committed is there at the next start."""
        self._signal(signal.SIGKILL)
        await self._process.wait()
        self._number.unlink(missing_ok=True)

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(number)

    async def _first(self, work: Awaitable[object]) -> bool:
        """Do this work as long as the server runs. Whether it was done."""
        working, ending = asyncio.ensure_future(work), asyncio.ensure_future(self._process.wait())
        try:
            await asyncio.wait({working, ending}, return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                working.result()
            return working.done()
        finally:
            working.cancel()
            ending.cancel()

    async def _greeting(self) -> None:
        reader, writer = await asyncio.open_connection(*self._listener.getsockname())
        try:
            await reader.read(1)
        finally:
            writer.close()


async def start(home: Path, listener: socket.socket) -> Server:
    """Start one on the data of this home."""
    keeper = Keeper.new()
    with keeper.script() as script:
        process = await asyncio.create_subprocess_exec(
            *programs.serve(folder.data_of(home), home),
            stdin=listener.fileno(),
            stdout=script,
            stderr=asyncio.subprocess.DEVNULL,
            env=programs.environment(),
            start_new_session=True,
        )
    return Server(process, home, listener, keeper)


def _stands_still(pid: int) -> bool:
    """Every thread of it is stopped, or gone."""
    try:
        return all(_state(task) in "TtXZ" for task in Path(f"/proc/{pid}/task").iterdir())
    except FileNotFoundError:
        return not Path(f"/proc/{pid}").exists()


def _state(task: Path) -> str:
    return (task / "stat").read_text().rpartition(")")[2].split()[0]
