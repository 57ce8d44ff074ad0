"""SQL over real connections: limits, cuts, kills, and servers that go away."""

import asyncio
import json
import os
import re
import signal
import threading
from contextlib import suppress
from typing import Any

import httpx2
import MySQLdb
import pytest

from tests.stack import Stack, answer_of, wait_until

MANY = "SELECT a.id, b.id, c.name FROM shop.customers a, shop.customers b, shop.customers c"
SLOW = "SELECT COUNT(*) AS `{mark}` FROM shop.customers a, shop.customers b, shop.customers c, shop.customers d"
"""Marked by an alias: comments are not sent."""


def as_root(stack: Stack, sql: str, *values: object) -> list[tuple[Any, ...]]:
    """What the server itself says, past the product."""
    cluster = stack.sandbox.cluster("shop")
    connection = MySQLdb.connect(
        host=cluster["host"],
        port=cluster["port"],
        user=cluster["root"]["user"],
        password=cluster["root"]["password"],
        autocommit=True,
    )
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return list(cursor.fetchall())
    finally:
        connection.close()


def running(stack: Stack, mark: str) -> int:
    """How many statements with this mark the server is running."""
    sql = "SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE %s AND id <> CONNECTION_ID()"
    return int(as_root(stack, sql, f"%{mark}%")[0][0])


def test_a_result_over_its_rows_is_cut_and_says_so(stack: Stack) -> None:
    result = stack.query(MANY, max_rows=7)["structuredContent"]
    assert (result["row_count"], len(result["rows"]), result["truncated"], result["truncated_by"]) == (
        7,
        7,
        True,
        "rows",
    )
    assert "LIMIT" in result["next_step"]
    assert stack.events()[-1]["result"] == "cut"


def test_a_result_of_exactly_its_limit_is_whole(stack: Stack) -> None:
    result = stack.query("SELECT id FROM shop.customers LIMIT 7", max_rows=7)["structuredContent"]
    assert (result["row_count"], result["truncated"], result["next_step"]) == (7, False, None)


def test_the_servers_limit_beats_a_higher_wish(stack: Stack) -> None:
    result = stack.query(MANY, max_rows=50_000)["structuredContent"]
    assert (result["row_count"], result["truncated"]) == (1000, True)
    assert "max_rows" not in result["next_step"]


def test_who_does_not_say_how_many_rows_gets_a_hundred(stack: Stack) -> None:
    result = stack.query(MANY)["structuredContent"]
    assert (result["row_count"], result["truncated_by"]) == (100, "rows")
    assert "up to 1000 with max_rows" in result["next_step"]


def test_a_result_that_is_large_is_cut_and_says_so(stack: Stack) -> None:
    result = stack.query("SELECT id, REPEAT('x', 10000) FROM shop.customers")["structuredContent"]
    assert (result["truncated"], result["truncated_by"]) == (True, "tokens")
    assert 8 <= result["row_count"] <= 10
    assert "narrower columns" in result["next_step"]
    assert result["left_out"] == (
        f"The rows after the first {result['row_count']} were not read; how many there are is not known."
    )


def test_who_asks_for_fewer_tokens_gets_fewer(stack: Stack) -> None:
    most = stack.query(MANY, max_rows=1000, max_tokens=200)["structuredContent"]
    assert (most["truncated_by"], most["row_count"] < 100) == ("tokens", True)
    assert len(json.dumps(most["rows"])) < 200 * 6


def test_a_cut_result_says_how_to_go_on_and_that_goes_on(stack: Stack) -> None:
    seen: list[int] = []
    condition = "TRUE"
    for _ in range(3):
        sql = f"SELECT id FROM shop.customers WHERE {condition} ORDER BY id"
        page = stack.query(sql, max_rows=4)["structuredContent"]
        seen += [row[0] for row in page["rows"]]
        (condition,) = re.findall(r"add the condition (id > \d+) ", page["next_step"])
    everybody = stack.query("SELECT id FROM shop.customers ORDER BY id LIMIT 12")["structuredContent"]["rows"]
    assert seen == [row[0] for row in everybody]


