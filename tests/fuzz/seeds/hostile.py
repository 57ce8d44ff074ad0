"""Texts of our own that are no plain reads, one class after the other."""

from typing import Final

_CHANGES = (
    "INSERT INTO app.item (id, name) VALUES (90, 'new')", "INSERT INTO item SELECT * FROM item", "REPLACE INTO item (id) VALUES (1)",
    "UPDATE item SET price = 0", "DELETE FROM item WHERE id = 1", "DELETE item FROM item JOIN sale ON sale.item_id = item.id",
    "TRUNCATE item", "CREATE TABLE made (a INT)", "CREATE TEMPORARY TABLE made AS SELECT 1 AS a", "DROP VIEW v_item",
    "ALTER TABLE item ADD COLUMN extra INT", "RENAME TABLE item TO things", "CREATE INDEX made ON item (name)",
    "LOAD DATA INFILE '/x' INTO TABLE item", "CALL p_write()", "DO f_write()", "EXECUTE IMMEDIATE 'DELETE FROM item'",
    "BEGIN NOT ATOMIC UPDATE item SET price = 1; END", "HANDLER item OPEN", "LOCK TABLES item READ", "FLUSH TABLES WITH READ LOCK",
    "SET GLOBAL max_connections = 77", "SET @a = 1", "SET PASSWORD = PASSWORD('x')", "SET STATEMENT max_statement_time = 9 FOR SELECT SLEEP(1)",
    "CREATE USER made", "GRANT ALL ON app.* TO mallory", "DROP USER mallory", "START TRANSACTION", "XA BEGIN 'x'", "KILL 1",
    "ANALYZE TABLE item", "OPTIMIZE TABLE item", "CHECK TABLE item", "BATCH ON id LIMIT 10 DELETE FROM item", "ADMIN CHECK TABLE item",
    "FLASHBACK TABLE item TO made", "IMPORT INTO item FROM '/x.csv'", "TRACE SELECT 1", "SPLIT TABLE item BY (1)",
)  # fmt: skip

_BEHIND_A_READING_WORD = (
    "WITH c AS (SELECT 1 AS a) DELETE FROM item WHERE id IN (SELECT a FROM c)", "WITH c AS (SELECT 1) UPDATE item SET price = 1",
    "EXPLAIN DELETE FROM item", "EXPLAIN ANALYZE DELETE FROM item", "ANALYZE DELETE FROM item", "DESC ANALYZE INSERT INTO item (id) VALUES (91)",
    "EXPLAIN FORMAT='brief' REPLACE INTO item (id) VALUES (1)", "EXPLAIN FOR CONNECTION 1", "SHOW ANALYZE FOR 1", "EXPLAIN EXPLORE SELECT 1",
    "SELECT * FROM item INTO OUTFILE 'made.txt'", "SELECT name INTO DUMPFILE 'made.bin' FROM item LIMIT 1", "SELECT price FROM item LIMIT 1 INTO @a",
    "(SELECT 1) INTO @a", "TABLE item INTO OUTFILE 'made.csv'", "VALUES (1) INTO @a", "SELECT 1 UNION (SELECT 2 INTO @a)",
    "SELECT * FROM item FOR UPDATE", "SELECT * FROM item LOCK IN SHARE MODE", "SELECT * FROM item FOR UPDATE SKIP LOCKED",
    "SELECT * FROM item FOR SHARE OF item NOWAIT", "SELECT * FROM (SELECT * FROM item FOR UPDATE) d", "TABLE item FOR UPDATE",
)  # fmt: skip

