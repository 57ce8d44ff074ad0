"""Events are added, cleaned, and never changed or removed through Django."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import DatabaseError, OperationalError
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from audit.facts import Facts
from audit.kinds import Kind, Result
from audit.models import SQL_MOST, Event, record
from audit.parameters import MOST
from tidbmcp.lib.errors import AuditUnavailable
from tidbmcp.lib.ids import new_id

pytestmark = pytest.mark.django_db


def event(**about: Any) -> Event:
    return record(Kind.CALL_FINISHED, tool="db_query", **about)


def _upsert(it: Event) -> object:
    clash = Event(id=it.pk, kind=it.kind, result=it.result, tool="altered")
    return Event.objects.bulk_create([clash], update_conflicts=True, update_fields=["tool"], unique_fields=["id"])


WAYS_TO_CHANGE: dict[str, Callable[[Event], object]] = {
    "save again": lambda it: it.save(),
    "save one field": lambda it: it.save(update_fields=["tool"]),
    "force an update": lambda it: it.save(force_update=True),
    "async save": lambda it: async_to_sync(it.asave)(),
    "save a fetched one": lambda it: Event.objects.get(pk=it.pk).save(),
    "update": lambda it: Event.objects.update(tool="altered"),
    "filtered update": lambda it: Event.objects.filter(pk=it.pk).update(tool="altered"),
    "async update": lambda it: async_to_sync(Event.objects.filter(pk=it.pk).aupdate)(tool="altered"),
    "bulk update": lambda it: Event.objects.bulk_update([it], ["tool"]),
    "update or create": lambda it: Event.objects.update_or_create(pk=it.pk, defaults={"tool": "altered"}),
    "upsert": _upsert,
    "delete": lambda it: it.delete(),
    "async delete": lambda it: async_to_sync(it.adelete)(),
    "delete a queryset": lambda it: Event.objects.filter(pk=it.pk).delete(),
    "delete by the manager": lambda it: Event.objects.delete(),  # type: ignore[attr-defined]
    "async delete a queryset": lambda it: async_to_sync(Event.objects.filter(pk=it.pk).adelete)(),
}


@pytest.mark.parametrize("way", WAYS_TO_CHANGE.values(), ids=WAYS_TO_CHANGE.keys())
def test_nothing_changes_or_removes_an_event(way: Callable[[Event], object]) -> None:
    it = event()
    it.tool = "altered"
    with pytest.raises(TypeError, match="only ever added"):
        way(it)
    assert Event.objects.get().tool == "db_query"


def test_a_second_event_of_the_same_id_is_refused() -> None:
    first = event()
    with pytest.raises(DatabaseError):
        Event(id=first.pk, kind=first.kind, result=first.result, tool="altered").save()


def test_the_base_manager_changes_nothing_either() -> None:
    event()
    with pytest.raises(TypeError):
        Event._base_manager.update(tool="altered")


def test_ids_are_in_the_order_in_which_things_happened() -> None:
    made = [event().pk for _ in range(50)]
    assert list(Event.objects.order_by("pk").values_list("pk", flat=True)) == made
    assert list(Event.objects.values_list("pk", flat=True)) == made[::-1]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a\x00b\x1b[31m", "a⟦U+0000⟧b⟦U+001B⟧[31m"),
        ("a\u202eb\u200bc\ufeff", "a⟦U+202E⟧b⟦U+200B⟧c⟦U+FEFF⟧"),
        ("a\ud800b", "a⟦U+D800⟧b"),
        ("a\r\tb\nc", "a\r\tb\nc"),
        ("x" * 600, "x" * 499 + "…"),
        ("x" * 500, "x" * 500),
        ("Bearer hunter2hunter2", "[redacted]"),
        ("日本語 🙂", "日本語 🙂"),
    ],
    ids=["controls", "unseen", "a lone surrogate", "blanks", "too long", "just fits", "a secret", "ordinary"],
)
def test_text_from_outside_is_kept_as_data(text: str, kept: str) -> None:
    assert Event.objects.get(pk=event(error=text).pk).error == kept


def test_every_text_is_bounded_by_its_column() -> None:
    long = dict.fromkeys(("cluster", "branch", "sql", "sql_digest", "error"), "x" * 9000)
    facts = Facts("r" * 99, None, "p" * 999, "t" * 99, "c" * 999, "v" * 999, "a" * 99)
    kept = record(Kind.AUTH_REFUSED, Result.REFUSED, facts, **long)
    for field in Event._meta.concrete_fields:
        most = field.max_length if field.name != "sql" else SQL_MOST
        value = getattr(kept, field.name)
        assert not isinstance(value, str) or most is None or len(value) <= most, field.name


def test_a_secret_that_stands_across_the_cut_does_not_survive_in_half() -> None:
    assert "hunter2" not in event(error="x" * 480 + " password=hunter2hunter2hunter2").error


def test_huge_parameters_are_cut_and_say_so() -> None:
    kept = event(parameters={"a": "x" * 50_000, "password": "hunter2"}).parameters
    assert list(kept) == ["cut"]
    assert len(kept["cut"]) == MOST


@pytest.mark.parametrize(
    ("parameters", "kept"),
    [
        ({"a": 1, "b": [True, None, 1.5]}, {"a": 1, "b": [True, None, 1.5]}),
        ({"id": new_id}, None),
        ({1: (2, 3)}, {"1": [2, 3]}),
        ({"a": "b\ud800c"}, {"a": "b⟦U+D800⟧c"}),
        (["a"], {"cut": '["a"]'}),
        ("text", {"cut": '"text"'}),
        ({"n": 2**70}, {"n": 2**70}),
        ({}, {}),
    ],
    ids=["JSON", "a function", "not text keys", "a lone surrogate", "a list", "a text", "a big number", "nothing"],
)
def test_parameters_are_kept_as_json_whatever_they_are(parameters: Any, kept: Any) -> None:
    found = Event.objects.get(pk=event(parameters=parameters).pk).parameters
    assert json.dumps(found)
    assert kept is None or found == kept


def test_unseen_characters_in_parameters_are_made_visible() -> None:
    assert "\u202e" not in event(parameters={"a": "x\u202ey"}).parameters["a"]


@pytest.mark.parametrize("number", [float("nan"), float("inf")], ids=["NaN", "Infinity"])
def test_numbers_that_json_does_not_know_do_not_stop_the_audit(number: float) -> None:
    assert event(parameters={"max_rows": number})


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(ANYTHING, st.text(st.characters()))
@hypothesis_settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_anything_can_be_recorded(parameters: Any, text: str) -> None:
    assert event(parameters=parameters, error=text, cluster=text, sql=text).pk


@pytest.mark.parametrize("error", [DatabaseError, OperationalError])
def test_where_it_cannot_be_written_nothing_may_happen(error: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*args: object, **kwargs: object) -> None:
        raise error("planted: disk full")

    monkeypatch.setattr("audit.models._insert", fails)
    with pytest.raises(AuditUnavailable) as caught:
        event()
    assert "planted" not in caught.value.public
    assert "planted: disk full" in caught.value.detail


def test_a_field_that_does_not_exist_is_an_error_and_not_ignored() -> None:
    with pytest.raises(Exception, match="nonsense"):
        event(nonsense="x")


NESTED: dict[str, object] = {}
_level = NESTED
for _ in range(60):
    _level["in"] = _level = {}
HOSTILE: dict[str, object] = {
    "many long texts": {str(number): "eyJ." * 5000 for number in range(190)},
    "many short texts": {str(number): ["a:"] * 190 for number in range(190)},
    "long names": {f"{number}{'x' * 5000}": 1 for number in range(190)},
    "many values": [[1] * 199 for _ in range(199)],
    "deep": NESTED,
}


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
def test_of_megabytes_only_so_much_is_looked_at(value: object, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at = []

    def look(text: str) -> str:
        looked_at.append(len(text))
        return text

    monkeypatch.setattr("tidbmcp.lib.redaction.redact_text", look)
    kept = event(parameters={"cluster": value}).parameters
    assert len(looked_at) < 1_500
    assert sum(looked_at) < 40_000
    assert len(str(kept)) < 10_000
    assert str(kept).count("{") + str(kept).count("[") < 1_000


def test_parameters_are_not_deeper_than_every_database_takes() -> None:
    kept = event(parameters={"cluster": NESTED}).parameters
    assert str(kept).count("{") <= 12
    assert "…" in str(kept)
