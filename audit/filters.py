"""Filters of the list of events: none of them reads the table to offer its choices."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from django.contrib import admin
from django.contrib.admin.views.main import SEARCH_VAR
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest

from audit.kinds import STEPS, Result
from audit.models import Event
from tidbmcp.lib.clock import now

STILL_RUNNING: Final = timedelta(minutes=10)
"""A call that began longer ago than this, and has no later row, is one whose outcome is unknown."""


def has_outcome() -> Exists:
    """Whether an event's call has a row that says how it ended."""
    later = Event.objects.filter(call_id=OuterRef("call_id"), kind__in=STEPS).exclude(result=Result.STARTED)
    return Exists(later.order_by())


def unfinished(events: QuerySet[Event]) -> QuerySet[Event]:
    """Those of the events that began a call whose outcome nobody knows, or that say so."""
    began = events.filter(result=Result.STARTED, call_id__isnull=False, at__lt=now() - STILL_RUNNING)
    return began.filter(~has_outcome()) | events.filter(result=Result.UNKNOWN)


class SinceFilter(admin.SimpleListFilter):
    """The last hour, day, week, month."""

    title = "time"
    parameter_name = "since"
    SPANS = {"1h": timedelta(hours=1), "24h": timedelta(hours=24), "7d": timedelta(days=7), "30d": timedelta(days=30)}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The choices."""
        return [("1h", "Last hour"), ("24h", "Last 24 hours"), ("7d", "Last 7 days"), ("30d", "Last 30 days")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Event]) -> QuerySet[Event]:
        """Events that are not older."""
        span = self.SPANS.get(self.value() or "")
        return queryset.filter(at__gte=now() - span) if span else queryset


class ExactFilter(admin.SimpleListFilter):
    """A box to type one exact value into, such as a person's name."""

    template = "admin/audit/exact_filter.html"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """One that is never shown: without any, the admin would leave the filter out."""
        return [("", "")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Event]) -> QuerySet[Event]:
        """Events with exactly this value."""
        value = self.value()
        return queryset.filter(**{str(self.parameter_name): value}) if value else queryset

    def choices(self, changelist: Any) -> Iterator[Any]:
        """What the template needs: the other parameters, and the address without this one."""
        others = [(k, v) for k, v in changelist.get_filters_params().items() if k != self.parameter_name]
        if changelist.query:
            others.append((SEARCH_VAR, changelist.query))
        yield {
            "others": [(k, v[-1] if isinstance(v, list) else v) for k, v in others],
            "selected": False,
            "query_string": changelist.get_query_string(remove=[self.parameter_name]),
            "display": "",
        }


class PersonFilter(ExactFilter):
    """By name of a person."""

    title = parameter_name = "person"


class ToolFilter(ExactFilter):
    """By tool or method."""

    title = parameter_name = "tool"


class ClusterFilter(ExactFilter):
    """By cluster."""

    title = parameter_name = "cluster"