_CALLS = (
    "SELECT f_write()", "SELECT `f_write`()", "SELECT app.f_write()", "SELECT app . `f_write` ( )", "SELECT * FROM item WHERE id = f_write()",
    "SELECT 1 ORDER BY f_write()", "VALUES (f_write())", "SHOW TABLES WHERE f_write()", "SHOW COLUMNS FROM item WHERE app.f_write()",
    "EXPLAIN SELECT * FROM (SELECT f_write()) d", "SELECT NEXTVAL(seq)", "SELECT NEXT VALUE FOR seq", "SELECT SETVAL(seq, 500)", "SELECT LASTVAL(seq)",
    "SELECT PREVIOUS VALUE FOR seq", "SELECT SLEEP(0.3)", "SELECT `sleep`(0.3)", "SELECT {fn SLEEP(0.3)}",
    "SELECT BENCHMARK(1000, MD5('a'))", "SELECT GET_LOCK('held', 0)", "SELECT IF(1, GET_LOCK('held', 0), 2)", "SELECT RELEASE_ALL_LOCKS()",
    "SELECT IS_USED_LOCK('held')", "SELECT LAST_INSERT_ID(99)", "SELECT LOAD_FILE('secret.txt')", "SELECT UUID_SHORT()", "SELECT ROW_COUNT()",
    "SELECT MASTER_POS_WAIT('a', 1, 1)", "SELECT @a := 5", "SELECT @a", "SELECT @@datadir", "SELECT @@GLOBAL.secure_file_priv", "SELECT @@session.`sql_mode`",
    "SELECT TIDB_MVCC_INFO('74')", "SELECT TIDB_DECODE_SQL_DIGESTS('[]')",
)  # fmt: skip

_INSIDE = (
    "SELECT * FROM mysql.user", "TABLE mysql.global_priv", "SELECT * FROM `mysql` . `user`", "SELECT u.* FROM item i, mysql.user u",
    "DESC mysql.user", "SHOW TABLES FROM mysql", "SHOW CREATE TABLE mysql.user", "SELECT * FROM sys.session", "SELECT * FROM performance_schema.threads",
    "SELECT * FROM metrics_schema.uptime", "SELECT * FROM information_schema.processlist", "SHOW PROCESSLIST", "SHOW ENGINE INNODB STATUS",
    "SHOW GRANTS FOR mallory", "SHOW CREATE USER mallory", "SHOW VARIABLES", "SHOW GLOBAL STATUS", "SHOW CONFIG", "SHOW SESSION_STATES",
    "SHOW BINDINGS", "SHOW MASTER STATUS", "SHOW BINLOG EVENTS",
)  # fmt: skip

_WRITTEN_ODDLY = (
    "SELECT 1 /*! INTO @a */", "SELECT 1 /*!50000 INTO @a */", "SELECT 1 /*M!100100 , SLEEP(0.3) */", "SELECT 1 /*T! FOR UPDATE */",
    "SELECT 1 /*T![ttl] INTO OUTFILE 'x' */", "SELECT 1 /*!99999 , SLEEP(0.3)", "SELECT /*! 1 /* */ , SLEEP(0.3) -- */", "/*! DELETE FROM item */",
    "SELECT 1; DELETE FROM item", "SELECT 1;;", "SELECT '\\''; DELETE FROM item; -- '", 'SELECT "\\""; DELETE FROM item; -- "',
    "SELECT 1 AS `\\`; DELETE FROM item; -- `", "SELECT 1 --\n; DELETE FROM item", "SELECT 1 --; DELETE FROM item", "SELECT 1\x00 INTO @a",
    "SELECT RELEA\u017fE_ALL_LOCKS()", "SELECT \uff33\uff2c\uff25\uff25\uff30(1)", "SELECT BENCHMAR\u212a(1, 1)", "SELECT R\u0130GHT('a', 1)",
    "SELECT\u00a0SLEEP(0.3)", "SELECT 1\u200b INTO @a", "SELECT 1e FROM item INTO @a", "SELECT 1.INTO OUTFILE 'x'", "SELECT .1e1INTO @a",
    "SELECT /*+ SET_VAR(sort_buffer_size = 16M) */ 1", "SELECT /*+ MAX_EXECUTION_TIME(0) */ 1", "SELECT /*+ MEMORY_QUOTA(9 GB) */ 1",
    "SELECT /*+ RESOURCE_GROUP(big) */ 1", "SELECT /*+ WRITE_SLOW_LOG() */ 1", "SELECT ?", "SELECT :a", "SELECT 'a", "SELECT `a", "SELECT /* a",
)  # fmt: skip

HOSTILE: Final = (*_CHANGES, *_BEHIND_A_READING_WORD, *_CALLS, *_INSIDE, *_WRITTEN_ODDLY)
