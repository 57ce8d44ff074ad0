"""Texts of our own that change rows, or only add to what there is; and pieces that are put into them."""

from typing import Final

from mcpserver.sqlgate.lists import words

_ROWS = (
    "INSERT INTO item (id, name) VALUES (90, 'new'), (91, 'it''s; new')", "INSERT INTO app.item VALUES (92, 'n', 'tool', 1.5, '{}')", "INSERT INTO sale SET item_id = 1, amount = 3, made = NOW()",
    "INSERT INTO u (id, a) SELECT id + 10, a FROM t WHERE a > 0", "INSERT IGNORE INTO u VALUES (1, 9, 9, 'x'), (9, 9, 9, 'x')", "INSERT INTO u (id, b) VALUES (1, 20) ON DUPLICATE KEY UPDATE a = a + 1, x = VALUES(x)",
    "INSERT INTO u VALUES (8, 8, 8, 'a') ON DUPLICATE KEY UPDATE b = (SELECT MAX(id) + 50 FROM item)", "INSERT INTO u (id) SELECT id FROM item ON DUPLICATE KEY UPDATE x = item.name", "INSERT INTO v () VALUES ()", "INSERT INTO v VALUES (DEFAULT, 1 + 1, DEFAULT(b))",
    "INSERT INTO line VALUES (NEXTVAL(seq), LAST_INSERT_ID(1))", "INSERT INTO v (a) VALUES (NEXT VALUE FOR app.seq), (LAST_INSERT_ID())", "INSERT INTO u (id, a) VALUES (1, 2) ON DUPLICATE KEY UPDATE id = LAST_INSERT_ID(id)", "INSERT INTO u (id, a) VALUES (63, 1) AS new (x, y) ON DUPLICATE KEY UPDATE a = y",
    "INSERT INTO part PARTITION (p0) VALUES (2)", "INSERT INTO other.item SELECT id + 5, id, name FROM app.item", "INSERT INTO `update` (`into`, `outfile`) VALUES (3, 4)", "INSERT INTO `größe` VALUES (2, 'ü'), (3, \"a\\\"b\")",
    "INSERT INTO u (id) WITH c AS (SELECT 70 AS n) SELECT n FROM c", "INSERT INTO u (id, a) VALUES ROW(61, 1), ROW(62, 2)", "INSERT INTO u (id) (SELECT 71) UNION (SELECT 72)", "INSERT INTO v_item VALUES (93, 'by a view')",
    "INSERT INTO page VALUES (3, 'red')", "INSERT INTO line VALUES (3, 2)", "INSERT HIGH_PRIORITY INTO emp VALUES (3, 1, 'cfo', 'x', 7)", "REPLACE INTO item (id, name) VALUES (1, 'other')", "REPLACE INTO u SET id = 1, b = 6", "REPLACE INTO u SELECT id, 1, id + 30, 'x' FROM u",
    "REPLACE LOW_PRIORITY INTO part PARTITION (p1) VALUES (12)",
    "UPDATE item SET price = price * 2 WHERE id = 1", "UPDATE IGNORE u SET b = 2 WHERE id > 0 ORDER BY id LIMIT 2", "UPDATE app.item AS i SET i.price = 0, i.name = DEFAULT WHERE i.kind IN ('tool', 'box')", "UPDATE item i JOIN sale s ON s.item_id = i.id SET i.price = 1, s.amount = 9 WHERE s.amount > 1",
    "UPDATE item, sale SET item.price = sale.amount WHERE item.id = sale.item_id", "UPDATE u LEFT JOIN v USING (id) SET u.a = v.b WHERE u.x IS NOT NULL", "UPDATE (item i, sale s) SET i.price = 2 WHERE i.id = s.id", "UPDATE u SET a = (SELECT COUNT(*) FROM item WHERE item.id = u.id) WHERE id < 3",
    "UPDATE item, (SELECT id FROM sale WHERE amount > 1) d SET price = 3 WHERE item.id = d.id", "UPDATE part PARTITION (p0) SET id = 3 WHERE id = 1", "UPDATE a SET x = CASE WHEN x > 0 THEN 2 ELSE 3 END WHERE d IS NULL", "UPDATE app.u, other.item AS o SET o.a = u.a WHERE o.id = u.id",
    "UPDATE v_item SET name = 'seen' WHERE id = 2", "UPDATE item SET facts = JSON_SET(facts, '$.size', 9) WHERE JSON_EXTRACT(facts, '$.size') = 3", "UPDATE `größe` SET `wert;` = 'x' WHERE id = 1", "UPDATE item USE INDEX (by_kind) SET price = 1 WHERE kind = 'tool'",
    "WITH c AS (SELECT id FROM item) UPDATE u SET a = 1 WHERE id IN (SELECT id FROM c)", "UPDATE t SET `update` = 1, `delete` = 'WHERE' WHERE `update` = 2", "UPDATE /*+ USE_INDEX(t, a) */ t SET b = 1 WHERE a = 1",
    "DELETE FROM item WHERE id = 1", "DELETE FROM app.item WHERE price BETWEEN 2 AND 9 ORDER BY id LIMIT 1", "DELETE QUICK IGNORE FROM b WHERE x IS NULL", "DELETE i FROM item i JOIN sale s ON s.item_id = i.id WHERE s.amount > 3", "DELETE i, u FROM item AS i, u WHERE i.id = u.id",
    "DELETE FROM u, v USING u JOIN v USING (id) WHERE v.a = 1", "DELETE x FROM b x INNER JOIN b y ON x.id = y.id WHERE x.x > y.x", "UPDATE u JOIN v ON u.id = v.id SET u.a = v.b WHERE v.b > 1", "DELETE FROM emp WHERE end < '2024-01-01'", "DELETE u.* FROM u LEFT JOIN b ON b.id = u.id WHERE b.x = 1", "DELETE FROM o USING app.u, other.item AS o WHERE o.id = u.id", "DELETE FROM part PARTITION (p0, p1) WHERE id > 3", "DELETE FROM u AS x WHERE x.a = 1",
    "DELETE FROM u WHERE EXISTS (SELECT 1 FROM item WHERE item.id = u.id)", "DELETE FROM line WHERE sale_id = 2", "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3) DELETE FROM u WHERE id IN (SELECT i FROM n)", "DELETE FROM v_item WHERE id = 2",
    "DELETE other.item FROM other.item JOIN app.u USING (id) WHERE u.a = 1", "DELETE FROM `select` WHERE `into` = 1", "DELETE FROM page WHERE MATCH (words) AGAINST ('green')",
)  # fmt: skip

