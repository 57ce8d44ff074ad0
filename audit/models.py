"""The record of what happened: rows are added, and never changed or removed through here."""

from contextlib import nullcontext
from functools import cache, lru_cache
from typing import Any, Final, NoReturn

from django.db import Error as DatabaseFailure
from django.db import connection, models, transaction

from audit.facts import NOBODY, Facts
from audit.kinds import Kind, Result
from audit.parameters import kept, shown
from tidbmcp.lib.clock import now
from tidbmcp.lib.errors import AuditUnavailable
from tidbmcp.lib.ids import new_id
from tidbmcp.lib.redaction import redact_text

REPEATING: Final = frozenset(
    {"person", "token", "client_name", "client_version", "address", "tool", "cluster", "cluster_id"}
)
"""Texts that are the same in call after call: cleaned once."""

CONTEXT: Final = 4
"""Times what is kept of a text is looked at, so that a secret is seen whole. No more: callers may send megabytes."""

SQL_MOST: Final = 4_000
"""Characters of SQL, literals already out, that one event keeps."""


class AppendOnly(models.QuerySet["Event"]):
    """A queryset that reads."""

    def _refuse(self, *args: object, **kwargs: object) -> NoReturn:
        raise TypeError("audit events are only ever added")

    update = delete = bulk_update = update_or_create = _refuse
    bulk_create = _refuse  # with update_conflicts it changes rows


class Event(models.Model):
    """One thing that happened. Text from outside is kept as data: redacted, bounded, without control characters."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField(default=now, db_index=True)
    kind = models.CharField(max_length=40, choices=Kind.choices)
    result = models.CharField(max_length=20, choices=Result.choices)
    request_id = models.CharField(max_length=32, blank=True, db_index=True)
    call_id = models.UUIDField(null=True, db_index=True)

    person = models.CharField(max_length=150, blank=True)
    token = models.CharField("token prefix", max_length=20, blank=True, db_index=True)
    client_name = models.CharField("client, as claimed", max_length=100, blank=True)
    client_version = models.CharField("client's version, as claimed", max_length=50, blank=True)
    address = models.CharField(max_length=45, blank=True)

    tool = models.CharField("tool or method", max_length=100, blank=True)
    cluster = models.CharField("cluster, by its name then", max_length=100, blank=True)
    cluster_id = models.CharField("cluster id", max_length=64, blank=True)
    branch = models.CharField(max_length=100, blank=True)
    parameters = models.JSONField(default=dict, blank=True)
    sql = models.TextField("SQL, literals taken out", blank=True)
    sql_digest = models.CharField(max_length=64, blank=True)

    error = models.CharField("why", max_length=500, blank=True)
    duration_ms = models.FloatField("milliseconds", null=True)
    rows = models.IntegerField(null=True)
    bytes = models.IntegerField(null=True)
    count = models.PositiveIntegerField("times", default=1)

    objects = AppendOnly.as_manager()

    class Meta:
        ordering = ["-id"]
        base_manager_name = "objects"  # the plain one would update
        indexes = [
            models.Index(fields=["person", "-id"], name="event_person"),
            models.Index(fields=["tool", "-id"], name="event_tool"),
            models.Index(fields=["result", "-id"], name="event_result"),
            models.Index(fields=["cluster", "-id"], name="event_cluster"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.tool}".strip()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add the row. A second save, which would change it, is refused."""
        if not self._state.adding:
            raise TypeError("audit events are only ever added")
        super().save(force_insert=True, using=kwargs.get("using"))

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused: retention will remove whole sealed stretches, and say so."""
        raise TypeError("audit events are only ever added")


def record(kind: Kind, result: Result = Result.OK, facts: Facts = NOBODY, **about: Any) -> Event:
    """Write one event, cleaned, and return it once it is committed (or part of the caller's transaction).

    `about` are further fields of Event. Blocking: from async code use `audit.writer`. Raises AuditUnavailable when it
    can't be written: what can't be recorded must not happen.
    """
    event = event_of(kind, result, facts, **about)
    write([event])
    return event


def event_of(kind: Kind, result: Result, facts: Facts, **about: Any) -> Event:
    """An event, cleaned and not yet written. `about` are further fields of it."""
    return Event(
        kind=kind, result=result, **{name: _clean(name, value) for name, value in (facts.fields() | about).items()}
    )


def write(events: list[Event]) -> None:
    """Add them, all or none. Blocking. Raises AuditUnavailable."""
    try:
        _insert(events)
    except DatabaseFailure as error:
        raise AuditUnavailable(
            "This call could not be written to the audit, so nothing was done or shown. Try again in a moment.",
            detail=f"audit row not written: {error}",
        ) from error
    for event in events:
        event._state.adding, event._state.db = False, connection.alias


def _insert(events: list[Event]) -> None:
    """As the ORM would, without its writing the statement anew for every row."""
    rows = [[_stored(field, getattr(event, field.attname)) for field in _FIELDS] for event in events]
    with transaction.atomic() if len(rows) > 1 else nullcontext(), connection.cursor() as cursor:
        cursor.executemany(_statement(connection.vendor), rows)


_FIELDS: Final = Event._meta.local_concrete_fields


@cache
def _statement(vendor: str) -> str:
    """In the words of this kind of database."""
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in _FIELDS)
    places = ", ".join(["%s"] * len(_FIELDS))
    return f"INSERT INTO {quote(Event._meta.db_table)} ({columns}) VALUES ({places})"  # noqa: S608 - our own names


def _stored(field: "models.Field[Any, Any]", value: Any) -> Any:
    """As the driver takes it. Plain texts and numbers it takes as they are; an enumeration is no plain text."""
    return value if type(value) in _PLAIN else field.get_db_prep_save(value, connection)


_PLAIN: Final = frozenset({str, int, float, type(None)})


def _clean(name: str, value: Any) -> Any:
    if name == "parameters":
        return kept(value)
    if isinstance(value, str):
        most = getattr(Event._meta.get_field(name), "max_length", None) or SQL_MOST
        return (_clean_again if name in REPEATING else _clean_text)(value[: most * CONTEXT], most)
    return value


def _clean_text(text: str, most: int) -> str:
    return shown(redact_text(text), most)


_clean_again = lru_cache(maxsize=1000)(_clean_text)
