"""Schemas on a real server: read, compared, and turned into one another by the statements of their difference."""

from collections.abc import Iterator
from typing import Any, Final
from uuid import uuid4

import pytest

from mcpserver.sql.limits import Limits
from mcpserver.sql.schemas.compare import difference
from mcpserver.sql.schemas.read import read_schema
from mcpserver.sql.schemas.shape import Schema
from mcpserver.sql.schemas.statements import statements
from mcpserver.sql.schemas.stored import as_text, from_text
from mcpserver.sqlgate.quote import quoted_name
from tests.sql.reads import Reads
from tests.sql.servers import SqlServer

ODD: Final = "odd `name` ü 東京 select"

BASE: Final = [
    "CREATE TABLE customers (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(50) NOT NULL, email VARCHAR(90) DEFAULT 'none'"
    " COMMENT 'it''s; the \\\\ \"address\"', born DATE, KEY by_name (name)) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin",
    "CREATE TABLE orders (id BIGINT PRIMARY KEY, customer INT NOT NULL, amount DECIMAL(12,2) NOT NULL DEFAULT 0.00,"
    " placed TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, note TEXT, state ENUM('new','paid') DEFAULT 'new',"
    " total DECIMAL(12,2) AS (amount * 2) STORED, KEY by_customer (customer), UNIQUE KEY by_place (placed, id),"
    " CONSTRAINT of_customer FOREIGN KEY (customer) REFERENCES customers (id) ON DELETE CASCADE,"
    " CONSTRAINT some_amount CHECK (amount >= 0)) COMMENT='orders, (and) parts'",
    f"CREATE TABLE {quoted_name(ODD)} (`select` INT, `a``b` VARCHAR(10) DEFAULT ',`)(', `from, to` INT, PRIMARY KEY (`select`),"
    " KEY `key ``k``, (x)` (`a``b`(3), `select`)) COMMENT='a `quoted` ''thing'''",
    "CREATE TABLE logs (id INT NOT NULL, at DATE NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (YEAR(at))"
    " (PARTITION p0 VALUES LESS THAN (2025), PARTITION p1 VALUES LESS THAN MAXVALUE)",
    "CREATE TABLE plain (a INT, b INT, c INT, d INT)",
    "CREATE TABLE old (a VARCHAR(20)) DEFAULT CHARSET=latin1",
    "CREATE VIEW names AS SELECT id, name FROM customers",
    "CREATE VIEW more_names AS SELECT id FROM names",
]  # fmt: skip