_SCHEMA = (
    "CREATE TABLE made (id INT PRIMARY KEY, a VARCHAR(20) DEFAULT 'x;y', b INT AS (id + 1) STORED, KEY by_a (a(5) DESC))", "CREATE TABLE IF NOT EXISTS item (id INT)", "CREATE TABLE made LIKE item", "CREATE TABLE IF NOT EXISTS u LIKE t",
    "CREATE TABLE made (id INT, sale_id INT, CONSTRAINT f FOREIGN KEY (sale_id) REFERENCES sale (id) ON DELETE RESTRICT ON UPDATE NO ACTION)", "CREATE TABLE other.made (id INT REFERENCES app.item (id))",
    "CREATE TABLE made (id INT) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT 'x' ROW_FORMAT=DYNAMIC", "CREATE TABLE made (id INT, d DATE) PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN MAXVALUE)", "CREATE TABLE made (id INT) PARTITION BY HASH (id) PARTITIONS 3",
    "CREATE TABLE made (a INT CHECK (a > 0), b ENUM('x', 'y'), c TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3), d JSON)", "CREATE TABLE made (id BIGINT DEFAULT NEXTVAL(seq), a CHAR(36) DEFAULT (UUID()))", "CREATE TABLE made (a SERIAL, b SET('x') CHARACTER SET latin1)",
    "CREATE TABLE `größer` (`key` INT, `a``b` TEXT, FULLTEXT KEY (`a``b`))", "CREATE INDEX made ON item (name(10), price DESC)", "CREATE UNIQUE INDEX made ON u (a, id) COMMENT 'x'", "CREATE INDEX IF NOT EXISTS by_kind ON item (price)",
    "CREATE INDEX made USING BTREE ON other.item (a) ALGORITHM=INPLACE LOCK=NONE", "CREATE SQL SECURITY INVOKER VIEW made AS SELECT id, name FROM item WHERE price > 1", "CREATE ALGORITHM=MERGE SQL SECURITY INVOKER VIEW made (x) AS SELECT COUNT(*) FROM u", "CREATE SQL SECURITY INVOKER VIEW IF NOT EXISTS v_item AS SELECT 1",
    "CREATE DATABASE made CHARACTER SET utf8mb4", "CREATE SCHEMA IF NOT EXISTS other COLLATE utf8mb4_bin", "CREATE SEQUENCE made START WITH 5 INCREMENT BY 2 NOCACHE", "CREATE SEQUENCE IF NOT EXISTS seq MINVALUE 100",
    "ALTER TABLE item ADD extra INT", "ALTER TABLE item ADD COLUMN extra VARCHAR(9) NOT NULL DEFAULT 'q' AFTER name, ADD other INT FIRST", "ALTER TABLE u ADD (c INT, d INT)", "ALTER TABLE u ADD UNIQUE KEY made (a)",
    "ALTER TABLE u ADD INDEX (x), ADD UNIQUE KEY (a, id), COMMENT 'x'", "ALTER TABLE item ALTER COLUMN price SET DEFAULT 3", "ALTER TABLE item ALTER INDEX by_kind NOT IGNORED", "ALTER TABLE item COMMENT = 'x', STATS_PERSISTENT 1",
    "ALTER TABLE item ADD twice INT AS (id * 2) VIRTUAL", "ALTER ONLINE TABLE u ADD c INT, ALGORITHM=INSTANT", "ALTER TABLE u ADD COLUMN IF NOT EXISTS a INT", "ALTER TABLE v ALTER b SET DEFAULT (1 + 1)",
    "ALTER TABLE `größe` ADD `ä;` INT", "ALTER TABLE page ADD KEY (id)", "ALTER TABLE app.sale ADD note TEXT",
)  # fmt: skip

