"""The environment of a cluster: a label that only the gateway knows."""

from django.db import models

from mcpserver.vault.models import TidbCloudConnection
from tidbmcp.lib.clock import now
from tidbmcp.lib.ids import new_id


class Environment(models.TextChoices):
    """What a cluster is for, from the most careful to the least."""

    PRODUCTION = "production", "production"
    STAGING = "staging", "staging"
    DEVELOPMENT = "development", "development"


class ClusterEnvironment(models.Model):
    """A label set by a person. No row is production; a branch has its cluster's.

    Two connections may lead to two clouds that use one id, so the label is of an id as a connection knows it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    connection = models.ForeignKey(TidbCloudConnection, on_delete=models.CASCADE, related_name="environments")
    cluster_id = models.CharField("cluster id", max_length=64)
    environment = models.CharField(max_length=20, choices=Environment.choices)
    set_at = models.DateTimeField("set", default=now)

    class Meta:
        ordering = ["connection", "cluster_id"]
        verbose_name = "cluster environment"
        constraints = [
            models.UniqueConstraint(fields=["connection", "cluster_id"], name="one_environment_a_cluster"),
        ]

    def __str__(self) -> str:
        return f"{self.cluster_id}: {self.environment}"
