"""Making the data folder of a cluster: in a draft, which gets its name when it is whole."""

import asyncio
import contextlib
import os
import secrets
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

from mcpserver.sandbox.databases import accounts, programs
from mcpserver.sandbox.errors import SandboxError
from mcpserver.sandbox.facts import ClusterFacts
from mcpserver.sandbox.seeds import seed_named


def data_of(home: Path) -> Path:
    """Where the data is, once it is there."""
    return home / "data"


def clean(home: Path) -> None:
    """What a killed run left: drafts, temporary files, the number of a process that is gone."""
    for draft in home.glob("draft-*"):
        shutil.rmtree(draft, ignore_errors=True)
    for name in ("tmp", "empty"):
        shutil.rmtree(home / name, ignore_errors=True)
        (home / name).mkdir(mode=0o700, parents=True)
    (home / "mariadbd.pid").unlink(missing_ok=True)


async def make(home: Path, cluster: ClusterFacts) -> None:
    """System tables, users, databases. Takes a second or two."""
    draft = home / f"draft-{secrets.token_hex(4)}"
    log = home / "make.log"
    log.write_bytes(b"")
    await _run(programs.install(draft), b"", log)
    script = "".join(f"{statement};\n" for statement in _statements(cluster))
    await _run(programs.load(draft, home), script.encode(), log)
    draft.rename(data_of(home))


def _statements(cluster: ClusterFacts) -> Iterator[str]:
    yield from accounts.statements(cluster)
    yield from seed_named(cluster.display_name).statements(accounts.name(cluster.root))
    yield "CREATE DATABASE test"


async def _run(command: list[str], text: bytes, log: Path) -> None:
    with log.open("ab") as file:
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
