"""Schema changes in the console: what was asked for, what it changes, how far it has come."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html

from audit.recorded_admin import RecordedAdmin
from mcpserver.changes.models import SchemaChange, State
from tidbmcp.lib.visible import make_visible

CHIPS = {State.APPLIED: "ok", State.FAILED: "error", State.UNKNOWN: "unknown", State.READY: "ask"}


class SchemaChangeAdmin(RecordedAdmin):
    """Schema changes, to look at. They are made, applied and swept elsewhere."""

    lead = "Changes of schemas that were tried on a branch. Who prepared one can apply it until it expires."
    empty = "None yet: agents prepare them, each on a branch of its own."
    list_display = ["created_at", "requester", "cluster_name", "database", "chip", "expires_at", "branch_gone_at"]
    list_filter = ["state", "requester"]
    search_fields = ["cluster_id", "branch_id"]
    fieldsets = [
        (None, {"fields": ["chip", "what_failed", "cluster_name", "database", "as_asked", "as_difference"]}),
        ("Who asked", {"fields": ["requester", "token", "why"]}),
        ("When", {"fields": ["created_at", "expires_at", "decided_at", "ended_at"]}),
        ("Where", {"fields": ["connection", "cluster_id", "branch_name", "branch_id", "branch_gone_at", "id"]}),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """All that is shown; the two whole schemas, which are long, are not."""
        return [name for _, options in self.fieldsets for name in options["fields"]]

    @admin.display(description="state", ordering="state")
    def chip(self, row: SchemaChange) -> str:
        """In a word."""
        state = State(row.state)
        return format_html('<span class="chip chip-{}">{}</span>', CHIPS.get(state, "plain"), state.label)

    @admin.display(description="problem")
    def what_failed(self, row: SchemaChange) -> str:
        """Why it went no further."""
        return make_visible(row.problem) or "none"

    @admin.display(description="reason, in the agent's words")
    def why(self, row: SchemaChange) -> str:
        """Nobody has checked it."""
        return make_visible(row.reason) or "none given"

    @admin.display(description="statements")
    def as_asked(self, row: SchemaChange) -> str:
        """What ran on the branch, and is to run on the cluster."""
        return _block(f"{statement};" for statement in row.statements)

    @admin.display(description="difference")
    def as_difference(self, row: SchemaChange) -> str:
        """What they changed on the branch."""
        return _block(line for change in row.difference for line in _lines(change)) if row.difference else "none"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody: it is prepared by a tool."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: what was tried is what is applied."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Its branch would be left behind."""
        return False


def _block(lines: Iterable[str]) -> str:
    return render_to_string("console/parts/block.html", {"text": "\n".join(lines)})


def _lines(change: dict[str, Any]) -> Iterable[str]:
    """What is different, and under it how it was and how it is."""
    whole = change["name"] in {"", change["table"]}
    yield f"{change['kind']} {change['table']}{'' if whole else '.' + change['name']} {change['change']}"
    for sign, definition in (("-", change["before"]), ("+", change["after"])):
        if definition:
            yield from (f"  {sign} {line}" for line in definition.splitlines())
