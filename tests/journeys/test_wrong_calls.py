"""What a model gets wrong, and the sentence that each gets: what failed, and what to do next."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.stack import Stack, answer_of, start_stack

REGION = "aws-us-east-1"
NEW = {"display_name": "good-name", "region": REGION}
GONE = {"confirm": True, "confirm_name": "shop"}


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Beside the two clusters: two of one name, one that is not ready, and a branch."""
    options = ("--control", "--unlimited", "--set", "create_seconds=1000")
    stack = start_stack(tmp_path_factory.mktemp("wrong"), *options, SQL_MAX_SECONDS="2")
    for name in ("twins-here", "twins-here"):
        stack.answer("tidbcloud_create_cluster", {"display_name": name, "region": REGION})
    stack.answer("tidbcloud_create_branch", {"cluster": "shop", "display_name": "try-out"})
    stack.sandbox.advance(1001)
    stack.answer("tidbcloud_create_cluster", {"display_name": "not-ready", "region": REGION})
    stack.sandbox.clear()
    yield stack
    stack.stop()
    stack.sandbox.stop()


@pytest.fixture
def crowded(tmp_path: Path) -> Iterator[Stack]:
    """Far more clusters than fit on a page."""
    stack = start_stack(tmp_path, "--unlimited")
    many(stack, 25)
    yield stack
    stack.stop()
    stack.sandbox.stop()


def query(sql: Any = "SELECT 1", **arguments: Any) -> dict[str, Any]:
    return {"cluster": "shop", "sql": sql, **arguments}


QUERY_TAKES = "Its arguments: cluster, sql, branch, database, timeout_seconds, max_rows, max_tokens."
READING = "use one of SELECT, WITH, SHOW, DESCRIBE, EXPLAIN, TABLE, VALUES."
ONLY_READS = "db_query only reads, and {} is not a word that reading starts with: " + READING
WHEN = "at must be a time with its zone, as in 2026-01-31T08:30:00Z."
LISTED = "tidbcloud_list_clusters lists all."
LOST = "It would delete the cluster shop ("

