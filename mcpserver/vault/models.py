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
OFFICIAL_IAM = "https://iam.tidbapi.com/v1beta1"


class Role(models.TextChoices):
    """TiDB Cloud's built-in roles, from least to most."""

    READONLY = "role_readonly", "reader"
    READWRITE = "role_readwrite", "writer"
    ADMIN = "role_admin", "owner"


class Auth(models.TextChoices):
    """How a connection proves itself."""

    API_KEY = "api_key", "API key"
    BEARER = "bearer", "bearer token"


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
    """A key of one TiDB Cloud organization or project."""

    kind = "tidbcloud-api-key"

    name = models.CharField(max_length=100, unique=True)
    api_url = models.CharField("API address", max_length=300, default=OFFICIAL_API, validators=[api_address])
    iam_url = models.CharField(
        "IAM address",
        max_length=300,
        default=OFFICIAL_IAM,
        validators=[api_address],
        help_text="Where SQL users are made.",
    )
    auth = models.CharField("key", max_length=10, choices=Auth.choices, default=Auth.API_KEY)
    public_key = models.CharField(max_length=200, blank=True, help_text="Empty for a bearer token.")

    class Meta:
        ordering = ["name"]
        verbose_name = "TiDB Cloud connection"

    def __str__(self) -> str:
        return self.name

    def binding(self) -> Binding:
        """The key goes to these addresses as this user and in this way, and nowhere else."""
        kind = self.kind if self.auth == Auth.API_KEY else f"{self.kind}:{self.auth}"
        official = (self.api_url, self.iam_url) == (OFFICIAL_API, OFFICIAL_IAM)
        # As it was stored before there was a second address; where the first is another's, so is the second.
        address = self.api_url if official else json.dumps([self.api_url, self.iam_url])
        return Binding(str(self.pk), kind, address, self.public_key)


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


class LoginsDue(models.Model):
    """A cluster or branch that was made through the gateway and has no SQL logins yet. The row is the queue."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    connection = models.ForeignKey(TidbCloudConnection, on_delete=models.CASCADE, related_name="logins_due")
    cluster_id = models.CharField("cluster id", max_length=64)
    branch_id = models.CharField("branch id", max_length=64, blank=True)
    parent_branch_id = models.CharField("parent branch id", max_length=64, blank=True)
    asked_by = models.CharField(max_length=150)
    asked_at = models.DateTimeField(default=now)
    tries = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField(default=now)
    """When it may be tried (again); whoever tries moves it on, so that no two do at once."""
    problem = models.TextField(blank=True)

    class Meta:
        ordering = ["asked_at"]
        verbose_name = "SQL logins due"
        verbose_name_plural = "SQL logins due"
        constraints = [
            models.UniqueConstraint(fields=["connection", "cluster_id", "branch_id"], name="due_once_a_place"),
        ]

    def __str__(self) -> str:
        return f"logins of {self.branch_id or self.cluster_id}"
