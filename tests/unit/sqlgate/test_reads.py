"""What the gate lets through: reads of every kind, which it must not refuse, and the form in which it sends them."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcpserver.sqlgate import Allow, Refuse, judge

READS = r"""
SELECT * FROM t TABLESAMPLE REGIONS()
SELECT * FROM t AS OF TIMESTAMP '2024-01-01'
SELECT * FROM t AS OF TIMESTAMP NOW() - INTERVAL 10 SECOND
SELECT * FROM t AS OF TIMESTAMP TIDB_BOUNDED_STALENESS(NOW() - INTERVAL 10 SECOND, NOW())
SHOW TABLE t REGIONS
SHOW TABLE t REGIONS WHERE leader_store_id = 1
SHOW TABLE t INDEX a REGIONS
SHOW STATS_HISTOGRAMS WHERE table_name = 't'
SHOW CREATE SEQUENCE s1
SHOW PLACEMENT FOR DATABASE app
SHOW WARNINGS LIMIT 5
SHOW WARNINGS
SHOW ERRORS LIMIT 1, 2
DESC app.t
DESCRIBE t 'a%'
EXPLAIN FORMAT='brief' SELECT 1
EXPLAIN FORMAT = "tidb_json" SELECT 1
EXPLAIN ANALYZE FORMAT='row' SELECT 1
EXPLAIN EXTENDED SELECT 1
EXPLAIN TABLE t
EXPLAIN ANALYZE SELECT * FROM t
DESC ANALYZE SELECT 1
SELECT * FROM t WHERE (a,b) IN ((1,2),(3,4))
SELECT 1 WHERE NOT EXISTS (SELECT 1)
SELECT INTERVAL(1,2,3), a DIV 2, a MOD 3, MOD(a,2)
SELECT GROUP_CONCAT(DISTINCT a ORDER BY b SEPARATOR ',') FROM t
SELECT TRIM(BOTH 'x' FROM c), SUBSTRING(c FROM 2 FOR 3), POSITION('a' IN c), CHAR(77 USING utf8mb4)
SELECT x'41', b'101', 0xFF, 1e10, .5, 5., 'a' 'b', 1.5E-3
SELECT DATE '2024-01-01', TIMESTAMP '2024-01-01 00:00:00', TIME '10:00:00'
SELECT BINARY 'a' = 'A', ~0, !1, 1 << 2, 5 & 3, 5 | 2, 5 ^ 1, a <=> b, 1 <> 2 AND 3 != 4 XOR 0, a && b || c
SELECT * FROM t a NATURAL JOIN t2 LEFT OUTER JOIN t3 USING (id) STRAIGHT_JOIN t4
SELECT SQL_CALC_FOUND_ROWS HIGH_PRIORITY SQL_BIG_RESULT DISTINCTROW a FROM t
SELECT * FROM t JOIN (t2 JOIN t3 ON t2.a = t3.a) ON t.a = t2.a
SELECT * FROM t ORDER BY FIELD(a, 3, 1, 2) LIMIT 5 OFFSET 10
SELECT * FROM t FETCH FIRST 5 ROWS ONLY
WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 5) SELECT * FROM c
WITH c(x, y) AS (SELECT 1, 2), `d` (z) AS (SELECT 3) SELECT * FROM c, d
SELECT * FROM (SELECT 1) AS d(x)
SELECT * FROM t JOIN (SELECT 1) d (x) ON d.x = t.a
SELECT * FROM (VALUES ROW(1,2)) AS v(a, b)
SELECT * FROM JSON_TABLE('[{"a":1}]', '$[*]' COLUMNS (id FOR ORDINALITY, a INT PATH '$.a', b VARCHAR(10) PATH '$.b' DEFAULT 'x' ON EMPTY, NESTED PATH '$.c[*]' COLUMNS (d INT PATH '$'))) AS jt
SELECT 'a' MEMBER OF ('["a"]'), 'a' SOUNDS LIKE 'b', c COLLATE utf8mb4_bin FROM t
SELECT CAST(a AS SIGNED), CAST(a AS CHAR(10) CHARACTER SET utf8mb4), CONVERT(a, CHAR), CONVERT(a, DECIMAL(10,2)), CAST(x AS JSON), CAST(x AS DATETIME(6)) FROM t
SELECT CURRENT_TIMESTAMP(6), NOW(6), CURRENT_USER(), CURRENT_USER, USER(), DATABASE(), VERSION(), CONNECTION_ID()
SELECT a 'alias', b "other", c AS 'third' FROM t
SELECT * FROM t USE INDEX (), t2 USE KEY FOR ORDER BY (a)
SELECT {t '10:00'}
SHOW ENGINES
SHOW TRIGGERS FROM app
SHOW EVENTS
SHOW CREATE DATABASE app
SHOW CREATE SCHEMA IF NOT EXISTS app
SHOW EXTENDED COLUMNS FROM t
TABLE t ORDER BY a LIMIT 1
(SELECT 1) UNION (SELECT 2) ORDER BY 1
((SELECT 1) UNION ALL (SELECT 2)) LIMIT 1
SELECT CASE a WHEN 1 THEN 'x' ELSE 'y' END, CASE WHEN a = 1 THEN .5 ELSE 0 END FROM t
SELECT a NOT BETWEEN 1 AND 2, a IS TRUE, a IS NOT NULL, a LIKE BINARY 'x', a REGEXP BINARY 'y' FROM t
SELECT AVG(a) OVER (PARTITION BY b ORDER BY c ROWS UNBOUNDED PRECEDING), FIRST_VALUE(a) IGNORE NULLS OVER (ORDER BY b) FROM t
SELECT PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY a) OVER (PARTITION BY b) FROM t
SELECT rank, value, date, time, user, status, type, name, comment, position, password, system, groups, rows, row, offset, `key`, t.key FROM t
SELECT COUNT (*) FROM t
SELECT * FROM t WHERE a > ALL (SELECT 1) OR a = ANY(SELECT 2) OR a < SOME (SELECT 3)
SELECT * FROM t FOR SYSTEM_TIME AS OF TIMESTAMP '2024-01-01'
SELECT a FROM t GROUP BY a WITH ROLLUP
SELECT * FROM t PARTITION(p0) WHERE(a=1)AND(b=2)
SELECT id, CONCAT(name, ' <', email, '>') FROM users
SELECT /*+ LEADING((t1, t2), t3), INL_JOIN(@sel_1 t2) USE_INDEX(t1@sel_2, `a b`, c) */ 1
SELECT SQL_NO_CACHE(1)
SELECT JSON_VALUE(doc, '$.a' RETURNING DECIMAL(4,2)) FROM t
SELECT * FROM t WHERE MATCH (note) AGAINST ('x' WITH QUERY EXPANSION)
SELECT TIMESTAMPDIFF(DAY, a, b), DATE_ADD(a, INTERVAL 1 DAY), EXTRACT(HOUR FROM a), ADDDATE(a, 31), GET_FORMAT(DATE, 'USA') FROM t
SELECT a FROM t LIMIT ROWS EXAMINED 10
SELECT größe, 東京, naïve FROM t
SELECT * FROM app.`t`, `app`.t2
SHOW INDEX FROM t FROM app WHERE Key_name = 'a'
SHOW FULL TABLES IN app WHERE table_type = 'VIEW'
SHOW TABLE STATUS FROM app LIKE 'o%'
SELECT @@autocommit
SELECT a FROM t WHERE b = '' OR c = ""
SELECT ROW(1,2) = (1,2), (SELECT 1, 2) = ROW(1, 2)
SELECT IF(a, b, c), LEFT(a, 1), RIGHT(a, 1), REPLACE(a, 'x', 'y'), VALUES(a), DEFAULT(a), CHARSET('a'), COLLATION('a'), TRUNCATE(1.5, 0), FORMAT(1, 2) FROM t
SELECT * FROM information_schema.tables WHERE table_schema NOT IN ('mysql', 'sys')
SELECT table_name FROM INFORMATION_SCHEMA.`TABLES`
SELECT t.a, (t.b), -(-t.c), - -1, +1, NOT a, NOT (a) FROM t
SELECT COUNT(DISTINCT a, b) FROM t
SELECT DISTINCT(a) FROM t
SELECT * FROM t1 EXCEPT (SELECT * FROM t2)
SELECT 1 INTERSECT SELECT 1
SELECT WEIGHT_STRING('ab' AS CHAR(4))
SELECT * FROM t WHERE ts > '2024-01-01' - INTERVAL .5 DAY
SELECT CONVERT_TZ(a, '+00:00', @@time_zone) FROM t
SELECT VEC_L2_DISTANCE(v, '[1,2]') AS d FROM t ORDER BY d LIMIT 3
EXPLAIN FORMAT=TREE SELECT 1
SELECT 'x' LIKE 'y' ESCAPE '|'
SELECT a->>'$.x' FROM t WHERE a->'$.y' > 5
SHOW COUNT(*) ERRORS
SELECT * FROM (SELECT a FROM t) d (x)
SELECT GROUPING(a), GROUPING(a, b) FROM t GROUP BY a, b WITH ROLLUP
SELECT LAST_VALUE(a) OVER w FROM t WINDOW w AS (PARTITION BY b), v AS (w ORDER BY c)
SELECT * FROM t, LATERAL (SELECT 1) x
SELECT * FROM t LEFT JOIN LATERAL (SELECT 1) x ON TRUE
""".strip().splitlines()

CORPUS = Path(__file__).resolve().parents[4] / "shared" / "sql-corpus"


def corpus(name: str) -> list[dict[str, str]]:
    """Lines of a corpus that may stand beside the project."""
    path = CORPUS / f"{name}.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def allowed(sql: str) -> Allow:
    found = judge(sql)
    assert isinstance(found, Allow), found
    return found


@pytest.mark.parametrize("sql", READS)
def test_a_read_is_let_through_as_it_stands(sql: str) -> None:
    assert allowed(sql).rendered == sql


@pytest.mark.parametrize(
    ("sql", "sent"),
    [
        ("SELECT 1;", "SELECT 1"),
        ("\ufeff SELECT 1 ; -- done", "SELECT 1"),
        ("/* a */ -- b\n# c\nSELECT/**/1", "SELECT 1"),
        ("  \r\nSELECT\t1\r\n", "SELECT 1"),
        ("SELECT 1--1", "SELECT 1- -1"),
        ("SELECT 1 - -1, 2*-1, (-1)", "SELECT 1 - -1, 2* -1, (-1)"),
        ("SELECT'a'AS b", "SELECT 'a' AS b"),
        ("SELECT COUNT/**/(*) FROM t", "SELECT COUNT (*) FROM t"),
        ("SELECT t . a, t.*/2 FROM app /* x */ . t", "SELECT t.a, t.* /2 FROM app.t"),
        ("SELECT a/ /* x */ * FROM t", "SELECT a/ * FROM t"),
        (r"""SELECT 'it\'s', 'a\\', '\%'""", r"""SELECT 'it''s', 'a\\', '\%'"""),
        (r'SELECT "say \"x\"", "a\'b"', 'SELECT "say ""x""", "a\'b"'),
        (r"SELECT 'a\"b'", "SELECT 'a\"b'"),
        ("select/*+ use_index(t,a) */* from t", "select /*+ use_index(t,a) */ * from t"),
        ("SELECT /*+  INL_JOIN( t1 ,\n t2 ) */ 1", "SELECT /*+ INL_JOIN( t1 , t2 ) */ 1"),
        ("/*+ SET_VAR(a=1) */ SELECT 1", "SELECT 1"),
        ("SELECT 1 /*+ SET_VAR(a=1) */", "SELECT 1"),
        ("SELECT .5,(.5)", "SELECT .5,(.5)"),
        ("SELECT a'b'", "SELECT a 'b'"),
        ("SELECT _utf8mb4'a', N'b', x'41'", "SELECT _utf8mb4'a', N'b', x'41'"),
    ],
)
def test_what_is_sent_is_the_tokens_and_not_the_text(sql: str, sent: str) -> None:
    assert allowed(sql).rendered == sent
    assert allowed(sent).rendered == sent


