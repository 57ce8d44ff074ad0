"""The oracle of a MariaDB: texts are run on it as an administrator, and whatever could have changed is compared."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import MySQLdb
from MySQLdb.connections import Connection

from tests.fuzz import state
from tests.fuzz.fixture import PASSWORD_HASH, SECRET
from tests.fuzz.server import SECONDS_MOST, Server, Servers, rows_of

BATCH: Final = 500
FINDINGS_MOST: Final = 10
"""After so many the search ends: each costs a second or more."""

CRASHING: Final = re.compile(r"\.[^.\s]+\.[\s\S]*\busing\b|\busing\b[\s\S]*\.[^.\s]+\.", re.IGNORECASE)
"""A name in three parts beside JOIN ... USING: MariaDB 10.11 ends at some of them. It is its fault, and no change by us."""

_ROWS_MOST: Final = 200
LEAKS: Final = (SECRET.encode(), PASSWORD_HASH[1:].encode())
_TIME_IS_OVER: Final = 1969
_GONE: Final = {2006, 2013, 1927, 1317}


@dataclass
class Outcome:
    """Of one batch: what it changed, and how many texts the server took."""

    changes: list[str] = field(default_factory=list)
    taken: int = 0
    cut: list[str] = field(default_factory=list)
    """Those whose time was over: none of the fixture's tables is large."""


class MariadbOracle:
    """`ran` counts what was sent, `taken` what was no error there; `cut` is what took too long."""

    def __init__(self, folder: Path) -> None:
        self._servers = Servers(folder)
        self._server: Server | None = None
        self.ran = self.taken = 0
        self.cut: list[str] = []

    def close(self) -> None:
        self._servers.close()

    def changing(self, texts: Sequence[str]) -> list[tuple[str, list[str]]]:
        """The texts that change something, each with what; not more than FINDINGS_MOST of them."""
        found: list[tuple[str, list[str]]] = []
        texts = [text for text in texts if not CRASHING.search(text)]
        for start in range(0, len(texts), BATCH):
            batch = texts[start : start + BATCH]
            outcome = self._run(batch)
            self.ran, self.taken = self.ran + len(batch), self.taken + outcome.taken
            self.cut += outcome.cut
            if outcome.changes:
                found += self._guilty(batch, outcome.changes)
            if len(found) >= FINDINGS_MOST:
                break
        return found[:FINDINGS_MOST]

    def changes(self, text: str) -> bool:
        """Whether this text alone changes something."""
        return bool(self._run([text]).changes)

    def _guilty(self, batch: Sequence[str], changes: list[str]) -> list[tuple[str, list[str]]]:
        """Which of them it was, by halves. The server is as it was before each."""
        if len(batch) == 1:
            return [(batch[0], changes)]
        middle = len(batch) // 2
        found: list[tuple[str, list[str]]] = []
        for half in (batch[:middle], batch[middle:]):
            if len(found) < FINDINGS_MOST and (half_changes := self._run(half).changes):
                found += self._guilty(half, half_changes)
        return found or [("\n-- and then --\n".join(batch), changes)]  # they did it together

    def _run(self, batch: Sequence[str]) -> Outcome:
        server = self._server or self._servers.fresh()
        outcome = _run(server, batch)
        self._server = None if outcome.changes else server
        return outcome


def _run(server: Server, batch: Sequence[str]) -> Outcome:
    watcher, runner = server.connect(), server.connect()
    before = {**state.of_server(server, watcher), **state.of_session(runner)}
    outcome = Outcome()
    try:
        # An open transaction keeps what was locked in it, so that it is seen.
        runner.query(f"SET autocommit = 0, max_statement_time = {SECONDS_MOST}")
        thread = int(rows_of(runner, "SELECT CONNECTION_ID()")[0][0])
        for text in batch:
            send(runner, text, outcome)
        held = state.difference({"locks": [], "row locks": []}, state.locks(watcher, thread))
        if held:  # the server's table of transactions is a copy, up to a tenth of a second old: look again
            rows_of(watcher, "SELECT SLEEP(0.2)")
            held = state.difference({"locks": [], "row locks": []}, state.locks(watcher, thread))
        runner.query("COMMIT")
        runner.query("SET autocommit = DEFAULT, max_statement_time = DEFAULT")
        after = {**state.of_server(server, watcher), **state.of_session(runner)}
        outcome.changes += [*held, *state.difference(before, after)]
    except MySQLdb.Error as error:
        outcome.changes.append(f"the server is not what it was: {error}")
    close_all(watcher, runner)
    return outcome


def send(runner: Connection, text: str, outcome: Outcome) -> None:
    """Run it, and note whether it was taken and what it shows."""
    try:
        runner.query(text.encode())
        result = runner.store_result()
        rows = result.fetch_row(_ROWS_MOST) if result else ()
    except MySQLdb.Error as error:
        if error.args[0] == _TIME_IS_OVER:
            outcome.cut.append(text)
        if error.args[0] in _GONE:
            raise
        return
    outcome.taken += 1
    if any(leak in value for row in rows for value in row if isinstance(value, bytes) for leak in LEAKS):
        outcome.changes.append(f"a secret is shown by {text}")


def close_all(*connections: Connection) -> None:
    """As far as the server is still there."""
    for connection in connections:
        try:
            connection.close()
        except MySQLdb.Error:  # the server is gone
            continue
