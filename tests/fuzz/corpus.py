"""The texts that are mutated: seeds of our own, and the shared corpus where its folder is."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.fuzz.seeds.hostile import HOSTILE
from tests.fuzz.seeds.reads import READS

SHARED: Final = Path(__file__).resolve().parents[3] / "shared" / "sql-corpus"
LONGEST: Final = 2000
"""Longer texts of the corpus are about size, and would make the fuzzer slow."""


@dataclass(frozen=True)
class Stock:
    """What must not pass, and what should."""

    hostile: tuple[str, ...]
    reads: tuple[str, ...]


def shared(name: str) -> tuple[str, ...]:
    """The texts of one file of the shared corpus; none where the folder is absent."""
    path = SHARED / name
    if not path.exists():
        return ()
    return tuple(json.loads(line)["sql"] for line in path.read_text().split("\n") if line)


def stock() -> Stock:
    """All of them, as far as they are short."""
    hostile, reads = (*HOSTILE, *shared("refuse.jsonl")), (*READS, *shared("allow.jsonl"))
    return Stock(*(tuple(sql for sql in texts if 0 < len(sql) < LONGEST) for texts in (hostile, reads)))
