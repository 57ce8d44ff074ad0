"""A schema change, from its preparation on a branch to its end."""

from django.db import models

from mcpserver.vault.models import TidbCloudConnection
from tidbmcp.lib.clock import now
from tidbmcp.lib.ids import new_id


class State(models.TextChoices):
    """How far it has come."""

    PREPARING = "preparing", "being prepared"
    READY = "ready", "ready"
    APPLYING = "applying", "being applied"
    APPLIED = "applied", "applied"
    FAILED = "failed", "failed"
    EXPIRED = "expired", "expired"
    DISCARDED = "discarded", "given up"
    UNKNOWN = "unknown", "outcome unknown"
    """It was being applied, and nobody can say how that ended: somebody must look. It is never applied again."""


class SchemaChange(models.Model):
    """Statements that ran on a branch, and may run on its parent once. People and tokens are copied in as text."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    connection = models.ForeignKey(TidbCloudConnection, on_delete=models.CASCADE, related_name="schema_changes")
    cluster_id = models.CharField("cluster id", max_length=64)
    cluster_name = models.CharField("cluster", max_length=100, blank=True)
    branch_id = models.CharField("branch id", max_length=64, blank=True)
    branch_name = models.CharField("branch", max_length=64)
    database = models.CharField(max_length=64)
    statements = models.JSONField(default=list)
    """As the gate wrote them: what ran on the branch, and what will run on the parent."""
    digest = models.CharField(max_length=64)
    requester_id = models.BigIntegerField("requester's key")
    requester = models.CharField(max_length=150)
    token = models.CharField(max_length=20, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PREPARING)
    before = models.TextField(blank=True)
    """The schema of the database without the change, and with it: `mcpserver.sql.schemas.stored`."""
    after = models.TextField(blank=True)
    difference = models.JSONField(default=list)
    problem = models.TextField(blank=True)
    created_at = models.DateTimeField("made", default=now)
    decided_at = models.DateTimeField("begun to be applied", null=True)
    ended_at = models.DateTimeField("ended", null=True)
    expires_at = models.DateTimeField("expires")
    branch_gone_at = models.DateTimeField("branch removed", null=True)
    tries = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField(default=now)
    """When its branch may be swept (again); whoever tries moves it on, so that no two do at once."""

    class Meta:
        ordering = ["-id"]
        verbose_name = "schema change"

    def __str__(self) -> str:
        return f"schema change {self.id} of {self.database}"
