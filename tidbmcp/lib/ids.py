"""Ids: time-ordered UUIDs (RFC 9562, version 7), because auto-increment is not in order over processes or TiDB nodes."""

import uuid

from uuid_utils.compat import uuid7


def new_id() -> uuid.UUID:
    """A version 7 UUID; later ones of a process sort after earlier ones.

    Made without asking the system for randomness each time: that would give the interpreter away in the middle of a call.
    """
    return uuid7()


def new_request_id() -> str:
    """The id that a request carries through log, audit and answer: 32 hex digits."""
    return new_id().hex
