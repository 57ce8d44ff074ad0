"""The oracle of a MariaDB for writing: rows are changed and taken back, schemas are changed and nothing may be lost.

As an administrator: that a login could not do it is no excuse.
"""

import re
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

import MySQLdb

from mcpserver.sqlgate import Kind, Write
from tests.fuzz.fixture import WRITING
from tests.fuzz.mariadb import FINDINGS_MOST, Outcome
from tests.fuzz.server import Server, Servers
from tests.fuzz.trials import Trial, rows_changed, schema_changed

ROWS_BATCH: Final = 250
SCHEMA_BATCH: Final = 25
"""So few on one server: what is made stays, and then nothing new could be made under the same names."""

HANGING: Final = re.compile(r"\bview\s+if\s+not\s+exists\b", re.IGNORECASE)
"""MariaDB 10.11 waits for itself where such a view has the name of a table that it reads. It is its fault, and no change by us."""

Wrong = tuple[str, list[str]]
Way = Callable[[Trial, Write], list[str]]


class WritesOracle:
    """`ran` counts what was sent, `taken` what was no error there; `cut` is what took too long.

    `crashed` is what ended the server by a fault of its own, which its log tells: that is no change by us.
    """

    def __init__(self, folder: Path) -> None:
        self._servers = Servers(folder, WRITING)
        self._server: Server | None = None
        self.ran = self.taken = 0
        self.cut: list[str] = []
        self.crashed: list[str] = []

    def close(self) -> None:
        self._servers.close()

    def wrong(self, writes: Sequence[Write]) -> list[Wrong]:
        """Those that are more than was said of them, each with what; not more than FINDINGS_MOST of them."""
        writes = [write for write in writes if not HANGING.search(write.rendered)]
        rows = [write for write in writes if write.statement.kind is Kind.DATA]
        schemas = [write for write in writes if write.statement.kind is Kind.SCHEMA and not write.decision]
        found: list[Wrong] = []
        for kind, way, size in ((rows, rows_changed, ROWS_BATCH), (schemas, schema_changed, SCHEMA_BATCH)):
            for start in range(0, len(kind), size):
                if len(found) < FINDINGS_MOST:
                    found += self._batch(kind[start : start + size], way)
        return found[:FINDINGS_MOST]

    def is_wrong(self, write: Write) -> bool:
        """Whether this one alone is."""
        return bool(self.wrong([write]))

    def _batch(self, batch: Sequence[Write], way: Way) -> list[Wrong]:
        """Up to the first that is wrong, and then the others: each on a server as it should be."""
        found: list[Wrong] = []
        while batch and len(found) < FINDINGS_MOST:
            outcome = Outcome()
            done, wrong = self._tried(batch, way, outcome)
            self.ran, self.taken, self.cut = self.ran + done, self.taken + outcome.taken, self.cut + outcome.cut
            if outcome.changes and not wrong:  # what is left at the end is nobody's yet: look at each alone
                wrong = [one for write in batch[:done] for one in self._alone(write, way)]
                wrong = wrong or [
                    ("\n-- and then --\n".join(write.rendered for write in batch[:done]), outcome.changes)
                ]
            found += wrong
            batch = batch[done:]
        return found

    def _alone(self, write: Write, way: Way) -> list[Wrong]:
        outcome = Outcome()
        _, found = self._tried([write], way, outcome)
        return found or [(write.rendered, outcome.changes)] * bool(outcome.changes)

    def _tried(self, batch: Sequence[Write], way: Way, outcome: Outcome) -> tuple[int, list[Wrong]]:
        """How many of them were run, up to the first that is wrong; and that one."""
        server = self._server or self._servers.fresh()
        self._server = None
        done = 0
        try:
            with closing(Trial(server, outcome)) as trial:
                for write in batch:
                    done += 1
                    if what := way(trial, write):
                        return done, [(write.rendered, what)]
                outcome.changes += trial.left()
        except MySQLdb.Error as error:
            if done and server.has_crashed():
                self.crashed.append(batch[done - 1].rendered)
            else:
                outcome.changes.append(f"the server is not what it was: {error}")
            return done, []
        if way is rows_changed and not outcome.changes:
            self._server = server
        return done, []
