"""Making data folders, a few at a time: the first from nothing, all others as copies of one that is there."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from mcpserver.sandbox.databases import definers, folder, programs
from mcpserver.sandbox.errors import SandboxError

_AT_ONCE: Final = 4


class Workshop:
    """That of one sandbox. Its home is the folder of the template: system tables, and nothing else."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._template_lock = asyncio.Lock()
        self.slots: Final = asyncio.Semaphore(_AT_ONCE)
        """Held by whoever makes data or starts a server, lest a crowd of them stands in its own way."""

    async def make(self, home: Path, statements: Iterable[str]) -> None:
        """System tables, and what these statements make. Takes less than a second."""
        async with folder.draft_in(home) as draft:
            await self.copy(await self._template(), draft)
            await self._load(draft, home, statements)
            folder.settle(draft, home)

    async def copy(self, data: Path, draft: Path) -> None:
        """Copy a data folder that does not change meanwhile."""
        await _run(programs.copy(data, draft), b"", draft.with_name("make.log"))

    async def rename(self, draft: Path, home: Path, prefixes: tuple[str, str]) -> None:
        """Give the users of a copied data folder, and all that they own, another prefix."""
        await self._load(draft, home, definers.statements(*prefixes))
        await asyncio.to_thread(definers.rewrite, draft, *prefixes)

    async def _load(self, draft: Path, home: Path, statements: Iterable[str]) -> None:
        script = await asyncio.to_thread(lambda: "".join(f"{statement};\n" for statement in statements).encode())
        async with folder.draft_in(home) as scratch:  # not the home itself: a server may run there
            folder.tidy(scratch)
            await _run(programs.load(draft, scratch), script, home / "make.log")

    async def _template(self) -> Path:
        data = folder.data_of(self._home)
        async with self._template_lock:
            if not data.exists():
                await asyncio.to_thread(folder.sweep, self._home)
                async with folder.draft_in(self._home) as draft:
                    await _run(programs.install(draft), b"", self._home / "make.log")
                    folder.settle(draft, self._home)
        return data


async def _run(command: list[str], text: bytes, log: Path) -> None:
    with log.open("wb") as file:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=file,
            stderr=file,
            env=programs.environment(),
            start_new_session=True,
        )
    try:
        await process.communicate(text)
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # what it has started goes with it
            await process.wait()
    if process.returncode != 0:
        raise SandboxError(f"The data folder could not be made; {log} says why.")