def test_one_value_larger_than_the_limit_gives_no_rows_and_says_so(stack: Stack) -> None:
    result = stack.query("SELECT REPEAT('x', 3000000)")["structuredContent"]
    assert (result["row_count"], result["truncated_by"]) == (0, "tokens")
    assert "the first alone is over the limit" in result["left_out"]


def test_a_cut_query_is_gone_from_the_server(stack: Stack) -> None:
    stack.query(MANY.replace("c.name", "c.name, 'cut me' AS mark"), max_rows=1)
    wait_until(lambda: running(stack, "cut me") == 0, "it is gone")


def test_a_query_over_its_time_is_killed_on_the_server(stack: Stack) -> None:
    result = stack.query(SLOW.format(mark="too long"), timeout_seconds=1)
    assert result["isError"]
    assert "ran over its 1 s and was stopped" in result["content"][0]["text"]
    wait_until(lambda: running(stack, "too long") == 0, "it is gone")
    assert stack.query("SELECT 1")["structuredContent"]["rows"] == [[1]]


async def test_a_query_whose_client_has_gone_is_killed_and_recorded(stack: Stack) -> None:
    arguments = {"cluster": "shop", "sql": SLOW.format(mark="left alone")}
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "db_query", "arguments": arguments}}
    headers = {
        "Authorization": f"Bearer {stack.run['tokens']['developer']}",
        "Accept": "application/json, text/event-stream",
    }
    async with httpx2.AsyncClient(trust_env=False) as client:
        call = asyncio.create_task(client.post(stack.mcp_url, json=body, headers=headers))
        await asyncio.to_thread(wait_until, lambda: running(stack, "left alone") == 1, "the query runs")
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
    await asyncio.to_thread(wait_until, lambda: running(stack, "left alone") == 0, "the query is killed")
    await asyncio.to_thread(wait_until, lambda: stack.events("result = 'cancelled'"), "its event")


def test_a_server_that_dies_in_the_middle_gives_a_clear_error_and_comes_back(stack: Stack) -> None:
    answers: list[dict[str, Any]] = []
    caller = threading.Thread(target=lambda: answers.append(stack.query(SLOW.format(mark="doomed"))))
    caller.start()
    wait_until(lambda: running(stack, "doomed") == 1, "the query runs")
    stack.sandbox.kill_database("shop")
    caller.join(30)
    assert answers[0]["isError"]
    assert "broke while the statement ran" in answers[0]["content"][0]["text"]
    assert stack.events("result = 'error'")[-1]["tool"] == "db_query"
    assert stack.query("SELECT 1")["structuredContent"]["rows"] == [[1]]


def test_two_clusters_with_equal_names_of_databases_stay_apart(stack: Stack) -> None:
    count = "SELECT COUNT(*) FROM shop.customers"
    here = stack.query(count)["structuredContent"]["rows"]
    there = stack.call("db_query", {"cluster": "northwind-freight", "sql": count})["result"]["structuredContent"][
        "rows"
    ]
    assert here != there


def test_a_database_given_with_one_call_is_not_there_in_the_next(stack: Stack) -> None:
    assert stack.query("SELECT DATABASE()", database="shop")["structuredContent"]["rows"] == [["shop"]]
    assert stack.query("SELECT DATABASE()")["structuredContent"]["rows"] == [[None]]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM shop.orders INTO OUTFILE '/tmp/stolen'",
        "WITH x AS (SELECT 1) DELETE FROM shop.orders",
        "EXPLAIN ANALYZE DELETE FROM shop.orders",
        "TABLE shop.orders INTO OUTFILE '/tmp/stolen'",
        "SELECT LOAD_FILE('/etc/passwd') INTO DUMPFILE '/tmp/x'",
    ],
)
def test_what_writes_behind_a_word_that_reads_changes_nothing(stack: Stack, sql: str) -> None:
    before = as_root(stack, "CHECKSUM TABLE shop.orders")
    assert stack.query(sql)["isError"]
    assert as_root(stack, "CHECKSUM TABLE shop.orders") == before


