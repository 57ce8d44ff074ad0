"""The texts that are mutated: seeds of our own, and the shared corpus where its folder is."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.fuzz.seeds.grammar import GRAMMAR
from tests.fuzz.seeds.hostile import HOSTILE
from tests.fuzz.seeds.pieces import FRAGMENTS, OPERANDS, WORDS, WRAPS
from tests.fuzz.seeds.reads import READS
from tests.fuzz.seeds.writes import WRITES, WRITING_FRAGMENTS, WRITING_OPERANDS, WRITING_WORDS, WRITING_WRAPS
from tests.unit.sqlgate.test_writes import ALLOWED_ROWS, DECIDED_ROWS, REFUSED_ROWS

SHARED: Final = Path(__file__).resolve().parents[3] / "shared" / "sql-corpus"
LONGEST: Final = 2000
"""Longer texts of the corpus are about size, and would make the fuzzer slow."""


@dataclass(frozen=True)
class Stock:
    """What must not pass, what should, and the pieces that are put into both."""

    hostile: tuple[str, ...]
    plain: tuple[str, ...]
    fragments: tuple[str, ...] = FRAGMENTS
    operands: tuple[str, ...] = OPERANDS
    wraps: tuple[str, ...] = WRAPS
    words: tuple[str, ...] = WORDS
    grammar: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Every second text is made by it, where there is one."""


def shared(name: str) -> tuple[str, ...]:
    """The texts of one file of the shared corpus; none where the folder is absent."""
    path = SHARED / name
    if not path.exists():
        return ()
    return tuple(json.loads(line)["sql"] for line in path.read_text().split("\n") if line)


def stock() -> Stock:
    """All of them, as far as they are short."""
    hostile, reads = (*HOSTILE, *shared("refuse.jsonl")), (*READS, *shared("allow.jsonl"))
    return Stock(_short(hostile), _short(reads))


def stock_of_writes() -> Stock:
    """The same for the writing gate: what the tables of its tests hold, and seeds that the fixture takes."""
    refused = [sql for _, sql in REFUSED_ROWS]
    hostile = (*HOSTILE, *refused, *(row[2] for row in DECIDED_ROWS), *shared("refuse.jsonl"))
    plain = (*WRITES * 3, *(row[2] for row in ALLOWED_ROWS))  # the fixture has all that WRITES speaks of
    return Stock(
        _short(hostile), _short(plain), (*FRAGMENTS, *WRITING_FRAGMENTS), (*OPERANDS, *WRITING_OPERANDS),
        (*WRAPS, *WRITING_WRAPS), (*WORDS, *WRITING_WORDS), GRAMMAR,
    )  # fmt: skip


def _short(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(sql for sql in texts if 0 < len(sql) < LONGEST)
