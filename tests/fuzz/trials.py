"""One statement after the other on a MariaDB, and after each of them what it was not said to do."""

from collections.abc import Iterable
from typing import Any, Final

import MySQLdb

from mcpserver.sqlgate import Write
from tests.fuzz import kept
from tests.fuzz.fixture import OVER_TABLES, WRITTEN
from tests.fuzz.kept import alike
from tests.fuzz.mariadb import LEAKS, Outcome, close_all, send
from tests.fuzz.server import DATABASE, SECONDS_MOST, Server, rows_of
from tests.fuzz.state import State, difference

_CHECKSUMS: Final = "CHECKSUM TABLE " + ", ".join(f"`{name.replace('.', '`.`')}`" for name in WRITTEN)
_SESSION: Final = (
    "SHOW SESSION VARIABLES WHERE Variable_name NOT IN ('last_insert_id', 'insert_id', 'identity', 'timestamp', 'warning_count', "
    "'error_count', 'last_gtid', 'rand_seed1', 'rand_seed2')"
)
_INTERRUPTED: Final = 1317
"""What the end of its time is called in the middle of a change of the schema."""


class Trial:
    """A session that writes and one that watches, on a server whose state is known."""

    def __init__(self, server: Server, outcome: Outcome) -> None:
        self._server, self._outcome = server, outcome
        self.watcher, self.runner = server.connect(), server.connect()
        self.state = self.look()
        self.sums = self.checksums()
        self._session = rows_of(self.runner, _SESSION)
        self.stays = False
        """Whether what is changed is meant to stay."""

    def close(self) -> None:
        close_all(self.watcher, self.runner)

    def run(self, write: Write) -> bool:
        """Whether the server takes it."""
        taken = self._outcome.taken
        self.runner.query(f"SET max_statement_time = {SECONDS_MOST}")
        try:
            send(self.runner, write.rendered, self._outcome)
        except MySQLdb.Error as error:
            if error.args[0] != _INTERRUPTED:
                raise
            self._outcome.cut.append(write.rendered)
        self.runner.query("SET max_statement_time = 0")
        return self._outcome.taken > taken

    def look(self) -> State:
        return kept.of_server(self._server, self.watcher)

    def checksums(self) -> list[tuple[Any, ...]]:
        """Of every table, as the session that writes sees it."""
        return rows_of(self.runner, _CHECKSUMS)

    def left(self) -> list[str]:
        """What is not as it should be when all is done."""
        changed = [] if rows_of(self.runner, _SESSION) == self._session else ["the session is not what it was"]
        after = self.look()
        return changed + (kept.lost(self.state, after) if self.stays else difference(self.state, after))


def rows_changed(trial: Trial, write: Write) -> list[str]:
    """In a transaction: it must not end by itself, nothing changes that is not named, and ROLLBACK takes all back."""
    trial.runner.query("START TRANSACTION")
    found: list[str] = []
    if trial.run(write):
        if rows_of(trial.runner, "SELECT @@in_transaction") != [(1,)]:
            found.append("it commits")
        pairs = zip(trial.sums, trial.checksums(), strict=True)
        changed = [now[0].decode() for was, now in pairs if was != now]
        found += _not_named(write, changed)
        found += [f"a secret is written into {name}" for name in changed if _leaks(trial, name)]
    trial.runner.query("ROLLBACK")
    if trial.checksums() != trial.sums:
        found.append("it is not taken back")
    return found


def schema_changed(trial: Trial, write: Write) -> list[str]:
    """What commits by itself: all that was there is there still, and nothing changes that is not named."""
    trial.stays = True
    if not trial.run(write):
        return []
    after = trial.look()
    found = kept.lost(trial.state, after) + _not_named(write, kept.touched(trial.state, after))
    trial.state = after
    return found


def _not_named(write: Write, changed: Iterable[str]) -> list[str]:
    """Of these tables, `database.table`, those that are no target, and not under a view that is one."""
    full = {alike(name) for target in write.statement.targets for name in (target, f"{DATABASE}.{target}")}
    named = full | {OVER_TABLES[name] for name in full if name in OVER_TABLES}
    return [f"it changes {name}, which is no target" for name in changed if alike(name) not in named]


def _leaks(trial: Trial, name: str) -> bool:
    rows = rows_of(trial.runner, f"SELECT * FROM `{name.replace('.', '`.`')}`")
    return any(leak in value for row in rows for value in row if isinstance(value, bytes) for leak in LEAKS)