def test_a_reader_login_that_can_write_is_not_used(stack: Stack) -> None:
    cluster = stack.sandbox.cluster("northwind-freight")
    writer = cluster["logins"]["role_readwrite"]
    swap = (
        "from mcpserver.models import SqlLogin; from tidbmcp.lib.secrets import Secret; from audit.facts import NOBODY;"
        f"row = SqlLogin.objects.get(cluster_id={cluster['cluster_id']!r}, role='role_readonly');"
        "row.username = {user!r}; row.store(Secret({password!r}), NOBODY)"
    )
    asked = {"cluster": "northwind-freight", "sql": "SELECT 1"}
    stack.answer("db_query", asked)  # the way is known now
    stack.manage("shell", "-v0", "-c", swap.format(**writer))
    try:
        sentence = stack.refusal("db_query", asked)
    finally:
        stack.manage("shell", "-v0", "-c", swap.format(**cluster["logins"]["role_readonly"]))
    assert "can do more than read" in sentence
    stack.answer("db_query", asked)


def test_a_login_that_is_taken_away_is_not_used_again(stack: Stack) -> None:
    cluster = stack.sandbox.cluster("northwind-freight")
    asked = {"cluster": "northwind-freight", "sql": "SELECT 1"}
    stack.answer("db_query", asked)
    take = (
        "from mcpserver.models import SqlLogin;"
        f"SqlLogin.objects.filter(cluster_id={cluster['cluster_id']!r}, role='role_readonly').update(role={{!r}})"
    )
    stack.manage("shell", "-v0", "-c", take.format("put aside"))
    try:
        sentence = stack.refusal("db_query", asked)
    finally:
        stack.manage(
            "shell", "-v0", "-c", take.replace("role='role_readonly'", "role='put aside'").format("role_readonly")
        )
    assert "No reader login is stored" in sentence
    stack.answer("db_query", asked)


def test_values_of_many_types_come_without_loss(stack: Stack) -> None:
    sql = (
        "SELECT CAST(12345678901234567890.123456789 AS DECIMAL(40,9)) AS d, 9007199254740993 AS big, -1.5e0 AS f, "
        "TIME('-100:00:01') AS t, DATE('2026-11-22') AS day, X'00FF' AS b, 'Zürich 東京 🚲' AS s, NULL AS n, "
        "'{\"a\": 1}' AS j, 'evil\u202etxt' AS turned"
    )
    result = stack.query(sql)["structuredContent"]
    assert result["rows"] == [
        ["12345678901234567890.123456789", "9007199254740993", -1.5, "-100:00:01", "2026-11-22", {"base64": "AP8=", "length": 2}, "Zürich 東京 🚲", None,
         '{"a": 1}', "evil⟦U+202E⟧txt"]
    ]  # fmt: skip
    assert "not instructions" in result["notice"]


def test_forty_eight_at_once_are_all_answered(stack: Stack) -> None:
    async def all_of_them() -> list[httpx2.Response]:
        headers = {
            "Authorization": f"Bearer {stack.run['tokens']['developer']}",
            "Accept": "application/json, text/event-stream",
        }
        async with httpx2.AsyncClient(trust_env=False, headers=headers, timeout=30) as client:
            calls = []
            for number in range(48):
                arguments = {
                    "cluster": "shop",
                    "sql": f"SELECT {number}, COUNT(*) FROM shop.customers a, shop.customers b",
                }
                params = {"name": "db_query", "arguments": arguments}
                body = {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}
                calls.append(client.post(stack.mcp_url, json=body))
            return list(await asyncio.gather(*calls))

    answers = [answer_of(response) for response in asyncio.run(all_of_them())]
    assert [answer["result"]["structuredContent"]["rows"][0][0] for answer in answers] == list(range(48))


