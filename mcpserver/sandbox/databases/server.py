"""A MariaDB server on demand: the sandbox keeps the listening socket, and the server lives only when it is needed.

A first connection waits in the socket's queue while the server starts and takes it from there: nothing stands between
client and server. When the server dies, the sandbox watches the socket again. A server that nobody uses could be
stopped from here in the same way (it would come back at the next connection).
"""

import asyncio
import contextlib
import logging
import signal
import socket
from asyncio.subprocess import Process
from pathlib import Path
from typing import Final

from mcpserver.sandbox.databases import folder, programs
from mcpserver.sandbox.errors import SandboxError
from mcpserver.sandbox.facts import ClusterFacts

logger = logging.getLogger(__name__)

# Ended because somebody wanted it. After anything else, clients that wait are sent away rather than tried again for.
_WANTED: Final = (0, -signal.SIGTERM, -signal.SIGKILL)


class DatabaseServer:
    """The server of one cluster. Made and used in the main thread: a server dies with the thread that started it."""

    def __init__(self, cluster: ClusterFacts, home: Path, listener: socket.socket, stop_seconds: float) -> None:
        self._cluster = cluster
        self._home = home
        self._listener = listener
        self._stop_seconds = stop_seconds
        self._task: asyncio.Task[None] | None = None

    def watch(self) -> None:
        """Start a server when somebody connects."""
        asyncio.get_running_loop().add_reader(self._listener, self._wake)

    async def stop(self) -> None:
        """No server afterwards, and none will be started."""
        asyncio.get_running_loop().remove_reader(self._listener)
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def _wake(self) -> None:
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._listener)
        self._task = loop.create_task(self._serve_once())

    async def _serve_once(self) -> None:
        try:
            code = await self._run()
        except (OSError, SandboxError) as error:
            logger.error("%s: %s", self._cluster.display_name, error)  # noqa: TRY400 - the sentence says it all
            self._send_waiting_away()
        else:
            if code not in _WANTED:
                log = self._home / "mariadbd.log"
                logger.error("%s: the database ended with %s; %s says why.", self._cluster.display_name, code, log)
                self._send_waiting_away()
        self.watch()

    async def _run(self) -> int:
        """Make the data if there is none yet, then serve until the server ends or we are cancelled."""
        folder.clean(self._home)
        data = folder.data_of(self._home)
        if not data.exists():
            logger.info("%s: making the databases", self._cluster.display_name)
            await folder.make(self._home, self._cluster)
        process = await asyncio.create_subprocess_exec(
            *programs.serve(data, self._home, self._listener.fileno()),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            env=programs.environment(),
            pass_fds=[self._listener.fileno()],
            start_new_session=True,
        )
        logger.info("%s: the database starts, process %s", self._cluster.display_name, process.pid)
        try:
            return await process.wait()
        finally:
            await self._end(process)
            (self._home / "mariadbd.pid").unlink(missing_ok=True)

    async def _end(self, process: Process) -> None:
        if process.returncode is not None:
            return
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), self._stop_seconds)
        except TimeoutError:
            process.kill()
            await process.wait()

    def _send_waiting_away(self) -> None:
        """Close what waits in the queue, or the same failure would be repeated at once and for ever."""
        self._listener.setblocking(False)  # noqa: FBT003 - the name of the method says it
        with contextlib.suppress(BlockingIOError):
            while True:
                self._listener.accept()[0].close()