WRONG: dict[str, tuple[str, dict[str, Any], str]] = {
    # Arguments
    "nothing at all": ("db_query", {}, f"db_query: cluster: field required; sql: field required. {QUERY_TAKES}"),
    "no statement": ("db_query", {"cluster": "shop"}, f"db_query: sql: field required. {QUERY_TAKES}"),
    "an argument of another server": ("db_query", query(limit=5), f"'limit' is not an argument. {QUERY_TAKES}"),
    "the id under its API's name": ("tidbcloud_get_cluster", {"cluster_id": "1"}, "cluster: field required; 'cluster_id' is not an argument. Its arguments: cluster."),
    "a table where none is taken": ("show_tables", {"cluster": "shop", "database": "shop", "table": "x"}, "'table' is not an argument. Its arguments: cluster, branch, database."),
    "an argument for a tool without": ("my_access", {"verbose": True}, "'verbose' is not an argument. Its arguments: none."),
    "a number as a text": ("db_query", query(max_rows="5"), f"max_rows: input should be a valid integer. {QUERY_TAKES}"),
    "half a row": ("db_query", query(max_rows=5.5), "max_rows: input should be a valid integer."),
    "true rows": ("db_query", query(max_rows=True), "max_rows: input should be a valid integer."),
    "no rows": ("db_query", query(max_rows=0), "max_rows: input should be greater than or equal to 1."),
    "time below zero": ("db_query", query(timeout_seconds=-1), "timeout_seconds: input should be greater than or equal to 1."),
    "a text as a number": ("db_query", {"cluster": 7, "sql": "SELECT 1"}, "cluster: input should be a valid string."),
    "a text in a list": ("db_query", query(["SELECT 1"]), "sql: input should be a valid string."),
    "an empty name": ("show_databases", {"cluster": ""}, "cluster: string should have at least 1 character."),
    "a name that is too long": ("show_databases", {"cluster": "x" * 101}, "cluster: string should have at most 100 characters."),
    "yes for true": ("tidbcloud_create_cluster", {**NEW, "wait": "yes"}, "wait: input should be a valid boolean."),
    # Finding
    "a near name": ("db_query", {**query(), "cluster": "shopp"}, f"There is no cluster 'shopp'. Near it: shop. {LISTED}"),
    "a capital letter": ("db_query", {**query(), "cluster": "Shop"}, f"There is no cluster 'Shop'. Near it: shop. {LISTED}"),
    "a database in the name": ("db_query", {**query(), "cluster": "shop.orders"}, f"There is no cluster 'shop.orders'. Near it: shop. {LISTED}"),
    "an id of nobody": ("tidbcloud_get_cluster", {"cluster": "99999"}, f"There is no cluster '99999'. There are: northwind-freight, not-ready, shop, twins-here. {LISTED}"),
    "a name of two": ("db_query", {**query(), "cluster": "twins-here"}, "2 clusters are named 'twins-here': give the id, one of "),
    "a name of two, to change it": ("tidbcloud_update_cluster", {"cluster": "twins-here", "labels": {"a": "b"}}, "2 clusters are named 'twins-here': give the id, one of "),
    "one that is not ready": ("db_query", {**query(), "cluster": "not-ready"}, "The cluster has no public SQL endpoint now (state CREATING). Try again when it is ACTIVE."),
    "the branch main": ("tidbcloud_get_branch", {"cluster": "shop", "branch": "main"}, "There is no branch 'main' of this cluster. There are: try-out."),
    "a branch where there are none": ("db_query", {**query(branch="nope"), "cluster": "northwind-freight"}, "There is no branch 'nope' of this cluster. It has none."),
    "an unknown connection": ("tidbcloud_create_cluster", {**NEW, "connection": "nope"}, "There is no connection 'nope'. There are: sandbox."),
    "a connection where it is found": ("db_query", query(connection="sandbox"), f"'connection' is not an argument. {QUERY_TAKES}"),
    # SQL that may not run
    "blanks": ("db_query", query("   "), "sql: string should have at least 1 character."),
    "a semicolon": ("db_query", query(";"), "There is no statement: write one SELECT."),
    "only a comment": ("db_query", query("-- nothing"), "There is no statement: write one SELECT."),
    "a comment that runs": ("db_query", query("SELECT /*!99999 1*/ 1"), "Comments that run, as in /*! ... */, or that hold another comment's beginning, are refused: take them out."),
    "a mistyped word": ("db_query", query("SELEC 1"), ONLY_READS.format("SELEC")),
    "INSERT": ("db_query", query("INSERT INTO shop.orders VALUES (1)"), ONLY_READS.format("INSERT")),
    "DROP": ("db_query", query("DROP TABLE shop.orders"), ONLY_READS.format("DROP")),
    "BEGIN": ("db_query", query("BEGIN"), ONLY_READS.format("BEGIN")),
    "SET": ("db_query", query("SET @a = 1"), ONLY_READS.format("SET")),
    "USE": ("db_query", query("USE shop"), ONLY_READS.format("USE")),
    "a DELETE behind WITH": ("db_query", query("WITH x AS (SELECT 1) DELETE FROM shop.orders"), "DELETE changes something, and has no place inside a query. Is it a name? Then put it in backticks."),
    "a DELETE that is explained by running it": ("db_query", query("EXPLAIN ANALYZE DELETE FROM shop.orders"), "EXPLAIN takes one query that reads (SELECT, WITH, TABLE, VALUES)"),
    "two reads": ("db_query", query("SELECT 1; SELECT 2"), "One statement a call: send the others in calls of their own."),
    "a read and a write": ("db_query", query("SELECT 1; DROP TABLE shop.orders"), "One statement a call: send the others in calls of their own."),
    "an open quote": ("db_query", query("SELECT 'open"), "A quote or comment has no end: close it."),
    "quotes of a word processor": ("db_query", query("SELECT \u201ca\u201d"), "U+201C stands outside quotes: use plain blanks and signs there."),
    "a NUL": ("db_query", query("SELECT 1\0"), "The statement holds control characters or broken Unicode: take them out."),
    "accounts": ("db_query", query("SELECT * FROM mysql.user"), "The system databases are not open here. information_schema is, in part."),
    "a file": ("db_query", query("SELECT 1 INTO OUTFILE '/tmp/x'"), "INTO writes the result into a file or a variable: leave it out."),
    "a very long one": ("db_query", query("SELECT '" + "x" * 262_144 + "'"), "sql: string should have at most 262144 characters."),
    # SQL that fails
    "a syntax error": ("db_query", query("SELECT 1 1"), "The database refused the statement: You have an error in your SQL syntax"),
    "an unknown column": ("db_query", query("SELECT nope FROM shop.orders"), "The database refused the statement: Unknown column 'nope' in 'SELECT' (1054)"),
    "an unknown table": ("db_query", query("SELECT * FROM shop.order"), "The database refused the statement: Table 'shop.order' doesn't exist (1146)"),
    "an unknown function": ("db_query", query("SELECT NOPE(1)"), "The gate does not know the function (nope): use a built-in one that only computes."),
    "a table of no database": ("db_query", query("SELECT * FROM orders"), "The database refused the statement: No database selected (1046)"),
    "a place for a value": ("db_query", query("SELECT ?"), "? is no SQL for a server: write the value itself."),
    "an unknown database": ("db_query", query(database="nope"), "There is no database 'nope' here: show_databases lists them."),
    "an unknown database's tables": ("show_tables", {"cluster": "shop", "database": "nope"}, "There is no database 'nope'. There are: information_schema, shop, test."),
    "a system database": ("show_tables", {"cluster": "shop", "database": "mysql"}, "The system database mysql is not open here. information_schema is."),
    "too slow": ("db_query", query("SELECT COUNT(*) FROM shop.customers a, shop.customers b, shop.customers c, shop.customers d", timeout_seconds=1), "The statement ran over its 1 s and was stopped on the server. Ask for less (WHERE, an index), or give a higher timeout_seconds, at most "),
    # Pages
    "a page token of nobody": ("tidbcloud_list_clusters", {"page_token": "!!!"}, "This page_token is not one of this list. Leave it out to start again."),
    "a page token of the API": ("tidbcloud_list_branches", {"cluster": "shop", "page_token": "bm9wZQ=="}, "This page_token is not one of this list. Leave it out to start again."),
    "too many a page": ("tidbcloud_list_clusters", {"page_size": 1000}, "page_size: input should be less than or equal to 100. Its arguments: page_size, page_token."),
    "a filter": ("tidbcloud_list_clusters", {"filter": "shop"}, "'filter' is not an argument. Its arguments: page_size, page_token."),
    # Changes
    "a short name": ("tidbcloud_create_cluster", {**NEW, "display_name": "abc"}, "display_name does not fit: Name: 4 to 64 letters, digits and hyphens"),
    "a name with a blank": ("tidbcloud_create_cluster", {**NEW, "display_name": "my shop"}, "display_name does not fit: Name: 4 to 64 letters, digits and hyphens"),
    "a mistyped region": ("tidbcloud_create_cluster", {**NEW, "region": "aws-us-est-1"}, "There is no region 'aws-us-est-1'. Near it: aws-us-east-1, "),
    "a region of no cloud": ("tidbcloud_create_cluster", {**NEW, "region": "mars"}, "There is no region 'mars'. There are: alicloud-ap-southeast-1, "),
    "dollars": ("tidbcloud_create_cluster", {**NEW, "spending_limit_monthly_usd_cents": 49.99}, "spending_limit_monthly_usd_cents: input should be a valid integer."),
    "less than nothing": ("tidbcloud_update_cluster", {"cluster": "shop", "spending_limit_monthly_usd_cents": -1}, "input should be greater than or equal to 0."),
    "a password": ("tidbcloud_create_cluster", {**NEW, "root_password": "hunter2hunter2"}, "'root_password' is not an argument."),
    "labels in a list": ("tidbcloud_create_cluster", {**NEW, "labels": ["a"]}, "labels: input should be a valid dictionary."),
    "a number as a label": ("tidbcloud_create_cluster", {**NEW, "labels": {"a": 1}}, "labels.a: input should be a valid string."),
    "a label of the service": ("tidbcloud_create_cluster", {**NEW, "labels": {"tidb.cloud/x": "1"}}, "Labels that begin with tidb.cloud/ belong to TiDB Cloud: leave them out."),
    "nothing to change": ("tidbcloud_update_cluster", {"cluster": "shop"}, "Say what to change: display_name, spending_limit_monthly_usd_cents, labels or automated_backup."),
    "another region": ("tidbcloud_update_cluster", {"cluster": "shop", "region": REGION}, "'region' is not an argument."),
    "an hour that is none": ("tidbcloud_update_cluster", {"cluster": "shop", "automated_backup": {"start_time": "25:00"}}, "automated_backup.start_time does not fit: In UTC, as HH:mm."),
    "a branch of a branch that is not": ("tidbcloud_create_branch", {"cluster": "shop", "display_name": "x", "parent_branch": "nope"}, "There is no branch 'nope' of this cluster. There are: try-out."),
    "yesterday": ("tidbcloud_create_branch", {"cluster": "shop", "display_name": "x", "at": "yesterday"}, WHEN),
    "a time without its zone": ("tidbcloud_create_branch", {"cluster": "shop", "display_name": "x", "at": "2026-01-31T08:30:00"}, WHEN),
    "a day that never was": ("tidbcloud_create_branch", {"cluster": "shop", "display_name": "x", "at": "2026-02-30T08:30:00Z"}, WHEN),
    "a time to come": ("tidbcloud_create_branch", {"cluster": "shop", "display_name": "x", "at": "2999-01-31T08:30:00Z"}, "at is in the future: the time is 20"),
    "seconds since 1970": ("tidbcloud_create_branch", {"cluster": "shop", "display_name": "x", "at": 1767171000}, "at: input should be a valid string."),
    # Deletions
    "not confirmed": ("tidbcloud_delete_cluster", {"cluster": "shop"}, "confirm: field required; confirm_name: field required."),
    "confirmed by a text": ("tidbcloud_delete_cluster", {"cluster": "shop", **GONE, "confirm": "true"}, "confirm: input should be a valid boolean."),
    "confirmed with no": ("tidbcloud_delete_cluster", {"cluster": "shop", **GONE, "confirm": False}, f"Nothing was deleted. {LOST}"),
    "confirmed without a name": ("tidbcloud_delete_cluster", {"cluster": "shop", **GONE, "confirm_name": ""}, "call again with confirm: true and confirm_name: 'shop'."),
    "confirmed by another name": ("tidbcloud_delete_cluster", {"cluster": "shop", **GONE, "confirm_name": "Shop"}, f"Nothing was deleted. confirm_name is not its name. {LOST}"),
    "a branch of no cluster": ("tidbcloud_delete_branch", {"branch": "try-out", **GONE}, "tidbcloud_delete_branch: cluster: field required."),
    "a branch under another's name": ("tidbcloud_delete_branch", {"cluster": "shop", "branch": "try-out", **GONE}, "Nothing was deleted. confirm_name is not its name. It would delete the branch try-out ("),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_call_gets_a_sentence_that_helps_and_changes_nothing(own: Stack, what: str) -> None:
    tool, arguments, sentence = WRONG[what]
    said = own.refusal(tool, arguments)
    assert sentence in said
    assert "(request " in said
    assert len(said) < 700
    assert {request["method"] for request in own.sandbox.requests()} <= {"GET"}
    row = own.events("kind = 'call.finished'")[-1]
    assert (row["tool"], row["result"] in {"refused", "error"}) == (tool, True)


RIGHTS = {
    "a token that only reads": ("read_only", "", "This token is read-only. Make one that is not at "),
    "a token without the scope": ("", "mcp:read", "This needs the scope mcp:write, which this token lacks. Make one that has it at "),
}  # fmt: skip


@pytest.mark.parametrize("what", RIGHTS)
def test_what_a_token_does_not_open_is_said_with_where_to_get_one_that_does(own: Stack, what: str) -> None:
    name, scopes, sentence = RIGHTS[what]
    token = own.run["tokens"][name] if name else own.token(scopes)
    said = own.refusal("tidbcloud_create_cluster", NEW, token=token)
    assert said.startswith(sentence)
    assert "/me/tokens/" in said


@pytest.mark.parametrize("name", ["DB_QUERY", "db.query", "execute_sql"])
def test_an_unknown_tool_is_named_back(own: Stack, name: str) -> None:
    assert own.call(name)["error"]["message"].startswith(f"Unknown tool: {name}")


def listed(own: Stack, token: str) -> tuple[list[str], int]:
    """The names in tools/list, and its bytes."""
    response = own.post({"jsonrpc": "2.0", "id": 1, "method": "tools/list"}, token=token)
    result = answer_of(response)["result"]
    return [tool["name"] for tool in result["tools"]], len(json.dumps(result, separators=(",", ":")))


def test_the_list_of_tools_leaves_room_for_the_work(own: Stack) -> None:
    """In bytes; a token of a model is some four of them."""
    readers, size = listed(own, own.run["tokens"]["read_only"])
    everything, whole = listed(own, own.run["tokens"]["developer"])
    assert len(readers) >= 14
    assert size < 16_000
    assert len(everything) >= 24
    assert whole < 34_000


def test_answers_are_small_unless_more_is_asked_for(crowded: Stack) -> None:
    sizes = {
        "tidbcloud_list_clusters": crowded.answer("tidbcloud_list_clusters"),
        "my_access": crowded.answer("my_access"),
        "tidbcloud_get_cluster": crowded.answer("tidbcloud_get_cluster", {"cluster": "shop"}),
        "tidbcloud_list_regions": crowded.answer("tidbcloud_list_regions"),
    }
    assert len(sizes["tidbcloud_list_clusters"]["clusters"]) == len(sizes["my_access"]["clusters"]) == 20
    assert sizes["tidbcloud_list_clusters"]["next_page_token"]
    assert sizes["my_access"]["clusters_left_out"] is True
    assert {tool: len(json.dumps(answer)) for tool, answer in sizes.items() if len(json.dumps(answer)) > 6_000} == {}


def many(stack: Stack, number: int) -> None:
    facts = stack.sandbox.facts
    key = httpx2.DigestAuth(facts["public_key"], facts["private_key"])
    region = {"name": f"regions/{REGION}"}
    wanted = [{"cluster": {"displayName": f"many-{one:04}", "region": region}} for one in range(number)]
    with httpx2.Client(base_url=facts["api_url"], auth=key, trust_env=False) as client:
        assert client.post("/clusters:batchCreate", json={"requests": wanted}).status_code == 200