CHANGES: Final[dict[str, list[str]]] = {
    "a column at the end": ["ALTER TABLE plain ADD COLUMN e INT"],
    "a column at the front": ["ALTER TABLE plain ADD COLUMN e VARCHAR(5) NOT NULL DEFAULT 'x' FIRST"],
    "columns in the middle": ["ALTER TABLE plain ADD COLUMN e INT AFTER a, ADD COLUMN f INT AFTER e"],
    "a column less": ["ALTER TABLE plain DROP COLUMN b"],
    "a column with another name": ["ALTER TABLE plain CHANGE b `order` INT"],
    "a longer text": ["ALTER TABLE customers MODIFY name VARCHAR(200) NOT NULL"],
    "a wider number": ["ALTER TABLE plain MODIFY c BIGINT UNSIGNED"],
    "a column that may be empty": ["ALTER TABLE customers MODIFY name VARCHAR(50)"],
    "another default": ["ALTER TABLE customers ALTER email SET DEFAULT 'a''b\\\\c`d'"],
    "no default": ["ALTER TABLE customers ALTER email DROP DEFAULT"],
    "a default that is reckoned": ["ALTER TABLE plain ADD COLUMN e VARCHAR(36) DEFAULT (UUID())"],
    "another comment": ["ALTER TABLE customers MODIFY email VARCHAR(90) DEFAULT 'none' COMMENT 'new; -- `comment` /* x */ ''y'''"],
    "columns in another order": ["ALTER TABLE plain MODIFY d INT FIRST, MODIFY a INT AFTER c"],
    "one column moved and changed": ["ALTER TABLE plain MODIFY d BIGINT AFTER a"],
    "more values": ["ALTER TABLE orders MODIFY state ENUM('new','paid','it''s, (back)') DEFAULT 'new'"],
    "a generated column": ["ALTER TABLE orders ADD COLUMN half DECIMAL(12,2) AS (amount / 2) VIRTUAL"],
    "another expression": ["ALTER TABLE orders DROP COLUMN total", "ALTER TABLE orders ADD COLUMN total DECIMAL(12,2) AS (amount * 3) STORED"],
    "an index": ["CREATE INDEX by_born ON customers (born DESC, name(10))"],
    "a unique index": ["CREATE UNIQUE INDEX one_mail ON customers (email)"],
    "a full-text index": ["CREATE FULLTEXT INDEX words ON orders (note)"],
    "an index less": ["DROP INDEX by_name ON customers"],
    "an index over other columns": ["ALTER TABLE customers DROP INDEX by_name, ADD INDEX by_name (name, born)"],
    "an index that becomes unique": ["ALTER TABLE orders DROP INDEX by_place, ADD INDEX by_place (placed, id)"],
    "a primary key": ["ALTER TABLE plain ADD PRIMARY KEY (a, b)"],
    "another primary key": ["ALTER TABLE orders DROP PRIMARY KEY, ADD PRIMARY KEY (id, customer)"],
    "a counting column": ["ALTER TABLE plain ADD COLUMN n INT NOT NULL AUTO_INCREMENT PRIMARY KEY FIRST"],
    "a foreign key": ["ALTER TABLE plain ADD CONSTRAINT to_customer FOREIGN KEY (a) REFERENCES customers (id)"],
    "a foreign key less": ["ALTER TABLE orders DROP FOREIGN KEY of_customer"],
    "another foreign key": ["ALTER TABLE orders DROP FOREIGN KEY of_customer", "ALTER TABLE orders ADD CONSTRAINT of_customer FOREIGN KEY (customer) REFERENCES customers (id)"],
    "a check": ["ALTER TABLE plain ADD CONSTRAINT small CHECK (a < 10 and b <> ')')"],
    "a check less": ["ALTER TABLE orders DROP CONSTRAINT some_amount"],
    "another check": ["ALTER TABLE orders DROP CONSTRAINT some_amount, ADD CONSTRAINT some_amount CHECK (amount > 1)"],
    "a comment of a table": ["ALTER TABLE plain COMMENT='it''s PARTITION BY, DEFAULT CHARSET=latin1'"],
    "a comment less": ["ALTER TABLE orders COMMENT=''"],
    "a row format": ["ALTER TABLE plain ROW_FORMAT=DYNAMIC"],
    "all texts in another character set": ["ALTER TABLE old CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci"],
    "a character set for texts to come": ["ALTER TABLE old DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci"],
    "one text in another character set": ["ALTER TABLE customers MODIFY name VARCHAR(50) CHARACTER SET latin1 NOT NULL"],
    "more partitions": ["ALTER TABLE logs REORGANIZE PARTITION p1 INTO (PARTITION p1 VALUES LESS THAN (2027), PARTITION p2 VALUES LESS THAN MAXVALUE)"],
    "no partitions": ["ALTER TABLE logs REMOVE PARTITIONING"],
    "partitions at last": ["ALTER TABLE plain PARTITION BY HASH (a) PARTITIONS 3"],
    "a table": ["CREATE TABLE items (id INT PRIMARY KEY, ord BIGINT, CONSTRAINT of_order FOREIGN KEY (ord) REFERENCES orders (id))"],
    "tables that refer to each other": [
        "CREATE TABLE one (id INT PRIMARY KEY, other INT, KEY (other))",
        "CREATE TABLE two (id INT PRIMARY KEY, other INT, CONSTRAINT to_one FOREIGN KEY (other) REFERENCES one (id))",
        "ALTER TABLE one ADD CONSTRAINT to_two FOREIGN KEY (other) REFERENCES two (id)",
    ],
    "a table less": ["DROP TABLE plain"],
    "a table that others refer to": ["DROP TABLE orders, customers", "DROP VIEW more_names, names"],
    "a table with another name": ["RENAME TABLE plain TO `pl``ain`"],
    "odd names": [
        f"ALTER TABLE {quoted_name(ODD)} ADD COLUMN `ne``w, ) ü` VARCHAR(9) DEFAULT 'a,`b`)' AFTER `select`, ADD KEY `k2 ``,(` (`from, to`),"
        " MODIFY `a``b` VARCHAR(11) DEFAULT '''' COMMENT '東京'",
    ],
    "an odd column less": [f"ALTER TABLE {quoted_name(ODD)} DROP COLUMN `from, to`, DROP KEY `key ``k``, (x)`"],
    "a reserved word as a table": ["CREATE TABLE `group` (`table` INT, `primary` INT, KEY `constraint` (`primary`))"],
    "a view": ["CREATE SQL SECURITY INVOKER VIEW cheap AS SELECT id FROM orders WHERE amount < 5 WITH LOCAL CHECK OPTION"],
    "a view less": ["DROP VIEW more_names"],
    "another query of a view": ["CREATE OR REPLACE VIEW names AS SELECT id, name, 'it''s `x`' AS x FROM customers"],
    "views over views": ["CREATE VIEW z AS SELECT id FROM orders", "CREATE VIEW y AS SELECT id FROM z", "CREATE VIEW a AS SELECT id FROM y"],
    "much at once": [
        "ALTER TABLE customers ADD COLUMN city VARCHAR(40) AFTER name, DROP COLUMN born, DROP INDEX by_name, ADD UNIQUE KEY by_city (city, id)",
        "ALTER TABLE orders MODIFY note MEDIUMTEXT FIRST, ADD COLUMN paid DATETIME(3) DEFAULT CURRENT_TIMESTAMP(3), DROP COLUMN total",
        "DROP TABLE logs",
        "CREATE TABLE logs (id BIGINT PRIMARY KEY)",
    ],
}  # fmt: skip

