"""Schemas over branches, through the product: compared, prepared on a branch, applied to the parent."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import MySQLdb
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from mcpserver.tools import TOOLS
from tests.journeys.test_clusters import api
from tests.stack import Stack, running_stack, wait_until


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    options = ("--control", "--unlimited", "--set", "create_seconds=0")
    with running_stack(tmp_path_factory.mktemp("schemas"), *options) as stack:
        yield stack


def branch(own: Stack, name: str) -> dict[str, Any]:
    """A branch of the shop that is ready."""
    return own.answer("tidbcloud_create_branch", {"cluster": "shop", "display_name": name, "wait": True})


def run(own: Stack, place: dict[str, Any], *statements: str) -> None:
    """As its root, on a connection of the test's own."""
    user, password = f"{place['user_prefix']}.root", "A-password-of-the-test-1"
    with api(own) as client:
        inner = f"/branches/{place['branch_id']}/sqlUsers/{user}" if place.get("branch_id") else "/password"
        path = f"/clusters/{place['cluster_id']}{inner}"
        answer = (client.patch if place.get("branch_id") else client.put)(path, json={"password": password})
        assert answer.status_code == 200, answer.text
    connection = MySQLdb.connect(
        host=place["host"], port=place["port"], user=user, password=password, database="shop", autocommit=True
    )
    for statement in statements:
        connection.cursor().execute(statement)
    connection.close()


def test_a_branch_is_compared_with_its_cluster_and_with_another_branch(own: Stack) -> None:
    place = branch(own, "compared")
    same = own.answer("compare_schema", {"cluster": "shop", "database": "shop", "to_branch": "compared"})
    assert (same["equal"], same["differences"], same["statements"]) == (True, [], [])
    run(own, place, "ALTER TABLE orders ADD COLUMN `no``te` VARCHAR(9) FIRST", "DROP VIEW monthly_sales")
    found = own.answer("compare_schema", {"cluster": "shop", "database": "shop", "to_branch": "compared"})
    assert [(one["change"], one["kind"], one["name"]) for one in found["differences"]] == [
        ("added", "column", "no`te"),
        ("removed", "view", "monthly_sales"),
    ]
    assert found["statements"][0] == "DROP VIEW `monthly_sales`"
    assert found["statements"][1].startswith("ALTER TABLE `orders` ADD COLUMN `no``te` varchar(9)")
    back = own.answer("compare_schema", {"cluster": "shop", "database": "shop", "from_branch": "compared"})
    assert "ALTER TABLE `orders` DROP COLUMN `no``te`" in back["statements"]
    run(own, place, *back["statements"])
    assert own.answer("compare_schema", {"cluster": "shop", "database": "shop", "to_branch": "compared"})["equal"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "Name two places"),
        ({"from_branch": "x", "to_branch": "x"}, "Name two places"),
        ({"to_branch": "nope"}, "There is no branch 'nope'"),
        ({"to_branch": "there", "database": "nope"}, "There is no table in a database 'nope' in either place"),
        ({"to_branch": "there", "database": "mysql"}, "is not open here"),
    ],
)
def test_what_can_not_be_compared_is_refused(own: Stack, arguments: dict[str, str], words: str) -> None:
    if (
        arguments.get("to_branch") == "there"
        and own.call("tidbcloud_get_branch", {"cluster": "shop", "branch": "there"})["result"]["isError"]
    ):
        branch(own, "there")
    assert words in own.refusal("compare_schema", {"cluster": "shop", "database": "shop", **arguments})


ADD = "ALTER TABLE customers ADD COLUMN shoe_size INT"


def prepare(own: Stack, *statements: str, token: str | None = None, **arguments: Any) -> dict[str, Any]:
    asked = {"cluster": "shop", "database": "shop", "statements": list(statements), **arguments}
    return own.answer("prepare_schema_change", asked, token=token)


def columns(own: Stack, table: str) -> list[str]:
    return [row[0] for row in own.answer("db_query", {"cluster": "shop", "sql": f"DESCRIBE shop.{table}"})["rows"]]


def branches(own: Stack) -> set[str]:
    rows = own.answer("tidbcloud_list_branches", {"cluster": "shop"})["branches"]
    return {row["display_name"] for row in rows if row["display_name"].startswith("schema-change-")}


