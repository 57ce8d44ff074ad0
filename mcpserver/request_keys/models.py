"""A call that gave a `request_key`, and how it ended."""

from django.db import models

from tidbmcp.lib.clock import now


class State(models.TextChoices):
    """How far the call came."""

    RUNNING = "running", "running"
    """Or its process died: after its longest time nobody knows which."""
    DONE = "done", "done"
    """`told` is its answer, as JSON."""
    FAILED = "failed", "failed after something was done"
    """`told` is the sentence that its caller got."""
    UNKNOWN = "unknown", "outcome unknown"
    """`told` is the sentence that its caller got."""


class RequestKey(models.Model):
    """One for a token, tool and key, all three in `lookup` as one digest; the key itself is kept in the audit alone."""

    lookup = models.CharField(max_length=64, primary_key=True)
    arguments = models.CharField(max_length=64)
    """A keyed digest: another call with this key is told that it is another one."""
    call_id = models.UUIDField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    told = models.TextField(blank=True)
    begun_at = models.DateTimeField(default=now, db_index=True)

    def __str__(self) -> str:
        return f"call {self.call_id}: {self.state}"
