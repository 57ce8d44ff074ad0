"""The folder of a sandbox: private to its owner, with one lock for writing facts and one for serving."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from mcpserver.sandbox.errors import SandboxError

_MARK: Final = "prepare.lock"


def make_private(folder: Path) -> None:
    """The folder is there, is a sandbox's, and nobody else can look into it."""
    try:
        if folder.exists() and any(folder.iterdir()) and not (folder / _MARK).exists():
            raise SandboxError(f"{folder} holds something else than a sandbox: give it a folder of its own.")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
    except OSError as error:
        raise SandboxError(f"The sandbox cannot use {folder}: {error.strerror}.") from error


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Held for a moment by whoever chooses ports and writes sandbox.json; others wait."""
    with _opened(folder / _MARK) as descriptor:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield


@contextmanager
def serving(folder: Path) -> Iterator[bool]:
    """Held as long as a sandbox serves. False when another process does already. The kernel lets go at any death."""
    with _opened(folder / "serve.lock") as descriptor:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