@pytest.mark.parametrize("era", ["2026-07-28", "legacy"])
async def test_a_client_sees_progress_and_answers_that_fit_their_schemas(own: Stack, era: str) -> None:
    seen: list[str] = []

    async def progress(progress: float, total: float | None, message: str | None) -> None:
        seen.append(message or "")

    table = f"seen_{era.replace('-', '_')}"
    headers = {"Authorization": f"Bearer {own.run['tokens']['developer']}"}
    async with httpx2.AsyncClient(headers=headers, timeout=60, trust_env=False) as http:
        async with Client(streamable_http_client(own.mcp_url, http_client=http), mode=era) as client:
            change = {
                "cluster": "shop",
                "database": "shop",
                "statements": [f"CREATE TABLE {table} (id INT PRIMARY KEY)"],
            }
            prepared = await client.call_tool("prepare_schema_change", change, progress_callback=progress)
            assert not prepared.is_error, prepared.content
            wanted = {"id": prepared.structured_content["id"], "confirm": True}
            applied = await client.call_tool("apply_schema_change", wanted)
    assert any(message.startswith("schema-change-") for message in seen)
    TOOLS["prepare_schema_change"].output.model_validate(prepared.structured_content)
    TOOLS["apply_schema_change"].output.model_validate(applied.structured_content)
    assert (applied.structured_content["equal"], applied.structured_content["branch_removed"]) == (True, True)


async def test_a_client_that_goes_away_leaves_a_failed_change_whose_branch_is_swept(own: Stack) -> None:
    waiting = asyncio.Event()

    async def progress(progress: float, total: float | None, message: str | None) -> None:
        waiting.set()

    headers = {"Authorization": f"Bearer {own.run['tokens']['developer']}"}
    await asyncio.to_thread(own.sandbox.configure, create_seconds=1000)
    async with httpx2.AsyncClient(headers=headers, timeout=60, trust_env=False) as http:
        async with Client(streamable_http_client(own.mcp_url, http_client=http), mode="2026-07-28") as client:
            change = {"cluster": "shop", "database": "shop", "statements": ["CREATE TABLE left_alone (id INT)"]}
            call = client.call_tool("prepare_schema_change", change, progress_callback=progress)
            task = asyncio.create_task(call)
            await waiting.wait()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def rows() -> list[dict[str, Any]]:
        return own.events("tool = 'prepare_schema_change' AND kind = 'call.finished' AND result = 'cancelled'")

    await asyncio.to_thread(wait_until, rows, "the row of the cancelled call")
    await asyncio.to_thread(own.sandbox.configure, create_seconds=0)
    await asyncio.to_thread(own.sandbox.advance, 1001)
    (row,) = rows()
    work = "from mcpserver import tasks; tasks.sweep_schema_changes()"
    assert row["branch"] in await asyncio.to_thread(branches, own)
    await asyncio.to_thread(own.manage, "shell", "-v0", "-c", work)
    assert row["branch"] not in await asyncio.to_thread(branches, own)


def test_a_change_that_nobody_wants_is_given_up_with_its_branch(own: Stack) -> None:
    prepared = prepare(own, "CREATE TABLE unwanted (id INT)", "CREATE INDEX i ON unwanted (id)")
    assert [one["how"] for one in prepared["cost"]] == ["instant", "instant"]  # it has no rows
    assert prepared["branch"] in branches(own)
    given_up = own.answer("apply_schema_change", {"id": prepared["id"], "confirm": False, "discard": True})
    assert (given_up["results"], given_up["branch_removed"]) == ([], True)
    assert "nothing was applied" in given_up["next_step"]
    assert prepared["branch"] not in branches(own)
    for more in ({"confirm": True}, {"confirm": False, "discard": True}):
        assert "It was given up." in own.refusal("apply_schema_change", {"id": prepared["id"], **more})
    assert own.events("tool = 'apply_schema_change' AND result = 'ok'")[-1]["sql"] == ""


def test_what_was_applied_is_in_the_audit_without_its_literals(own: Stack) -> None:
    prepared = prepare(own, "CREATE TABLE recorded (id INT) COMMENT 'planted-literal'")
    own.answer("apply_schema_change", {"id": prepared["id"], "confirm": True})
    row = own.events("tool = 'apply_schema_change' AND kind = 'call.finished'")[-1]
    assert row["sql"] == "CREATE TABLE recorded (id INT) COMMENT ?"
    assert row["sql_digest"]
    assert "planted-literal" not in str(own.events())


