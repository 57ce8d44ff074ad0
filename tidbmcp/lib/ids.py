"""Ids: time-ordered UUIDs (RFC 9562, version 7), because auto-increment is not in order over processes or TiDB nodes."""

import uuid

import uuid6


def new_id() -> uuid.UUID:
    """A version 7 UUID; later ones sort after earlier ones, to the millisecond."""
    return uuid.UUID(int=uuid6.uuid7().int)


def new_request_id() -> str:
    """The id that a request carries through log, audit and answer: 32 hex digits."""
    return new_id().hex
