"""The oracle of TiDB's parser: what its tree of a text holds beside one plain read, and what it changes."""

import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any, Final

from mcpserver.sql.engines import SQL_MODE
from tests.fuzz import golang


@dataclass(frozen=True)
class Change:
    """What one statement changes: its kind, what is never open in it, what a person has to decide, names of tables."""

    kind: str
    bad: tuple[str, ...]
    decided: tuple[str, ...]
    tables: tuple[str, ...]


@dataclass(frozen=True)
class Seen:
    """What the parser made of one text. One that it does not take can do nothing on TiDB."""

    parses: bool
    error: str
    roots: tuple[str, ...]
    bad: tuple[str, ...]
    """What is no plain read."""
    change: Change | None = None
    """Of one statement."""
    plain: str = ""
    """The tree of one statement as a text again: the same for texts that mean the same."""


NOT_A_TEXT: Final = Seen(parses=True, error="", roots=(), bad=("text: it can't be sent as UTF-8",))


class TidbParser:
    """The parser program, started once."""

    def __init__(self, program: Path) -> None:
        command = [str(program), SQL_MODE]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )

    def see(self, texts: Sequence[str]) -> list[Seen]:
        """One answer for each text, in their order."""
        writer = Thread(target=self._write, args=(texts,), daemon=True)  # it reads while it writes: pipes are short
        writer.start()
        found = [self._read(text) for text in texts]
        writer.join()
        return found

    def close(self) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait(20)
        self._process.stdout.close()

    def _write(self, texts: Sequence[str]) -> None:
        assert self._process.stdin
        for text in texts:
            self._process.stdin.write(json.dumps(text) + "\n")
        self._process.stdin.flush()

    def _read(self, text: str) -> Seen:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"The parser program ended at {text!r}.")
        found = json.loads(line)
        if not text.isascii() and any("\ud800" <= sign <= "\udfff" for sign in text):
            return NOT_A_TEXT
        return Seen(
            found["ok"],
            found["error"],
            tuple(found["roots"]),
            tuple(found["bad"]),
            _change(found["change"]),
            found["plain"],
        )


def _change(found: dict[str, Any] | None) -> Change | None:
    if found is None:
        return None
    return Change(found["kind"], tuple(found["bad"]), tuple(found["decided"]), tuple(found["tables"]))


@contextmanager
def tidb_parser(folder: Path) -> Iterator[TidbParser]:
    """Built into this folder, and running."""
    parser = TidbParser(golang.build(folder))
    try:
        yield parser
    finally:
        parser.close()
