"""Schema changes in the console: to look at, and nothing else."""

from typing import Any

import pytest
from django.test import Client

from mcpserver.changes.models import SchemaChange, State
from mcpserver.changes.record import begin
from mcpserver.vault.models import TidbCloudConnection
from tests.pages.conftest import HOSTILE, TURNED, Connect, Start
from tests.pages.far_end import cluster

CHANGES = "/admin/mcpserver/schemachange/"

pytestmark = pytest.mark.usefixtures("nothing_kept")


@pytest.fixture
def ours(far_end: Start, connect: Connect) -> TidbCloudConnection:
    return connect("ours", far_end(cluster(7, "shop")).address)


def change(ours: TidbCloudConnection, **fields: Any) -> SchemaChange:
    row = begin(
        connection=ours, cluster_id="7", cluster_name="shop", database="shop", statements=["DROP TABLE t"], requester_id=1, requester="bob"
    )  # fmt: skip
    SchemaChange.objects.filter(pk=row.pk).update(**fields)
    return row


@pytest.mark.parametrize("state", State)
def test_its_state_is_a_word_in_a_chip(as_alice: Client, ours: TidbCloudConnection, state: State) -> None:
    change(ours, state=state)
    assert f">{state.label}</span>" in as_alice.get(CHANGES).text


def test_without_one_it_says_so(as_alice: Client) -> None:
    assert "None yet" in as_alice.get(CHANGES).text


def test_it_is_shown_and_can_be_neither_made_nor_changed_nor_deleted(
    as_alice: Client, ours: TidbCloudConnection
) -> None:
    row = change(ours, problem=HOSTILE + TURNED, before="the whole schema")
    page = as_alice.get(f"{CHANGES}{row.pk}/change/").text
    assert "DROP TABLE t" in page
    assert "<script>" not in page.replace("<script src", "")
    assert "the whole schema" not in page
    assert "U+202E" in page
    assert as_alice.get(f"{CHANGES}add/").status_code == 403
    for path in (f"{CHANGES}{row.pk}/change/", f"{CHANGES}{row.pk}/delete/"):
        assert as_alice.post(path, {"state": "ready", "post": "yes"}).status_code == 403
    assert SchemaChange.objects.get(pk=row.pk).state == State.PREPARING


def test_statements_and_difference_are_blocks_to_read(as_alice: Client, ours: TidbCloudConnection) -> None:
    added = {"change": "added", "kind": "column", "table": "t", "name": "c", "before": None, "after": "`c` int"}
    gone = {
        "change": "removed",
        "kind": "table",
        "table": HOSTILE,
        "name": HOSTILE,
        "before": "CREATE\nTABLE",
        "after": None,
    }
    row = change(ours, difference=[added, gone])
    page = as_alice.get(f"{CHANGES}{row.pk}/change/").text
    assert "column t.c added\n  + `c` int\ntable &lt;script&gt;" in page
    assert "removed\n  - CREATE\n  - TABLE</pre>" in page
    assert "DROP TABLE t;</pre>" in page
