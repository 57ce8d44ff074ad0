"""What a change of a schema costs, by engine: a table of statements."""

import pytest

from mcpserver.sql.schemas.actions import acts_of
from mcpserver.sql.schemas.cost import RULES, Cost, cost_of
from mcpserver.sql.schemas.definition import table_of
from mcpserver.sql.schemas.shape import Schema
from mcpserver.sqlgate import Refuse, judge_writes

BEFORE = (
    "CREATE TABLE `t` (`a` int NOT NULL, `b` varchar(20) DEFAULT NULL COMMENT 'NOT NULL', `c` varchar(90), `e` int, "
    "`n` int AUTO_INCREMENT, `g` int GENERATED ALWAYS AS (`a`) STORED)"
)
INSTANT, READS, REBUILD, UNKNOWN = Cost.INSTANT, Cost.READS_ROWS, Cost.REBUILD, Cost.UNKNOWN

ACTS: dict[str, tuple[Cost, Cost]] = {
    "CREATE TABLE x (a INT)": (INSTANT, INSTANT),
    "DROP TABLE t": (INSTANT, INSTANT),
    "TRUNCATE TABLE t": (INSTANT, INSTANT),
    "TRUNCATE t": (INSTANT, INSTANT),
    "RENAME TABLE t TO u": (INSTANT, INSTANT),
    "CREATE INDEX i ON t (a)": (READS, READS),
    "CREATE UNIQUE INDEX i ON `shop`.`t` (a)": (READS, READS),
    "DROP INDEX i ON t": (INSTANT, INSTANT),
    "ALTER TABLE t ADD COLUMN x INT": (INSTANT, INSTANT),
    "ALTER TABLE shop.t ADD x INT NOT NULL DEFAULT 3": (INSTANT, INSTANT),
    "ALTER TABLE shop.t ADD x INT NOT NULL DEFAULT 3 AFTER a": (INSTANT, REBUILD),
    "ALTER TABLE t ADD x INT FIRST": (INSTANT, REBUILD),
    "ALTER TABLE t ADD x INT AS (a) AFTER `b`": (INSTANT, REBUILD),
    "ALTER TABLE t ADD COLUMN x INT UNIQUE": (UNKNOWN, UNKNOWN),
    "ALTER TABLE t ADD COLUMN x INT AUTO_INCREMENT": (UNKNOWN, UNKNOWN),
    "ALTER TABLE t ADD COLUMN x INT AS (a) STORED": (UNKNOWN, UNKNOWN),
    "ALTER TABLE t DROP COLUMN a": (INSTANT, INSTANT),
    "ALTER TABLE t DROP a": (INSTANT, INSTANT),
    "ALTER TABLE t ADD INDEX i (a, b)": (READS, READS),
    "ALTER TABLE t ADD CONSTRAINT u UNIQUE (a)": (READS, READS),
    "ALTER TABLE t ADD CONSTRAINT FOREIGN KEY (a) REFERENCES x (id)": (READS, REBUILD),
    "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES x (id)": (READS, REBUILD),
    "ALTER TABLE t ADD CHECK (a > 0)": (READS, REBUILD),
    "ALTER TABLE t ADD FULLTEXT INDEX i (b)": (READS, REBUILD),
    "ALTER TABLE t ADD FULLTEXT (b)": (READS, REBUILD),
    "CREATE FULLTEXT INDEX i ON t (b)": (READS, REBUILD),
    "CREATE OR REPLACE FULLTEXT INDEX i ON t (b)": (READS, REBUILD),
    "ALTER TABLE t ADD INDEX fulltext_words (b)": (READS, READS),
    "ALTER TABLE t ADD PRIMARY KEY (a)": (READS, REBUILD),
    "ALTER TABLE t DROP PRIMARY KEY": (UNKNOWN, REBUILD),
    "ALTER TABLE t RENAME COLUMN a TO z": (INSTANT, INSTANT),
    "ALTER TABLE t RENAME TO u": (INSTANT, INSTANT),
    "ALTER TABLE t COMMENT = 'x'": (INSTANT, INSTANT),
    "ALTER TABLE t ALTER a SET DEFAULT 4": (INSTANT, INSTANT),
    "ALTER TABLE t CONVERT TO CHARACTER SET latin1": (UNKNOWN, REBUILD),
    "ALTER TABLE t ENGINE=InnoDB": (UNKNOWN, REBUILD),
    "ALTER TABLE t PARTITION BY HASH (a) PARTITIONS 2": (REBUILD, REBUILD),
    "ALTER TABLE t ADD COLUMN x INT, ADD INDEX i (x)": (READS, REBUILD),
    "ALTER TABLE t ADD COLUMN x ENUM('a, b', ')'), COMMENT = 'ADD INDEX'": (INSTANT, INSTANT),
    "ALTER TABLE t COMPRESSION = 'zlib'": (UNKNOWN, UNKNOWN),
    "ALTER TABLE t": (UNKNOWN, UNKNOWN),
    "CREATE TABLE x AS SELECT * FROM t": (UNKNOWN, UNKNOWN),
    "CREATE VIEW v AS SELECT 1": (INSTANT, INSTANT),
    "ALTER TABLE missing ADD INDEX i (a)": (UNKNOWN, UNKNOWN),
    "ALTER TABLE missing COMMENT 'x'": (UNKNOWN, UNKNOWN),
    "DROP TABLE missing": (INSTANT, INSTANT),
    "ALTER TABLE T ADD INDEX i (a)": (READS, READS),
    "ALTER TABLE T FORCE": (UNKNOWN, REBUILD),
    "ALTER TABLE t ADD x CHAR(36) DEFAULT (UUID())": (UNKNOWN, UNKNOWN),
    "ALTER TABLE t ADD x CHAR(36) DEFAULT UUID()": (UNKNOWN, UNKNOWN),
    "ALTER TABLE t ADD (x INT, y INT DEFAULT (1 + 1))": (UNKNOWN, UNKNOWN),
    "ALTER TABLE t ADD x BIGINT DEFAULT NEXT VALUE FOR s": (UNKNOWN, UNKNOWN),
    "ALTER TABLE t ADD x DATETIME DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE NOW(3)": (INSTANT, INSTANT),
    "ALTER TABLE t ADD x INT DEFAULT -1, ADD y TEXT DEFAULT NULL, ADD z TEXT DEFAULT '('": (INSTANT, INSTANT),
    "ALTER TABLE t ADD x INT AS (a) PERSISTENT": (UNKNOWN, UNKNOWN),
    "ALTER TABLE t ADD x SERIAL": (UNKNOWN, UNKNOWN),
    "ALTER TABLE t ADD x INT GENERATED ALWAYS AS (a) VIRTUAL": (INSTANT, INSTANT),
    "ALTER TABLE t ADD x INT AS (a + 1), ADD y INT": (INSTANT, REBUILD),
    "ALTER TABLE t COMMENT 'x', ADD x INT AS (a)": (INSTANT, REBUILD),
    "ALTER TABLE t ADD COLUMN (x INT, y INT AS (a))": (UNKNOWN, UNKNOWN),
    "ALTER TABLE t COMMENT 'x' ENGINE InnoDB": (UNKNOWN, REBUILD),
    "ALTER TABLE t COMMENT = 'x' ROW_FORMAT=DEFAULT": (UNKNOWN, REBUILD),
    "ALTER TABLE t COMMENT 'x' COMPRESSION 'zlib'": (UNKNOWN, UNKNOWN),
    "ALTER TABLE t DEFAULT CHARACTER SET = latin1 COLLATE latin1_bin COMMENT 'ENGINE InnoDB'": (INSTANT, INSTANT),
    "ALTER TABLE t ADD x INT PARTITION BY HASH (x) PARTITIONS 2": (REBUILD, REBUILD),
}  # fmt: skip


