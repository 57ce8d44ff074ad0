"""What becomes of a schema change whose statements did not all run: ready again only where nothing did."""

import asyncio

import pytest

from mcpserver.changes.models import SchemaChange, State
from mcpserver.changes.record import begin
from mcpserver.sql.errors import SqlBusy, SqlRejected, SqlUnknown
from mcpserver.tools.schema_apply import _failed
from mcpserver.vault.models import TidbCloudConnection

pytestmark = pytest.mark.django_db

RAN, SENT = "1 of 2 statements ran and stand", "ALTER TABLE was sent"

ENDS: dict[str, tuple[BaseException, str, str, State]] = {
    "nothing was begun": (SqlBusy("busy"), "", "", State.READY),
    "the first was refused": (SqlRejected("no"), "", "", State.READY),
    "the second was refused": (SqlRejected("no"), RAN, "", State.FAILED),
    "the server did not say": (SqlUnknown("lost"), "", SENT, State.UNKNOWN),
    "the server did not say of the second": (SqlUnknown("lost"), RAN, SENT, State.UNKNOWN),
    "unknown without a word of what was sent": (SqlUnknown("lost"), "", "", State.UNKNOWN),
    "stopped before it began": (asyncio.CancelledError(), "", "", State.READY),
    "stopped between two": (asyncio.CancelledError(), RAN, "", State.FAILED),
    "stopped in the middle of one": (asyncio.CancelledError(), "", SENT, State.UNKNOWN),
    "what nobody thought of": (RuntimeError("?"), "", "", State.UNKNOWN),
}


@pytest.mark.parametrize("what", ENDS)
def test_it_is_ready_again_only_where_it_is_known_that_nothing_ran(what: str) -> None:
    error, happened, pending, expected = ENDS[what]
    connection = TidbCloudConnection.objects.create(name="ours")
    change = begin(connection=connection, cluster_id="7", database="shop", requester_id=1, requester="alice")
    SchemaChange.objects.update(state=State.APPLYING)
    assert _failed(change, error, happened, pending) is expected
    stored = SchemaChange.objects.get()
    assert stored.state == expected
    assert bool(stored.ended_at) is (expected is not State.READY)
    assert happened in stored.problem
