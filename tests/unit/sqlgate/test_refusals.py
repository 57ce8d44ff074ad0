"""What the gate refuses: a table by rule, each row a way in which a text that looks like reading does more."""

import pytest

from mcpserver.sqlgate import Allow, Refuse, judge
from mcpserver.sqlgate.lists.functions import FUNCTIONS, WHY_NOT
from mcpserver.sqlgate.lists.keywords import REFUSED
from mcpserver.sqlgate.query import DEPTH_MOST
from mcpserver.sqlgate.texts import BYTES_MOST, PIECES_MOST

NBSP = "\u00a0"
KELVIN = "\u212a"

TABLE: dict[str, list[str]] = {
    "first_word": [
        "INSERT INTO t VALUES (1)", "update t set a = 1", "DELETE FROM t", "REPLACE INTO t VALUES (1)", "DROP TABLE t", "TRUNCATE t",
        "SET @a = 1", "SET GLOBAL read_only = 0", "CALL p()", "DO SLEEP(1)", "BEGIN", "START TRANSACTION", "COMMIT", "XA START 'x'",
        "LOAD DATA LOCAL INFILE 'x' INTO TABLE t", "KILL 1", "USE mysql", "GRANT ALL ON *.* TO u", "HANDLER t OPEN",
        "PREPARE s FROM 'x'", "EXECUTE s", "EXECUTE IMMEDIATE 'x'", "ANALYZE TABLE t", "ANALYZE SELECT 1", "TRACE SELECT 1",
        "ADMIN SHOW DDL", "ADMIN CHECK TABLE t", "BACKUP DATABASE * TO 'x'", "IMPORT INTO t FROM 'x'", "SPLIT TABLE t",
        "PLAN REPLAYER DUMP EXPLAIN SELECT 1", "BATCH LIMIT 1 DELETE FROM t", "FLASHBACK TABLE t", "LOCK TABLES t WRITE",
        "QUERY WATCH ADD SQL TEXT EXACT TO 'x'", "SELECTS 1", "SELECT_1", "`SELECT` 1", "'SELECT'", "1", "(1)", "@a", "(SHOW TABLES)",
        "-- x\nDELETE FROM t", "/* SELECT */ DELETE FROM t", "(DESC t)", "HELP 'x'", "\uff33\uff25\uff2c\uff25\uff23\uff34 1", "CHECKSUM TABLE t", "RENAME TABLE a TO b",
    ],
    "empty": ["", " \n\t", ";", "-- nothing", "/* nothing */", "\ufeff", "#"],
    "statements": ["SELECT 1; SELECT 2", "SELECT 1;;", "SELECT 1;DROP TABLE t", "SELECT 1 -- a\n; DELETE FROM t", "SELECT 1--1;DELETE FROM t",
                   "; SELECT 1", "SELECT 'a\\'';DELETE FROM t -- '", "SELECT 1 AS `a\\`; DELETE FROM t; -- `", "SHOW TABLES; DELETE FROM t"],
    "unterminated": ["SELECT 'a", 'SELECT "a', "SELECT `a", "SELECT 1 /* a", "SELECT 'a\\'", "SELECT 'a''", "SELECT 1 /*/", "SELECT x'4"],
    "executable_comment": [
        "SELECT /*! 1 */", "SELECT /*!99999 1 */", "SELECT /*M! 1 */", "SELECT /*m!100100 1 */", "SELECT /*T![auto_rand] 1 */",
        "SELECT /*t! 1 */", "/*!SELECT*/ 1", "SELECT 1 /* /* */ , 2 -- */", "SELECT /*+ /* */ 1", "SELECT/*!1*/",
    ],
    "characters": ["SELECT \x001", "SELECT '\x00'", "SELECT 1\x1b", "SELECT 1\x85", "SELECT '\ud800'", "SELECT 1\x0b", "SELECT\x0c1", f"SELECT{NBSP}1",
                   f"SELECT 1--{NBSP} FROM t", "SELECT\u30001", "SELECT 1\uff1b", "SELECT \u200b1", "SELECT a\\G", "SELECT \\N", "SELECT [a]", "SELECT $$ ' $$ , SLEEP(1) , $$ ' $$", "SELECT 1 AS $a", "SELECT t.$$ FROM t", "SELECT $1$ \u00b4",
                   f"SELECT brea{KELVIN} FROM t", "SELECT \uff21 FROM t", "SELECT 1 AS \u0130d", "SELECT a\u00b2 FROM t"],
    "placeholder": ["SELECT ?", "SELECT :name", "SELECT a : = 1"],
    "variable": ["SELECT @a", "SELECT a := 1", "SELECT @a := 1", "SELECT 1 FROM t WHERE (@n := id) > 1", "SELECT @`a`", "SELECT @'a'", "SELECT @@datadir", "SELECT @@session.sql_mode",
                 "SELECT @@global.version", "SELECT @@GLOBAL . datadir", "SELECT @@version_compile_os", "SELECT @@", "SELECT @", "SELECT @@warning_count"],
    "word": [
        "SELECT 1 INTO @a", "SELECT 1 INTO/**/OUTFILE '/tmp/x'", "SELECT a INTO OUTFILE '/tmp/x' FROM t", "TABLE t INTO OUTFILE '/tmp/x'",
        "SELECT 1 UNION SELECT 2 INTO DUMPFILE '/tmp/x'", "SELECT * FROM (SELECT 1 INTO @a) d",
        "WITH c AS (SELECT 1) DELETE FROM t", "WITH c AS (SELECT 1) UPDATE t SET a = 1", "WITH c AS (SELECT 1) REPLACE INTO t SELECT 1",
        "WITH c AS (SELECT 1) INSERT INTO t SELECT 1", "SELECT 1 FROM t PROCEDURE ANALYSE()", "SELECT (DELETE FROM t)", "EXPLAIN SHOW TABLES",
        "SELECT 1 LOAD", "SELECT 1 INTO.x", "VALUES (1) INTO @a",
    ],
    "locks": ["SELECT * FROM t FOR UPDATE", "SELECT * FROM t FOR/**/SHARE", "SELECT * FROM t LOCK IN SHARE MODE", "TABLE t FOR UPDATE",
              "SELECT a FROM t UNION (SELECT a FROM t FOR UPDATE)", "WITH c AS (SELECT * FROM t FOR UPDATE) SELECT 1", "SELECT NEXT VALUE FOR s",
              "SELECT PREVIOUS VALUE FOR s", "SELECT SUBSTRING(NEXT VALUE FOR s FROM 1 FOR 2)", "SELECT MID(a FROM PREVIOUS VALUE/**/FOR s)", "SELECT SUBSTR(`next` value FOR s)", "SELECT SUBSTRING((SELECT a FROM t FOR UPDATE) FROM 1)", "SELECT * FROM t FOR UPDATE OF t NOWAIT",
              "EXPLAIN SELECT * FROM t FOR UPDATE", "SELECT SUBSTRING(a FROM 1 FOR UPDATE)", "SELECT * FROM t FORCE INDEX (a) FOR UPDATE"],
    "function": [
        "SELECT SLEEP(1)", "SELECT SLEEP/**/(1)", "SELECT `sleep` (1)", "SELECT sleep #\n(1)", "SELECT SLEEP\r\n(1)", "SELECT `SLEEP`/* */(1)",
        "SELECT 1 FROM t ORDER BY SLEEP(1)", "SELECT CASE WHEN SLEEP(1) THEN 1 END", "VALUES (SLEEP(1))", "VALUES ROW(SLEEP(1))", "SHOW TABLES WHERE SLEEP(1)",
        "SHOW TABLES FROM app WHERE app.f() > 0", "EXPLAIN SELECT * FROM (SELECT SLEEP(1)) d", "EXPLAIN ANALYZE SELECT SLEEP(1)", "SELECT * FROM t LIMIT SLEEP(1)",
        "SELECT BENCHMARK(9, MD5('a'))", f"SELECT `BENCHMAR{KELVIN}`(1, 1)", f"SELECT `RAN{KELVIN}`() OVER ()", "SELECT GET_LOCK('a', 0)", "SELECT RELEASE_ALL_LOCKS()", "SELECT IS_USED_LOCK('a')",
        "SELECT LOAD_FILE('/etc/passwd')", "SELECT NEXTVAL(s)", "SELECT `nextval`(s)", "SELECT SETVAL(s, 1)", "SELECT LASTVAL(s)", "SELECT LAST_INSERT_ID(7)",
        "SELECT FOUND_ROWS()", "SELECT ROW_COUNT()", "SELECT UUID_SHORT()", "SELECT f()", "SELECT app.f()", "SELECT app . `f` ()", "SELECT app/**/./**/f()",
        "SELECT `app`.`count`(1)", "SELECT app.now()", "SELECT * FROM t GROUP BY f()", "SELECT 1 AS x, f(a) FROM t", "SELECT MASTER_POS_WAIT('a', 1)", "SELECT SYS_EXEC('id')",
        "SELECT TIDB_MVCC_INFO('x')", "SELECT TIDB_DECODE_SQL_DIGESTS('[]')", "SELECT EMBED_TEXT('m', 'x')", "SELECT (SELECT f(1))", "SELECT ``()", "SELECT DES_ENCRYPT('a')",
        "SELECT any(1)", "SELECT IF(a, 1, 2) NEXTVAL(s), 1 FROM t", "SELECT (SELECT 1) AS f (a)", "SELECT * FROM (SELECT 1) sleep (a)", "SELECT EXISTS (SELECT 1) f (a)", "SELECT 1 = any(1)", "SELECT 1, lateral((SELECT 1))", "SELECT text(1)", "SELECT sql_cache(1)", "SELECT of(1)", "SELECT over(1)", "SELECT lateral(1)", "SELECT columns(1)", "SELECT sql_cache, sql_cache(1)", "SELECT a, except(1)",
        "WITH c AS (SELECT 1), f (a) AS (SELECT 1) SELECT f(1)", "SELECT 1 FROM t WHERE f (a)", "SELECT * FROM f(1) AS x", "SELECT t.in (1)", "SELECT `in`(1)",
        "SELECT {d '2024-01-01'}, f()", "SELECT a FROM t WHERE a = `and`(1)", "SELECT WAIT_FOR_EXECUTED_GTID_SET('x')", "SELECT ENCRYPT('a')",
    ],
    "braces": ["SELECT {fn SLEEP(1)}", "SELECT {fn NOW()}", "SELECT * FROM {OJ t LEFT JOIN u ON 1}", "SELECT {d '2024-01-01'", "SELECT }", "SELECT {", "SELECT {d 1}", "SELECT a } b"],
    "system_schema": [
        "SELECT * FROM mysql.user", "TABLE mysql.user", "select 1 from MySQL . `user`", "SELECT * FROM `mysql`.user", "SELECT * FROM mysql/* */.user",
        "SELECT * FROM t,mysql.user", "SELECT (SELECT 1 FROM sys.x)", "WITH a AS (SELECT 1 FROM performance_schema.threads) SELECT 1", "SELECT mysql.user.host FROM t",
        "DESC mysql.user", "EXPLAIN TABLE sys.x", "SELECT * FROM `metr\u0130cs_schema`.x", "SELECT * FROM `\uff4dysql`.user", "SELECT * FROM `mysql `.user", "SELECT * FROM `m\u00ffsql`.user",
        "SHOW TABLES FROM mysql", "SHOW TABLES IN `mysql`", "SHOW COLUMNS FROM user FROM mysql", "SHOW CREATE TABLE mysql.user", "SHOW CREATE DATABASE sys", "SHOW INDEX FROM mysql.user",
        "SHOW TABLE STATUS FROM performance_schema", "SHOW TABLE mysql.user REGIONS", "SHOW PLACEMENT FOR DATABASE mysql", "SELECT * FROM information_schema.processlist",
        "SELECT * FROM INFORMATION_SCHEMA . `PROCESSLIST`", "SELECT * FROM information_schema.cluster_processlist", "SELECT * FROM information_schema.slow_query",
        "SELECT * FROM information_schema.tidb_trx", "SELECT * FROM information_schema.user_privileges", "SELECT * FROM information_schema.innodb_trx",
        "SELECT * FROM information_schema.cluster_log", "SELECT * FROM information_schema.cluster_config", "SELECT * FROM information_schema.global_variables",
        "SELECT * FROM information_schema.deadlocks", "SELECT * FROM `information_sch\u00e9ma`.processlist", "SHOW CREATE TABLE information_schema.processlist",
        "SELECT information_schema.*", "SELECT * FROM `\u0131nformation_schema`.`processl\u0131st`",
    ],
    "show": [
        "SHOW PROCESSLIST", "SHOW OPEN TABLES", "SHOW FULL PROCESSLIST", "SHOW VARIABLES", "SHOW GLOBAL VARIABLES LIKE 'a'", "SHOW STATUS", "SHOW ENGINE INNODB STATUS", "SHOW GRANTS", "SHOW GRANTS FOR CURRENT_USER()", "SHOW GRANTS FOR root",
        "SHOW GRANTS FOR 'a'@'b'", "SHOW GRANTS FOR CURRENT_USER() USING r", "SHOW CREATE USER", "SHOW CREATE USER root", "SHOW MASTER STATUS", "SHOW BINARY LOGS", "SHOW BINLOG EVENTS", "SHOW REPLICA STATUS",
        "SHOW PROFILES", "SHOW PROFILE", "SHOW BINDINGS", "SHOW SESSION_STATES", "SHOW CONFIG", "SHOW EXPLAIN FOR 3", "SHOW ANALYZE FOR 3", "SHOW", "SHOW TABLES x", "SHOW TABLES LIKE",
        "SHOW TABLES FROM", "SHOW TABLES FROM app FROM", "SHOW COUNT(*)", "SHOW WARNINGS LIMIT x", "SHOW WARNINGS LIMIT (", "SHOW IMPORT JOBS", "SHOW BACKUPS", "SHOW MASKING POLICIES", "SHOW `tables`", "SHOW WARNINGS WHERE @a", "SHOW TABLES WHERE (WITH a AS (SELECT 1), b AS (SELECT 1 FROM a) SELECT * FROM b)", "SHOW TABLES WHERE EXISTS (SELECT 1)",
    ],
    "explain": [
        "EXPLAIN DELETE FROM t", "EXPLAIN UPDATE t SET a = 1", "EXPLAIN INSERT INTO t VALUES (1)", "EXPLAIN ANALYZE DELETE FROM t", "DESC ANALYZE UPDATE t SET a = 1", "DESCRIBE ANALYZE DELETE FROM t",
        "EXPLAIN FORMAT=brief DELETE FROM t", "EXPLAIN ANALYZE FORMAT='row' REPLACE INTO t VALUES (1)", "EXPLAIN FOR CONNECTION 4", "EXPLAIN FORMAT=json FOR CONNECTION 4", "EXPLAIN ANALYZE 'abc'", "EXPLAIN 'abc'",
        "EXPLAIN EXPLORE 'abc'", "EXPLAIN EXPLORE SELECT 1", "EXPLAIN FORMAT=unheard SELECT 1", "EXPLAIN FORMAT SELECT 1", "EXPLAIN", "EXPLAIN t a b", "EXPLAIN EXPLAIN SELECT 1", "EXPLAIN ANALYZE t", "DESC t f()",
        "EXPLAIN ALTER TABLE t ADD x INT", "EXPLAIN (DELETE FROM t)", "DESC 1", "EXPLAIN ANALYZE TRACE SELECT 1",
    ],
    "hint": ["SELECT /*+ SET_VAR(sql_mode='') */ 1", "SELECT /*+ MAX_EXECUTION_TIME(0) */ 1", "SELECT /*+ USE_INDEX(t, a) MAX_EXECUTION_TIME(9) */ 1", "SELECT /*+ MEMORY_QUOTA(1 GB) */ 1",
             "SELECT /*+ RESOURCE_GROUP(x) */ 1", "SELECT /*+ WRITE_SLOW_LOG */ 1", "SELECT /*+ UNHEARD() */ 1", "SELECT /*+ USE_INDEX(t */ 1", "SELECT /*+ USE_INDEX(t, 'a') */ 1", "SELECT /*+ (a) */ 1",
             "(SELECT /*+ SET_VAR(a=1) */ 1)", "EXPLAIN SELECT /*+ MEMORY_QUOTA(1 GB) */ 1", "SELECT /* a */ /*+ SET_VAR(a=1) */ 1"],
    "names": ["SELECT * FROM .t", "SELECT a. FROM t", "SELECT 1.a", "SELECT t.1a FROM t", "SELECT 1a", "SELECT 1e", "SELECT 0X1F", "SELECT 0x", "SELECT 1..2", "SELECT 1.5.2", "SELECT a .5", "SELECT `a`.5",
              "SELECT (1).5", "SELECT \u0663\u0663", "SELECT a.b..c", "SELECT 'a'.b", "SELECT 2024_x FROM t", "SELECT a FROM.t", "SELECT a FROM t WHERE a . select", "SELECT a. INTO"],
    "parentheses": ["SELECT (1", "SELECT 1)", "SELECT )(", "(SELECT 1", "SELECT IN (1, (2)"],
    "unfinished": ["SELECT 1 FROM", "SELECT 1 +", "SELECT a,", "SELECT", "SELECT 1 WHERE", "SELECT a FROM t ORDER BY", "SELECT a.b ="],
    "size": ["SELECT '" + "x" * BYTES_MOST + "'", "SELECT '" + "\U0001f600" * (BYTES_MOST // 4) + "'", "SELECT 1" + ",1" * (PIECES_MOST // 2)],
    "depth": ["SELECT " + "(" * (DEPTH_MOST + 1) + "1" + ")" * (DEPTH_MOST + 1)],
    "columns": ["SELECT " + "t.*, " * 17 + "1 FROM t"],
}  # fmt: skip
ROWS = [(rule, sql) for rule, texts in TABLE.items() for sql in texts]


@pytest.mark.parametrize(("rule", "sql"), ROWS, ids=[f"{rule} {sql[:60]!a}" for rule, sql in ROWS])
def test_it_is_refused_by_its_rule(rule: str, sql: str) -> None:
    found = judge(sql)
    assert isinstance(found, Refuse)
    assert found.rule == rule


@pytest.mark.parametrize("word", sorted(REFUSED))
def test_a_word_that_changes_something_is_refused_bare_and_open_in_backticks_or_behind_a_dot(word: str) -> None:
    assert isinstance(judge(f"SELECT 1 FROM t {word} x"), Refuse)
    assert isinstance(judge(f"SELECT `{word}`, t.{word} FROM t"), Allow)


@pytest.mark.parametrize("name", sorted(WHY_NOT))
def test_a_function_with_a_reason_is_refused_with_it_and_open_as_a_name(name: str) -> None:
    assert name not in FUNCTIONS
    assert judge(f"SELECT {name}(1)") == Refuse("function", WHY_NOT[name])
    assert isinstance(judge(f"SELECT {name} FROM (SELECT 1 AS {name}) d"), Allow)


@pytest.mark.parametrize(
    ("sql", "helps"),
    [
        ("SELECT * FROM t FOR UPDATE", "FOR UPDATE and FOR SHARE take locks: drop them"),
        ("SELECT SLEEP(1)", "SLEEP only takes time: leave it out"),
        ("SELECT 1; SELECT 2", "One statement a call"),
        ("DELETE FROM t", "DELETE is not a word that reading starts with"),
        ("SELECT app.f(1)", "Functions of a database are not open here (f)"),
        ("SELECT teleport(1)", "does not know the function (teleport)"),
        ("SELECT @x := 1", "Use a CTE or a window function"),
        ("SELECT /*+ MAX_EXECUTION_TIME(9) */ 1", "db_query takes timeout_seconds"),
        ("SHOW GRANTS", "my_access says what is open to you"),
        ("SELECT * FROM information_schema.processlist", "not open here (processlist)"),
    ],
)
def test_the_sentence_says_what_to_do(sql: str, helps: str) -> None:
    found = judge(sql)
    assert isinstance(found, Refuse)
    assert helps in found.sentence


@pytest.mark.parametrize(("rule", "sql"), ROWS, ids=[f"{rule} {sql[:60]!a}" for rule, sql in ROWS])
def test_every_sentence_is_one_that_can_be_shown(rule: str, sql: str) -> None:
    found = judge(sql)
    assert isinstance(found, Refuse)
    assert found.sentence.endswith(".")
    assert found.sentence.isprintable()
    assert len(found.sentence) < 400


def test_the_sentence_does_not_repeat_a_literal() -> None:
    for sql in (
        "DELETE FROM t WHERE a = 'hunter2'",
        "SELECT `hunter2`; x",
        "SELECT f('hunter2')",
        "SELECT 'hunter2' INTO @a",
    ):
        found = judge(sql)
        assert isinstance(found, Refuse)
        assert "hunter2" not in found.sentence