@pytest.mark.parametrize(
    ("sql", "alone", "as_of"),
    [
        ("SELECT 1", False, False),
        ("SHOW WARNINGS", True, False),
        ("SHOW ERRORS LIMIT 1, 2", True, False),
        ("SHOW COUNT(*) WARNINGS", True, False),
        ("SHOW TABLES", False, False),
        ("SELECT * FROM t AS OF TIMESTAMP NOW(6)", False, True),
        ("SELECT * FROM t as /* x */ of timestamp '2024-01-01'", False, True),
        ("SELECT 'as of timestamp'", False, False),
        ("SELECT a AS `of timestamp` FROM t", False, False),
    ],
)
def test_it_says_what_the_engine_must_know(sql: str, alone: bool, as_of: bool) -> None:
    found = allowed(sql)
    assert (found.alone, found.as_of) == (alone, as_of)


@pytest.mark.parametrize("entry", corpus("allow"), ids=lambda entry: entry["id"])
def test_every_read_of_the_corpus_is_let_through(entry: dict[str, str]) -> None:
    sent = allowed(entry["sql"]).rendered
    assert allowed(sent).rendered == sent


@pytest.mark.parametrize("entry", corpus("refuse"), ids=lambda entry: entry["id"])
def test_every_hostile_text_of_the_corpus_is_refused(entry: dict[str, str]) -> None:
    assert isinstance(judge(entry["sql"]), Refuse)


