"""The way of a schema change: each step is one conditional UPDATE, so that of two that try it one does it. Blocking."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.crypto import salted_hmac

from audit.facts import Facts
from audit.kinds import Kind, Result
from audit.models import record
from mcpserver.changes.models import SchemaChange, State
from tidbmcp.lib.clock import now

LONGEST: Final = timedelta(hours=1)
"""After so long who prepared or applied it is dead: a statement ends much sooner."""

PREPARED_BY_NOBODY: Final = "The server stopped while it was being prepared."
APPLIED_BY_NOBODY: Final = "The server stopped while it was being applied, and nobody knows how far it came."


def begin(**about: Any) -> SchemaChange:
    """A new one, before anything is asked for."""
    change = SchemaChange(expires_at=now() + timedelta(hours=settings.SCHEMA_CHANGE_HOURS), **about)
    change.branch_name = f"schema-change-{change.id.hex[-10:]}"
    change.digest = digest_of(change)
    change.save(force_insert=True)
    return change


def digest_of(change: SchemaChange) -> str:
    """Equal for equal statements in the same place. Keyed: who can only write the row can't make it fit others."""
    text = "\0".join([change.cluster_id, change.database, *change.statements]).encode("utf-8", "replace")
    return salted_hmac("mcpserver.changes", text, algorithm="sha256").hexdigest()


def of(change_id: str, person_id: int) -> SchemaChange | None:
    """The one with this id, if it is this person's."""
    try:
        wanted = UUID(change_id)
    except ValueError:
        return None
    rows = SchemaChange.objects.select_related("connection")
    return rows.filter(pk=wanted, requester_id=person_id).first()


def move(change: SchemaChange, from_state: State, to_state: State, **fields: Any) -> bool:
    """From one state to another. False where it is not, or no more, in the first."""
    moved = SchemaChange.objects.filter(pk=change.pk, state=from_state).update(state=to_state, **fields) == 1
    if moved:
        change.state = to_state
    return moved


def claim(change: SchemaChange) -> bool:
    """Take it to be applied, once. False where another call did, its time is over, or its statements are not as prepared."""
    moment = now()
    ready = SchemaChange.objects.filter(pk=change.pk, expires_at__gt=moment, digest=digest_of(change))
    taken = ready.filter(state=State.READY).update(state=State.APPLYING, decided_at=moment) == 1
    if taken:
        change.state = State.APPLYING
    return taken


def end(change: SchemaChange, from_state: State, to_state: State, problem: str = "") -> bool:
    """Its last step; from here on its branch may be swept."""
    return move(change, from_state, to_state, problem=problem, ended_at=now())


def settle(facts: Facts) -> None:
    """End what is over: ready ones past their time, and those whose process has died in the middle. With an event each."""
    moment = now()
    over = moment - LONGEST
    for change in _in(State.READY).filter(expires_at__lte=moment):
        _end(change, State.READY, State.EXPIRED, "", Result.OK, facts)
    for change in _in(State.PREPARING).filter(created_at__lte=over):
        _end(change, State.PREPARING, State.FAILED, PREPARED_BY_NOBODY, Result.ERROR, facts)
    for change in _in(State.APPLYING).filter(decided_at__lte=over):
        _end(change, State.APPLYING, State.UNKNOWN, APPLIED_BY_NOBODY, Result.UNKNOWN, facts)


def _in(state: State) -> QuerySet[SchemaChange]:
    return SchemaChange.objects.filter(state=state).select_related("connection")


def _end(change: SchemaChange, from_state: State, to_state: State, problem: str, result: Result, facts: Facts) -> None:
    with transaction.atomic():
        if end(change, from_state, to_state, problem):
            about = {"change": str(change.pk), "from": from_state.value, "to": to_state.value}
            own = replace(facts, person=change.requester, client_name="tidbmcp")
            record(Kind.CHANGE_ENDED, result, own, error=problem, **place_of(change), parameters=about)


def place_of(change: SchemaChange) -> dict[str, str]:
    """As fields of an event."""
    return {"cluster": change.cluster_name, "cluster_id": change.cluster_id, "branch": change.branch_name}


def to_sweep() -> list[SchemaChange]:
    """Those whose branch is of no more use. Of an unknown outcome it stays until the change would have expired, to look at."""
    ended = Q(state__in=[State.APPLIED, State.FAILED, State.EXPIRED, State.DISCARDED]) | Q(
        state=State.UNKNOWN, expires_at__lte=now()
    )
    rows = SchemaChange.objects.filter(ended, branch_gone_at=None, not_before__lte=now())
    return list(rows.select_related("connection"))
