"""The words of the audit: what kind an event is of, and how it ended. In order; a retired word stays as a comment."""

from django.db.models import TextChoices


class Kind(TextChoices):
    """`<thing>.<what happened>`; the label is what the list shows."""

    ADMIN_CHANGED = "admin.changed", "changed in the console"
    AUDIT_EXPORTED = "audit.exported", "exported the audit"
    AUTH_REFUSED = "auth.refused", "token refused"
    CALL_FINISHED = "call.finished", "tool call"
    CALL_STARTED = "call.started", "tool call started"
    CHANGE_ENDED = "change.ended", "schema change over"
    CHANGE_SWEPT = "change.swept", "branch of a schema change removed"
    CLUSTER_LABELLED = "cluster.labelled", "environment set"
    LOGIN_DROPPED = "login.dropped", "SQL login dropped"
    LOGIN_MADE = "login.made", "SQL login made"
    LOGIN_ROTATED = "login.rotated", "SQL login given a new password"
    LOGINS_MADE = "logins.made", "SQL logins made"
    REQUEST_FINISHED = "request.finished", "request"
    REQUEST_REFUSED = "request.refused", "request refused"
    SECRET_EXPIRED = "secret.expired", "password not fetched"
    SECRET_SHOWN = "secret.shown", "password shown"
    SESSION_REFUSED = "session.refused", "sign-in refused"
    SESSION_SIGNED_IN = "session.signed_in", "signed in"
    SESSION_SIGNED_OUT = "session.signed_out", "signed out"
    TOKEN_MADE = "token.made", "token made"
    TOKEN_REVOKED = "token.revoked", "token revoked"
    VAULT_FORGOTTEN = "vault.forgotten", "secret removed"
    VAULT_OPENED = "vault.opened", "secret opened"
    VAULT_REFUSED = "vault.refused", "secret not opened"
    VAULT_STORED = "vault.stored", "secret stored"


STEPS = (
    Kind.CALL_STARTED, Kind.CALL_FINISHED, Kind.CHANGE_SWEPT,
    Kind.LOGIN_DROPPED, Kind.LOGIN_MADE, Kind.LOGIN_ROTATED, Kind.LOGINS_MADE,
)  # fmt: skip
"""Kinds that say that something began, and how it ended. What else carries its call id happened on the way."""


class Result(TextChoices):
    """How it ended."""

    OK = "ok", "allowed"
    CUT = "cut", "allowed, cut"
    REFUSED = "refused", "refused"
    ERROR = "error", "failed"
    CANCELLED = "cancelled", "cancelled"
    UNKNOWN = "unknown", "outcome unknown"
    """It was asked for and may have happened: somebody must look."""
    STARTED = "started", "started"
    """An intent; without a later row of the same call its outcome is unknown, and somebody must look."""