@pytest.mark.parametrize("sql", ACTS)
def test_an_act_costs_what_the_documents_of_the_engine_say(sql: str) -> None:
    table = table_of("t", BEFORE)
    assert cost_of(sql, Schema("tidb", {"t": table}), Schema("tidb"))[1] is ACTS[sql][0]
    assert cost_of(sql, Schema("mariadb", {"t": table}), Schema("mariadb"))[1] is ACTS[sql][1]


IN_A_ROW: dict[str, tuple[list[str], str, Cost]] = {
    "made before it": (["CREATE TABLE x (a INT)", "CREATE VIEW v AS SELECT 1"], "ALTER TABLE X ADD FULLTEXT (a)", INSTANT),
    "made under a name that there is": (["CREATE TABLE IF NOT EXISTS t (a INT)"], "ALTER TABLE t FORCE", REBUILD),
    "made, and what is asked is not known": (["CREATE TABLE x (a INT)"], "ALTER TABLE x COMPRESSION 'zlib'", UNKNOWN),
    "made with a query": (["CREATE TABLE x AS SELECT * FROM t"], "ALTER TABLE x ADD INDEX (a)", UNKNOWN),
    "another was made": (["CREATE TABLE x (a INT)"], "ALTER TABLE y ADD INDEX (a)", UNKNOWN),
    "renamed before it": (["RENAME TABLE t TO u"], "ALTER TABLE u ADD INDEX (a)", UNKNOWN),
    "renamed in ALTER": (["ALTER TABLE t RENAME u"], "ALTER TABLE u FORCE", UNKNOWN),
    "another has its name": (["CREATE TABLE x (a INT)", "RENAME TABLE x TO y, t TO x"], "ALTER TABLE x FORCE", UNKNOWN),
    "what a column was nobody knows": (["RENAME TABLE x TO t"], "ALTER TABLE t MODIFY a INT NOT NULL COMMENT 'x'", UNKNOWN),
    "filled by an exchange": (["CREATE TABLE x (a INT)", "ALTER TABLE t EXCHANGE PARTITION p WITH TABLE x"], "ALTER TABLE x FORCE", UNKNOWN),
}  # fmt: skip


