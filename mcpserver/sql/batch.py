"""What is to be changed, and what came of it: the values of the way of a write. Pure."""

from dataclasses import dataclass, field
from typing import Final

WARNINGS_MOST: Final = 5
"""Of one statement that are shown; a statement may have thousands that say the same."""


@dataclass(frozen=True)
class Change:
    """One statement that was let through: as it is sent, and its verb in capitals, as in ALTER TABLE."""

    sql: str
    verb: str


@dataclass(frozen=True)
class Batch:
    """Statements of one call. `atomic`: one transaction, all or nothing; else each commits by itself, one after the other.

    `dry_run` rolls an atomic one back. `rows` is the most that may be changed, `seconds` the longest it may take.
    """

    changes: tuple[Change, ...]
    atomic: bool
    rows: int
    seconds: float
    dry_run: bool = False


@dataclass(frozen=True)
class Done:
    """What one statement did. `rows_matched` and `last_insert_id` where the server tells."""

    verb: str
    rows_affected: int
    rows_matched: int | None
    last_insert_id: str | None
    warnings: list[str]


@dataclass(frozen=True)
class Written:
    """What all of them did, in their order; and how often the whole transaction was repeated after a conflict.

    `following`: tables of which foreign keys can have changed rows besides, which nobody has counted.
    """

    results: list[Done]
    committed: bool
    retries: int = 0
    following: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """Changed, over all."""
        return sum(done.rows_affected for done in self.results)


@dataclass
class Ledger:
    """What stands, and what was sent and not answered: true at every moment, also for a caller that has gone.

    Its writer and its readers are in different threads. So `pending` is set before anything is sent, and cleared after
    `happened` was written; and who reads both reads `pending` first. Then no reader finds both empty where something happened.
    """

    pending: str = ""
    happened: str = ""
    done: list[Done] = field(default_factory=list)
