"""What the fuzzed texts speak of, on a MariaDB: tables, a sequence, what writes when it is called, accounts, secrets."""

from typing import Final

SECRET_FILE: Final = "secret.txt"
SECRET: Final = "leak-of-a-file-0b1f"
PASSWORD_HASH: Final = "*0D3CED9BEC10A777AEC23CCC353A8C08A633045E"
"""What no result may show: the text of a file on the server, and how an account signs in."""

FIXTURE: Final = (
    "CREATE DATABASE app CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
    "USE app",
    "CREATE TABLE item (id INT PRIMARY KEY, name VARCHAR(50), kind VARCHAR(20), price DECIMAL(10,2), facts JSON, KEY by_kind (kind))",
    """INSERT INTO item VALUES (1, 'saw', 'tool', 10, '{"size": 3}'), (2, 'it''s; a "box"', 'box', 2.5, '{}'),
       (3, 'rope -- green', 'tool', 7, '[1, 2]')""",
    "CREATE TABLE sale (id INT PRIMARY KEY AUTO_INCREMENT, item_id INT, amount INT, made DATETIME)",
    "INSERT INTO sale (item_id, amount, made) VALUES (1, 2, '2024-02-03 04:05:06'), (2, 5, '2024-02-04 00:00:00')",
    "CREATE TABLE page (id INT PRIMARY KEY, words TEXT, FULLTEXT KEY (words))",
    "INSERT INTO page VALUES (1, 'green and red'), (2, 'green only')",
    "CREATE TABLE `update` (`into` INT, `outfile` INT)",
    "INSERT INTO `update` VALUES (1, 2)",
    "CREATE TABLE part (id INT) PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN MAXVALUE)",
    "INSERT INTO part VALUES (1), (11)",
    "CREATE TABLE plain (id INT) ENGINE=MyISAM",
    "CREATE TABLE log (id INT PRIMARY KEY AUTO_INCREMENT, said VARCHAR(50))",
    "CREATE SEQUENCE seq NOCACHE",
    "CREATE FUNCTION f_write() RETURNS INT MODIFIES SQL DATA BEGIN INSERT INTO app.log (said) VALUES ('by f_write'); RETURN 1; END",
    "CREATE PROCEDURE p_write() MODIFIES SQL DATA INSERT INTO app.log (said) VALUES ('by p_write')",
    "CREATE VIEW v_item AS SELECT id, name FROM item",
    "CREATE ROLE clerk",
    "GRANT INSERT ON app.* TO clerk",
    f"CREATE USER mallory@localhost IDENTIFIED BY PASSWORD '{PASSWORD_HASH}'",
    "GRANT clerk TO mallory@localhost",
)
"""A view over f_write would write too: that the gate can't see, and a wall behind it stops. There is none here."""

CORPUS: Final = (
    "CREATE TABLE t (id INT PRIMARY KEY, a INT, b INT, c VARCHAR(200), `update` INT, `delete` VARCHAR(20), ts DATETIME, doc JSON, KEY a (a))",
    """INSERT INTO t VALUES (1, 1, 2, 'abc', 1, 'x', '2024-01-01', '{"a":1,"b":"two"}'), (2, 2, 3, '-- x', 2, 'y', '2024-01-02', '{}')""",
    "CREATE TABLE t2 (id INT PRIMARY KEY AUTO_INCREMENT, t_id INT, v DECIMAL(10,2))",
    "INSERT INTO t2 (t_id, v) VALUES (1, 1.5), (2, 2.5)",
    "CREATE TABLE users (id INT PRIMARY KEY, email VARCHAR(50), pw_hash VARCHAR(64), name VARCHAR(50))",
    "INSERT INTO users VALUES (1, 'a@x', 'h1', 'A')",
    "CREATE TABLE orders (id INT PRIMARY KEY, user_id INT, amount INT, status VARCHAR(20), note TEXT, FULLTEXT KEY (note))",
    "INSERT INTO orders VALUES (1, 1, 10, 'locked', 'grant x')",
    "CREATE TABLE emp (id INT PRIMARY KEY, mgr_id INT, name VARCHAR(20), dept VARCHAR(10), salary INT)",
    "INSERT INTO emp VALUES (1, NULL, 'ceo', 'x', 9), (2, 1, 'cto', 'x', 8)",
    "CREATE TABLE `sleep` (id INT, `benchmark` INT, `load_file` INT)",
    "CREATE TABLE `select` (`into` INT, `outfile` INT)",
    "CREATE SEQUENCE s1 NOCACHE",
    "CREATE VIEW v_ok AS SELECT id, a FROM t",
)
"""Tables by the names that the shared corpus uses."""

WRITING: Final = (
    "DROP TABLE plain",
    "CREATE TABLE u (id INT PRIMARY KEY, a INT, b INT, x VARCHAR(20), UNIQUE KEY b (b))",
    "INSERT INTO u VALUES (1, 1, 2, 'y'), (2, 5, 6, 'z'), (3, 7, 8, NULL)",
    "CREATE TABLE v (id INT PRIMARY KEY AUTO_INCREMENT, a INT, b INT NOT NULL DEFAULT 3)",
    "INSERT INTO v (a, b) VALUES (1, 1), (2, 2)",
    "CREATE TABLE a (id INT PRIMARY KEY, x INT, d DATETIME) PARTITION BY HASH (id) PARTITIONS 2",
    "INSERT INTO a VALUES (1, 1, '2024-01-01'), (2, 1, NULL)",
    "CREATE TABLE b (id INT, x INT, KEY (id))",
    "INSERT INTO b VALUES (1, 1), (1, 2), (2, NULL)",
    "CREATE TABLE line (id INT PRIMARY KEY, sale_id INT NOT NULL, CONSTRAINT of_sale FOREIGN KEY (sale_id) REFERENCES sale (id), CHECK (id > 0))",
    "INSERT INTO line VALUES (1, 1), (2, 2)",
    "CREATE TABLE `größe` (id INT PRIMARY KEY, `wert;` VARCHAR(20))",
    "INSERT INTO `größe` VALUES (1, 'ä')",
    "CREATE DATABASE other",
    "CREATE TABLE other.item (id INT PRIMARY KEY, a INT, name VARCHAR(50))",
    "INSERT INTO other.item VALUES (1, 2, 'x')",
)
"""More, for writing; and no table that can't roll back: the product looks for these by itself."""

WRITTEN: Final = (
    *map("app.{}".format, ("item", "sale", "page", "update", "part", "log", "t", "t2", "users", "orders", "emp", "sleep", "select", "u", "v", "a", "b", "line", "größe")),
    "other.item",
)  # fmt: skip
OVER_TABLES: Final = {"app.v_item": "app.item", "app.v_ok": "app.t"}
"""Views, and what is changed where they are."""