def test_a_change_is_tried_on_a_branch_and_applied_to_its_parent_once(own: Stack) -> None:
    prepared = prepare(own, ADD, "CREATE INDEX by_shoe ON customers (shoe_size)", reason="shoes")
    assert (prepared["status"], prepared["decisions"], prepared["equal"]) == ("done", [], False)
    assert [(one["change"], one["kind"], one["name"]) for one in prepared["differences"]] == [
        ("added", "column", "shoe_size"),
        ("added", "index", "by_shoe"),
    ]
    assert [(one["table"], one["how"]) for one in prepared["cost"]] == [
        ("customers", "instant"),
        ("customers", "reorg"),
    ]
    assert prepared["cost"][0]["rows"] > 0
    assert prepared["cost"][0]["bytes"] > 0
    assert "shoe_size" not in columns(own, "customers")
    assert branches(own) == {prepared["branch"]}
    own.stop()
    own.start()
    preview = own.refusal("apply_schema_change", {"id": prepared["id"], "confirm": False})
    assert (
        "Nothing was changed. It would run 2 statements on the database shop of shop: column customers.shoe_size added"
        in preview
    )
    answer = own.answer("apply_schema_change", {"id": prepared["id"], "confirm": True})
    assert (answer["equal"], answer["branch_removed"], answer["next_step"]) == (True, True, None)
    assert [result["verb"] for result in answer["results"]] == ["ALTER TABLE", "CREATE INDEX"]
    assert "shoe_size" in columns(own, "customers")
    assert branches(own) == set()
    assert "applied already" in own.refusal("apply_schema_change", {"id": prepared["id"], "confirm": True})
    swept = own.events("kind = 'change.swept' AND parameters LIKE ?", f"%{prepared['id']}%")
    assert [row["result"] for row in swept] == ["started", "ok"]
    assert {row["person"] for row in swept} == {"developer"}
    assert own.events("kind = 'vault.forgotten' AND parameters LIKE ?", f"%{prepared['branch_id']}%")


def test_what_destroys_can_be_tried_and_waits_for_a_person(own: Stack) -> None:
    prepared = prepare(own, "ALTER TABLE products DROP COLUMN price")
    assert prepared["decisions"]
    sentence = own.refusal("apply_schema_change", {"id": prepared["id"], "confirm": True})
    assert "needs a person's decision" in sentence
    assert "price" in columns(own, "products")
    assert prepared["branch"] in branches(own)
    assert "needs a person's decision" in own.refusal("apply_schema_change", {"id": prepared["id"], "confirm": True})


def test_a_parent_that_has_changed_since_is_left_alone(own: Stack) -> None:
    prepared = prepare(own, "ALTER TABLE orders ADD COLUMN late INT")
    shop = own.answer("tidbcloud_get_cluster", {"cluster": "shop"})
    run(own, shop, "ALTER TABLE customers ADD COLUMN drifted INT")
    sentence = own.refusal("apply_schema_change", {"id": prepared["id"], "confirm": True})
    assert "The parent has changed since it was prepared: column customers.drifted added. Nothing was run." in sentence
    assert "late" not in columns(own, "orders")


def test_statements_that_fail_leave_no_branch_behind(own: Stack) -> None:
    before = branches(own)
    asked = {"cluster": "shop", "database": "shop", "statements": ["ALTER TABLE customers ADD COLUMN id INT"]}
    sentence = own.refusal("prepare_schema_change", asked)
    assert "Duplicate column name 'id'" in sentence
    assert "The branch is removed again. The cluster is as it was." in sentence
    assert branches(own) == before


def test_what_has_expired_is_not_applied_and_its_branch_is_swept_until_it_is_gone(own: Stack) -> None:
    prepared = prepare(own, "ALTER TABLE orders ADD COLUMN expired INT")
    end = f"SchemaChange.objects.filter(pk='{prepared['id']}').update(expires_at=now())"
    imports = (
        "from mcpserver.models import SchemaChange; from tidbmcp.lib.clock import now; from mcpserver import tasks"
    )
    own.manage("shell", "-v0", "-c", f"{imports}; {end}")
    assert "It has expired." in own.refusal("apply_schema_change", {"id": prepared["id"], "confirm": True})
    own.sandbox.fault("internal_error", method="DELETE", times=1)
    own.manage("shell", "-v0", "-c", f"{imports}; tasks.sweep_schema_changes()")
    again = f"SchemaChange.objects.filter(pk='{prepared['id']}').update(not_before=now())"
    own.manage(
        "shell", "-v0", "-c", f"{imports}; {again}; tasks.sweep_schema_changes(); {again}; tasks.sweep_schema_changes()"
    )
    assert prepared["branch"] not in branches(own)
    own.sandbox.clear()
    own.manage("shell", "-v0", "-c", f"{imports}; {again}; tasks.sweep_schema_changes()")
    assert own.sandbox.requests() == []
    (over,) = own.events("kind = 'change.ended' AND parameters LIKE ?", f"%{prepared['id']}%")
    assert (over["result"], over["person"]) == ("ok", "developer")


