"""Passwords that are handed to one person, once: kept sealed until they are seen, for an hour at the most.

Nobody else opens them, no superuser and no tool; what was seen or is over is wiped. The row stays a while, so that its
page can say what became of it.
"""

import json
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q

from audit.facts import Facts
from audit.kinds import Kind, Result
from audit.models import record
from mcpserver.vault.binding import Binding
from mcpserver.vault.models import Sealed
from mcpserver.vault.open import open_secret
from tidbmcp.lib.clock import now
from tidbmcp.lib.errors import VaultUnavailable
from tidbmcp.lib.secrets import Secret

LIFETIME: Final = timedelta(hours=1)
REMEMBERED: Final = timedelta(days=30)
"""How long the page of a password that is gone still says so."""

PURPOSE: Final = "show it once to who asked for it"


class HandedSecret(Sealed):
    """The password of a SQL user that somebody asked for, until they have seen it."""

    kind = "handed-password"

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    username = models.CharField("user", max_length=128)
    role = models.CharField(max_length=20)
    connection_name = models.CharField("connection", max_length=100)
    cluster_id = models.CharField("cluster id", max_length=64)
    cluster_name = models.CharField("cluster", max_length=100)
    branch_id = models.CharField("branch id", max_length=64, blank=True)
    branch_name = models.CharField("branch", max_length=100, blank=True)
    host = models.CharField(max_length=255)
    port = models.PositiveIntegerField()
    expires_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = "handed password"

    def __str__(self) -> str:
        return f"{self.username} on {self.branch_id or self.cluster_id}"

    def binding(self) -> Binding:
        """It opens for this person, user and place, until this second, and for nothing else."""
        address = json.dumps([self.connection_name, self.cluster_id, self.branch_id, self.host, self.port])
        until = int(self.expires_at.timestamp())
        return Binding(str(self.pk), self.kind, address, json.dumps([self.owner_id, self.username, until]))

    def state(self) -> str:
        """`waiting`, `seen` or `over`: expired, or withdrawn because its user was removed."""
        if self.seen_at:
            return "seen"
        return "waiting" if self.sealed and self.expires_at > now() else "over"


def hand(secret: Secret, facts: Facts, **about: Any) -> HandedSecret:
    """Keep it for its owner; `about` are the fields of the row. Blocking. Raises AuditUnavailable, or the database's errors."""
    with transaction.atomic():
        row = HandedSecret(**about, expires_at=(now() + LIFETIME).replace(microsecond=0))
        row.store(secret, facts)
    return row


def take(row: HandedSecret, facts: Facts) -> Secret | None:
    """The password, for its owner, once: of two who ask at the same time one gets it. None where it is not there any more.

    Claimed, opened, wiped and recorded together or not at all, so that what could not be recorded can be asked for again.
    Blocking. Raises AuditUnavailable, and VaultUnavailable where it does not open: then it is wiped, too.
    """
    moment = now()
    with transaction.atomic():
        waiting = HandedSecret.objects.filter(pk=row.pk, owner=row.owner_id, seen_at=None, expires_at__gt=moment)
        if waiting.exclude(sealed="").update(seen_at=moment) != 1:
            return None
        claimed = HandedSecret.objects.select_related("owner").get(pk=row.pk)
        secret = _opened(claimed, facts)
        HandedSecret.objects.filter(pk=row.pk).update(sealed="", seen_at=moment if secret else None)
        if secret is not None:
            record(Kind.SECRET_SHOWN, facts=facts, **_about(claimed))
            return secret
    raise VaultUnavailable("The stored password does not open, and nobody can see it any more.")


def _opened(row: HandedSecret, facts: Facts) -> Secret | None:
    """None, and no exception, where it does not open: that would take the record of it back with the transaction."""
    try:
        return open_secret(row, purpose=PURPOSE, facts=facts)
    except VaultUnavailable:
        return None


def withdraw(cluster_id: str, branch_id: str, username: str, facts: Facts) -> None:
    """Wipe what still waits for somebody: its user is gone. Blocking."""
    _wipe(Q(cluster_id=cluster_id, branch_id=branch_id, username=username), "its user was removed", facts)


def wipe_expired(facts: Facts) -> None:
    """Wipe what nobody came for, and forget rows that nobody asks about any more. Blocking."""
    _wipe(Q(expires_at__lte=now()), "nobody came for it in time", facts)
    HandedSecret.objects.filter(expires_at__lte=now() - REMEMBERED).delete()


def _wipe(which: Q, why: str, facts: Facts) -> None:
    for row in HandedSecret.objects.filter(which).exclude(sealed="").select_related("owner"):
        with transaction.atomic():
            if HandedSecret.objects.filter(pk=row.pk).exclude(sealed="").update(sealed="") == 1 and not row.seen_at:
                record(Kind.SECRET_EXPIRED, Result.OK, facts, error=why, **_about(row))


def _about(row: HandedSecret) -> dict[str, Any]:
    about = {"user": row.username, "role": row.role, "for": row.owner.get_username(), "connection": row.connection_name}
    return {
        "cluster": row.cluster_name,
        "cluster_id": row.cluster_id,
        "branch": row.branch_name,
        "parameters": about,
    }