WRITES: Final = (*_ROWS, *_SCHEMA)

WRITING_FRAGMENTS: Final = (
    "WHERE id = 1", "WHERE 1", "WHERE id = id", "ORDER BY id LIMIT 1", "LIMIT 1", "ON DUPLICATE KEY UPDATE a = 1", "ON DUPLICATE KEY UPDATE x = f_write()", "AS new ON DUPLICATE KEY UPDATE a = new.a", "AS new (x, y) ON DUPLICATE KEY UPDATE a = y", "RETURNING id", "RETURNING (SELECT f_write())", "SELECT id FROM item", "SELECT * FROM mysql.user",
    "IGNORE", "LOW_PRIORITY", "DELAYED", "QUICK", "HISTORY", "PARTITION (p0)", "PARTITION (p0, p1)", "USING u", "USING u, v", "JOIN u", "JOIN u USING (id)", "JOIN other.item o ON o.id = 1", ", u", ", other.item", ", mysql.user", ", (SELECT 1) d", "SET a = 1", ", a = 1", ", a = @a := 1", ", mysql.user.a = 1",
    "FOR PORTION OF p FROM 1 TO 2", "FOR SYSTEM_TIME ALL", "BEFORE SYSTEM_TIME '2030-01-01'", "; DELETE FROM u", "; UPDATE u SET a = 1", "; DROP TABLE u", "; COMMIT", "; SET @a = 1", "OR 1 = 1", "ON u.id = u.id", "ON 1", "LEFT JOIN v ON v.id = u.id", "JOIN (item, v) ON item.id = u.id", "OR end = 1", "WHERE CASE WHEN 1 THEN NULL END IS NULL", "OR TRUE", "|| 1", "OR (1)", "AND 1", "XOR 1", "IN (SELECT id FROM u)",
    "DROP COLUMN name", ", DROP COLUMN name", ", DROP a", "DROP PRIMARY KEY", ", DROP PRIMARY KEY", ", DROP INDEX by_kind", ", DROP KEY b", ", DROP PARTITION p0", "TRUNCATE PARTITION p0", "TRUNCATE PARTITION ALL", ", MODIFY name INT", ", MODIFY id BIGINT", ", CHANGE name n INT", ", CHANGE a a TINYINT",
    ", RENAME TO made", "RENAME AS made", ", RENAME COLUMN a TO z", ", RENAME KEY b TO z", ", CONVERT TO CHARACTER SET latin1", ", ENGINE=MyISAM", "ENGINE=MyISAM", "ENGINE=InnoDB", "ENGINE = MEMORY", "ENGINE=BLACKHOLE", "ENGINE=CSV", "ENGINE=Aria", "ENGINE=MERGE UNION=(u)", "TRANSACTIONAL=0", ", FORCE",
    ", ORDER BY id", "ORDER BY name", ", ALTER a DROP DEFAULT", ", ALTER COLUMN id SET DEFAULT 1", ", ADD PRIMARY KEY (a)", ", ADD UNIQUE (x)", ", ADD CHECK (id > 1)", ", ADD z INT", ", ADD (z INT)", ", ADD (z INT, KEY (id))", ", ADD z INT AS (id)", ", ALTER INDEX by_kind INVISIBLE", ", ALTER KEY b IGNORED", "ADD PARTITION (PARTITION z VALUES LESS THAN (99))", "ADD PARTITION (PARTITION z VALUES IN (99))", "ADD PARTITION (PARTITION z DEFAULT)", "ADD COLUMN z INT UNIQUE", "ADD PARTITION PARTITIONS 2",
    "COALESCE PARTITION 1", "REMOVE PARTITIONING", "REORGANIZE PARTITION p0 INTO (PARTITION z VALUES LESS THAN (3))", "EXCHANGE PARTITION p0 WITH TABLE u", "PARTITION BY HASH (id) PARTITIONS 2", "PARTITION BY RANGE (id) (PARTITION p VALUES LESS THAN (2))", "PARTITION BY SYSTEM_TIME",
    "WITH SYSTEM VERSIONING", "WITHOUT SYSTEM VERSIONING", ", ADD SYSTEM VERSIONING", "DISABLE KEYS", "DISCARD TABLESPACE", "IMPORT TABLESPACE", "TABLESPACE x", "DATA DIRECTORY='/tmp'", "INDEX DIRECTORY '/tmp'", "CONNECTION='mysql://x'", "ENCRYPTED=YES", "PAGE_COMPRESSED=1", "COMMENT 'x'", "COMMENT = 'x;y'",
    "AUTO_INCREMENT = 100", "DEFAULT CHARSET latin1", "COLLATE utf8mb4_general_ci", "ROW_FORMAT=COMPRESSED", "STATS_PERSISTENT=1", "TTL = d + INTERVAL 1 DAY", "TTL_ENABLE='OFF'", "LIKE u", "LIKE mysql.user", "AS SELECT * FROM u", "REPLACE SELECT 1 AS id", "IGNORE SELECT 1 AS id", "IGNORE AS SELECT 1 AS id",
    "OR REPLACE", "IF EXISTS", "IF NOT EXISTS", "TEMPORARY", "GLOBAL TEMPORARY", "ON COMMIT DELETE ROWS", "ONLINE", "OFFLINE", "WAIT 1", "NOWAIT", "ALGORITHM=COPY", "LOCK=EXCLUSIVE", "CASCADE", "RESTRICT", "WITH CHECK OPTION", "DEFINER=root@localhost", "DEFINER = CURRENT_USER", "SQL SECURITY DEFINER",
    "REFERENCES u (id)", "REFERENCES mysql.user (host)", "FOREIGN KEY (a) REFERENCES u (id)", "ON DELETE CASCADE", "ON DELETE SET NULL", "ON UPDATE CASCADE", "ON DELETE SET DEFAULT", "CONSTRAINT c", "CHECK (f_write())", "DEFAULT (f_write())", "DEFAULT NEXTVAL(seq)", "AS (SLEEP(1))", "GENERATED ALWAYS AS ROW START",
    "INVISIBLE", "VISIBLE", "UNIQUE", "NOT NULL", "AUTO_INCREMENT", "PRIMARY KEY", "KEY", "FIRST", "AFTER id", "AFTER x", "/*! DROP COLUMN name */", "/*!50000 , DROP a */", "/*M! , u */", "/*T![ttl] TTL = d + INTERVAL 1 DAY */", "/*T![placement] PLACEMENT POLICY=p */", "/*+ USE_INDEX(u, b) */",
    "/*+ SET_VAR(foreign_key_checks=0) */", "BEGIN", "COMMIT", "x:", "LOCK TABLES u WRITE", "WITH c AS (SELECT 1)", "WITH c AS (DELETE FROM u RETURNING id)", "PLACEMENT POLICY=p", "AUTO_RANDOM", "AUTO_ID_CACHE 1", "SHARD_ROW_ID_BITS=2", "SET TIFLASH REPLICA 1", "CLUSTERED", "NONCLUSTERED",
)  # fmt: skip

