"""People and their access tokens."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Self

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q

from accounts.scopes import Scope, parse_scopes
from accounts.tokens import TokenText, new_token
from audit.facts import NOBODY, Facts
from audit.kinds import Kind
from audit.models import record
from tidbmcp.lib.clock import now
from tidbmcp.lib.ids import new_id

LAST_USED_STEP: Final = timedelta(minutes=1)
"""`last_used` is exact to this: a write for every call would cost more than it tells."""

DEFAULT_LIFETIME: Final = timedelta(days=90)


class User(AbstractUser):
    """A person."""

    class Meta(AbstractUser.Meta):
        verbose_name = "person"
        verbose_name_plural = "people"


def known_scopes(text: str) -> None:
    """A validator: only scopes that exist."""
    try:
        parse_scopes(text)
    except ValueError as error:
        raise ValidationError(str(error)) from None


class TokenQuerySet(models.QuerySet["AccessToken"]):
    """Tokens."""

    def usable(self, moment: datetime) -> Self:
        """Those that open something: not revoked, not expired, of an active person."""
        unexpired = Q(expires_at=None) | Q(expires_at__gt=moment)
        return self.filter(unexpired, revoked_at=None, owner__is_active=True)


class AccessToken(models.Model):
    """One person's key for one client. Its text is shown once; stored are a look-up part and a keyed hash."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=100, help_text="Which client or job uses it, as in: Claude Code on my laptop.")
    lookup = models.CharField("prefix", max_length=20, unique=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    scopes = models.CharField(max_length=200, validators=[known_scopes])
    read_only = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=now, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField("last used", null=True, editable=False)
    client_name = models.CharField("client, as last claimed", max_length=100, blank=True, editable=False)
    client_version = models.CharField(max_length=50, blank=True, editable=False)
    revoked_at = models.DateTimeField("revoked", null=True, editable=False)

    objects = TokenQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = "access token"

    def __str__(self) -> str:
        return f"{self.lookup}… ({self.name})"

    @classmethod
    def make(
        cls,
        owner: User,
        *,
        name: str,
        scopes: list[Scope],
        read_only: bool = False,
        expires_at: datetime | None = None,
        facts: Facts = NOBODY,
    ) -> tuple["AccessToken", TokenText]:
        """Make a token for `owner`; the text is returned here and is nowhere else."""
        text = new_token()
        with transaction.atomic():
            token = cls.objects.create(
                owner=owner,
                name=name,
                lookup=text.lookup,
                digest=text.digest(),
                scopes=" ".join(scopes),
                read_only=read_only,
                expires_at=expires_at,
            )
            about = {
                "name": name,
                "scopes": token.scopes,
                "read_only": read_only,
                "expires": str(expires_at or "never"),
            }
            made_by = replace(facts, person=owner.username, token=token.lookup)
            record(Kind.TOKEN_MADE, facts=made_by, parameters=about)
        return token, text

    @property
    def scope_set(self) -> frozenset[Scope]:
        """The scopes as values. A word that is no scope any more opens nothing."""
        words = self.scopes.split()
        return frozenset(scope for scope in Scope if scope.value in words)

    def state(self, moment: datetime) -> str:
        """`active`, `revoked` or `expired`: the word that lists show."""
        if self.revoked_at:
            return "revoked"
        return "expired" if self.expires_at and self.expires_at <= moment else "active"

    def revoke(self, facts: Facts) -> bool:
        """Revoke it, once. False where it was revoked already."""
        with transaction.atomic():
            done = type(self).objects.filter(pk=self.pk, revoked_at=None).update(revoked_at=now()) == 1
            if done:
                about = {"owner": self.owner.username, "name": self.name}
                record(Kind.TOKEN_REVOKED, facts=replace(facts, token=self.lookup), parameters=about)
        return done

    def used(self, moment: datetime) -> None:
        """Note that it was used, at most once a minute."""
        if self.last_used_at is None or moment - self.last_used_at >= LAST_USED_STEP:
            type(self).objects.filter(pk=self.pk).update(last_used_at=moment)