def test_a_prepared_change_outlives_the_server(own: Stack) -> None:
    prepared = prepare(own, "CREATE TABLE patient (id INT)")
    own.stop()
    own.start()
    applied = own.answer("apply_schema_change", {"id": prepared["id"]})
    assert (applied["equal"], applied["branch_removed"]) == (True, True)
    assert columns(own, "patient") == ["id"]


def test_two_that_apply_it_at_once_run_it_once(own: Stack) -> None:
    prepared = prepare(own, "CREATE TABLE raced (id INT PRIMARY KEY)")
    arguments = {"id": prepared["id"], "confirm": True}
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: own.call("apply_schema_change", arguments)["result"], range(4)))
    assert [answer["isError"] for answer in answers].count(False) == 1
    assert "raced" in {
        table["name"] for table in own.answer("show_tables", {"cluster": "shop", "database": "shop"})["tables"]
    }


def test_another_persons_change_is_as_unknown_as_one_that_never_was(own: Stack) -> None:
    prepared = prepare(own, "CREATE TABLE of_developer (id INT PRIMARY KEY)")
    other = own.manage("create_token", "--user", "admin", "--scopes", "mcp:read,mcp:write,mcp:sql").strip()
    sentences = {
        own.refusal("apply_schema_change", {"id": wanted, "confirm": True}, token=other).partition(" (request")[0]
        for wanted in (prepared["id"], "0191f3c0-0000-7000-8000-000000000000", "nonsense")
    }
    assert sentences == {"You have no schema change with this id. prepare_schema_change makes one."}


@pytest.mark.parametrize(("scopes", "missing"), [("mcp:write", "mcp:sql"), ("mcp:sql", "mcp:write")])
def test_who_prepares_needs_both_scopes(own: Stack, scopes: str, missing: str) -> None:
    token = own.token(scopes)
    asked = {"cluster": "shop", "database": "shop", "statements": ADD}
    assert f"This needs the scope {missing}, which" in own.refusal("prepare_schema_change", asked, token=token)


@pytest.mark.parametrize(
    ("statements", "words"),
    [
        (["DELETE FROM orders"], "is no change of a database's tables"),
        (["DROP DATABASE shop"], "is no change of a database's tables"),
        (["ALTER TABLE test.x ADD COLUMN a INT"], "every statement must be about shop"),
    ],
)
def test_what_is_no_change_of_this_schema_is_refused_before_a_branch_is_made(
    own: Stack, statements: list[str], words: str
) -> None:
    before = branches(own)
    asked = {"cluster": "shop", "database": "shop", "statements": statements}
    assert words in own.refusal("prepare_schema_change", asked)
    nowhere = own.refusal("prepare_schema_change", {**asked, "database": "nope", "statements": [ADD]})
    assert "There is no database 'nope' here" in nowhere
    assert branches(own) == before


def test_what_fails_on_the_parent_says_what_stands_and_is_ready_again_only_if_nothing_does(own: Stack) -> None:
    shop = own.answer("tidbcloud_get_cluster", {"cluster": "shop"})
    run(own, shop, "CREATE TABLE pairs (id INT PRIMARY KEY, n INT)", "INSERT INTO pairs VALUES (1, 1)")
    unique = "CREATE UNIQUE INDEX one_each ON pairs (n)"
    half = prepare(own, "ALTER TABLE pairs ADD COLUMN note INT", unique)
    whole = prepare(own, unique)
    run(own, shop, "INSERT INTO pairs VALUES (2, 1)")
    for _ in range(2):
        sentence = own.refusal("apply_schema_change", {"id": whole["id"], "confirm": True})
        assert "Duplicate entry" in sentence
        assert "Nothing was changed, and the change is still there to be applied." in sentence
    sentence = own.refusal("apply_schema_change", {"id": half["id"], "confirm": True})
    assert "The rest was not run." in sentence
    assert "Mind: 1 of 2 statements ran and stand." in sentence
    assert columns(own, "pairs") == ["id", "n", "note"]
    assert "It has failed." in own.refusal("apply_schema_change", {"id": half["id"], "confirm": True})
    assert "The parent has changed since" in own.refusal("apply_schema_change", {"id": whole["id"], "confirm": True})