@pytest.mark.parametrize("what", IN_A_ROW)
def test_what_ran_before_says_whether_a_table_has_rows(what: str) -> None:
    earlier, sql, cost = IN_A_ROW[what]
    here = Schema("mariadb", {"t": table_of("t", BEFORE)})
    assert cost_of(sql, here, here, earlier)[1] is cost


def test_a_table_is_told_as_it_is_called() -> None:
    two = Schema("mariadb", {name: table_of(name, BEFORE) for name in ("t", "Other", "OTHER")})
    told = {name: cost_of(f"ALTER TABLE {name} FORCE", two, two) for name in ("T", "OTHER", "other", "none")}
    assert told == {"T": ("t", REBUILD), "OTHER": ("OTHER", REBUILD), "other": ("other", UNKNOWN), "none": ("none", UNKNOWN)}  # fmt: skip


MODIFIED: dict[str, tuple[str, str, Cost, Cost]] = {
    "a wider number": ("a", "`a` bigint NOT NULL", INSTANT, REBUILD),
    "a narrower number": ("a", "`a` tinyint NOT NULL", READS, REBUILD),
    "a number without sign": ("a", "`a` int unsigned NOT NULL", READS, REBUILD),
    "only a comment": ("a", "`a` int NOT NULL COMMENT 'x'", INSTANT, INSTANT),
    "another default": ("b", "`b` varchar(20) DEFAULT 'NULL'", INSTANT, INSTANT),
    "a longer text": ("b", "`b` varchar(60) DEFAULT NULL", INSTANT, INSTANT),
    "a text over 255 bytes": ("b", "`b` varchar(64) DEFAULT NULL", INSTANT, REBUILD),
    "a shorter text": ("c", "`c` varchar(20)", READS, REBUILD),
    "no more NULL": ("b", "`b` varchar(20) NOT NULL", READS, REBUILD),
    "NULL from now on": ("a", "`a` int", INSTANT, UNKNOWN),
    "another character set": ("c", "`c` varchar(90) CHARACTER SET latin1", READS, REBUILD),
    "a counting column": ("n", "`n` bigint AUTO_INCREMENT", UNKNOWN, UNKNOWN),
    "a generated column": ("g", "`g` int GENERATED ALWAYS AS (`a` + 1) STORED", UNKNOWN, UNKNOWN),
}  # fmt: skip


@pytest.mark.parametrize("what", MODIFIED)
@pytest.mark.parametrize("verb", ["MODIFY", "MODIFY COLUMN", "CHANGE {}", "CHANGE COLUMN `{}`"])
def test_a_changed_column_costs_by_what_becomes_of_its_type(what: str, verb: str) -> None:
    name, definition, tidb, mariadb = MODIFIED[what]
    sql = f"ALTER TABLE t {verb.format(name)} {definition}"
    before, after = table_of("t", BEFORE), table_of("t", f"CREATE TABLE `t` ({definition})")
    for engine, expected in (("tidb", tidb), ("mariadb", mariadb)):
        found = cost_of(sql, Schema(engine, {"t": before}), Schema(engine, {"t": after}))
        assert found == ("t", expected)


def test_a_column_is_put_between_others_at_once_where_none_is_generated() -> None:
    here = Schema("mariadb", {"t": table_of("t", "CREATE TABLE `t` (`a` int, `b` int)")})
    assert cost_of("ALTER TABLE t ADD x INT AFTER a", here, here) == ("t", INSTANT)
    assert cost_of("ALTER TABLE t MODIFY b INT FIRST", here, here) == ("t", INSTANT)
    mysql = Schema("mysql", here.tables)
    assert cost_of("ALTER TABLE t MODIFY b INT FIRST", mysql, mysql) == ("t", UNKNOWN)


def test_of_an_engine_without_rules_nothing_is_known() -> None:
    table = table_of("t", BEFORE)
    for sql in ("ALTER TABLE t ADD COLUMN x INT", "ALTER TABLE t MODIFY a BIGINT"):
        assert cost_of(sql, Schema("other", {"t": table}), Schema("other", {"t": table}))[1] is UNKNOWN
    assert set(RULES) == {"tidb", "mariadb", "mysql"}


REBUILDING = {
    "add primary key": "ALTER TABLE t ADD PRIMARY KEY (a)",
    "drop primary key": "ALTER TABLE t DROP PRIMARY KEY",
    "add foreign key": "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u (id)",
    "add check": "ALTER TABLE t ADD CHECK (a > 0)",
    "add full-text index": "ALTER TABLE t ADD FULLTEXT (b)",
    "convert character set": "ALTER TABLE t CONVERT TO CHARACTER SET utf8mb4",
    "engine": "ALTER TABLE t FORCE",
    "partition table": "ALTER TABLE t PARTITION BY HASH (a) PARTITIONS 2",
}


def test_what_rebuilds_a_table_on_any_engine_needs_a_person() -> None:
    assert {act for rules in RULES.values() for act, cost in rules.items() if cost is REBUILD} == set(REBUILDING)
    for act, sql in REBUILDING.items():
        assert [one.what for one in acts_of(sql).actions] == [act]
        judged = judge_writes([sql])
        assert not isinstance(judged, Refuse)
        assert judged[0].decision