WRITING_OPERANDS: Final = (
    "u", "v", "t", "item", "other.item", "app.u", "made", "`made`", "other.made", "mysql.user", "`mysql`.user", "sys.version", "information_schema.tables", "performance_schema.threads", "seq", "v_item", "`a;b`", "'u'", "\"u\"", "`u``v`", "größe", "u AS x", "u x", "(SELECT id FROM u)", "(u, v)", "(TABLE u)", "DEFAULT", "DEFAULT(a)", "VALUES(a)",
    "NULL", "1", "-1", "'x;y'", "\"x\\\";\"", "0x41", "id", "a", "b", "x", "name", "u.id", "u.*", "*", "app.u.a", "NEXTVAL(other.seq)", "NEXT VALUE FOR app.seq", "LAST_INSERT_ID()", "LAST_INSERT_ID(7)", "SETVAL(seq, 9)", "CURRENT_USER", "CURRENT_TIMESTAMP", "NOW()", "RAND()", "UUID()", "(1)", "(id)", "(a, b)", "('x')", "()", "INT", "BIGINT UNSIGNED", "VARCHAR(9)",
    "SERIAL", "JSON", "ENUM('x;', 'y')", "(NEXTVAL(seq))", "CAST(a AS SIGNED)", "a + INTERVAL 1 DAY", "EXISTS (SELECT 1 FROM u WHERE u.id = 1)", "ALL", "p0", "partitions", "system_time", "history", "user", "role", "view", "sequence", "index", "procedure", "event", "tablespace", "server",
)  # fmt: skip

