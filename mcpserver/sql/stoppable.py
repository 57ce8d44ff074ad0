"""A write on its way through a thread: until COMMIT is sent it can be stopped, and after that nobody stops it.

Threads meet here: the one that runs the statements, and the event loop, which stops them when their time is over or their
caller has gone.
"""

from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Lock

from mcpserver.sql.batch import Batch, Ledger, Written
from mcpserver.sql.session import Session


@dataclass
class Writing:
    """One batch. `session` is there while a statement of it may be running on the server."""

    batch: Batch
    ledger: Ledger
    session: Session | None = None
    reached: bool = False
    """Whether there was a session at some time."""
    future: "Future[Written]" = field(default_factory=Future)
    _lock: Lock = field(default_factory=Lock)
    _asked: bool = False
    _committing: bool = False

    @property
    def is_stopped(self) -> bool:
        """Whether it must not be committed any more."""
        return self._asked and not self._committing

    def stop(self) -> bool:
        """Ask it to stop. False where COMMIT was sent already, which nobody takes back."""
        with self._lock:
            self._asked = True
            return not self._committing

    def may_commit(self) -> bool:
        """Ask before COMMIT is sent; from then on nothing stops it. False where it is to stop."""
        with self._lock:
            self._committing = not self._asked
            return self._committing

    def commit_was_refused(self) -> None:
        """The server said that nothing was committed: it can be stopped again."""
        with self._lock:
            self._committing = False
