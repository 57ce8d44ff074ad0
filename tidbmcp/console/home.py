"""What the first page of the console says: what needs the reader, a few figures, and what happened last."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from accounts.models import AccessToken, User
from audit.filters import unfinished
from audit.kinds import Kind, Result
from audit.models import Event
from tidbmcp.console.logins import in_trouble
from tidbmcp.console.templatetags.console import named
from tidbmcp.lib.clock import now

COUNT_MOST: Final = 10_000
"""Events are counted up to here: a figure must not cost a walk through the table."""

DAY: Final = timedelta(hours=24)


@dataclass(frozen=True)
class Need:
    """Something that waits for the reader, and where it is mended."""

    state: str
    word: str
    text: str
    link: str
    url: str


@dataclass(frozen=True)
class Figure:
    """A number that leads to the list behind it."""

    name: str
    value: str
    url: str


def home(request: HttpRequest) -> dict[str, Any]:
    """The page's context: each part only for those who may see what is behind it."""
    may_see_events = _may_view(request, "audit.Event")
    needs = list(_needs(request))
    return {
        "sentence": _sentence(needs),
        "needs": needs,
        "figures": list(_figures(request)),
        "may_see_events": may_see_events,
        "events": Event.objects.exclude(result=Result.STARTED)[:10] if may_see_events else [],
    }


def _sentence(needs: list[Need]) -> str:
    count = {0: "Nothing needs", 1: "One thing needs"}.get(len(needs), f"{len(needs)} things need")
    return f"Agents reach TiDB Cloud through here. {count} you."


def _needs(request: HttpRequest) -> Iterator[Need]:
    connections = apps.get_model("mcpserver.TidbCloudConnection")
    if _may_add(request, connections._meta.label) and not connections._default_manager.exists():
        add = reverse("admin:mcpserver_tidbcloudconnection_add")
        yield Need("ask", "start", "No TiDB Cloud connection yet: agents reach no cluster.", "Connect TiDB Cloud", add)
    if _may_view(request, "mcpserver.LoginsDue") and (count := in_trouble().count()):
        places = "one cluster or branch" if count == 1 else f"{count:,} clusters or branches"
        text = f"SQL logins of {places} could not be made yet."
        yield Need("ask", "mend", text, "Look", reverse("admin:mcpserver_loginsdue_changelist"))
    if not settings.REQUIRE_READER_LOGIN and _may_view(request, "mcpserver.SqlLogin"):
        text = "REQUIRE_READER_LOGIN is off: reads may use other logins than a reader, in a read-only transaction."
        yield Need("ask", "weaker", text, "Make readers", _readers(request))
    if not AccessToken.objects.usable(now()).exists():
        yield Need("ask", "start", "No token is in use: no agent can connect.", "Make one", reverse("accounts:tokens"))
    if _may_view(request, "audit.Event"):
        for event in unfinished(_last_day())[:5]:
            where = event.cluster or event.cluster_id or "no cluster"
            text = f"{named(event)} on {where}: nobody knows whether it was done."
            yield Need("unknown", "check", text, "Look", reverse("admin:audit_call", args=[event.call_id]))


def _readers(request: HttpRequest) -> str:
    """Where it shows which clusters have none, for who may see them."""
    clusters = _may_view(request, "mcpserver.TidbCloudConnection")
    return reverse("admin:clusters" if clusters else "admin:mcpserver_sqllogin_changelist")


def _figures(request: HttpRequest) -> Iterator[Figure]:
    if _may_view(request, "audit.Event"):
        calls = reverse("admin:audit_event_changelist")
        finished, refused = _last_day().filter(kind=Kind.CALL_FINISHED), _last_day().filter(result=Result.REFUSED)
        yield Figure("Calls in 24 hours", _bounded(finished), f"{calls}?since=24h&kind__exact={Kind.CALL_FINISHED}")
        yield Figure("Refused in 24 hours", _bounded(refused), f"{calls}?since=24h&result__exact={Result.REFUSED}")
    if _may_view(request, "accounts.AccessToken"):
        usable = AccessToken.objects.usable(now()).count()
        yield Figure("Tokens in use", f"{usable:,}", reverse("admin:accounts_accesstoken_changelist") + "?state=active")
    if _may_view(request, "accounts.User"):
        active = User.objects.filter(is_active=True).count()
        yield Figure("People", f"{active:,}", reverse("admin:accounts_user_changelist") + "?is_active__exact=1")


def _last_day() -> QuerySet[Event]:
    return Event.objects.filter(at__gte=now() - DAY)


def _bounded(events: QuerySet[Event]) -> str:
    count = events.order_by()[: COUNT_MOST + 1].count()
    return f"{count:,}" if count <= COUNT_MOST else f"{COUNT_MOST:,}+"


def _may_view(request: HttpRequest, label: str) -> bool:
    model = apps.get_model(label)
    return admin.site.is_registered(model) and admin.site.get_model_admin(model).has_view_permission(request)


def _may_add(request: HttpRequest, label: str) -> bool:
    model = apps.get_model(label)
    return admin.site.is_registered(model) and admin.site.get_model_admin(model).has_add_permission(request)
