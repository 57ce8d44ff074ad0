"""Parts that fail under a running product: it refuses, says so, records what it can, and heals."""

import sqlite3
from collections.abc import Iterator

import pytest
from cryptography.fernet import Fernet

from tests.stack import Stack, running_stack, wait_until

PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A product of our own, which may be broken."""
    with running_stack(tmp_path_factory.mktemp("broken")) as stack:
        yield stack


def test_a_locked_control_database_refuses_calls_with_a_log_line_and_heals(own: Stack) -> None:
    assert not own.query("SELECT 1")["isError"]
    lock = sqlite3.connect(own.database, isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    try:
        withheld = own.query("SELECT 'withheld'")
        assert withheld["isError"]
        assert "could not be written to the audit" in withheld["content"][0]["text"]
        assert own.post(PING).status_code == 503
        nameless = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"nam": 1}}
        assert own.post(nameless).status_code == 503
    finally:
        lock.execute("ROLLBACK")
        lock.close()
    wait_until(lambda: any("audit row not written" in line for line in own.log), "the log line")
    assert own.query("SELECT 2")["structuredContent"]["rows"] == [[2]]
    assert not own.events("sql LIKE '%withheld%'")


def test_a_wrong_vault_key_opens_nothing_and_says_whom_to_ask(own: Stack) -> None:
    other = Stack(own.folder, 0, own.environment, own.sandbox, own.run)
    other.start(VAULT_KEYS=Fernet.generate_key().decode())
    try:
        answer = other.call("tidbcloud_list_clusters")["result"]
    finally:
        other.stop()
    assert "can't be opened" in answer["content"][0]["text"]
    assert "Ask the person who runs this trial" in answer["content"][0]["text"]
    assert own.events("kind = 'vault.refused'")[-1]["error"] == "no key of the ring opens it"


def test_a_stored_secret_is_not_sent_to_another_address(own: Stack) -> None:
    move = "from mcpserver.models import TidbCloudConnection as T; T.objects.update(api_url={!r})"
    own.manage("shell", "-v0", "-c", move.format("https://evil.example.com/v1beta1"))
    fresh = Stack(own.folder, 0, own.environment, own.sandbox, own.run)
    fresh.start()  # a process that holds no client from before
    try:
        answer = fresh.call("tidbcloud_list_clusters")["result"]
    finally:
        fresh.stop()
        own.manage("shell", "-v0", "-c", move.format(own.sandbox.facts["api_url"]))
    assert "can't be opened" in answer["content"][0]["text"]
    assert own.events("kind = 'vault.refused'")[-1]["error"] == "stored for another address, user or row"


def test_a_sandbox_that_is_gone_gives_clear_errors_and_my_access_still_answers(own: Stack) -> None:
    own.sandbox.stop()
    clusters = own.call("tidbcloud_list_clusters")["result"]
    assert "did not answer" in clusters["content"][0]["text"]
    query = own.query("SELECT 1")
    assert query["isError"]
    assert "Try again" in query["content"][0]["text"]
    access = own.call("my_access")["result"]["structuredContent"]
    assert access["person"] == "developer"
    assert "did not answer" in access["problem"]
    calls = own.events("kind = 'call.finished'")
    assert [row["result"] for row in calls[-3:]] == ["error", "error", "ok"]


def test_refusals_of_a_flood_become_one_counted_row(own: Stack) -> None:
    before = len(own.events("kind = 'auth.refused'"))
    for _ in range(30):
        assert own.post(PING, token="tmcp_nobody").status_code == 401
    own.stop()  # what is counted is written at the end, too
    rows = own.events("kind = 'auth.refused'")[before:]
    own.start()
    assert len(rows) <= 12  # five a minute, and one counted row, in at most two minutes
    assert sum(row["count"] for row in rows) == 30
