"""What a statement is said to be: kind, verb, targets, without a WHERE, commits by itself."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcpserver.sqlgate import Allow, Kind, classify, judge

READ, DATA, SCHEMA, ACCOUNTS, SESSION, SERVER, UNKNOWN = Kind

ROWS: list[tuple[str, Kind, str, tuple[str, ...]]] = [
    ("SELECT a FROM t JOIN app.u ON 1", READ, "SELECT", ("t", "app.u")),
    ("(SELECT 1) UNION (SELECT a FROM `a b`.`c``d`)", READ, "SELECT", ("a b.c`d",)),
    ("TABLE t", READ, "TABLE", ("t",)),
    ("SHOW TABLES FROM app", READ, "SHOW", ("app",)),
    ("EXPLAIN SELECT * FROM t", READ, "EXPLAIN", ("t",)),
    ("WITH c AS (SELECT 1) SELECT * FROM c", READ, "SELECT", ("c",)),
    ("SELECT * FROM t FOR UPDATE", UNKNOWN, "SELECT", ("t",)),
    ("SELECT SLEEP(1)", UNKNOWN, "SELECT", ()),
    ("SELECT 1 INTO OUTFILE '/tmp/x'", UNKNOWN, "SELECT", ()),
    ("SELECT 1; DROP TABLE t", UNKNOWN, "SELECT", ()),
    ("SELECT /*! 1 */", UNKNOWN, "SELECT", ()),
    ("SELECT 'open", UNKNOWN, "SELECT", ()),
    ("frobnicate t", UNKNOWN, "FROBNICATE", ()),
    ("", UNKNOWN, "", ()),
    ("INSERT INTO t (a) SELECT a FROM u", DATA, "INSERT", ("t", "u")),
    ("INSERT IGNORE app.t VALUES (1)", DATA, "INSERT", ("app.t",)),
    ("REPLACE LOW_PRIORITY INTO t VALUES (1)", DATA, "REPLACE", ("t",)),
    ("UPDATE t, u SET t.a = 1 WHERE t.id = u.id", DATA, "UPDATE", ("t", "u")),
    ("DELETE a FROM a JOIN b USING (id) WHERE b.x", DATA, "DELETE", ("a", "b")),
    ("WITH c AS (SELECT 1), d (x) AS (SELECT 2) DELETE FROM t WHERE a IN (SELECT 1 FROM c)", DATA, "DELETE", ("t", "c")),
    ("EXPLAIN ANALYZE DELETE FROM t WHERE a = 1", DATA, "DELETE", ("t",)),
    ("EXPLAIN DELETE FROM t WHERE a = 1", DATA, "DELETE", ("t",)),
    ("BATCH ON id LIMIT 9 DELETE FROM t WHERE a = 1", DATA, "BATCH", ("t",)),
    ("-- tidy\nDELETE FROM t WHERE a = 1;", DATA, "DELETE", ("t",)),
    ("CREATE TABLE IF NOT EXISTS app.t (a INT)", SCHEMA, "CREATE TABLE", ("app.t",)),
    ("CREATE OR REPLACE VIEW v AS SELECT * FROM t", SCHEMA, "CREATE VIEW", ("v", "t")),
    ("CREATE UNIQUE INDEX i ON app.t (a)", SCHEMA, "CREATE INDEX", ("app.t",)),
    ("DROP INDEX i ON t", SCHEMA, "DROP INDEX", ("t",)),
    ("ALTER TABLE t DROP COLUMN a", SCHEMA, "ALTER TABLE", ("t",)),
    ("DROP TABLE IF EXISTS a, b.c", SCHEMA, "DROP TABLE", ("a", "b.c")),
    ("DROP DATABASE app", SCHEMA, "DROP DATABASE", ("app",)),
    ("TRUNCATE t", SCHEMA, "TRUNCATE", ("t",)),
    ("RENAME TABLE a TO b, c TO d.e", SCHEMA, "RENAME TABLE", ("a", "b", "c", "d.e")),
    ("ALTER TABLE t RENAME TO d.u", SCHEMA, "ALTER TABLE", ("t", "d.u")),
    ("ALTER TABLE t RENAME d.u", SCHEMA, "ALTER TABLE", ("t", "d.u")),
    ("ALTER TABLE t RENAME COLUMN a TO b", SCHEMA, "ALTER TABLE", ("t",)),
    ("ALTER TABLE t EXCHANGE PARTITION p WITH TABLE d.u", SCHEMA, "ALTER TABLE", ("t", "d.u")),
    ("FLASHBACK TABLE t TO t2", SCHEMA, "FLASHBACK TABLE", ("t",)),
    ("CREATE USER 'a'@'b' IDENTIFIED BY 'hunter2'", ACCOUNTS, "CREATE USER", ()),
    ("DROP ROLE r", ACCOUNTS, "DROP ROLE", ("r",)),
    ("GRANT ALL ON *.* TO u", ACCOUNTS, "GRANT", ()),
    ("SET GLOBAL a = 1", SESSION, "SET", ()),
    ("START TRANSACTION", SESSION, "START", ()),
    ("LOCK TABLES t WRITE", SESSION, "LOCK", ()),
    ("CALL p()", SESSION, "CALL", ()),
    ("KILL 1", SERVER, "KILL", ()),
    ("ANALYZE TABLE t", SERVER, "ANALYZE", ()),
    ("TRACE DELETE FROM t", SERVER, "TRACE", ("t",)),
    ("LOAD DATA INFILE 'x' INTO TABLE t", SERVER, "LOAD", ()),
    ("PLAN REPLAYER DUMP EXPLAIN SELECT 1", SERVER, "PLAN", ()),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "kind", "verb", "targets"), ROWS, ids=[row[0][:50] for row in ROWS])
def test_kind_verb_and_targets(sql: str, kind: Kind, verb: str, targets: tuple[str, ...]) -> None:
    found = classify(sql)
    assert (found.kind, found.verb, found.targets) == (kind, verb, targets)


@pytest.mark.parametrize(
    ("sql", "whole"),
    [
        ("DELETE FROM t", True),
        ("UPDATE t SET a = (SELECT 1 FROM u WHERE x)", True),
        ("DELETE FROM t WHERE 1", True),
        ("UPDATE t SET `where` = 1", True),
        ("WITH c AS (SELECT 1 FROM u WHERE x) DELETE FROM t", True),
        ("DELETE FROM t -- WHERE a = 1", True),
        ("SELECT * FROM t", False),
    ],
)
def test_a_change_without_a_where_is_seen(sql: str, whole: bool) -> None:
    assert classify(sql).whole_table is whole


@pytest.mark.parametrize(
    ("sql", "commits"),
    [("INSERT INTO t VALUES (1)", False), ("SELECT 1", False), ("ROLLBACK", False), ("SAVEPOINT a", False), ("CREATE TABLE t (a INT)", True),
     ("BEGIN", True), ("GRANT ALL ON t TO u", True), ("BATCH ON id LIMIT 1 DELETE FROM t", True), ("who knows", True), ("SET autocommit = 1", True)],
)  # fmt: skip
def test_what_commits_by_itself_is_seen(sql: str, commits: bool) -> None:
    assert classify(sql).commits is commits


def test_the_record_holds_no_literal() -> None:
    found = classify("INSERT INTO t VALUES ('hunter2', 42)")
    assert found.text == "INSERT INTO t VALUES (?, ?)"
    assert found.digest == classify("insert into t  values ('x', 7)").digest


@given(st.text(st.characters()))
def test_it_says_something_of_any_text_and_read_only_of_what_the_gate_lets_through(sql: str) -> None:
    for text in (sql, f"WITH {sql}", f"DELETE FROM {sql}", f"CREATE {sql}"):
        assert (classify(text).kind is Kind.READ) is isinstance(judge(text), Allow)


@pytest.mark.parametrize("piece", ["(", ") select ", "from a,", "a.", "'a',", "with ", "where ", ";"])
def test_long_texts_take_no_time(piece: str) -> None:
    begun = process_time()
    classify("WITH c AS (SELECT 1) " + piece * (200_000 // len(piece)))
    assert process_time() - begun < 2
