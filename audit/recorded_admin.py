"""A mixin for admin pages whose changes are events too."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from audit.facts import facts_of
from audit.kinds import Kind
from audit.models import record


class RecordedAdmin(admin.ModelAdmin[Any]):
    """Writes an event beside each entry of the admin's own log. The admin saves and logs in one transaction; it deletes
    after it has logged, so that nothing goes without an event.
    """

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> LogEntry:
        """Something was added."""
        self._record(request, "added", [obj], message)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> LogEntry:
        """Something was changed; the message names the fields, not their values."""
        self._record(request, "changed", [obj], message)
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        """Things were deleted."""
        self._record(request, "deleted", list(queryset), "")
        return super().log_deletions(request, queryset)

    def _record(self, request: HttpRequest, verb: str, objects: list[Model], message: Any) -> None:
        what = {
            "verb": verb,
            "of": self.opts.verbose_name,
            "which": [str(obj) for obj in objects[:20]],
            "what": message,
        }
        record(Kind.ADMIN_CHANGED, facts=facts_of(request), parameters=what)
