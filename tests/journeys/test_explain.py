"""Plans of queries on the sandbox's own servers: told, measured, stopped, refused."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.journeys.test_clients import ERAS, connected
from tests.journeys.test_sql import SLOW, as_root, running
from tests.stack import Stack, wait_until

JOIN = (
    "SELECT c.name, COUNT(*) AS orders FROM customers c JOIN orders o ON o.customer_id = c.id "
    "WHERE c.country = 'DE' GROUP BY c.name ORDER BY orders DESC LIMIT 5"
)


@pytest.fixture(scope="module", autouse=True)
def visits(stack: Stack) -> Iterator[None]:
    """A large table, which has no index on what is asked for."""
    as_root(stack, "CREATE TABLE shop.visits (id INT PRIMARY KEY, page VARCHAR(40) NOT NULL, seconds INT NOT NULL)")
    as_root(
        stack, "INSERT INTO shop.visits SELECT seq, CONCAT('/p/', MOD(seq, 97)), MOD(seq, 600) FROM shop.seq_1_to_20000"
    )
    as_root(stack, "ANALYZE TABLE shop.visits")
    yield
    as_root(stack, "DROP TABLE shop.visits")


def explained(stack: Stack, sql: str, **arguments: Any) -> dict[str, Any]:
    return stack.answer("explain_query", {"cluster": "shop", "database": "shop", "sql": sql, **arguments})


def refused(stack: Stack, sql: str, **arguments: Any) -> str:
    return stack.refusal("explain_query", {"cluster": "shop", "database": "shop", "sql": sql, **arguments})


@pytest.mark.parametrize("era", ERAS)
async def test_a_client_sees_a_plan_and_then_measures_it(stack: Stack, era: str) -> None:
    asked = {"cluster": "shop", "database": "shop", "sql": JOIN}
    async with connected(stack, era) as client:
        expected = (await client.call_tool("explain_query", asked)).structured_content
        measured = (await client.call_tool("explain_query", asked | {"analyze": True})).structured_content
    assert (expected["engine"], expected["analyzed"], expected["truncated"]) == ("mariadb", False, False)
    assert {one["table"] for one in expected["operators"]} >= {"c", "o"}
    assert {one["actual_rows"] for one in expected["operators"]} == {None}
    assert expected["execution_time_ms"] is None
    assert measured["analyzed"]
    assert measured["execution_time_ms"] > 0
    assert next(one for one in measured["operators"] if one["table"] == "o")["actual_rows"] > 0
    assert measured["request_units"] is None
    assert measured["tree"].count("\n") == len(measured["operators"]) - 1


def test_a_large_table_that_is_read_whole_is_pointed_out_with_a_column(stack: Stack) -> None:
    (sentence,) = explained(stack, "SELECT id FROM visits WHERE page = '/p/5'")["advice"]
    assert sentence.startswith("`visits` is read whole, about ")
    assert sentence.endswith("rows: an index on `page` could serve its condition.")


def test_what_finds_its_rows_by_an_index_needs_no_advice(stack: Stack) -> None:
    answer = explained(stack, "SELECT page FROM visits WHERE id BETWEEN 5 AND 9", analyze=True)
    assert answer["advice"] == []
    (access,) = [one for one in answer["operators"] if one["table"] == "visits"]
    assert (access["index"], access["access"], access["actual_rows"]) == ("PRIMARY", "range", 5)


def test_a_query_that_takes_too_long_is_explained_at_once(stack: Stack) -> None:
    answer = explained(stack, "SELECT COUNT(*) FROM visits a, visits b, visits c", timeout_seconds=5)
    assert any("joins every row with every row" in sentence for sentence in answer["advice"])


def test_one_that_is_measured_over_its_time_is_stopped_on_the_server(stack: Stack) -> None:
    sentence = refused(stack, SLOW.format(mark="measured too long"), analyze=True, timeout_seconds=1)
    assert "ran over its 1 s and was stopped" in sentence
    wait_until(lambda: running(stack, "measured too long") == 0, "it is gone")


REFUSED = {
    "a change": ("DELETE FROM orders", "explain_query explains reads only, and DELETE is none"),
    "a change behind WITH": ("WITH x AS (SELECT 1) DELETE FROM orders", "DELETE changes something"),
    "SHOW": ("SHOW TABLES", "SHOW has no plan"),
    "EXPLAIN": ("EXPLAIN SELECT 1", "Give the query alone, without EXPLAIN"),
    "two statements": ("SELECT 1; SELECT 2", "One statement a call"),
    "an unknown table": ("SELECT * FROM nowhere", "The database refused the statement: Table 'shop.nowhere' doesn't exist"),
}  # fmt: skip


@pytest.mark.parametrize("analyze", [False, True], ids=["expected", "measured"])
@pytest.mark.parametrize(("sql", "sentence"), REFUSED.values(), ids=REFUSED)
def test_it_is_refused_with_a_sentence_that_helps(stack: Stack, sql: str, sentence: str, analyze: bool) -> None:
    before = as_root(stack, "SELECT COUNT(*) FROM shop.orders")
    assert refused(stack, sql, analyze=analyze).startswith(sentence)
    assert as_root(stack, "SELECT COUNT(*) FROM shop.orders") == before


def test_a_system_database_is_not_the_one_that_names_mean(stack: Stack) -> None:
    assert "The system database mysql is not open here" in refused(stack, "SELECT 1", database="mysql")


def test_a_long_plan_is_cut_and_says_so(stack: Stack) -> None:
    union = " UNION ALL ".join(
        "SELECT id FROM visits WHERE page = '" + "x" * 300 + f"' AND id > {n}" for n in range(300)
    )
    answer = explained(stack, union)
    assert answer["truncated"]
    assert len(answer["operators"]) > 10
    assert len(str(answer["operators"])) + len(answer["tree"]) < 150_000


def test_the_audit_keeps_the_query_without_its_values(stack: Stack) -> None:
    explained(stack, "SELECT id FROM visits WHERE page = 'a secret'", analyze=True)
    row = stack.events("tool = 'explain_query'")[-1]
    assert (row["result"], row["sql"]) == ("ok", "SELECT id FROM visits WHERE page = ?")
    assert "secret" not in str(row)
