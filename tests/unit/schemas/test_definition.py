"""SHOW CREATE TABLE of every engine, taken apart."""

import pytest

from mcpserver.sql.errors import SqlRejected
from mcpserver.sql.schemas.definition import table_of
from mcpserver.sql.schemas.shape import Part, Schema, View
from mcpserver.sql.schemas.stored import as_text, from_text

TIDB = """CREATE TABLE `orders` (
  `id` bigint NOT NULL /*T![auto_rand] AUTO_RANDOM(5) */,
  `note` varchar(90) DEFAULT 'a, b) /*T! x */' COMMENT 'it''s; `q`',
  `code` varchar(3) CHARACTER SET latin1 COLLATE latin1_bin DEFAULT NULL,
  `v` vector(3) DEFAULT NULL,
  PRIMARY KEY (`id`) /*T![clustered_index] CLUSTERED */,
  KEY `by_note` (`note`(3)) /*!80000 INVISIBLE */,
  UNIQUE KEY `expr` ((lower(`note`))),
  VECTOR INDEX `near`((VEC_COSINE_DISTANCE(`v`))),
  CONSTRAINT `fk` FOREIGN KEY (`id`) REFERENCES `shop`.`other` (`id`) ON DELETE CASCADE /* FOREIGN KEY INVALID */,
  CONSTRAINT `ck` CHECK ((`id` > 0))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin AUTO_INCREMENT=30001 /*T![auto_rand_base] AUTO_RANDOM_BASE=9 */ COMMENT='a, `PARTITION` b=c' /*T![ttl] TTL=`at` + INTERVAL 3 MONTH */ /*T![ttl] TTL_ENABLE='ON' */ /*T![placement] PLACEMENT POLICY=`near` */
PARTITION BY RANGE (`id`)
(PARTITION `p0` VALUES LESS THAN (10),
 PARTITION `p1` VALUES LESS THAN (MAXVALUE))"""

MYSQL = """CREATE TABLE `t` (
  `a` int NOT NULL AUTO_INCREMENT,
  `b` varchar(9) COLLATE utf8mb4_bin DEFAULT NULL,
  PRIMARY KEY (`a`)
) ENGINE=InnoDB AUTO_INCREMENT=7 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci
/*!50100 PARTITION BY HASH (`a`)
PARTITIONS 3 */"""


def names(parts: tuple[Part, ...]) -> list[str]:
    return [part.name for part in parts]


def test_tidb_writes_much_into_comments_that_run() -> None:
    table = table_of("orders", TIDB)
    assert names(table.columns) == ["id", "note", "code", "v"]
    assert table.columns[0].definition == "`id` bigint NOT NULL AUTO_RANDOM(5)"
    assert table.columns[1].definition == "`note` varchar(90) DEFAULT 'a, b) /*T! x */' COMMENT 'it''s; `q`'"
    assert [column.inherits for column in table.columns] == ["", "utf8mb4 utf8mb4_bin", "", ""]
    assert names(table.indexes) == ["PRIMARY", "by_note", "expr", "near"]
    assert table.indexes[0].definition == "PRIMARY KEY (`id`) CLUSTERED"
    assert table.indexes[1].definition == "KEY `by_note` (`note`(3)) INVISIBLE"
    assert names(table.checks) == ["ck"]
    assert table.foreign_keys[0].name == "fk"
    assert names(table.options) == [
        "ENGINE", "DEFAULT CHARSET", "COLLATE", "COMMENT", "TTL", "TTL_ENABLE", "PLACEMENT POLICY",
    ]  # fmt: skip
    assert table.options[4].definition == "`at` + INTERVAL 3 MONTH"
    assert table.partitions.startswith("PARTITION BY RANGE (`id`)\n(PARTITION `p0`")
    assert table.others == ()


def test_a_foreign_key_says_to_which_table_it_leads() -> None:
    table = table_of("t", "CREATE TABLE `t` (`a` int, CONSTRAINT `f` FOREIGN KEY (`a`) REFERENCES `o``p` (`id`)) X=1")
    assert table.foreign_keys[0].refers_to == "o`p"
    assert table_of("orders", TIDB).foreign_keys[0].refers_to == "other"


def test_mysql_writes_partitions_into_a_comment_and_collations_without_character_sets() -> None:
    table = table_of("t", MYSQL)
    assert table.partitions == "PARTITION BY HASH (`a`)\nPARTITIONS 3"
    assert table.columns[1].inherits == ""
    assert names(table.options) == ["ENGINE", "DEFAULT CHARSET", "COLLATE"]


def test_how_far_a_table_has_counted_is_no_part_of_it() -> None:
    assert table_of("t", MYSQL) == table_of("t", MYSQL.replace("AUTO_INCREMENT=7", "AUTO_INCREMENT=9"))
    assert "AUTO_INCREMENT=" not in table_of("t", MYSQL).source


@pytest.mark.parametrize("text", [TIDB, MYSQL], ids=["tidb", "mysql"])
def test_what_is_kept_is_taken_apart_in_the_same_way(text: str) -> None:
    schema = Schema("tidb", {"t": table_of("t", text)}, {"v": View("v", "SELECT 1", "SQL SECURITY INVOKER")})
    assert from_text(as_text(schema)) == schema


@pytest.mark.parametrize(
    "text", ["", "CREATE TABLE `t`", "CREATE TABLE `t` (`a` int", "CREATE TABLE `t` (`a` int COMMENT 'x)"]
)
def test_what_is_not_understood_is_refused(text: str) -> None:
    with pytest.raises(SqlRejected, match="can't be understood"):
        table_of("t", text)
