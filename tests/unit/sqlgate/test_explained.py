"""What explain_query takes: one query that reads, alone; and the sentence where it is something else."""

import pytest

from mcpserver.sqlgate import Allow, Refuse, judge, judge_explained

QUERIES = [
    "SELECT 1",
    "  (SELECT a FROM t) UNION SELECT 2;",
    "WITH x AS (SELECT 1 AS a) SELECT a FROM x",
    "TABLE shop.orders",
    "VALUES ROW(1)",
    "SELECT a FROM t AS OF TIMESTAMP '2026-01-31 00:00:00'",
    "SELECT /*+ USE_INDEX(t, i) */ a FROM t -- why",
]


@pytest.mark.parametrize("sql", QUERIES)
def test_a_query_is_let_through_as_db_query_would_send_it(sql: str) -> None:
    verdict = judge_explained(sql)
    assert isinstance(verdict, Allow)
    assert verdict == judge(sql)


REFUSED = {
    "EXPLAIN SELECT 1": "Give the query alone, without EXPLAIN: it begins with SELECT, WITH, TABLE or VALUES.",
    "explain analyze select 1": "Give the query alone, without EXPLAIN:",
    "EXPLAIN FORMAT = 'brief' SELECT 1": "Give the query alone, without EXPLAIN:",
    "DESC t": "Give the query alone, without DESC:",
    "ANALYZE FORMAT=JSON SELECT 1": "Give the query alone, without ANALYZE:",
    "SHOW TABLES": "SHOW has no plan:",
    "(SHOW TABLES)": "SHOW has no plan:",
    "DELETE FROM t": "explain_query explains reads only, and DELETE is none:",
    "INSERT INTO t SELECT 1": "explain_query explains reads only, and INSERT is none:",
    "SET @a = 1": "explain_query explains reads only, and SET is none:",
    "`SELECT` 1": "explain_query explains reads only, and this is none:",
    "ſelect 1": "explain_query explains reads only, and this is none:",
    "WITH x AS (SELECT 1) DELETE FROM t": "DELETE changes something",
    "SELECT 1; SELECT 2": "One statement a call",
    "SELECT a INTO OUTFILE 'x' FROM t": "INTO writes the result",
    "SELECT a FROM t FOR UPDATE": "FOR UPDATE and FOR SHARE take locks",
    "SELECT SLEEP(5)": "SLEEP only takes time",
    "SELECT * FROM mysql.user": "The system databases are not open here.",
    "SELECT 'a": "A quote or comment has no end",
    "": "There is no statement",
    "  -- nothing": "There is no statement",
}


@pytest.mark.parametrize(("sql", "sentence"), REFUSED.items(), ids=REFUSED)
def test_what_is_no_query_is_refused_with_a_sentence_that_helps(sql: str, sentence: str) -> None:
    verdict = judge_explained(sql)
    assert isinstance(verdict, Refuse)
    assert verdict.sentence.startswith(sentence)
