"""Sign-in, sign-out and refused sign-ins become events."""

from dataclasses import replace
from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.models import User
from audit.facts import NOBODY, facts_of
from audit.kinds import Kind
from audit.models import record
from audit.refusals import REFUSALS


@receiver(user_logged_in)
def signed_in(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Somebody signed in. Where that can't be recorded, the sign-in fails."""
    record(Kind.SESSION_SIGNED_IN, facts=replace(facts_of(request), person=user.username))


@receiver(user_logged_out)
def signed_out(request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    """Somebody signed out."""
    if user is not None:
        record(Kind.SESSION_SIGNED_OUT, facts=replace(facts_of(request), person=user.username))


@receiver(user_login_failed)
def refused(credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    """A sign-in was refused. The name that was tried is kept where it is somebody's."""
    name = str(credentials.get("username") or credentials.get("login") or "")[:150]
    known = User.objects.filter(username=name).exists()  # what is nobody's name may be somebody's password
    tried = {"name": name if known else "(nobody's)"}
    facts = facts_of(request) if request else NOBODY
    REFUSALS.refused(Kind.SESSION_REFUSED, facts, error="wrong name or password", parameters=tried)
