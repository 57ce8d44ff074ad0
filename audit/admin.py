"""The record in the console: read-only, newest first, a page for one call, CSV."""

import json
from contextlib import suppress
from typing import Any, Final
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Case, Q, QuerySet, Value, When
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import URLPattern, path

from audit.changelist import BEFORE, KeysetChangeList
from audit.export import csv_pages_async
from audit.facts import facts_of
from audit.filters import STILL_RUNNING, ClusterFilter, PersonFilter, SinceFilter, ToolFilter, has_outcome
from audit.kinds import STEPS, Kind, Result
from audit.models import Event, record
from tidbmcp.lib.clock import now

NONE: Final = "\N{EN DASH}"
"""What a list shows where there is nothing."""

PARTS: Final = (
    ("What", ["when", "kind", "tool", "verdict", "why", "statement", "arguments"]),
    ("Where", ["where", "branch"]),
    ("Who", ["who", "token", "client", "address"]),
    ("How much", ["took", "read", "bytes", "count"]),
    ("Ids", ["id", "call_id", "request_id", "sql_digest"]),
)
"""The page of one event: its parts and their fields."""

SHOWN_FROM: Final = {
    "when": "at", "verdict": "result", "why": "error", "statement": "sql", "arguments": "parameters",
    "where": "cluster", "who": "person", "client": "client_name", "took": "duration_ms", "read": "rows",
}  # fmt: skip
"""What is shown, and the field it is made from."""


@admin.register(Event)
class EventAdmin(admin.ModelAdmin[Event]):
    """What happened."""

    list_display = ["time", "who", "what", "verdict", "where", "read", "took", "client"]
    list_display_links = ["time"]
    sortable_by = ()
    empty_value_display = NONE
    readonly_fields = ["when", "verdict", "why", "statement", "arguments", "where", "who", "client", "took", "read"]
    list_filter = [SinceFilter, "result", PersonFilter, ToolFilter, ClusterFilter, "kind"]
    list_per_page = 100
    search_fields = ["request_id"]
    search_help_text = "A request id, a call id or a token's prefix"
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    change_list_template = "admin/audit/change_list.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Event | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Event | None = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("call/<uuid:call_id>/", view(self.call_page), name="audit_call"),
            path("export.csv", view(self.export), name="audit_export"),
        ]
        return own + super().get_urls()

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[KeysetChangeList]:
        return KeysetChangeList

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        return lookup in {BEFORE, "since", "result__exact", "person", "tool", "cluster", "kind__exact"}

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Event], term: str
    ) -> tuple[QuerySet[Event], bool]:
        """One box for three things, each found by an index."""
        term = term.strip().rstrip("…")
        if not term:
            return queryset, False
        wanted = Q(request_id=term.replace("-", "").lower()) | Q(token=term[:13])
        with suppress(ValueError):
            wanted |= Q(call_id=UUID(term)) | Q(pk=UUID(term))
        return queryset.filter(wanted), False

    def get_fieldsets(self, request: HttpRequest, obj: Event | None = None) -> Any:
        """Those fields that say something about this event."""
        parts = [(name, [field for field in fields if _says(obj, field)]) for name, fields in PARTS]
        return [(name, {"fields": fields}) for name, fields in parts if fields]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        known = Case(When(result=Result.STARTED, then=has_outcome()), default=Value(True))  # noqa: FBT003 - an SQL value
        return super().get_queryset(request).annotate(outcome_known=known)

    def call_page(self, request: HttpRequest, call_id: UUID) -> HttpResponse:
        """Everything that one call did, in order."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        own = list(Event.objects.filter(call_id=call_id).order_by("pk"))
        if not own:
            raise Http404
        request_ids = {event.request_id for event in own if event.request_id}
        steps = [event for event in own if event.kind in STEPS] or own
        outcome = steps[-1]
        context = {
            **self.admin_site.each_context(request),
            "title": "One call",
            "opts": self.opts,
            "events": Event.objects.filter(Q(call_id=call_id) | Q(request_id__in=request_ids)).order_by("pk"),
            "outcome": outcome,
            "unknown": outcome.result == Result.STARTED and outcome.at < now() - STILL_RUNNING,
            "sql": outcome.sql,
            "parameters": outcome.parameters,
        }
        return render(request, "admin/audit/call.html", context)

    def export(self, request: HttpRequest) -> StreamingHttpResponse:
        """The list as it is filtered, as CSV; the export is an event too."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        events = self.get_changelist_instance(request).get_queryset(request)
        record(Kind.AUDIT_EXPORTED, facts=facts_of(request), parameters={"filters": request.GET.dict()})
        name = f"tidbmcp-audit-{now():%Y%m%d-%H%M%S}.csv"
        return StreamingHttpResponse(
            csv_pages_async(events),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    @admin.display(description="time")
    def time(self, event: Event) -> str:
        return render_to_string("console/parts/time.html", {"moment": event.at, "clock": True})

    @admin.display(description="time")
    def when(self, event: Event) -> str:
        return f"{event.at:%Y-%m-%d %H:%M:%S.%f} UTC"

    @admin.display(description="person")
    def who(self, event: Event) -> str:
        return _text(event.person or "nobody")

    @admin.display(description="what")
    def what(self, event: Event) -> str:
        return render_to_string("console/parts/what.html", {"event": event})

    @admin.display(description="verdict")
    def verdict(self, event: Event) -> str:
        unknown = not getattr(event, "outcome_known", True) and event.at < now() - STILL_RUNNING
        return render_to_string("console/parts/verdict.html", {"event": event, "unknown": unknown})

    @admin.display(description="cluster")
    def where(self, event: Event) -> str:
        return _text(event.cluster or event.cluster_id or NONE)

    @admin.display(description="rows")
    def read(self, event: Event) -> str:
        return NONE if event.rows is None else f"{event.rows:,}"

    @admin.display(description="took")
    def took(self, event: Event) -> str:
        return render_to_string("console/parts/took.html", {"event": event})

    @admin.display(description="client, as claimed")
    def client(self, event: Event) -> str:
        return _text(" ".join(filter(None, [event.client_name, event.client_version])) or NONE)

    @admin.display(description="why")
    def why(self, event: Event) -> str:
        return _text(event.error or NONE)

    @admin.display(description="statement, untrusted")
    def statement(self, event: Event) -> str:
        return _block(event.sql)

    @admin.display(description="arguments, untrusted")
    def arguments(self, event: Event) -> str:
        return _block(json.dumps(event.parameters, ensure_ascii=False, indent=2) if event.parameters else "")


def _says(event: Event | None, field: str) -> bool:
    value = getattr(event, SHOWN_FROM.get(field, field))
    return value not in ("", None, {}) and (field, value) != ("count", 1)


def _text(text: str) -> str:
    return render_to_string("console/parts/text.html", {"text": text})


def _block(text: str) -> str:
    return render_to_string("console/parts/block.html", {"text": text}) if text else NONE