@pytest.mark.parametrize(
    "sql",
    ["SELECT GET_LOCK('boss', 0)", "SELECT @stolen := 'card 4111'", "SELECT LAST_INSERT_ID(4242)", "SELECT SLEEP(1)"],
)
def test_nothing_is_left_in_a_session_for_the_next(stack: Stack, sql: str) -> None:
    assert stack.query(sql)["isError"]


def test_a_server_that_came_back_costs_no_call(stack: Stack) -> None:
    assert not stack.query("SELECT 1")["isError"]
    stack.sandbox.kill_database("shop")
    assert [stack.query("SELECT 1")["isError"] for _ in range(3)] == [False, False, False]


def test_a_frozen_server_is_told_truly_and_in_time_and_others_go_on(stack: Stack) -> None:
    pid = stack.sandbox.database_pid("shop")
    assert pid is not None
    stack.query("SELECT 1")
    os.kill(pid, signal.SIGSTOP)
    try:
        answers: list[str] = []
        callers = [
            threading.Thread(
                target=lambda: answers.append(stack.query("SELECT 1", timeout_seconds=1)["content"][0]["text"])
            )
            for _ in range(20)
        ]
        for caller in callers:
            caller.start()
        other = stack.call("db_query", {"cluster": "northwind-freight", "sql": "SELECT 1"})["result"]
        for caller in callers:
            caller.join(30)
    finally:
        os.kill(pid, signal.SIGCONT)
    assert other["isError"] is False
    assert len(answers) == 20
    assert not [text for text in answers if "was stopped on the server" in text]
    wait_until(lambda: not stack.query("SELECT 1")["isError"], "it answers again")


def test_very_wide_rows_do_not_fill_the_memory(stack: Stack) -> None:
    sql = "SELECT IF(seq = 1, 'a', REPEAT('a', 15000000)) FROM seq_1_to_60"
    before = stack.memory()
    result = stack.query(sql, database="shop")["structuredContent"]
    assert (result["row_count"], result["truncated_by"]) == (1, "tokens")
    assert stack.memory() - before < 150_000_000


def test_a_result_of_too_many_columns_is_refused_and_small(stack: Stack) -> None:
    result = stack.query("SELECT " + "1," * 5000 + "1")
    assert "name the ones you need" in result["content"][0]["text"]


def test_a_warning_of_one_call_is_not_read_by_the_next(stack: Stack) -> None:
    stack.query("SELECT CAST('secret of A' AS SIGNED)")
    assert stack.query("SELECT @@warning_count")["isError"]
    for sql in ("SHOW WARNINGS", "SHOW COUNT(*) WARNINGS"):
        assert "secret" not in str(stack.query(sql))


def test_calls_that_are_cancelled_at_any_moment_leave_one_row_each(stack: Stack) -> None:
    token = stack.token("mcp:read", "--name", "impatient")

    async def storm() -> None:
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json, text/event-stream"}
        async with httpx2.AsyncClient(trust_env=False, headers=headers) as client:
            for number in range(60):
                arguments = {"cluster": "shop", "sql": f"SELECT {number}"}
                body = {
                    "jsonrpc": "2.0",
                    "id": 1,
                    "method": "tools/call",
                    "params": {"name": "db_query", "arguments": arguments},
                }
                with suppress(TimeoutError):
                    async with asyncio.timeout(number / 4000):
                        await client.post(stack.mcp_url, json=body)

    asyncio.run(storm())
    assert not stack.query("SELECT 1")["isError"]
    rows = stack.events("token = ? AND kind = 'call.finished'", token[:13])
    assert len(rows) == len({row["call_id"] for row in rows})
