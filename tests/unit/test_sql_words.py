"""What slips past the first word: hidden names, the server's inside, several statements, and what a session would keep."""

import pytest

from mcpserver.sqlgate import Allow, Refuse, fingerprint, judge, leaves_traces

NBSP = "\u00a0"

REFUSED = [
    ("a name behind a comment that is none", f"SELECT 1--{NBSP} FROM (SELECT 1 AS {NBSP}) t, mysql.user", "characters"),
    ("an ideographic blank", "SELECT\u30001", "characters"),
    ("a full-width semicolon", "SELECT 1\uff1b", "characters"),
    ("two statements", "SELECT 1; SELECT 2", "statements"),
    ("an open quote", "SELECT 'a", "unterminated"),
    ("an open comment", "SELECT 1 /* a", "unterminated"),
    ("hashes", "SELECT authentication_string FROM mysql . /* x */ user", "system_schema"),
    ("hashes in backticks", "SELECT 1 FROM `MySQL`.`user`", "system_schema"),
    ("own rights", "SHOW GRANTS", "system_schema"),
    ("own hash", "SHOW CREATE USER", "system_schema"),
    ("tables of mysql", "SHOW TABLES FROM mysql", "system_schema"),
    ("columns of mysql", "SHOW FULL COLUMNS FROM user IN `mysql`", "system_schema"),
    ("others' statements", "SHOW FULL PROCESSLIST", "system_schema"),
    ("others' statements by table", "SELECT * FROM information_schema.PROCESSLIST", "system_schema"),
    ("others' statements, bare", "SELECT id, info FROM processlist", "system_schema"),
    ("others' plans by id", "SHOW EXPLAIN FOR 3", "system_schema"),
    ("others' plans, run", "SHOW ANALYZE FOR 3", "system_schema"),
    ("others' warnings", "SHOW WARNINGS", "system_schema"),
    ("others' warnings counted", "SHOW COUNT(*) ERRORS", "system_schema"),
    ("others' warnings by variable", "SELECT @@SESSION.warning_count", "system_schema"),
    ("accounts", "SELECT grantee FROM information_schema.user_privileges", "system_schema"),
    ("others' plans", "EXPLAIN FOR CONNECTION 4", "system_schema"),
]
ALLOWED = [
    "SELECT 1;",
    "SELECT 'mysql.user; DROP'",
    "SELECT user FROM shop.customers -- mysql.user",
    "SHOW CREATE TABLE shop.orders",
    "SELECT `größe`, 'a\u00a0b', 東京 FROM t",
    "SHOW TABLES FROM shop",
    "SHOW COLUMNS FROM errors",
    "SELECT 1.5, .5, 1e3 FROM t",
    "EXPLAIN SELECT 1",
]


@pytest.mark.parametrize(("sql", "rule"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_it_is_refused_by_its_rule(sql: str, rule: str) -> None:
    verdict = judge(sql)
    assert isinstance(verdict, Refuse)
    assert verdict.rule == rule


@pytest.mark.parametrize("sql", ALLOWED)
def test_what_only_looks_like_that_passes(sql: str) -> None:
    assert isinstance(judge(sql), Allow)


@pytest.mark.parametrize("sql", ["SELECT * FROM shop.2024_hidden", "SELECT _secretcol FROM t", "SELECT `a`.5b FROM t"])
def test_no_part_of_a_name_is_lost_from_the_record(sql: str) -> None:
    assert fingerprint(sql).text == sql


def test_nothing_hides_from_the_record_behind_an_odd_blank() -> None:
    assert "mysql.user" in fingerprint(f"SELECT 1--{NBSP} FROM mysql.user").text


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT GET_LOCK('a', 0)",
        "SELECT @a := 1",
        "SELECT 1 INTO @a",
        "SELECT @a",
        "SELECT LAST_INSERT_ID(7)",
        "SELECT SQL_CALC_FOUND_ROWS 1",
        "SELECT `get_lock`('a', 0)",
        "SELECT NEXTVAL(s)",
    ],
)
def test_a_session_that_keeps_something_is_not_handed_on(sql: str) -> None:
    assert leaves_traces(sql)


@pytest.mark.parametrize("sql", ["SELECT 1", "SELECT @@version", "SELECT 'get_lock @a'", "SELECT a.b FROM a -- @x"])
def test_an_ordinary_read_leaves_nothing(sql: str) -> None:
    assert not leaves_traces(sql)