WIDE: Final = Limits(10_000, 10_000_000, 10_000_000, 20)


class Shop:
    """A database with the tables of BASE, read as its reader."""

    def __init__(self, server: SqlServer, read: Reads) -> None:
        self.server, self.read, self.name = server, read, f"shop `{uuid4().hex[:8]}`"
        server.run(f"CREATE DATABASE {quoted_name(self.name)} CHARACTER SET utf8mb4")
        server.run(f"GRANT SELECT, SHOW VIEW ON {quoted_name(self.name)}.* TO '{server.reader.user}'@'%'")
        self.run(*BASE)

    def run(self, *texts: str) -> None:
        self.server.run(*texts, database=self.name)

    async def schema(self) -> Schema:
        return await read_schema(self._ask, self.name)

    async def _ask(self, sql: str) -> list[list[Any]]:
        return (await self.read(sql, limits=WIDE, database="")).rows


@pytest.fixture
def shop(server: SqlServer, read: Reads) -> Iterator[Shop]:
    shop = Shop(server, read)
    name = shop.name
    yield shop
    server.run(f"DROP DATABASE {quoted_name(name)}")


@pytest.mark.parametrize("what", CHANGES)
async def test_the_statements_of_a_difference_make_the_one_into_the_other_there_and_back(shop: Shop, what: str) -> None:
    before = await shop.schema()
    shop.run(*CHANGES[what])
    after = await shop.schema()
    assert difference(before, after)
    assert from_text(as_text(after)) == after
    shop.run(*statements(after, before))
    assert difference(await shop.schema(), before) == ()
    shop.run(*statements(before, after))
    assert difference(await shop.schema(), after) == ()


async def test_how_many_rows_there_are_and_how_far_a_table_has_counted_is_no_difference(shop: Shop) -> None:
    before = await shop.schema()
    shop.run("INSERT INTO customers (name) VALUES ('a'), ('b')", "ANALYZE TABLE customers")
    assert difference(before, await shop.schema()) == ()


async def test_of_a_database_that_is_not_there_the_schema_is_empty(shop: Shop) -> None:
    shop.name = "nowhere"
    assert (await shop.schema()).is_empty
    shop.name = "x' OR '1'='1"
    assert (await shop.schema()).is_empty
