"""TiDB Cloud connections and SQL logins. Their secrets are written here sealed, and never read here."""

import json
from typing import ClassVar

from django.conf import settings
from django.db import models

from audit.facts import Facts
from audit.kinds import Kind
from audit.models import record
from mcpserver.addresses import api_address
from mcpserver.vault.binding import Binding
from tidbmcp.lib.clock import now
from tidbmcp.lib.ids import new_id
from tidbmcp.lib.secrets import Secret

OFFICIAL_API = "https://serverless.tidbapi.com/v1beta1"


class Role(models.TextChoices):
    """TiDB Cloud's built-in roles, from least to most."""

    READONLY = "role_readonly", "reader"
    READWRITE = "role_readwrite", "writer"
    ADMIN = "role_admin", "owner"


class Sealed(models.Model):
    """Something with a secret that only `mcpserver.vault.open` reads."""

    kind: ClassVar[str]

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sealed = models.TextField(editable=False)
    stored_at = models.DateTimeField("secret stored", default=now, editable=False)

    class Meta:
        abstract = True

    def binding(self) -> Binding:
        """What its secret is bound to."""
        raise NotImplementedError

    def store(self, secret: Secret, facts: Facts) -> None:
        """Seal the secret for this row as it stands now, and save both; an event says who did. Call in a transaction."""
        self.sealed = self.binding().seal(settings.VAULT_RING, secret)
        self.stored_at = now()
        self.save()
        about = {"kind": self.kind, "which": str(self)}
        record(Kind.VAULT_STORED, facts=facts, parameters=about)


class TidbCloudConnection(Sealed):
    """An API key of one TiDB Cloud organization or project."""

    kind = "tidbcloud-api-key"

    name = models.CharField(max_length=100, unique=True)
    api_url = models.CharField("API address", max_length=300, default=OFFICIAL_API, validators=[api_address])
    public_key = models.CharField(max_length=200)

    class Meta:
        ordering = ["name"]
        verbose_name = "TiDB Cloud connection"

    def __str__(self) -> str:
        return self.name

    def binding(self) -> Binding:
        """The key goes to this address as this user, and nowhere else."""
        return Binding(str(self.pk), self.kind, self.api_url, self.public_key)


class SqlLogin(Sealed):
    """A database user of one cluster or branch, with one of the built-in roles."""

    kind = "sql-password"

    connection = models.ForeignKey(TidbCloudConnection, on_delete=models.CASCADE, related_name="logins")
    cluster_id = models.CharField("cluster id", max_length=64)
    branch_id = models.CharField("branch id", max_length=64, blank=True)
    role = models.CharField(max_length=20, choices=Role.choices)
    username = models.CharField(
        "user", max_length=128, help_text="With the cluster's prefix, as in 2Bx9fJkQm7TcRzW.reader."
    )

    class Meta:
        ordering = ["connection", "cluster_id", "branch_id", "role"]
        verbose_name = "SQL login"
        constraints = [
            models.UniqueConstraint(fields=["connection", "cluster_id", "branch_id", "role"], name="one_login_a_role"),
        ]

    def __str__(self) -> str:
        return f"{self.username} on {self.branch_id or self.cluster_id}"

    def binding(self) -> Binding:
        """The API at this address says where the cluster is: another API must not get to say so for this password."""
        address = json.dumps([self.connection.api_url, self.cluster_id, self.branch_id])
        return Binding(str(self.pk), self.kind, address, self.username)
