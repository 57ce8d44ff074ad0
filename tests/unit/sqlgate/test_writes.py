"""What may be written, of both engines: a table of statements with kind, verb, targets and verdict, and tables of refusals."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcpserver.sqlgate import Kind, Refuse, Write, judge_writes
from mcpserver.sqlgate.lists.decisions import DECISIONS, DECISIONS_OF_EXISTING, DECISIONS_TOGETHER
from mcpserver.sqlgate.lists.schema_forms import SCHEMA
from mcpserver.sqlgate.lists.verbs import SERVER, SESSION, WHY_NOT
from mcpserver.sqlgate.texts import BYTES_MOST, PIECES_MOST
from mcpserver.sqlgate.writing import STATEMENTS_MOST

ALLOWED: dict[tuple[Kind, str], list[tuple[str, str]]] = {
    (Kind.DATA, "INSERT"): [
        ("INSERT INTO t (a, b) VALUES (1, 'x;y')", "t"), ("insert t values (1), (2), (DEFAULT)", "t"), ("INSERT INTO app.t VALUE (NULL)", "app.t"), ("INSERT INTO t () VALUES ()", "t"),
        ("INSERT LOW_PRIORITY IGNORE INTO t SET a = 1, b = NOW()", "t"), ("INSERT HIGH_PRIORITY INTO t (t.a) VALUES (1)", "t"), ("INSERT INTO t PARTITION (p0, p1) (a) VALUES (1)", "t"),
        ("INSERT INTO t (a) VALUES (1) ON DUPLICATE KEY UPDATE a = VALUES(a), b = b + 1", "t"), ("INSERT INTO t SET a = 1 ON DUPLICATE KEY UPDATE a = DEFAULT(a)", "t"),
        ("INSERT INTO t (a) SELECT a FROM u WHERE x = 'y' ON DUPLICATE KEY UPDATE a = u.a", "t u"), ("INSERT INTO t (SELECT 1)", "t"), ("INSERT INTO t TABLE u", "t"), ("INSERT INTO t VALUES ROW(1, 2)", "t"),
        ("INSERT INTO t WITH c AS (SELECT a FROM u) SELECT * FROM c", "t u c"), ("INSERT INTO `a b`.`c``d` VALUES (1)", "a b.c`d"), ("INSERT INTO t (`select`, `from`) VALUES (1, 2)", "t"),
        ("INSERT INTO t SELECT /*+ USE_INDEX(u, a) */ a FROM u", "t u"), ("INSERT INTO t SELECT a FROM u UNION ALL SELECT b FROM v", "t u v"),
        ("INSERT INTO t VALUES (JSON_OBJECT('a', 1), UUID(), 0x41, b'1', INTERVAL 1 DAY + NOW())", "t"), ("INSERT INTO t VALUES ('it''s', \"x\\\"; DROP TABLE t\", 'a -- b')", "t"),
        ("INSERT INTO t VALUES (LAST_INSERT_ID(), NEXTVAL(s), NEXT VALUE FOR app.s)", "t"), ("INSERT INTO child (parent, a) SELECT LAST_INSERT_ID(), a FROM u", "child u"), ("INSERT INTO t SET a = 1 ON DUPLICATE KEY UPDATE id = LAST_INSERT_ID(id)", "t"),
        ("INSERT INTO t VALUES (1, 2) AS new ON DUPLICATE KEY UPDATE a = new.a", "t"), ("INSERT INTO t VALUES (1, 2), (3, 4) AS new (x, `y`) ON DUPLICATE KEY UPDATE a = x + new.`y`", "t"), ("INSERT INTO t SET a = 1 AS new(x)", "t"),
        ("INSERT INTO t SELECT table_name FROM information_schema.tables", "t information_schema.tables"), ("INSERT INTO quick VALUES (1)", "quick"), ("INSERT /*+ USE_INDEX(t, a) */ INTO t VALUES (1)", "t"),
    ],
    (Kind.DATA, "REPLACE"): [
        ("REPLACE INTO t (a) VALUES (1)", "t"), ("REPLACE LOW_PRIORITY app.t SET a = 1", "app.t"), ("REPLACE INTO t SELECT * FROM u", "t u"), ("REPLACE t PARTITION (p) VALUES (1)", "t"),
    ],
    (Kind.DATA, "UPDATE"): [
        ("UPDATE t SET a = 1 WHERE id = 3", "t"), ("UPDATE LOW_PRIORITY IGNORE app.t AS x SET x.a = a + 1, b = DEFAULT WHERE x.id IN (1, 2) ORDER BY id DESC LIMIT 3", "app.t"),
        ("UPDATE t, u SET t.a = u.a WHERE t.id = u.id", "t u"), ("UPDATE t JOIN u USING (id) LEFT JOIN v ON v.a = u.a SET t.a = 1 WHERE v.b IS NULL", "t u v"),
        ("UPDATE t SET a = (SELECT MAX(x) FROM u WHERE u.id = t.id) WHERE b > 2", "t u"), ("UPDATE t PARTITION (p0) SET a = 1 WHERE `where` = 1", "t"), ("UPDATE t SET a = 'WHERE' WHERE t.`a` LIKE 'x%'", "t"),
        ("WITH c AS (SELECT id FROM u) UPDATE t SET a = 1 WHERE id IN (SELECT id FROM c)", "t c"), ("UPDATE t SET a = 1 WHERE NOT id", "t"),
        ("UPDATE t SET a = 1 WHERE NOT end = 1", "t"), ("UPDATE t SET a = 1 WHERE (unknown NOT IN (1))", "t"), ("UPDATE t SET a = 1 WHERE CASE WHEN a THEN 1 END = 1 AND end = 2", "t"), ("UPDATE t SET a = 1 WHERE t.id = u.id", "t"), ("UPDATE t SET a = LAST_INSERT_ID(a + 1), b = NEXT VALUE FOR s WHERE id = LAST_INSERT_ID()", "t"), ("UPDATE t SET a = 1 WHERE id BETWEEN 1 AND 5", "t"),
        ("UPDATE t SET a = JSON_SET(a, '$.b', 1), c = CASE WHEN b THEN 1 ELSE 0 END WHERE id = 1 AND 1 = 1", "t"), ("UPDATE (t JOIN u ON t.id = u.id) SET t.a = 1 WHERE u.x", "t u"),
        ("UPDATE t SET a = 1 WHERE d < NOW() - INTERVAL 3 DAY", "t"), ("UPDATE t SET a = CONVERT('x' USING utf8mb4) WHERE (a, b) IN ((1, 2))", "t"), ("UPDATE t USE INDEX (i) SET a = 1 WHERE day = 3", "t"),
        ("UPDATE t x, app.u AS y SET x.a = y.a WHERE x.id = y.id", "t app.u"), ("UPDATE (t x, u) SET x.a = 1 WHERE u.a", "t u"), ("UPDATE (t JOIN u ON t.a = u.a), v SET v.a = 1 WHERE v.b = t.b", "t u v"), ("UPDATE t STRAIGHT_JOIN u SET t.a = 1 WHERE u.b", "t u"),
        ("UPDATE /*+ USE_INDEX(t, a) */ t SET a = 1 WHERE b = 1", "t"), ("UPDATE t, (SELECT id FROM v) d, u SET t.a = 1 WHERE t.id = d.id", "t u v"), ("UPDATE only SET a = 1 WHERE b = 1", "only"), ("UPDATE t SET a = 1 WHERE EXTRACT(YEAR FROM b) = 2024", "t b"),
    ],
    (Kind.DATA, "DELETE"): [
        ("DELETE FROM t WHERE id = 1", "t"), ("DELETE FROM t WHERE end < '2024-01-01'", "t"), ("DELETE FROM t WHERE end IS NULL", "t"), ("DELETE FROM t WHERE member = 1 OR unknown IN (1)", "t"), ("DELETE FROM t WHERE escape LIKE 'x' AND offset BETWEEN 1 AND 2", "t"),
        ("DELETE FROM session WHERE user = 1", "session"), ("DELETE LOW_PRIORITY QUICK IGNORE FROM app.t WHERE a < 3 ORDER BY a LIMIT 10", "app.t"), ("DELETE FROM t AS x WHERE x.a = 1", "t"),
        ("DELETE FROM t PARTITION (p0) WHERE a = 1", "t"), ("DELETE a FROM a JOIN b ON a.id = b.id WHERE b.x = 1", "a b"), ("DELETE a.*, b FROM a, b WHERE a.id = b.id", "a b"),
        ("DELETE FROM a, b USING a JOIN b USING (id) WHERE a.x = 1", "a b"), ("WITH RECURSIVE c (x) AS (SELECT 1), d AS (SELECT 2) DELETE FROM t WHERE id IN (SELECT x FROM c)", "t c"),
        ("DELETE FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.id = t.id)", "t u"), ("DELETE `history` FROM `history` JOIN t USING (id) WHERE t.a = 1", "history t"), ("DELETE FROM history WHERE a = 1", "history"),
        ("DELETE FROM o USING app.t, v AS o WHERE o.id = t.id", "o app.t v"), ("DELETE t FROM intersect.t JOIN u USING (id) WHERE u.a = 1", "t intersect.t u"), ("DELETE FROM duplicate `select` WHERE a = 1", "duplicate"), ("DELETE t FROM app.select x, t WHERE x.a = t.a", "t app.select"), ("DELETE FROM quick WHERE a = 1", "quick"),
        ("DELETE FROM t WHERE EXISTS (SELECT 1 FROM u JOIN v WHERE v.id = t.id)", "t u v"),
    ],
    (Kind.SCHEMA, "CREATE TABLE"): [
        ("CREATE TABLE t (a INT)", "t"), ("CREATE TABLE IF NOT EXISTS app.t (id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY COMMENT 'x', a VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT 'y')", "app.t"),
        ("CREATE TABLE t (id BIGINT AUTO_RANDOM(5, 54), a INT, PRIMARY KEY (id) CLUSTERED, UNIQUE KEY u (a DESC), KEY (a, id), INDEX i USING BTREE (a) COMMENT 'x' INVISIBLE)", "t"),
        ("CREATE TABLE t (a INT, b INT AS (a + 1) STORED, c INT GENERATED ALWAYS AS (LENGTH(a)) VIRTUAL, CHECK (a > 0), CONSTRAINT k CHECK (b <> 3) NOT ENFORCED)", "t"),
        ("CREATE TABLE t (a INT REFERENCES u (id), CONSTRAINT f FOREIGN KEY (a) REFERENCES app.u (id) ON DELETE RESTRICT ON UPDATE NO ACTION)", "t"),
        ("CREATE TABLE t (a TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6), b DATETIME DEFAULT NOW(), c CHAR(36) DEFAULT (UUID()), d INT DEFAULT -1, e BIT DEFAULT b'0', f DOUBLE PRECISION)", "t"),
        ("CREATE TABLE t (a ENUM('x', 'y;z'), b SET('p'), c DECIMAL(10, 2) UNSIGNED ZEROFILL, d JSON, e VECTOR(3), f YEAR, g LONGTEXT, h NATIONAL CHAR(3), i BOOL DEFAULT TRUE, j POINT SRID 4326)", "t"),
        ("CREATE TABLE t (a INT) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE utf8mb4_bin COMMENT='y', AUTO_INCREMENT 5 AUTO_RANDOM_BASE = 7 ROW_FORMAT=DYNAMIC AUTO_ID_CACHE 1 SHARD_ROW_ID_BITS = 4 PRE_SPLIT_REGIONS=3", "t"),
        ("CREATE TABLE t (a INT, FULLTEXT KEY f (b) WITH PARSER ngram, SPATIAL INDEX (c), VECTOR INDEX v ((VEC_L2_DISTANCE(e))) USING HNSW)", "t"), ("CREATE TABLE t (`key` INT, `check` INT)", "t"),
        ("CREATE TABLE t (a INT) PARTITION BY RANGE (a) (PARTITION p0 VALUES LESS THAN (10) COMMENT 'x', PARTITION p1 VALUES LESS THAN MAXVALUE)", "t"),
        ("CREATE TABLE t (a INT) PARTITION BY RANGE COLUMNS (a, b) (PARTITION p0 VALUES LESS THAN ('2024-01-01', MAXVALUE))", "t"), ("CREATE TABLE t (a INT) PARTITION BY LIST (a) (PARTITION p VALUES IN (1, 2), PARTITION q DEFAULT)", "t"),
        ("CREATE TABLE t (a INT) PARTITION BY HASH (YEAR(a)) PARTITIONS 4", "t"), ("CREATE TABLE t (a INT) PARTITION BY LINEAR KEY (a) PARTITIONS 4", "t"),
        ("CREATE TABLE t (a INT) PARTITION BY RANGE (a) SUBPARTITION BY HASH (b) SUBPARTITIONS 2 (PARTITION p VALUES LESS THAN (1) (SUBPARTITION s, SUBPARTITION r))", "t"),
        ("CREATE TABLE t LIKE u", "t"), ("CREATE TABLE user (role INT, view INT)", "user"), ("CREATE TABLE t (LIKE app.u)", "t"),
        ("CREATE TABLE t (a BIGINT DEFAULT NEXTVAL(app.s))", "t"), ("CREATE TABLE t (a BIGINT DEFAULT NEXT VALUE FOR s)", "t"),
    ],
    (Kind.SCHEMA, "CREATE INDEX"): [
        ("CREATE INDEX i ON t (a)", "t"), ("CREATE UNIQUE INDEX IF NOT EXISTS i ON app.t (a(10) ASC, b DESC, (a + 1)) COMMENT 'x' ALGORITHM=INPLACE LOCK=NONE", "app.t"),
        ("CREATE VECTOR INDEX v ON t ((VEC_COSINE_DISTANCE(e))) USING HNSW", "t"), ("CREATE INDEX i USING BTREE ON t (a) INVISIBLE", "t"), ("CREATE UNIQUE INDEX i ON t (a) GLOBAL", "t"),
    ],
    (Kind.SCHEMA, "CREATE VIEW"): [
        ("CREATE SQL SECURITY INVOKER VIEW v AS SELECT a FROM t", "v t"), ("CREATE SQL SECURITY INVOKER VIEW IF NOT EXISTS app.v (x, y) AS SELECT a, COUNT(*) FROM t GROUP BY a", "app.v t"), ("CREATE ALGORITHM = MERGE SQL SECURITY INVOKER VIEW v AS (SELECT 1)", "v"),
        ("CREATE SQL SECURITY INVOKER VIEW v AS SELECT * FROM t WITH CASCADED CHECK OPTION", "v t"), ("CREATE ALGORITHM = TEMPTABLE SQL SECURITY INVOKER VIEW v AS WITH c AS (SELECT 1) SELECT * FROM c", "v c"),
    ],
    (Kind.SCHEMA, "CREATE DATABASE"): [("CREATE DATABASE d", "d"), ("CREATE DATABASE IF NOT EXISTS `a-b` DEFAULT CHARACTER SET = utf8mb4 COLLATE utf8mb4_bin COMMENT 'x'", "a-b")],
    (Kind.SCHEMA, "CREATE SCHEMA"): [("CREATE SCHEMA d CHARSET binary", "d")],
    (Kind.SCHEMA, "CREATE SEQUENCE"): [("CREATE SEQUENCE s", "s"), ("CREATE SEQUENCE IF NOT EXISTS app.s START WITH 5 INCREMENT BY -2 MINVALUE = 1 MAXVALUE 10 CACHE 5 NOCYCLE COMMENT 'x'", "app.s"), ("CREATE SEQUENCE s NO CACHE NO CYCLE", "s")],
    (Kind.SCHEMA, "ALTER TABLE"): [
        ("ALTER TABLE t ADD a INT", "t"), ("ALTER TABLE user ADD role INT", "user"), ("ALTER TABLE app.t ADD COLUMN a INT NOT NULL DEFAULT 0 AFTER b, ADD COLUMN c INT FIRST", "app.t"), ("ALTER TABLE t ADD COLUMN IF NOT EXISTS (a INT, b TEXT)", "t"),
        ("ALTER TABLE t ADD INDEX i (a), ADD UNIQUE KEY (b), ADD CONSTRAINT c UNIQUE (d)", "t"), ("ALTER TABLE t ADD a INT CHECK (a > 0), ADD b DATETIME DEFAULT NOW()", "t"),
        ("ALTER TABLE t ADD VECTOR INDEX v ((VEC_L2_DISTANCE(e))) ADD_COLUMNAR_REPLICA_ON_DEMAND", "t"),
        ("ALTER TABLE t ADD PARTITION (PARTITION p5 VALUES LESS THAN (50), PARTITION p6 VALUES LESS THAN MAXVALUE)", "t"), ("ALTER TABLE t ALTER COLUMN a SET DEFAULT 3, ALTER b SET DEFAULT (UUID())", "t"),
        ("ALTER TABLE t ALTER KEY IF EXISTS j VISIBLE", "t"), ("ALTER TABLE t ALTER INDEX i NOT IGNORED", "t"), ("ALTER TABLE t SET TIFLASH REPLICA 1 LOCATION LABELS 'zone', 'host'", "t"),
        ("ALTER TABLE t COMMENT = 'x', AUTO_ID_CACHE 100", "t"), ("ALTER TABLE t LOCK=NONE, ADD b INT AS (a + 1), ALGORITHM=INSTANT", "t"), ("ALTER ONLINE TABLE IF EXISTS t ADD a INT, ALGORITHM=INSTANT, LOCK=NONE", "t"), ("ALTER TABLE t ADD b INT AS (a + 1) VIRTUAL", "t"),
        ("ALTER TABLE quick COMMENT 'x'", "quick"),
    ],
}  # fmt: skip

DECIDED: dict[tuple[Kind, str], list[str]] = {
    (Kind.DATA, "UPDATE"): [
        "UPDATE t JOIN u ON t.id = u.id SET t.a = u.a", "UPDATE (t INNER JOIN u ON t.id = u.id) SET t.a = 1", "UPDATE t JOIN (SELECT a, MAX(id) AS m FROM u GROUP BY a) d ON (t.a = d.a) SET t.b = d.m", "UPDATE /*+ USE_INDEX(t, a) */ LOW_PRIORITY t STRAIGHT_JOIN u ON t.a = u.a JOIN v USING (b) SET t.a = 1", "WITH c AS (SELECT 1 FROM u) UPDATE t JOIN c ON c.id = t.id SET t.a = 1",
        "UPDATE t SET a = 1", "UPDATE t SET a = 1 WHERE 1", "UPDATE t SET a = 1 WHERE TRUE", "UPDATE t SET a = 1 WHERE 1 = 1", "UPDATE t SET a = 1 WHERE id = id", "UPDATE t SET a = 1 WHERE (t.id <=> t.id)",
        "UPDATE t SET a = (SELECT 1 FROM u WHERE x = 1)", "UPDATE t SET `where` = 1", "UPDATE t SET a = 1 ORDER BY id LIMIT 3", "UPDATE t SET a = 1 WHERE id = 3 OR 1 = 1",
        "UPDATE t SET a = 1 WHERE ((id = 3) || ('a' = 'a' AND TRUE))", "UPDATE t SET a = 1 WHERE RAND() < 2", "UPDATE t SET a = 1 WHERE NOT 0", "UPDATE t SET a = 1 WHERE NOW() > DATE '2024-01-01' - INTERVAL 1 DAY",
        "UPDATE t SET a = 1 WHERE CAST(1 AS SIGNED)", "UPDATE t SET a = 1 WHERE 'a' COLLATE utf8mb4_bin = 'A'", "UPDATE t SET a = 1 WHERE (SELECT 1)", "WITH c AS (SELECT 1 FROM u WHERE x) UPDATE t SET a = 1",
        "UPDATE t SET a = 1 -- WHERE id = 1", "UPDATE t SET a = 1 WHERE 1 IN (1, 2)", "UPDATE t SET a = 1 WHERE CURRENT_DATE", "UPDATE t SET a = 1 WHERE NULL IS NULL",
        "UPDATE t SET a = 1 WHERE NEXT VALUE FOR app.s = 1", "UPDATE t SET a = 1 WHERE (SELECT 1 AS `x`) = 1", "UPDATE t SET a = 1 WHERE NEXTVAL(s) > 1 AND LAST_INSERT_ID() = 0", "UPDATE t SET a = 1 WHERE t.id = id", "UPDATE t SET a = 1 WHERE `id` = ID", "UPDATE t SET a = 1 WHERE app.`t`.id <=> (t.id)", "UPDATE t SET a = 1 WHERE end = `end`", "UPDATE t SET a = 1 WHERE 1 SOUNDS LIKE 1",
        "UPDATE t SET a = 1 WHERE CASE WHEN 1 THEN TRUE END = 1", "UPDATE t SET a = 1 WHERE CASE WHEN 1 AND 1 THEN NULL END IS NULL", "UPDATE t SET a = 1 WHERE 1 IS UNKNOWN = 0", "UPDATE t SET a = 1 WHERE 1 IS NOT UNKNOWN = 1", "UPDATE t SET a = 1 WHERE 'a' LIKE NULL ESCAPE '=' = 0",
        "UPDATE t JOIN u ON t.id = t.id SET t.a = 1", "UPDATE t JOIN u ON t.id = id SET t.a = 1", "UPDATE t JOIN u ON 1 SET t.a = 1", "UPDATE t JOIN u ON t.id = u.id OR 1 SET t.a = 1", "UPDATE t JOIN u SET t.a = 1", "UPDATE t LEFT JOIN u ON t.id = u.id SET t.a = 1", "UPDATE t RIGHT OUTER JOIN u USING (id) SET t.a = 1",
        "UPDATE t NATURAL JOIN u SET t.a = 1", "UPDATE t LEFT JOIN u JOIN v ON u.id = v.id ON t.id = u.id SET t.a = 1", "UPDATE t LEFT JOIN (u JOIN v ON u.id = v.id) ON t.id = u.id SET t.a = 1", "UPDATE t JOIN u ON t.id = u.id, v SET v.a = 1", "UPDATE v JOIN t JOIN u ON t.id = u.id SET v.a = 1", "UPDATE (v, t) JOIN u ON t.id = u.id SET v.a = 1", "UPDATE u JOIN (v, t) ON t.id = u.id SET v.a = 1", "UPDATE ((v, t) JOIN u ON t.id = u.id) SET v.a = 1",
        "UPDATE t JOIN (SELECT 1 FROM u JOIN v ON u.a = v.a) d SET t.a = 1", "UPDATE t JOIN (u JOIN v ON u.a = v.a) SET t.a = 1", "UPDATE t SET a = (SELECT 1 FROM u JOIN v ON u.a = v.a)",
    ],
    (Kind.DATA, "DELETE"): [
        "DELETE x FROM t x INNER JOIN t y ON x.email = y.email AND x.id > y.id", "DELETE t FROM t CROSS JOIN u ON LEFT(t.a, 1) = u.b", "DELETE FROM t USING t JOIN u USING (id)",
        "DELETE FROM t", "DELETE FROM t WHERE 1", "DELETE FROM t LIMIT 5", "DELETE FROM t ORDER BY id LIMIT 5", "DELETE FROM t USING (t) JOIN u", "DELETE FROM t USING (t JOIN u)", "DELETE t FROM t LEFT JOIN u USING (id)", "DELETE FROM t USING t JOIN u ON EXISTS (SELECT 1 FROM v)",
        "WITH c AS (SELECT 1 FROM u WHERE x = 1) DELETE FROM t", "DELETE FROM t WHERE 'x'", "DELETE FROM t WHERE id = 1 OR TRUE", "DELETE FROM t WHERE id LIKE id", "DELETE FROM t WHERE 2 > 1 AND 1",
        "DELETE FROM t WHERE DEFAULT(id) = 2", "DELETE FROM t WHERE DEFAULT(t.id) = 3", "DELETE FROM t WHERE DEFAULT(app.t.`id`) = 3", "DELETE FROM t WHERE EXISTS (SELECT 1 FROM u)", "DELETE FROM t WHERE (TABLE u) = 1", "DELETE FROM t WHERE (WITH c AS (SELECT 1) SELECT 1 FROM c)", "DELETE FROM t WHERE 1 = (SELECT 1 FROM app.u AS x, v JOIN (w) ON 1)",
    ],
    (Kind.SCHEMA, "CREATE TABLE"): ["CREATE OR REPLACE TABLE t (a INT)", "CREATE TABLE t AS SELECT * FROM u", "CREATE TABLE t (a INT) SELECT 1 AS a", "CREATE TABLE t ENGINE=InnoDB AS (SELECT 1)", "CREATE TABLE t (a DATETIME) TTL = a + INTERVAL 3 DAY", "CREATE TABLE t (a DATETIME) TTL = a + INTERVAL 3 DAY TTL_ENABLE = 'OFF'",
        "CREATE TABLE t (a INT, CONSTRAINT f FOREIGN KEY (a) REFERENCES u (id) ON DELETE CASCADE)", "CREATE TABLE t (a INT REFERENCES u (id) ON UPDATE CASCADE)", "CREATE TABLE t (a INT, FOREIGN KEY (a) REFERENCES u (id) ON UPDATE RESTRICT ON DELETE SET NULL)",
        "CREATE TABLE t (a INT, FOREIGN KEY (a) REFERENCES u (id) MATCH FULL ON DELETE SET DEFAULT)",
    ],
    (Kind.SCHEMA, "CREATE VIEW"): [
        "CREATE OR REPLACE SQL SECURITY INVOKER VIEW v AS SELECT 1", "CREATE VIEW v AS SELECT * FROM t", "CREATE SQL SECURITY DEFINER VIEW v AS SELECT 1", "CREATE ALGORITHM = MERGE VIEW IF NOT EXISTS v (a) AS SELECT 1",
        "CREATE ALGORITHM = MERGE SQL SECURITY DEFINER VIEW v AS SELECT 1",
    ], (Kind.SCHEMA, "CREATE DATABASE"): ["CREATE OR REPLACE DATABASE d"], (Kind.SCHEMA, "CREATE INDEX"): ["CREATE OR REPLACE INDEX i ON t (a)", "CREATE FULLTEXT INDEX i ON t (a)", "CREATE SPATIAL INDEX i ON t (a)", "CREATE INDEX i ON t (a) ALGORITHM = COPY", "CREATE INDEX i ON t (a) LOCK SHARED"],
    (Kind.SCHEMA, "CREATE SEQUENCE"): ["CREATE OR REPLACE SEQUENCE s"],
    (Kind.SCHEMA, "ALTER TABLE"): [
        "ALTER TABLE t DROP a", "ALTER TABLE t DROP COLUMN IF EXISTS a", "ALTER TABLE t ADD a INT, DROP COLUMN b", "ALTER TABLE t DROP PRIMARY KEY", "ALTER TABLE t DROP INDEX i, ADD INDEX j (a)", "ALTER TABLE t DROP FOREIGN KEY f",
        "ALTER TABLE t DROP CONSTRAINT c", "ALTER TABLE t DROP CHECK c", "ALTER TABLE t ALTER a DROP DEFAULT", "ALTER TABLE t MODIFY COLUMN a BIGINT NOT NULL FIRST", "ALTER TABLE t CHANGE a b INT", "ALTER TABLE t RENAME TO u",
        "ALTER TABLE t RENAME COLUMN a TO b", "ALTER TABLE t RENAME INDEX i TO j", "ALTER TABLE t CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin", "ALTER TABLE t DEFAULT CHARSET utf8mb4", "ALTER TABLE t ENGINE=InnoDB",
        "ALTER TABLE t ROW_FORMAT=COMPRESSED KEY_BLOCK_SIZE=8", "ALTER TABLE t TRUNCATE PARTITION p0", "ALTER TABLE t DROP PARTITION p0, p1", "ALTER TABLE t EXCHANGE PARTITION p WITH TABLE u WITHOUT VALIDATION",
        "ALTER TABLE t REORGANIZE PARTITION p INTO (PARTITION a VALUES LESS THAN (1), PARTITION b VALUES LESS THAN (2))", "ALTER TABLE t COALESCE PARTITION 2", "ALTER TABLE t REMOVE PARTITIONING", "ALTER TABLE t REBUILD PARTITION p",
        "ALTER TABLE t ADD PARTITION PARTITIONS 4", "ALTER TABLE t ADD PARTITION (PARTITION p5)", "ALTER TABLE t PARTITION BY HASH (a) PARTITIONS 4", "ALTER TABLE t ADD a INT PARTITION BY KEY () PARTITIONS 2",
        "ALTER TABLE t TTL = a + INTERVAL 1 MONTH", "ALTER TABLE t TTL_ENABLE = 'ON'", "ALTER TABLE t REMOVE TTL", "ALTER TABLE t FORCE", "ALTER IGNORE TABLE t ADD UNIQUE (a)", "ALTER TABLE t ALTER CONSTRAINT c NOT ENFORCED",
        "ALTER TABLE t ADD k INT NOT NULL DEFAULT 1, ADD FOREIGN KEY (k) REFERENCES u (id) ON DELETE CASCADE", "ALTER TABLE t ADD FOREIGN KEY (k) REFERENCES u (id)", "ALTER TABLE t ADD k INT REFERENCES u (id)",
        "ALTER TABLE t ALGORITHM=COPY", "ALTER TABLE t ADD a INT, ALGORITHM COPY", "ALTER TABLE t LOCK=SHARED, ADD a INT", "ALTER TABLE t LOCK = EXCLUSIVE", "ALTER TABLE t ADD PRIMARY KEY (a) NONCLUSTERED", "ALTER TABLE t ADD CONSTRAINT PRIMARY KEY (a)",
        "ALTER TABLE t ADD b INT AS (a + 1) STORED", "ALTER TABLE t ADD (b INT GENERATED ALWAYS AS (a) PERSISTENT)", "ALTER TABLE t ADD a INT AUTO_INCREMENT PRIMARY KEY", "ALTER TABLE t ADD a INT PRIMARY KEY", "ALTER TABLE t ADD a INT KEY",
        "ALTER TABLE t ADD a BIGINT AUTO_RANDOM(5)", "ALTER TABLE t ADD a SERIAL", "ALTER TABLE t ADD a INT UNIQUE", "ALTER TABLE t ADD (a INT, PRIMARY KEY (a))", "ALTER TABLE t ADD FULLTEXT (a)", "ALTER TABLE t ADD SPATIAL INDEX (a)",
        "ALTER TABLE t ADD PARTITION (PARTITION p1 VALUES IN (5))", "ALTER TABLE t ADD PARTITION (PARTITION p1 DEFAULT)", "ALTER TABLE t ADD PARTITION IF NOT EXISTS (PARTITION p VALUES LESS THAN (5), PARTITION q VALUES IN ((1, 2)))",
        "ALTER TABLE t ADD COLUMN (a INT, UNIQUE (a))", "ALTER TABLE t ADD (a INT, KEY (b))", "ALTER TABLE t ADD COLUMN a INT, ADD UNIQUE (a)", "ALTER TABLE t ADD INDEX (b), COMMENT 'x', ADD a INT",
        "ALTER TABLE t ADD b INT AS (a + 1) VIRTUAL, ADD c INT", "ALTER TABLE t COMMENT 'x', ADD b INT AS (a + 1)", "ALTER TABLE t ADD (c INT, b INT GENERATED ALWAYS AS (a))", "ALTER TABLE t ADD b INT AS (a) FIRST", "ALTER TABLE t ADD COLUMN b INT AS (a) VIRTUAL AFTER c",
        "ALTER TABLE t AUTO_INCREMENT = 18446744073709551615", "ALTER TABLE t COMMENT 'x' AUTO_RANDOM_BASE 9", "ALTER TABLE t ALTER INDEX i INVISIBLE, ALTER INDEX j VISIBLE", "ALTER TABLE t ALTER KEY i IGNORED",
        "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0)", "ALTER TABLE t ADD a CHAR(36) DEFAULT (UUID())", "ALTER TABLE t ADD a BIGINT DEFAULT NEXTVAL(s)", "ALTER TABLE t SET TIFLASH REPLICA 0", "ALTER TABLE t SET TIFLASH REPLICA 00 LOCATION LABELS 'a'",
    ],
    (Kind.SCHEMA, "ALTER DATABASE"): ["ALTER DATABASE d CHARACTER SET utf8mb4", "ALTER DATABASE COLLATE utf8mb4_bin"], (Kind.SCHEMA, "ALTER VIEW"): ["ALTER VIEW v AS SELECT 1", "ALTER SQL SECURITY INVOKER VIEW v AS SELECT 1"],
    (Kind.SCHEMA, "ALTER SEQUENCE"): ["ALTER SEQUENCE s RESTART 5", "ALTER SEQUENCE user MAXVALUE 5"],
    (Kind.SCHEMA, "DROP TABLES"): ["DROP TABLES a, b"], (Kind.SCHEMA, "DROP TABLE"): ["DROP TABLE t", "DROP TABLE IF EXISTS a, b.c CASCADE"], (Kind.SCHEMA, "DROP DATABASE"): ["DROP DATABASE d", "DROP DATABASE IF EXISTS d"], (Kind.SCHEMA, "DROP VIEW"): ["DROP VIEW IF EXISTS v, w"],
    (Kind.SCHEMA, "DROP INDEX"): ["DROP INDEX i ON t", "DROP INDEX IF EXISTS i ON app.t ALGORITHM=INPLACE"], (Kind.SCHEMA, "DROP SEQUENCE"): ["DROP SEQUENCE s"], (Kind.SCHEMA, "DROP PROCEDURE"): ["DROP PROCEDURE IF EXISTS p"],
    (Kind.SCHEMA, "DROP TRIGGER"): ["DROP TRIGGER app.g"], (Kind.SCHEMA, "TRUNCATE"): ["TRUNCATE t", "TRUNCATE user", "TRUNCATE `table`"], (Kind.SCHEMA, "TRUNCATE TABLE"): ["TRUNCATE TABLE app.t"],
    (Kind.SCHEMA, "RENAME TABLE"): ["RENAME TABLE a TO b, c TO app.d"], (Kind.SCHEMA, "FLASHBACK TABLE"): ["FLASHBACK TABLE t", "FLASHBACK TABLE t TO u"], (Kind.SCHEMA, "FLASHBACK DATABASE"): ["FLASHBACK DATABASE d TO e"],
    (Kind.SCHEMA, "FLASHBACK"): ["FLASHBACK CLUSTER TO TIMESTAMP '2026-01-01 00:00:00'", "FLASHBACK CLUSTER TO TSO 445494839813079041"], (Kind.SCHEMA, "RECOVER TABLE"): ["RECOVER TABLE t", "RECOVER TABLE BY JOB 53"],
    (Kind.ACCOUNTS, "CREATE USER"): ["CREATE USER 'a'@'%' IDENTIFIED BY 'hunter2'", "CREATE USER IF NOT EXISTS a, b@localhost IDENTIFIED WITH caching_sha2_password BY 'hunter2' REQUIRE SSL WITH MAX_USER_CONNECTIONS 3 ACCOUNT LOCK"],
    (Kind.ACCOUNTS, "ALTER USER"): ["ALTER USER `a`@`%` IDENTIFIED BY 'hunter2'", "ALTER USER a ACCOUNT UNLOCK", "ALTER USER CURRENT_USER() IDENTIFIED BY 'hunter2'", "ALTER USER a PASSWORD EXPIRE INTERVAL 90 DAY"],
    (Kind.ACCOUNTS, "DROP USER"): ["DROP USER IF EXISTS a, 'b'@'%'"], (Kind.ACCOUNTS, "RENAME USER"): ["RENAME USER a TO b"], (Kind.ACCOUNTS, "CREATE ROLE"): ["CREATE ROLE r, 's'"], (Kind.ACCOUNTS, "DROP ROLE"): ["DROP ROLE r"],
    (Kind.ACCOUNTS, "GRANT"): ["GRANT SELECT, INSERT (a, b) ON app.* TO 'a'@'%' WITH GRANT OPTION", "GRANT ALL PRIVILEGES ON *.* TO a", "GRANT CREATE TEMPORARY TABLES ON app.t TO a", "GRANT r, s TO a, b", "GRANT SELECT ON t TO a"],
    (Kind.ACCOUNTS, "REVOKE"): ["REVOKE SELECT ON app.* FROM a", "REVOKE ALL PRIVILEGES, GRANT OPTION FROM a", "REVOKE r FROM a"],
}  # fmt: skip

REFUSED: dict[str, list[str]] = {
    "never": [
        "BEGIN", "START TRANSACTION", "COMMIT", "ROLLBACK", "SAVEPOINT a", "RELEASE SAVEPOINT a", "XA START 'x'", "PREPARE s FROM 'DELETE FROM t'", "EXECUTE s", "EXECUTE IMMEDIATE 'x'", "DEALLOCATE PREPARE s", "CALL p()",
        "DO SLEEP(1)", "SET a = 1", "SET GLOBAL a = 1", "SET PASSWORD FOR a = 'x'", "SET STATEMENT a=1 FOR DELETE FROM t", "SET ROLE r", "USE app", "LOAD DATA INFILE 'x' INTO TABLE t", "LOAD DATA LOCAL INFILE 'x' INTO TABLE t",
        "LOAD STATS 'x'", "IMPORT INTO t FROM 's3://x'", "LOCK TABLES t WRITE", "UNLOCK TABLES", "KILL 1", "KILL TIDB 1", "FLUSH PRIVILEGES", "FLUSH TABLES WITH READ LOCK", "ADMIN CHECK TABLE t", "ADMIN CANCEL DDL JOBS 1",
        "BACKUP DATABASE * TO 'x'", "RESTORE DATABASE * FROM 'x'", "ANALYZE TABLE t", "OPTIMIZE TABLE t", "CHECK TABLE t", "REPAIR TABLE t", "CHECKSUM TABLE t", "SPLIT TABLE t BY (1)", "BATCH ON id LIMIT 1 DELETE FROM t WHERE a",
        "TRACE DELETE FROM t", "PLAN REPLAYER DUMP EXPLAIN SELECT 1", "HANDLER t OPEN", "INSTALL PLUGIN p SONAME 'x'", "SHUTDOWN", "CHANGE MASTER TO a", "PURGE BINARY LOGS", "RESET MASTER", "CALIBRATE RESOURCE", "QUERY WATCH ADD x",
        "TRAFFIC CAPTURE TO 'x'", "SIGNAL SQLSTATE '45000'", "DISTRIBUTE TABLE t", "CANCEL IMPORT JOB 1",
    ],
    "first_word": ["frobnicate t", "1", "'x'", "(DELETE FROM t)", "(INSERT INTO t VALUES (1))", "@a", "IF 1 THEN DELETE FROM t", "`DELETE` FROM t", "REFERENCES", "LOOP"],
    "reads": ["SELECT 1", "(SELECT 1)", "WITH c AS (SELECT 1) SELECT * FROM c", "SHOW TABLES", "TABLE t", "VALUES ROW(1)", "DESC t", "EXPLAIN DELETE FROM t", "EXPLAIN ANALYZE DELETE FROM t", "SELECT * FROM t FOR UPDATE",
              "INSERT INTO t VALUES (1); SELECT 1", "SELECT 1 INTO OUTFILE 'x'"],
    "mixed": ["INSERT INTO t VALUES (1); CREATE TABLE u (a INT)", "DROP TABLE t; DELETE FROM u WHERE a = 1", "GRANT SELECT ON t TO a; INSERT INTO t VALUES (1)"],
    "returning": ["INSERT INTO t VALUES (1) RETURNING a", "DELETE FROM t WHERE a = 1 RETURNING *", "REPLACE INTO t VALUES (1) RETURNING a", "INSERT INTO t SELECT 1 RETURNING a"],
    "empty": ["", ";", " ; ;; -- x\n", "/* nothing */"],
    "word": [
        "INSERT INTO t SELECT 1 INTO OUTFILE 'x'", "INSERT INTO t SELECT a INTO @a FROM u", "CREATE TABLE t AS SELECT 1 INTO OUTFILE 'x'", "CREATE VIEW v AS SELECT 1 INTO OUTFILE 'x'", "UPDATE t SET a = 1 WHERE b IN (DELETE FROM u)",
        "INSERT INTO t VALUES (1) ON DUPLICATE KEY UPDATE a = 1 ON DUPLICATE KEY UPDATE a = 2", "UPDATE t SET a = 1 SET b = 2 WHERE c = 1", "INSERT INTO t (a) VALUES (1 ON DUPLICATE KEY UPDATE a = 1)", "DELETE FROM t WHERE a = 1 UPDATE t",
    ],
    "locks": ["INSERT INTO t SELECT * FROM u FOR UPDATE", "INSERT INTO t SELECT * FROM u LOCK IN SHARE MODE", "UPDATE t FOR PORTION OF p FROM 1 TO 2 SET a = 1", "DELETE FROM t FOR PORTION OF p FROM 1 TO 2", "INSERT INTO t VALUES (PREVIOUS VALUE FOR s)", "INSERT INTO t SELECT a FROM next value FOR SHARE", "INSERT INTO t SELECT a FROM next value FOR UPDATE",
              "CREATE SQL SECURITY INVOKER VIEW v AS SELECT NEXT VALUE FOR s", "CREATE TABLE t (a INT DEFAULT (NEXT VALUE FOR s))"],
    "function": [
        "INSERT INTO t VALUES (SLEEP(1))", "INSERT INTO t VALUES (SETVAL(s, 1))", "INSERT INTO t VALUES (LASTVAL(s))", "INSERT INTO t VALUES (app.nextval(s))", "CREATE SQL SECURITY INVOKER VIEW v AS SELECT NEXTVAL(s)", "CREATE SQL SECURITY INVOKER VIEW v AS SELECT LAST_INSERT_ID()",
        "CREATE TABLE t (a INT DEFAULT (LAST_INSERT_ID()))", "CREATE TABLE t (a INT AS (NEXTVAL(s)))", "CREATE TABLE t (a INT CHECK (a > LAST_INSERT_ID(1)))", "CREATE TABLE t AS SELECT NEXTVAL(s)", "ALTER TABLE t ALTER a SET DEFAULT (LAST_INSERT_ID())",
        "INSERT INTO t VALUES (1, 2) AS new (x,) ON DUPLICATE KEY UPDATE a = x", "INSERT INTO t VALUES (1) AS new (x y)", "INSERT INTO t VALUES (1) AS new (1)", "INSERT INTO t VALUES (1) AS f (SLEEP(1))", "INSERT INTO t VALUES (1) new (x)", "INSERT INTO t SELECT 1 AS new (x)", "INSERT INTO t VALUES (1) AS new ()", "UPDATE t SET a = app.f() WHERE b = 1", "DELETE FROM t WHERE GET_LOCK('a', 1) = id", "INSERT INTO t VALUES (LOAD_FILE('x'))",
        "CREATE TABLE t (a INT DEFAULT (f()))", "CREATE TABLE t (a INT AS (app.f(b)))", "CREATE TABLE t (a INT CHECK (SLEEP(1)))", "CREATE VIEW v AS SELECT f()", "CREATE INDEX i ON t ((f(a)))", "UPDATE f(1) SET a = 1 WHERE b = 1", "DELETE FROM f(1)",
        "CREATE TABLE t (a INT) PARTITION BY HASH (f(a))", "INSERT INTO t VALUES (1) ON DUPLICATE KEY UPDATE a = f()",
    ],
    "variable": ["INSERT INTO t VALUES (@a)", "UPDATE t SET a = @a := 1 WHERE b = 1", "UPDATE t SET a = @@datadir WHERE b = 1", "DELETE FROM t WHERE a = @x", "SELECT @a := 1"],
    "system_schema": [
        "INSERT INTO mysql.user VALUES (1)", "UPDATE mysql.user SET a = 1 WHERE b = 1", "DELETE FROM `mysql` . user WHERE a = 1", "DELETE t FROM t JOIN mysql.user u WHERE u.a = 1", "INSERT INTO t SELECT * FROM mysql.user", "UPDATE t, sys.x SET a = 1 WHERE b",
        "INSERT INTO t VALUES (NEXTVAL(mysql.s))", "INSERT INTO t VALUES (NEXT VALUE FOR mysql.s)", "INSERT INTO information_schema.tables VALUES (1)", "UPDATE information_schema.tables SET a = 1 WHERE b = 1", "DELETE FROM performance_schema.x WHERE a = 1", "CREATE TABLE mysql.t (a INT)", "CREATE TABLE t LIKE mysql.user", "CREATE DATABASE sys",
        "DROP DATABASE mysql", "DROP TABLE t, mysql.user", "TRUNCATE mysql.user", "ALTER TABLE mysql.user ADD a INT", "ALTER DATABASE mysql CHARSET utf8mb4", "CREATE VIEW v AS SELECT * FROM mysql.user", "CREATE VIEW v AS SELECT * FROM information_schema.tables",
        "RENAME TABLE mysql.user TO t", "RENAME TABLE t TO mysql.t", "ALTER TABLE t RENAME mysql.t", "CREATE INDEX i ON mysql.user (a)", "CREATE TABLE t (a INT REFERENCES mysql.user (a))", "GRANT SELECT ON mysql.* TO a", "REVOKE ALL ON `mysql`.user FROM a",
        "CREATE TABLE `MYSQL `.t (a INT)", "CREATE TABLE `m\u00ffsql`.t (a INT)", "FLASHBACK DATABASE mysql", "DROP VIEW sys.version", "INSERT INTO metrics_schema.x VALUES (1)", "DELETE FROM t, mysql.user USING t JOIN u", "GRANT SELECT ON information_schema.* TO a",
        "ALTER TABLE t EXCHANGE PARTITION p WITH TABLE mysql.user", "WITH c AS (SELECT * FROM mysql.user) DELETE FROM t WHERE a IN (SELECT 1 FROM c)",
    ],
    "form": [
        "UPDATE `` SET a = 1 WHERE b = 1", "UPDATE t u, `` SET a = id WHERE id = 1", "INSERT DELAYED INTO t VALUES (1)", "INSERT INTO t", "INSERT INTO t (a) (b) VALUES (1)", "INSERT INTO t (f(a)) VALUES (1)", "UPDATE t", "UPDATE SET a = 1", "DELETE t WHERE a = 1", "DELETE HISTORY FROM t", "DELETE", "INSERT",
        "WITH c AS (DELETE FROM t) DELETE FROM u", "WITH c AS (SELECT 1) INSERT INTO t SELECT * FROM c", "WITH c AS (SELECT 1), DELETE FROM t", "UPDATE t SET", "INSERT INTO t.u.v VALUES (1)", "INSERT INTO 't' VALUES (1)",
        "CREATE TABLE t (a INT) ENGINE=CONNECT TABLE_TYPE=CSV FILE_NAME='/etc/passwd'", "CREATE TABLE t (a INT) ENGINE=FEDERATED CONNECTION='mysql://x'", "CREATE TABLE t (a INT) ENGINE=MyISAM", "CREATE TABLE t (a INT) DATA DIRECTORY='/tmp'",
        "CREATE TABLE t (a INT) INDEX DIRECTORY='/tmp'", "CREATE TABLE t (a INT) UNION=(b, c)", "CREATE TABLE t (a INT) TABLESPACE x", "CREATE TABLE t (a INT) PLACEMENT POLICY=p", "CREATE TABLE t (a INT) ENCRYPTION='Y'", "CREATE TEMPORARY TABLE t (a INT)",
        "CREATE GLOBAL TEMPORARY TABLE t (a INT) ON COMMIT DELETE ROWS", "CREATE TABLE t (a INT) PARTITION BY RANGE (a) (PARTITION p VALUES LESS THAN (1) DATA DIRECTORY='/x')", "CREATE TABLE t (a INT) PARTITION BY HASH (a) (PARTITION p ENGINE=MyISAM)",
        "CREATE TABLE t (a INT) WITH SYSTEM VERSIONING", "CREATE TABLE t (a frob)", "CREATE TABLE t (a INT frob)", "CREATE TABLE t", "CREATE TABLE t (a INT,)", "CREATE TABLE t ()", "CREATE TABLE t (a INT) REPLACE SELECT 1",
        "CREATE DEFINER = root VIEW v AS SELECT 1", "CREATE DEFINER=CURRENT_USER VIEW v AS SELECT 1", "CREATE VIEW v AS DELETE FROM t", "CREATE VIEW v", "CREATE PROCEDURE p() DELETE FROM t", "CREATE FUNCTION f() RETURNS INT RETURN 1",
        "CREATE FUNCTION f RETURNS STRING SONAME 'x.so'", "CREATE AGGREGATE FUNCTION f RETURNS STRING SONAME 'x'", "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET a = 1", "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO DELETE FROM t", "ALTER EVENT e DISABLE",
        "CREATE SERVER s FOREIGN DATA WRAPPER mysql OPTIONS (HOST 'x')", "CREATE TABLESPACE x ADD DATAFILE 'y'", "CREATE RESOURCE GROUP r RU_PER_SEC = 1", "ALTER RESOURCE GROUP default RU_PER_SEC = 1", "DROP RESOURCE GROUP r", "CREATE PLACEMENT POLICY p FOLLOWERS=1",
        "DROP PLACEMENT POLICY p", "CREATE GLOBAL BINDING FOR SELECT 1 USING SELECT 1", "DROP BINDING FOR SELECT 1", "CREATE LOGFILE GROUP g ADD UNDOFILE 'x'", "ALTER INSTANCE ROTATE INNODB MASTER KEY", "ALTER SERVER s OPTIONS (HOST 'x')", "DROP SERVER s",
        "CREATE MASKING POLICY p ON t (a) AS a", "ALTER TABLE t DISCARD TABLESPACE", "ALTER TABLE t IMPORT TABLESPACE", "ALTER TABLE t DISCARD PARTITION p TABLESPACE", "ALTER TABLE t ADD a INT, DISCARD TABLESPACE", "ALTER TABLE t ENGINE=MyISAM", "ALTER TABLE t",
        "ALTER TABLE t ADD a INT,", "ALTER TABLE t PLACEMENT POLICY=p", "ALTER TABLE t ATTRIBUTES 'x'", "ALTER TABLE t CACHE", "ALTER TABLE t ORDER BY a", "ALTER TABLE t DISABLE KEYS", "ALTER TABLE t ADD SYSTEM VERSIONING", "ALTER TABLE t ANALYZE PARTITION p",
        "ALTER TABLE t SPLIT MAXVALUE PARTITION LESS THAN (1)", "ALTER RANGE global PLACEMENT POLICY p", "ALTER DATABASE d PLACEMENT POLICY p", "ALTER DATABASE d SET TIFLASH REPLICA 1", "CREATE DATABASE d PLACEMENT POLICY p", "DROP TEMPORARY TABLE t", "DROP t",
        "CREATE INDEX i ON t", "CREATE INDEX i ON t (a) frob", "CREATE FULLTEXT INDEX i ON t (a) WITH PARSER evil", "ALTER FUNCTION f COMMENT 'x'", "CREATE USER a IDENTIFIED BY hunter2", "CREATE USER a RESOURCE GROUP r", "GRANT PROXY ON a TO b", "GRANT ALL",
        "GRANT EXECUTE ON PROCEDURE app.p TO a", "GRANT ALL ON *.* TO a IDENTIFIED BY 'hunter2'", "ALTER USER a frob", "REVOKE ALL ON *.*", "TRUNCATE", "TRUNCATE t, u", "RENAME TABLE a", "FLASHBACK CLUSTER", "RECOVER", "CREATE STATISTICS s ON t (a)",
    ],
    "executable_comment": ["/*! DROP TABLE t */", "DELETE FROM t /*! WHERE */ WHERE a = 1", "INSERT INTO t /*T! x */ VALUES (1)", "CREATE TABLE t (a INT) /*!50100 PARTITION BY HASH (a) */", "DELETE FROM t /*M! , u */ WHERE a = 1"],
    "placeholder": ["INSERT INTO t VALUES (?)", "UPDATE t SET a = :a WHERE b = 1"],
    "hint": ["UPDATE /*+ SET_VAR(a=1) */ t SET a = 1 WHERE b = 1", "INSERT INTO t SELECT /*+ MAX_EXECUTION_TIME(1) */ 1"],
    "unterminated": ["INSERT INTO t VALUES ('a", "DELETE FROM t /* x", "DROP TABLE `t"],
    "characters": ["DELETE FROM t WHERE a = '\x00'", "DELETE\u00a0FROM t", "INSERT INTO u\u017fers VALUES (1)", "INSERT INTO t VALUES ('\ud800')"],
    "names": ["INSERT INTO t VALUES (1a)", "DELETE FROM 1t WHERE a = 1"],
    "parentheses": ["INSERT INTO t VALUES (1", "INSERT INTO t VALUES (1))", "UPDATE t SET a = (1 WHERE b = 1"],
    "size": ["INSERT INTO t VALUES ('" + "x" * BYTES_MOST + "')", "INSERT INTO t VALUES (1" + ",1" * (PIECES_MOST // 2) + ")"],
    "statements": ["DELETE FROM t WHERE a = 1;" * (STATEMENTS_MOST + 1)],
    "unfinished": ["CREATE TABLE t (a INT) SELECT", "DELETE FROM t WHERE", "UPDATE t SET a = 1 WHERE b =", "INSERT INTO t VALUES (1),", "DELETE FROM t WHERE a = 1 AND", "CREATE VIEW v AS SELECT 1 FROM"],
    "depth": ["INSERT INTO t VALUES (" + "(" * 101 + "1" + ")" * 101 + ")"],
}  # fmt: skip

ALLOWED_ROWS = [(kind, verb, sql, targets) for (kind, verb), rows in ALLOWED.items() for sql, targets in rows]
DECIDED_ROWS = [(kind, verb, sql) for (kind, verb), rows in DECIDED.items() for sql in rows]
BOTH = [*(row[2] for row in ALLOWED_ROWS), *(row[2] for row in DECIDED_ROWS)]
REFUSED_ROWS = [(rule, sql) for rule, rows in REFUSED.items() for sql in rows]


def judged(*texts: str) -> tuple[Write, ...]:
    found = judge_writes(texts)
    assert not isinstance(found, Refuse), found
    return found


def refused(*texts: str) -> Refuse:
    found = judge_writes(texts)
    assert isinstance(found, Refuse), found
    return found


@pytest.mark.parametrize(("kind", "verb", "sql", "targets"), ALLOWED_ROWS, ids=[row[2][:60] for row in ALLOWED_ROWS])
def test_it_may_be_sent(kind: Kind, verb: str, sql: str, targets: str) -> None:
    (write,) = judged(sql)
    assert (write.statement.kind, write.statement.verb, write.decision) == (kind, verb, "")
    assert " ".join(write.statement.targets) == targets
    assert write.statement.commits is (kind is not Kind.DATA)
    assert not write.statement.whole_table


@pytest.mark.parametrize(("kind", "verb", "sql"), DECIDED_ROWS, ids=[row[2][:60] for row in DECIDED_ROWS])
def test_a_person_must_decide(kind: Kind, verb: str, sql: str) -> None:
    (write,) = judged(sql)
    assert (write.statement.kind, write.statement.verb) == (kind, verb)
    assert write.decision
    assert write.statement.whole_table is (kind is Kind.DATA)


@pytest.mark.parametrize(("rule", "sql"), REFUSED_ROWS, ids=[f"{rule} {sql[:50]!a}" for rule, sql in REFUSED_ROWS])
def test_it_is_refused_by_its_rule_with_a_sentence_that_can_be_shown(rule: str, sql: str) -> None:
    found = refused(sql)
    assert found.rule == rule
    assert found.sentence.endswith(".")
    assert found.sentence.isprintable()
    assert len(found.sentence) < 400


def test_there_are_enough_of_them() -> None:
    assert len(ALLOWED_ROWS) + len(DECIDED_ROWS) + len(REFUSED_ROWS) > 400


@pytest.mark.parametrize("sql", BOTH, ids=[sql[:60] for sql in BOTH])
def test_what_is_sent_is_judged_the_same_again(sql: str) -> None:
    (write,) = judged(sql)
    assert judged(write.rendered) == (write,)
    assert judged(write.rendered)[0].rendered == write.rendered


@pytest.mark.parametrize(
    ("texts", "rendered"),
    [
        (["DELETE FROM t WHERE a = ';'; INSERT INTO t VALUES (1)"], ["DELETE FROM t WHERE a = ';'", "INSERT INTO t VALUES (1)"]),
        (["DELETE FROM `a;b` WHERE a = \"x\\\";y\" /* ; */ -- ;\n;;"], ["DELETE FROM `a;b` WHERE a = \"x\"\";y\""]),
        (["INSERT INTO t VALUES (1)", "", "INSERT INTO t VALUES (2);", ";"], ["INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (2)"]),
        (["\ufeffDROP TABLE a;CREATE TABLE a (b INT) # x"], ["DROP TABLE a", "CREATE TABLE a (b INT)"]),
        (["CREATE USER 'a'@'%'", "GRANT SELECT ON app.* TO a @ '%'"], ["CREATE USER 'a'@'%'", "GRANT SELECT ON app.* TO a@'%'"]),
        (["UPDATE /*+ USE_INDEX(t, a) */ t SET a = 1 WHERE b = 1"], ["UPDATE /*+ USE_INDEX(t, a) */ t SET a = 1 WHERE b = 1"]),
    ],
)  # fmt: skip
def test_texts_are_split_where_a_server_would(texts: list[str], rendered: list[str]) -> None:
    assert [write.rendered for write in judged(*texts)] == rendered


def test_a_statement_is_not_continued_in_the_next_text() -> None:
    assert refused("DELETE FROM t", "WHERE a = 1").rule == "first_word"


def test_schema_and_accounts_go_together_and_one_decision_does_not_hide_in_a_list() -> None:
    found = judged("CREATE DATABASE d", "CREATE USER a", "CREATE TABLE d.t (a INT)")
    assert [bool(write.decision) for write in found] == [False, True, False]


@pytest.mark.parametrize(
    ("sql", "helps"),
    [
        ("SELECT 1", "db_query reads"), ("INSERT INTO t VALUES (1); DROP TABLE t", "calls of their own"), ("DELETE FROM t RETURNING *", "db_query reads them"), ("BEGIN", "a list runs in one"), ("CREATE TEMPORARY TABLE t (a INT)", "leave TEMPORARY out"),
        ("CREATE PROCEDURE p() SELECT 1", "Code on the server"), ("BATCH LIMIT 1 DELETE FROM t", "UPDATE or DELETE with a condition"), ("ALTER TABLE t FROBNICATE", "from the word FROBNICATE on"), ("GRANT x y z", "db_create_user"),
        ("CREATE TABLE t (a INT) ENGINE=CONNECT", "InnoDB only"), ("INSERT INTO t VALUES (f())", "The gate does not know the function (f)"),
    ],
)  # fmt: skip
def test_the_sentence_says_what_to_do(sql: str, helps: str) -> None:
    assert helps in refused(sql).sentence


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("DROP TABLE t", "removes tables with their rows"), ("DELETE FROM t", "removes every row"), ("DELETE FROM t WHERE NOW() > end", "a name that is a keyword goes in backticks"), ("CREATE USER a", "db_create_user"), ("ALTER TABLE t ADD a INT, DROP b, MODIFY c INT", "drops columns"), ("ALTER TABLE t DROP b, MODIFY c INT", "rewrites"),
        ("FLASHBACK CLUSTER TO TSO 1", "everybody's changes"),
        ("ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u (id) ON DELETE CASCADE", "rows that nobody counts: write RESTRICT"), ("CREATE VIEW v AS SELECT 1", "write CREATE SQL SECURITY INVOKER VIEW"), ("ALTER TABLE t ADD a INT UNIQUE", "in two statements"), ("ALTER TABLE t ADD a INT, ADD UNIQUE (a)", "in two statements"), ("ALTER TABLE t ADD (a INT, KEY (a))", "in two statements"),
        ("ALTER TABLE t ADD b INT AS (a), ADD c INT", "add a generated column by itself"), ("ALTER TABLE t ADD PARTITION (PARTITION p VALUES IN (5))", "DEFAULT partition holds"), ("ALTER TABLE t AUTO_INCREMENT 5", "nothing gives them back"), ("ALTER TABLE t ALTER INDEX i IGNORED", "as if it were dropped"),
    ],
)  # fmt: skip
def test_a_decision_says_why(sql: str, why: str) -> None:
    assert why in judged(sql)[0].decision


def test_a_password_is_repeated_nowhere_but_in_what_is_sent() -> None:
    for sql in ("CREATE USER a IDENTIFIED BY 'hunter2'", 'ALTER USER a IDENTIFIED WITH x AS "hunter2"'):
        (write,) = judged(sql)
        assert "hunter2" in write.rendered
        assert "hunter2" not in repr(write)
    for sql in ("CREATE USER a IDENTIFIED BY 'hunter2' frob", "CREATE USER a IDENTIFIED BY hunter2", "SET PASSWORD = 'hunter2'", "GRANT ALL ON t TO a IDENTIFIED BY hunter2", "DELETE FROM t WHERE a = 'hunter2' RETURNING 1"):  # fmt: skip
        assert "hunter2" not in refused(sql).sentence


@pytest.mark.parametrize(
    ("sql", "databases"),
    [
        ("CREATE TABLE Shop.t LIKE other.u", {"Shop"}), ("CREATE TABLE t (a INT REFERENCES other.u (id), b INT DEFAULT NEXTVAL(other.s))", set()), ("ALTER TABLE `x.y` ADD a INT", set()), ("ALTER TABLE `x.y`.z ADD a INT", {"x.y"}),
        ("RENAME TABLE t TO other.t", {"other"}), ("ALTER TABLE t EXCHANGE PARTITION p WITH TABLE other.u", {"other"}), ("DROP TABLE a, b.c", {"b"}), ("CREATE SQL SECURITY INVOKER VIEW v AS SELECT 1 FROM other.t", set()), ("DROP DATABASE d", {"d"}),
        ("CREATE INDEX i ON other.t (a)", {"other"}),
    ],
)  # fmt: skip
def test_the_databases_of_what_a_schema_change_changes_are_told(sql: str, databases: set[str]) -> None:
    assert judged(sql)[0].databases == databases


@pytest.mark.parametrize("rule", [*DECISIONS, *DECISIONS_OF_EXISTING, *sum(DECISIONS_TOGETHER, ())])
def test_every_decision_belongs_to_a_rule_that_there_is(rule: str) -> None:
    assert rule in SCHEMA


@pytest.mark.parametrize("word", sorted((SERVER | SESSION) - {"reset"}))
def test_what_acts_on_session_or_server_is_refused_with_a_reason(word: str) -> None:
    assert refused(f"{word} x") == Refuse("never", WHY_NOT[word])


SQL_LIKE = st.lists(
    st.sampled_from(["INSERT", "INTO", "UPDATE", "DELETE", "FROM", "SET", "WHERE", "VALUES", "CREATE", "ALTER", "TABLE", "DROP", "ADD", "GRANT", "ON", "TO", "t", "a", "INT", "(", ")", ",", ".", ";", "'", "`", "=", "1", "*", "@", "/*", "--", "\n"]), max_size=30
).map(" ".join)  # fmt: skip


@given(
    st.text() | SQL_LIKE, st.sampled_from(["", "DELETE FROM ", "ALTER TABLE t ", "CREATE ", "INSERT INTO t ", "GRANT "])
)
def test_any_text_is_answered(sql: str, before: str) -> None:
    found = judge_writes([before + sql])
    assert isinstance(found, Refuse) or all(
        write.statement.kind in {Kind.DATA, Kind.SCHEMA, Kind.ACCOUNTS} for write in found
    )


@pytest.mark.parametrize(
    ("head", "piece", "tail"),
    [
        ("INSERT INTO t VALUES ", "(1),", "(1)"), ("DELETE FROM t WHERE a = 1", " or b = 1", ""), ("DELETE FROM t WHERE ", "(", ""), ("CREATE TABLE t (a INT", ",a INT", ")"), ("ALTER TABLE t ADD a INT", ", ADD a INT", ""), ("ALTER TABLE t ", "DROP ", ""),
        ("CREATE TABLE t (a INT) ", "COMMENT 'x' ", ""), ("GRANT ", "a,", "b ON t TO c"), ("UPDATE t ", "set ", ""), ("INSERT INTO t SELECT 1", " on duplicate key", ""), ("CREATE TABLE t (a INT DEFAULT (", "(", ""), ("WITH a AS (SELECT 1)", ", a AS (SELECT 1)", " DELETE FROM t"),
        ("CREATE TABLE t (", "KEY (a),", "a INT)"), ("DELETE FROM t WHERE ", "a and ", "1"), ("", ";", "DROP TABLE t"),
        ("RENAME TABLE ", "a,", "a TO b"), ("RENAME TABLE ", "a TO b,", "a TO b"), ("UPDATE ", "a JOIN (", ""), ("UPDATE (", "a JOIN ", "b) SET a = 1"), ("DELETE FROM a ", "JOIN b,c ", "WHERE a = 1"), ("UPDATE a ", "JOIN b ON a.c = b.c ", "SET a = 1"), ("DELETE FROM a WHERE ", "end = 1 and ", "1"), ("DELETE FROM a WHERE 1", " = a", ""), ("DELETE FROM a USING ", "a JOIN b USING ", "(c)"), ("DELETE FROM a WHERE ", "(SELECT 1 FROM b) or ", "a"), ("DELETE FROM a WHERE ", "(WITH a AS ", ""),
    ],
)  # fmt: skip
def test_long_texts_take_no_time(head: str, piece: str, tail: str) -> None:
    begun = process_time()
    judge_writes([head + piece * (45_000 // (2 * len(piece.split()) + 3)) + tail])
    assert process_time() - begun < 2
