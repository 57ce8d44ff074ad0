"""The first SQL gate: a table of what it lets through and what it refuses, and no text makes it fail."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcpserver.sqlgate import Allow, Refuse, judge
from mcpserver.sqlgate.fingerprint import MOST_CHARACTERS
from mcpserver.sqlgate.gate import READING


@pytest.mark.parametrize("word", READING)
def test_every_reading_word_is_let_through_as_it_stands(word: str) -> None:
    for sql in (f"{word} 1", f"  \n({word.lower()} 1)", f"(( {word}\t1))"):
        assert judge(sql) == Allow(sql)


@pytest.mark.parametrize(
    ("sql", "rule"),
    [
        ("", "empty"), (" \n\t", "empty"), ("SELECT 1 " + "x" * MOST_CHARACTERS, "size"), ("SELECT \x001", "characters"),
        ("SELECT 1\x1b", "characters"), ("SELECT 1\x85", "characters"), ("SELECT '\ud800'", "characters"),
        ("SELECT /*! 1 */", "executable_comment"), ("SELECT /*!99999 1 */", "executable_comment"), ("SELECT /*M! 1 */", "executable_comment"),
        ("SELECT /*T![auto_rand] 1 */", "executable_comment"), ("SELECT /*t! 1", "executable_comment"), ("/*!SELECT*/ 1", "executable_comment"),
        ("INSERT INTO t VALUES (1)", "first_word"), ("UPDATE t SET a = 1", "first_word"), ("DELETE FROM t", "first_word"),
        ("drop table t", "first_word"), ("TRUNCATE t", "first_word"), ("SET @a = 1", "first_word"), ("CALL p()", "first_word"),
        ("DO SLEEP(1)", "first_word"), ("BEGIN", "first_word"), ("LOAD DATA LOCAL INFILE 'x' INTO TABLE t", "first_word"),
        ("KILL 1", "first_word"), ("USE mysql", "first_word"), ("REPLACE INTO t VALUES (1)", "first_word"), ("GRANT ALL ON *.* TO u", "first_word"),
        ("HANDLER t OPEN", "first_word"), ("PREPARE s FROM 'x'", "first_word"), ("EXECUTE s", "first_word"), ("ANALYZE TABLE t", "first_word"),
        ("SELECTS 1", "first_word"), ("SELECT_1", "first_word"), ("SELECTé 1", "first_word"), ("; SELECT 1", "first_word"),
        ("-- x\nSELECT 1", "first_word"), ("/* x */ SELECT 1", "first_word"), ("#x\nSELECT 1", "first_word"), ("`SELECT` 1", "first_word"),
        ("'SELECT'", "first_word"), ("1", "first_word"), ("\uff33\uff25\uff2c\uff25\uff23\uff34 1", "first_word"), (")SELECT 1", "first_word"),
    ],
)  # fmt: skip
def test_what_it_does_not_know_it_refuses(sql: str, rule: str) -> None:
    found = judge(sql)
    assert isinstance(found, Refuse)
    assert found.rule == rule
    assert found.sentence.endswith(".")


@pytest.mark.parametrize(
    "sql",
    ["SELECT * FROM mysql.user", "TABLE mysql.user", "select 1 from MySQL . `user`", "SELECT * FROM `mysql`.user", "SELECT * FROM mysql/* */.user",
     "SELECT * FROM t,mysql.user", "SELECT (SELECT 1 FROM sys.x)", "WITH a AS (SELECT 1 FROM performance_schema.threads) SELECT 1",
     "SELECT * FROM metr\u0130cs_schema.x", "SELECT * FROM \uff4dysql.user", "SELECT mysql.user.host FROM t", "DESC mysql.user", "EXPLAIN TABLE sys.x",
     "SELECT * FROM mysql\n-- x\n.user", "SELECT * FROM {OJ mysql.user}"],
)  # fmt: skip
def test_system_schemas_are_not_read(sql: str) -> None:
    found = judge(sql)
    assert isinstance(found, Refuse)
    assert found.rule == "system_schema"


@pytest.mark.parametrize(
    "sql",
    ["SELECT sys FROM t", "SELECT 'mysql.user'", "SELECT a AS mysql FROM t", "SELECT 1 -- mysql.user", "SELECT mysql_id.x FROM mysql_id",
     "SELECT * FROM information_schema.tables WHERE table_schema = 'mysql'", "SELECT t.sys FROM t"],
)  # fmt: skip
def test_words_that_only_look_like_system_schemas_are_read(sql: str) -> None:
    assert judge(sql) == Allow(sql)


@given(st.text(st.characters()))
def test_no_text_makes_it_fail(sql: str) -> None:
    assert isinstance(judge(sql), Allow | Refuse)


@pytest.mark.parametrize("piece", ["(", " ", "a", "/*", "'", "SELECT ", "\\", "((a"])
def test_long_texts_take_no_time(piece: str) -> None:
    start = process_time()
    judge((piece * MOST_CHARACTERS)[:MOST_CHARACTERS])
    assert process_time() - start < 1


def test_the_sentence_does_not_repeat_the_statement() -> None:
    found = judge("DELETE FROM t WHERE password = 'hunter2'")
    assert isinstance(found, Refuse)
    assert "hunter2" not in found.sentence
