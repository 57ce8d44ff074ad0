"""A run of the fuzzer over the gate that judges what changes something, and what both oracles hold against it."""

from collections.abc import Sequence
from time import process_time
from typing import Final

from mcpserver.sqlgate import Kind, Refuse, Write, judge_writes
from tests.fuzz.corpus import Stock
from tests.fuzz.mariadb_writes import WritesOracle
from tests.fuzz.run import Search
from tests.fuzz.shrink import smallest
from tests.fuzz.tidb import Seen, TidbParser

SECONDS_MOST: Final = 1
"""For one text, which is short here, and its renderings. One takes a millisecond."""


class WritesSearch(Search):
    """Of every text each statement is looked at by itself: so it is sent, too."""

    def __init__(self, seed: int, stock: Stock, parser: TidbParser, mariadb: WritesOracle) -> None:
        super().__init__(seed, stock)
        self._parser, self._mariadb = parser, mariadb
        self._writes: dict[str, Write] = {}

    def judged(self, sql: str) -> Sequence[str]:
        """The renderings of all its statements, where they are let through."""
        begun = process_time()
        try:
            verdict = judge_writes([sql])
            writes = () if isinstance(verdict, Refuse) else verdict
            again = [judge_writes([write.rendered]) for write in writes]
        except Exception as error:  # noqa: BLE001  a gate that raises is what is looked for, too
            self.found("the gate raises", sql, repr(error), sql)
            return ()
        if process_time() - begun > SECONDS_MOST:
            self.found("the gate is slow", sql, f"{process_time() - begun:.1f} s", sql)
        if again != [(write,) for write in writes]:
            self.found("the rendering is no fixed point", sql, repr(again), sql)
        self._writes.update({write.rendered: write for write in writes})
        return [write.rendered for write in writes]

    def ask(self, texts: list[str]) -> None:
        """What TiDB's parser says of them, and what they do to a MariaDB."""
        writes = [self._writes[sql] for sql in texts]
        self._writes = {}
        for write, seen in zip(writes, self._parser.see(texts), strict=True):
            self.figures.parsed += seen.parses
            if what := disagreement(write, seen):
                least = smallest(write.rendered, lambda shorter: self._differs(shorter))
                self.found("TiDB's parser", write.rendered, "; ".join(what), least)
        for sql, wrong in self._mariadb.wrong(writes):
            least = smallest(sql, lambda shorter: self._is_wrong(shorter))
            self.found("MariaDB", sql, "; ".join(wrong), least)
        oracle = self._mariadb
        self.figures.ran, self.figures.taken, self.figures.cut = oracle.ran, oracle.taken, len(oracle.cut)
        self.figures.crashed = len(oracle.crashed)

    def _differs(self, sql: str) -> bool:
        write = _alone(sql)
        return write is not None and bool(disagreement(write, self._parser.see([write.rendered])[0]))

    def _is_wrong(self, sql: str) -> bool:
        write = _alone(sql)
        return write is not None and self._mariadb.is_wrong(write)


def disagreement(write: Write, seen: Seen) -> list[str]:
    """Where the parser's tree is more than the gate said. A text that it does not take can do nothing on TiDB."""
    if not seen.parses:
        return []
    if seen.change is None:
        return [*seen.bad]
    change = seen.change
    found = list(change.bad)
    if change.kind != write.statement.kind:
        found.append(f"it is of {change.kind}, and said to be of {write.statement.kind}")
    if not write.decision:
        found += [f"nobody decides, and it has {what}" for what in change.decided]
    targets = [target.lower() for target in write.statement.targets]
    found += [f"{table} is no target" for table in change.tables if table.lower() not in targets]
    if write.statement.kind is Kind.SCHEMA and change.tables and targets[:1] != [change.tables[0].lower()]:
        found.append(f"{change.tables[0]} is not its first target")
    return found


def _alone(sql: str) -> Write | None:
    """The one statement of this text, where it is let through."""
    verdict = judge_writes([sql])
    return verdict[0] if not isinstance(verdict, Refuse) and len(verdict) == 1 else None
