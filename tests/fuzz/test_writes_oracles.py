"""The oracles of the writing gate can fail: each sees what it is there to see, in a verdict that says less than is true."""

from dataclasses import replace

import pytest

from mcpserver.sqlgate import Kind, Refuse, Write, classify
from tests.fuzz import writes
from tests.fuzz.corpus import stock_of_writes
from tests.fuzz.mariadb_writes import WritesOracle
from tests.fuzz.tidb import TidbParser
from tests.fuzz.writes import WritesSearch, disagreement


def said(sql: str, kind: Kind = Kind.DATA, *targets: str, decision: str = "") -> Write:
    """A verdict as a wrong gate would give it."""
    return Write(sql, replace(classify(sql), kind=kind, targets=targets), decision)


@pytest.mark.parametrize(
    ("write", "what"),
    [
        (said("DELETE FROM u", Kind.DATA, "u"), "nobody decides, and it has no WHERE"), (said("UPDATE u SET a = 1", Kind.DATA, "u"), "nobody decides, and it has no WHERE"), (said("DELETE FROM u WHERE 1 = 1", Kind.DATA, "u"), "nobody decides, and it has WHERE names no column"),
        (said("UPDATE u LEFT JOIN v ON u.id = v.id SET u.a = 1", Kind.DATA, "u", "v"), "nobody decides, and it has no WHERE"), (said("DELETE u FROM u JOIN v ON u.id = v.id", Kind.DATA, "u", "v"), "nobody decides, and it has no WHERE"), (said("UPDATE u JOIN v ON u.id = v.id, item SET item.id = 1", Kind.DATA, "u", "v", "item"), "nobody decides, and it has no WHERE"),
        (said("DROP TABLE u", Kind.SCHEMA, "u"), "nobody decides, and it has DropTableStmt"), (said("TRUNCATE u", Kind.SCHEMA, "u"), "nobody decides, and it has TruncateTableStmt"), (said("ALTER TABLE u ADD c INT, DROP a", Kind.SCHEMA, "u"), "nobody decides, and it has ALTER TABLE that takes away or rewrites"),
        (said("ALTER TABLE u ROW_FORMAT=COMPRESSED", Kind.SCHEMA, "u"), "nobody decides, and it has ALTER TABLE of how the table is stored"), (said("CREATE TABLE u (d DATE) TTL = d + INTERVAL 1 DAY", Kind.SCHEMA, "u"), "nobody decides, and it has TTL"),
        (said("ALTER TABLE u ALTER a DROP DEFAULT", Kind.SCHEMA, "u"), "nobody decides, and it has DROP DEFAULT"), (said("ALTER TABLE u ADD PARTITION PARTITIONS 2", Kind.SCHEMA, "u"), "nobody decides, and it has more partitions of the same rows"),
        (said("ALTER TABLE u ADD PARTITION (PARTITION p VALUES IN (5))", Kind.SCHEMA, "u"), "nobody decides, and it has partition that is no range"), (said("ALTER TABLE u ADD (c INT, KEY (c))", Kind.SCHEMA, "u"), "nobody decides, and it has a column and a key"), (said("ALTER TABLE u ADD c INT, ADD KEY (c)", Kind.SCHEMA, "u"), "nobody decides, and it has a column and a key"),
        (said("ALTER TABLE u ADD c INT AS (a), ADD d INT", Kind.SCHEMA, "u"), "nobody decides, and it has a generated column beside something else"), (said("ALTER TABLE u ADD c INT AS (a) FIRST", Kind.SCHEMA, "u"), "nobody decides, and it has a generated column beside something else"), (said("ALTER TABLE u AUTO_INCREMENT 9", Kind.SCHEMA, "u"), "nobody decides, and it has ALTER TABLE of how the table is stored"), (said("ALTER TABLE u ALTER INDEX b INVISIBLE", Kind.SCHEMA, "u"), "nobody decides, and it has an index that is hidden"),
        (said("CREATE OR REPLACE VIEW u AS SELECT 1", Kind.SCHEMA, "u"), "nobody decides, and it has OR REPLACE"), (said("GRANT ALL ON *.* TO a", Kind.ACCOUNTS), "nobody decides, and it has rights"), (said("CREATE USER a", Kind.ACCOUNTS), "nobody decides, and it has CreateUserStmt"),
        (said("TRUNCATE u", Kind.DATA, "u", decision="asked"), "it is of schema, and said to be of data"), (said("DROP USER a", Kind.SCHEMA, decision="asked"), "it is of accounts, and said to be of schema"),
        (said("INSERT INTO u VALUES (1); DROP TABLE u", Kind.DATA, "u"), "statements: 2"), (said("SET GLOBAL a = 1", Kind.SCHEMA), "statement: SetStmt"), (said("COMMIT"), "statement: CommitStmt"), (said("LOAD DATA INFILE 'x' INTO TABLE u", Kind.DATA, "u"), "statement: LoadDataStmt"),
        (said("BATCH ON id LIMIT 1 DELETE FROM u WHERE a = 1", Kind.DATA, "u"), "statement: NonTransactionalDMLStmt"), (said("ALTER TABLE u DISCARD TABLESPACE", Kind.SCHEMA, "u", decision="asked"), "ALTER TABLE: kind 44"), (said("CREATE TEMPORARY TABLE u (a INT)", Kind.SCHEMA, "u"), "table: temporary"),
        (said("CREATE TABLE u (a INT) ENGINE=MyISAM", Kind.SCHEMA, "u"), "engine: MyISAM"), (said("CREATE TABLE u (a INT) CONNECTION='x'", Kind.SCHEMA, "u"), "table option: kind 11"), (said("CREATE DEFINER=root@localhost VIEW u AS SELECT 1", Kind.SCHEMA, "u"), "view: DEFINER"),
        (said("INSERT INTO u VALUES (SLEEP(1))", Kind.DATA, "u"), "call: sleep"), (said("CREATE TABLE u (a INT AS (app.f()))", Kind.SCHEMA, "u"), "call with a schema: app.f"), (said("UPDATE u SET a = @a WHERE id = 1", Kind.DATA, "u"), "variable: a"), (said("INSERT INTO u VALUES (1) /*T! ON DUPLICATE KEY UPDATE a = SETVAL(s, 1) */", Kind.DATA, "u"), "call: setval"), (said("CREATE VIEW u AS SELECT LAST_INSERT_ID()", Kind.SCHEMA, "u"), "call: last_insert_id"), (said("INSERT INTO u VALUES (NEXTVAL(mysql.s))", Kind.DATA, "u"), "schema: mysql"),
        (said("DELETE /*+ SET_VAR(a=1) */ FROM u WHERE a = 1", Kind.DATA, "u"), "hint: set_var"), (said("INSERT INTO u SELECT * FROM v FOR UPDATE", Kind.DATA, "u"), "select: for update"),
        (said("INSERT INTO u SELECT * FROM mysql.user", Kind.DATA, "u"), "schema: mysql"), (said("DELETE FROM sys.x WHERE a = 1", Kind.DATA, "sys.x"), "changed schema: sys"), (said("INSERT INTO information_schema.x VALUES (1)", Kind.DATA, "information_schema.x"), "changed schema: information_schema"),
        (said("CREATE VIEW u AS SELECT * FROM information_schema.tables", Kind.SCHEMA, "u"), "changed schema: information_schema"), (said("CREATE TABLE u (a INT REFERENCES mysql.user (a))", Kind.SCHEMA, "u"), "changed schema: mysql"), (said("GRANT ALL ON mysql.* TO a", Kind.ACCOUNTS, decision="asked"), "changed schema: mysql"),
        (said("DELETE u FROM u, v WHERE u.a = v.a", Kind.DATA, "u"), "v is no target"), (said("UPDATE (u JOIN v), app.b SET v.a = 1 WHERE u.a = 1", Kind.DATA, "u", "v"), "app.b is no target"), (said("CREATE TABLE u LIKE v", Kind.SCHEMA, "v", "u"), "u is not its first target"),
    ],
    ids=lambda value: value.rendered[:50] if isinstance(value, Write) else "",
)  # fmt: skip
def test_the_parser_disagrees_with_a_verdict_that_says_less(parser: TidbParser, write: Write, what: str) -> None:
    assert what in disagreement(write, parser.see([write.rendered])[0])