JUDGED = {"refuse": Refuse, "allow": Allow, "gate-cannot-see": Allow, "limits": Allow, "db-dependent": Allow}


@pytest.mark.parametrize("entry", corpus("judge"), ids=lambda entry: entry["id"])
def test_matters_of_policy_are_decided_as_recommended(entry: dict[str, str]) -> None:
    """Where either is good, decision 0011 says which."""
    assert isinstance(judge(entry["sql"]), JUDGED.get(entry["recommend"], Allow | Refuse))


def test_the_corpora_are_there_or_it_is_said() -> None:
    if not CORPUS.exists():
        pytest.skip("the corpora of hostile and legitimate SQL are not beside this checkout")
    assert min(len(corpus(name)) for name in ("allow", "refuse", "judge")) > 20


@given(st.text(st.characters()))
def test_no_text_makes_it_fail(sql: str) -> None:
    for text in (
        sql,
        f"SELECT {sql}",
        f"SELECT '{sql}",
        f"SELECT /*+ {sql} */ 1",
        f"SHOW TABLES WHERE {sql}",
        f"EXPLAIN {sql}",
    ):
        found = judge(text)
        if isinstance(found, Allow):
            assert allowed(found.rendered).rendered == found.rendered


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"])))
def test_what_stands_in_quotes_is_nobodys_business(inside: str) -> None:
    text = inside.replace("\\", "\\\\").replace("'", "''")
    assert allowed(f"SELECT '{text}' AS a FROM t").rendered.startswith("SELECT '")
    assert isinstance(judge(f"SELECT SLEEP('{text}')"), Refuse)


def test_a_megabyte_of_anything_is_refused_quietly() -> None:
    for piece in ("(", "'", "/*", "\x00", "\ud800", "é", "SELECT "):
        assert isinstance(judge(piece * (1024 * 1024 // len(piece))), Refuse)
