"""A run of the fuzzer: texts by their numbers, the gate, both oracles, and the figures of it all."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from mcpserver.sqlgate import Allow, judge
from tests.fuzz.corpus import Stock
from tests.fuzz.mariadb import MariadbOracle
from tests.fuzz.mutate import mutated
from tests.fuzz.shrink import smallest
from tests.fuzz.tidb import TidbParser


@dataclass(frozen=True)
class Finding:
    """A text that should not have been let through, as it was sent, and what is wrong with it."""

    oracle: str
    sql: str
    what: str
    smallest: str

    def __str__(self) -> str:
        return f"{self.oracle}: {self.what}\n  sent:     {self.sql!r}\n  smallest: {self.smallest!r}"


@dataclass
class Figures:
    """`accepted` counts different renderings; `parsed` those that TiDB's parser takes, `taken` those that MariaDB ran."""

    tried: int = 0
    passed: int = 0
    accepted: int = 0
    parsed: int = 0
    ran: int = 0
    taken: int = 0
    cut: int = 0
    crashed: int = 0
    findings: list[Finding] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.tried:,} texts tried, {self.passed:,} let through in {self.accepted:,} forms; TiDB's parser takes {self.parsed:,} "
            f"of these; {self.ran:,} sent to MariaDB, {self.taken:,} without an error, {self.cut:,} cut for their time, "
            f"{self.crashed:,} where it crashed; "
            f"{len(self.findings):,} found bad"
        )


class Search:
    """Goes on from number to number; what it has seen it does not run again. Each gate has its own below."""

    def __init__(self, seed: int, stock: Stock) -> None:
        self.figures = Figures()
        self._seed, self._stock = seed, stock
        self._seen: set[int] = set()
        self._numbers = 0

    def mutations(self, count: int) -> None:
        """So many more mutated texts."""
        numbers = range(self._numbers, self._numbers + count)
        self._numbers += count
        self.texts([mutated(self._seed, number, self._stock) for number in numbers])

    def texts(self, texts: list[str]) -> None:
        """Judge them, and show the oracles what is let through."""
        self.figures.tried += len(texts)
        accepted = [rendered for sql in texts for rendered in self.judged(sql)]
        self.figures.passed += len(accepted)
        new = [sql for sql in dict.fromkeys(accepted) if hash(sql) not in self._seen]
        self._seen.update(map(hash, new))
        self.figures.accepted += len(new)
        self.ask(new)

    def judged(self, sql: str) -> Sequence[str]:
        """What of this text would be sent."""
        raise NotImplementedError

    def ask(self, texts: list[str]) -> None:
        """Show both oracles what would be sent."""
        raise NotImplementedError

    def found(self, oracle: str, sql: str, what: str, least: str) -> None:
        """Note what is to be mended."""
        self.figures.findings.append(Finding(oracle, sql, what, least))


class Run(Search):
    """Of the gate that lets reads through."""

    def __init__(self, seed: int, stock: Stock, parser: TidbParser, mariadb: MariadbOracle) -> None:
        super().__init__(seed, stock)
        self._parser, self._mariadb = parser, mariadb

    def judged(self, sql: str) -> Sequence[str]:
        """The rendering, where it is let through."""
        try:
            verdict = judge(sql)
            again = judge(verdict.rendered) if isinstance(verdict, Allow) else verdict
        except Exception as error:  # noqa: BLE001  a gate that raises is what is looked for, too
            self.found("the gate raises", sql, repr(error), sql)
            return ()
        if not isinstance(verdict, Allow):
            return ()
        if not isinstance(again, Allow) or again.rendered != verdict.rendered:
            self.found("the rendering is no fixed point", sql, repr(again), sql)
        return (verdict.rendered,)

    def ask(self, texts: list[str]) -> None:
        """What is no plain read, and what changes something."""
        for sql, seen in zip(texts, self._parser.see(texts), strict=True):
            self.figures.parsed += seen.parses
            if seen.bad:
                least = smallest(sql, lambda shorter: _passes(shorter) and bool(self._parser.see([shorter])[0].bad))
                self.found("TiDB's parser", sql, "; ".join(seen.bad), least)
        for sql, changes in self._mariadb.changing(texts):
            least = smallest(sql, lambda shorter: _passes(shorter) and self._mariadb.changes(shorter))
            self.found("MariaDB", sql, "; ".join(changes), least)
        oracle = self._mariadb
        self.figures.ran, self.figures.taken, self.figures.cut = oracle.ran, oracle.taken, len(oracle.cut)


def _passes(sql: str) -> bool:
    return isinstance(judge(sql), Allow)