WRITING_WRAPS: Final = (
    "INSERT INTO u {}", "INSERT INTO u (id) {}", "INSERT INTO u SELECT * FROM ({}) d", "REPLACE INTO u {}", "{} WHERE id = 1", "{} ON DUPLICATE KEY UPDATE a = 1", "WITH c AS (SELECT 1) {}", "WITH c AS ({}) DELETE FROM u WHERE id = 1", "DELETE FROM u WHERE id IN ({})", "UPDATE u SET a = ({}) WHERE id = 1",
    "UPDATE u, ({}) d SET u.a = 1 WHERE u.id = 1", "CREATE TABLE made {}", "CREATE TABLE made AS {}", "CREATE TABLE made (id INT) {}", "CREATE TABLE IF NOT EXISTS u {}", "CREATE VIEW made AS {}", "CREATE OR REPLACE VIEW v_item AS {}", "ALTER TABLE u {}", "ALTER TABLE item ADD z INT, {}", "ALTER IGNORE TABLE u {}", "CREATE {}",
    "CREATE OR REPLACE {}", "DROP {}", "{0}; {0}", "{}; DROP TABLE u", "{}; DELETE FROM u", "START TRANSACTION; {}", "{}; COMMIT", "x: {}", "x: BEGIN {}; END", "BATCH ON id LIMIT 1 {}", "BATCH LIMIT 1 {}", "EXPLAIN ANALYZE {}", "INSERT INTO u VALUES ('{}')", "INSERT INTO u VALUES (\"{}\")", "DELETE FROM `{}` WHERE id = 1",
    "INSERT INTO u (id) VALUES (1) /* {} */", "DELETE FROM u WHERE id = 1 /*! {} */", "DELETE FROM u WHERE id = 1 /*T! {} */", "DELETE FROM u -- {}", "DELETE FROM u # {}\nWHERE id = 1", "SET STATEMENT foreign_key_checks=0 FOR {}", "CREATE TRIGGER made BEFORE INSERT ON u FOR EACH ROW {}", "CREATE EVENT made ON SCHEDULE EVERY 1 DAY DO {}",
    "CREATE PROCEDURE made() {}", "TRACE {}", "LOCK TABLES u WRITE; {}", "({})", "REPLACE {}", "DELETE {}", "UPDATE {}", "INSERT {}",
)  # fmt: skip

WRITING_WORDS: Final = tuple(
    sorted(
        words("""
    action add after algorithm always auto_increment auto_random cascade change character charset check cluster collate column comment
    commit constraint convert database definer directory disable discard duplicate enable engine enforced exchange execute_immediate flashback
    force foreign generated history ignored import invisible invoker key keys member modify no nocache of_sale online only optimize partition partitions
    password period persistent portion primary privileges quick recover references remove reorganize restrict role row_format schema security sequence
    serial spatial split stored system system_time tablespace temporary tiflash timestamp ttl undefined unique versioning virtual visible without u v t a b x id item
    """)
    )
)
"""Words of the language, and names, to stand where another one stood."""