@pytest.mark.parametrize(
    ("write", "what"),
    [
        (said("TRUNCATE u", Kind.DATA, "u"), "it commits"), (said("CREATE TABLE made (a INT)", Kind.DATA, "made"), "it commits"), (said("UPDATE u, v SET v.a = 9, u.a = 9 WHERE u.id = 1", Kind.DATA, "u"), "it changes app.v, which is no target"),
        (said("DELETE FROM other.item WHERE id = 1", Kind.DATA, "item"), "it changes other.item, which is no target"), (said("INSERT INTO log (said) VALUES (LOAD_FILE('secret.txt'))", Kind.DATA, "log"), "a secret is written into app.log"), (said("COMMIT"), "it commits"),
        (said("DROP TABLE v", Kind.SCHEMA, "v"), "tables: lost"), (said("DROP VIEW v_item", Kind.SCHEMA, "v_item"), "views: lost"), (said("TRUNCATE v", Kind.SCHEMA, "v"), "`app`.`v`: lost"), (said("ALTER TABLE u DROP x", Kind.SCHEMA, "u"), "columns: lost"), (said("ALTER TABLE u MODIFY a BIGINT", Kind.SCHEMA, "u"), "columns: lost"),
        (said("ALTER TABLE u DROP KEY b", Kind.SCHEMA, "u"), "indexes: lost"), (said("ALTER TABLE line DROP CONSTRAINT of_sale", Kind.SCHEMA, "line"), "constraints: lost"), (said("ALTER TABLE part TRUNCATE PARTITION p0", Kind.SCHEMA, "part"), "`app`.`part`: lost"), (said("ALTER IGNORE TABLE b ADD UNIQUE (id)", Kind.SCHEMA, "b"), "`app`.`b`: lost"),
        (said("ALTER TABLE a REMOVE PARTITIONING", Kind.SCHEMA, "a"), "partitions: lost"), (said("DROP DATABASE other", Kind.SCHEMA, "other"), "databases: lost"), (said("DROP USER mallory@localhost", Kind.SCHEMA), "mysql.global_priv: lost"), (said("SET GLOBAL max_connections = 77", Kind.SCHEMA), "variables: lost"), (said("DROP PROCEDURE p_write", Kind.SCHEMA), "mysql.proc: lost"),
        (said("CREATE INDEX made ON u (a)", Kind.SCHEMA, "made"), "it changes app.u, which is no target"), (said("SET autocommit = 0"), "the session is not what it was"), (said("SHUTDOWN"), "the server is not what it was"),
    ],
    ids=lambda value: value.rendered[:50] if isinstance(value, Write) else "",
)  # fmt: skip
def test_the_server_shows_what_is_more_than_was_said(writing: WritesOracle, write: Write, what: str) -> None:
    found = writing.wrong([said("DELETE FROM u WHERE id = 1", Kind.DATA, "u"), write])
    assert [sql for sql, _ in found] == [write.rendered]
    assert any(one.startswith(what) for one in found[0][1])


def test_what_is_true_of_a_statement_is_held_against_none(parser: TidbParser, writing: WritesOracle) -> None:
    true = [
        said("DELETE FROM u WHERE id = 1", Kind.DATA, "u"),
        said(
            "UPDATE u STRAIGHT_JOIN v ON u.id = v.id JOIN b USING (id) SET u.a = 1 WHERE v.b = 1",
            Kind.DATA,
            "u",
            "v",
            "b",
        ),
        said("CREATE INDEX made ON u (a)", Kind.SCHEMA, "u"),
    ]
    assert [disagreement(write, parser.see([write.rendered])[0]) for write in true] == [[], [], []]
    assert writing.wrong(true) == []


def test_a_gate_that_lets_all_through_is_found_out(
    parser: TidbParser, writing: WritesOracle, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lenient(texts: list[str]) -> tuple[Write, ...] | Refuse:
        return tuple(said(sql, Kind.DATA, *classify(sql).targets) for sql in texts)

    monkeypatch.setattr(writes, "judge_writes", lenient)
    search = WritesSearch(1, stock_of_writes(), parser, writing)
    search.mutations(20)
    assert {finding.oracle for finding in search.figures.findings} == {"TiDB's parser", "MariaDB"}
