"""Each client through each behaviour: what a row of kinds.py says that it can't do is shown to be so."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from mcpserver.tools import TOOLS
from tests.clients.client import Client, Failed
from tests.clients.held import WAITING, held
from tests.clients.kinds import Kind
from tests.clients.person import Person
from tests.journeys.test_sql import MANY, as_root, running
from tests.stack import Stack, wait_until

WORDS = ["Zürich", "東京", "𠜎𠮷", "🚲🇨🇭", "שלום עולם", "مرحبا بالعالم", "e\u0301", "नमस्ते"]


@pytest.fixture(scope="module")
def words(stack: Stack) -> Iterator[None]:
    """A database, a table and a column whose names are not ASCII, with rows that are not either."""
    for statement in (
        "SET NAMES utf8mb4",
        "CREATE DATABASE IF NOT EXISTS `東京` CHARACTER SET utf8mb4",
        "CREATE OR REPLACE TABLE `東京`.`العربية` (`größe` VARCHAR(40))",
    ):
        as_root(stack, statement)
    for word in WORDS:
        as_root(stack, "INSERT INTO `東京`.`العربية` VALUES (CONVERT(UNHEX(%s) USING utf8mb4))", word.encode().hex())
    yield
    as_root(stack, "DROP DATABASE `東京`")


FOREVER = "FROM shop.customers a, shop.customers b, shop.customers c, shop.customers d"


def query(sql: str, **more: Any) -> dict[str, Any]:
    return {"cluster": "shop", "sql": sql, **more}


def last_row(stack: Stack) -> str:
    return str(stack.events()[-1]["id"])


def results_since(stack: Stack, row: str) -> list[str]:
    return [event["result"] for event in stack.events("id > ? AND tool = 'db_query' AND kind = 'call.finished'", row)]


def test_it_speaks_its_revision_and_lists_every_tool(client: Client, kind: Kind) -> None:
    assert client.revision() == kind.revision
    assert client.tools() == list(TOOLS)


def test_it_opens_as_its_era_does_and_stays_there(kept: Client, kind: Kind, stack: Stack) -> None:
    before = last_row(stack)
    kept.connect(stack.run["tokens"]["developer"])
    kept.tools()
    asked = [event["tool"] for event in stack.events("id > ? AND kind = 'request.finished'", before)]
    assert asked[0] == kind.begins
    assert ("initialize" in asked) == (kind.begins == "initialize")  # in the end, too: nobody falls back


def test_a_call_answers_alike_in_text_and_structure(client: Client) -> None:
    answer = client.call("db_query", query("SELECT 1 AS one"))
    assert not answer.is_error
    assert json.loads(answer.text) == answer.structured
    assert answer.structured["rows"] == [[1]]


def test_a_refusal_is_a_result_with_its_sentence(client: Client) -> None:
    answer = client.call("db_query", query("DROP TABLE shop.orders"))
    assert (answer.is_error, answer.structured) == (True, None)
    assert "DROP is not a word that reading starts with" in answer.text


def test_an_error_of_the_database_is_a_result_with_its_sentence(client: Client) -> None:
    answer = client.call("db_query", query("SELECT * FROM shop.nowhere"))
    assert (answer.is_error, answer.structured) == (True, None)
    assert "shop.nowhere' doesn't exist" in answer.text


def test_an_unknown_tool_is_a_fault_of_the_protocol(client: Client, kind: Kind) -> None:
    with pytest.raises(Failed) as failed:
        client.call("drop_everything_ö", {})
    if "unknown" in kind.cannot:
        assert failed.value.code == "tool_not_found"
    else:
        assert "Unknown tool: drop_everything_ö" in str(failed.value)
        assert failed.value.code == -32602


def test_a_cut_result_says_so(client: Client) -> None:
    answer = client.call("db_query", query(MANY, max_rows=7))
    assert [answer.structured[name] for name in ("row_count", "truncated", "truncated_by")] == [7, True, "rows"]
    assert "Cut at 7 rows" in answer.structured["next_step"]


def test_progress_arrives_while_a_cluster_is_made(client: Client, kind: Kind, stack: Stack) -> None:
    name = f"of-{kind}"
    news: list[dict[str, Any]] = []

    def told(piece: dict[str, Any]) -> None:
        news.append(piece)
        stack.sandbox.advance(1001)

    arguments = {"display_name": name, "region": "aws-us-east-1", "wait": True}
    number = client.begin("tidbcloud_create_cluster", arguments, progress=True)
    if "progress" in kind.cannot:
        wait_until(lambda: name in str(stack.answer("tidbcloud_list_clusters")), "it is being made")
        stack.sandbox.advance(1001)
    answer = client.wait(number, told)
    assert [answer.structured[field] for field in ("status", "state")] == ["done", "ACTIVE"]
    if "progress" in kind.cannot:
        assert news == []
    else:
        assert f"{name} is CREATING" in news[0]["message"]
        assert news[0]["progress"] < news[0]["total"]


def test_stop_kills_where_it_closes_the_stream_and_is_only_a_note_where_it_does_not(
    client: Client, kind: Kind, stack: Stack
) -> None:
    before = last_row(stack)
    with held(stack):
        number = client.begin("db_query", query(WAITING.format(f"held from {kind}")))
        wait_until(lambda: running(stack, f"held from {kind}") == 1, "the query runs")
        client.cancel(number)
        with pytest.raises(Failed):
            client.wait(number)
        assert client.tools() == list(TOOLS)
        if kind.stop_reaches:
            wait_until(lambda: results_since(stack, before) == ["cancelled"], "its event")
        left = 0 if kind.stop_reaches else 1
        wait_until(lambda: running(stack, f"held from {kind}") == left, f"{left} of it runs")
    wait_until(lambda: results_since(stack, before) == ["cancelled" if kind.stop_reaches else "ok"], "its event")
    if kind.greets and not kind.stop_reaches:
        assert "POST notifications/cancelled 202" in client.close()


@pytest.mark.usefixtures("words")
def test_names_and_data_of_all_scripts_come_and_go_whole(client: Client) -> None:
    begun = [
        client.begin("show_tables", {"cluster": "shop", "database": "東京"}),
        client.begin("db_query", query("SELECT `größe` FROM `العربية`", database="東京")),
        client.begin("db_query", query("SELECT '🚲 مرحبا 東京 \u202e' AS `größe`")),
    ]
    tables, rows, word = [client.wait(number) for number in begun]
    assert [(one["name"], one["kind"]) for one in tables.structured["tables"]] == [("العربية", "table")]
    assert rows.structured["columns"] == [{"name": "größe", "type": "varchar"}]
    assert [row[0] for row in rows.structured["rows"]] == WORDS
    assert json.loads(rows.text) == rows.structured
    assert word.structured["rows"] == [["🚲 مرحبا 東京 ⟦U+202E⟧"]]


def test_a_result_of_900_kB_comes_whole(client: Client, kind: Kind) -> None:  # noqa: N802 - a unit
    sql = "SELECT seq, REPEAT('Zürich 東京 🚲 ', 920) AS text FROM seq_1_to_50"
    answer = client.call("db_query", query(sql, database="shop"))
    assert answer.structured["rows"] == [[row, "Zürich 東京 🚲 " * 920] for row in range(1, 51)]
    assert answer.structured["truncated"] is False
    assert len(answer.text.encode()) > 900_000
    assert json.loads(answer.text) == answer.structured


def test_leaving_kills_what_runs_and_is_on_record(client: Client, kind: Kind, stack: Stack) -> None:
    before = last_row(stack)
    client.begin("db_query", query(f"SELECT COUNT(*) AS `left by {kind}` {FOREVER}"))
    wait_until(lambda: running(stack, f"left by {kind}") == 1, "the query runs")
    sent = client.close()
    if kind.greets:
        assert set(sent[: len(kind.greets)]) == kind.greets
    wait_until(lambda: running(stack, f"left by {kind}") == 0, "the query is killed")
    wait_until(lambda: results_since(stack, before) == ["cancelled"], "its event")


def test_a_token_that_is_revoked_between_two_calls_is_reported(kept: Client, kind: Kind, person: Person) -> None:
    token = person.make_token()
    kept.connect(token)
    assert kept.call("db_query", query("SELECT 1")).structured["rows"] == [[1]]
    person.revoke(token)
    with pytest.raises(Failed) as failed:
        kept.call("db_query", query("SELECT 1"))
    assert kind.on_401 in str(failed.value)
    sent = kept.close()
    assert not sent or sent[-1] == "POST tools/call 401"
