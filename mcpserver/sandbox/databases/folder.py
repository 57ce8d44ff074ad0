"""The home of a place: a folder with its data and its logs. Data are made in a draft, which gets its name when whole."""

import asyncio
import contextlib
import secrets
import shutil
from collections.abc import AsyncIterator
from pathlib import Path


def data_of(home: Path) -> Path:
    """Where the data are, once they are there."""
    return home / "data"


def log_file(home: Path) -> Path:
    """Where its server says what goes wrong."""
    return home / "mariadbd.log"


def pid_file(home: Path) -> Path:
    """The number of the process of its server: in a folder that this process can write to."""
    return home / "tmp" / "mariadbd.pid"


def tidy(home: Path) -> None:
    """Before a server starts: its empty folders, a log, and no number of a process that is gone."""
    for name in ("tmp", "empty"):
        shutil.rmtree(home / name, ignore_errors=True)
        (home / name).mkdir(mode=0o700, parents=True)
    log_file(home).touch(mode=0o600)


@contextlib.asynccontextmanager
async def draft_in(home: Path) -> AsyncIterator[Path]:
    """The path for a new data folder. What is still there at the end is thrown away."""
    draft = home / f"draft-{secrets.token_hex(4)}"
    home.mkdir(mode=0o700, parents=True, exist_ok=True)  # noqa: ASYNC240 - takes no time
    try:
        yield draft
    finally:
        await asyncio.to_thread(shutil.rmtree, draft, ignore_errors=True)


def settle(draft: Path, home: Path) -> None:
    """The draft becomes the data, and the data that were there a draft. In the worst moment there are none."""
    data = data_of(home)
    if data.exists():
        former = draft.with_name(f"{draft.name}-former")
        data.rename(former)
        draft.rename(data)
        former.rename(draft)
    else:
        draft.rename(data)


def sweep(home: Path) -> None:
    """Throw away what a killed run has left: homes that were to be removed, drafts in the others."""
    for left in (*home.glob("draft-*"), *home.glob("removed-*")):
        shutil.rmtree(left, ignore_errors=True)


def remove(home: Path) -> None:
    """All of it. Whatever happens meanwhile, no half of it stays under its name."""
    with contextlib.suppress(FileNotFoundError):
        going = home.rename(home.with_name(f"removed-{secrets.token_hex(4)}"))
        shutil.rmtree(going)
