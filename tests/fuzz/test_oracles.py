"""The oracles can fail: each sees what it is there to see."""

import pytest

from mcpserver.sqlgate import Allow
from tests.fuzz import golang, run
from tests.fuzz.corpus import stock
from tests.fuzz.mariadb import MariadbOracle
from tests.fuzz.mutate import mutated
from tests.fuzz.seeds.hostile import HOSTILE
from tests.fuzz.seeds.reads import READS
from tests.fuzz.tidb import TidbParser


def test_the_parser_sees_no_harm_in_the_reads(parser: TidbParser) -> None:
    seen = parser.see(READS)
    assert [(sql, one.bad) for sql, one in zip(READS, seen, strict=True) if one.bad] == []
    assert sum(one.parses for one in seen) > len(READS) * 3 // 4


def test_the_parser_sees_harm_in_every_hostile_seed_that_tidb_takes(parser: TidbParser) -> None:
    hostile = [sql for sql in HOSTILE if "f_write" not in sql]  # TiDB has no stored functions
    seen = parser.see(hostile)
    assert {sql for sql, one in zip(hostile, seen, strict=True) if one.parses and not one.bad} == HARMLESS_ON_TIDB
    assert sum(bool(one.bad) for one in seen) > len(hostile) // 2


HARMLESS_ON_TIDB = {
    "SELECT UUID_SHORT()",
    "SELECT @@session.`sql_mode`",
    "SELECT 1 /*M!100100 , SLEEP(0.3) */",  # a comment there
    "SELECT 1;;",
    "SELECT RELEA\u017fE_ALL_LOCKS()",  # look-alikes, which name functions that there are not
    "SELECT \uff33\uff2c\uff25\uff25\uff30(1)",
    "SELECT R\u0130GHT('a', 1)",
    "SELECT /*+ WRITE_SLOW_LOG() */ 1",  # with parentheses it is none of its hints
}


@pytest.mark.parametrize(
    ("sql", "bad"),
    [
        ("SELECT 1; SELECT 2", "statements: 2"), ("SELECT 1 /*T! INTO OUTFILE 'x' */", "select: INTO"), ("(SELECT 1 FROM item FOR UPDATE)", "select: for update"),
        ("WITH c AS (SELECT 1) DELETE FROM item", "statement: DeleteStmt"), ("EXPLAIN ANALYZE UPDATE item SET id = 1", "explained statement: UpdateStmt"),
        ("SELECT * FROM (SELECT `sleep`(1)) d", "call: sleep"), ("SHOW TABLES WHERE SLEEP(1)", "call: sleep"), ("VALUES ROW(@a)", "variable: a"),
        ("SELECT 1 FROM item GROUP BY app.f()", "call with a schema: app.f"), ("SELECT NEXT VALUE FOR seq", "call: nextval"), ("TABLE mysql.user", "schema: mysql"),
        ("SELECT /*+ SET_VAR(a=1) */ 1", "hint: set_var"), ("SELECT @@datadir", "variable: datadir"), ("SHOW CREATE USER mallory", "show: kind 13"),
    ],
)  # fmt: skip
def test_the_parser_says_what_is_wrong(parser: TidbParser, sql: str, bad: str) -> None:
    assert bad in parser.see([sql])[0].bad


WRITES = (
    "SELECT f_write()", "SELECT NEXTVAL(seq)", "DELETE FROM item", "CREATE USER made", "SET GLOBAL max_connections = 77", "SELECT @a := 5", "SELECT 1 INTO OUTFILE 'made.txt'",
    "SELECT GET_LOCK('held', 0)", "SELECT * FROM item FOR UPDATE", "SELECT LAST_INSERT_ID(9)", "SELECT LOAD_FILE('secret.txt')", "LOCK TABLES item READ", "SHUTDOWN",
)  # fmt: skip


@pytest.mark.parametrize("sql", WRITES)
def test_the_server_shows_what_one_text_among_reads_has_changed(mariadb: MariadbOracle, sql: str) -> None:
    assert [found for found, _ in mariadb.changing([*READS[:9], sql, *READS[9:20]])] == [sql]


def test_the_reads_change_nothing_on_the_server(mariadb: MariadbOracle) -> None:
    assert mariadb.changing(READS) == []


def test_a_gate_that_lets_all_through_is_found_out(
    parser: TidbParser, mariadb: MariadbOracle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "judge", Allow)
    fuzz = run.Run(1, stock(), parser, mariadb)
    fuzz.mutations(80)
    assert {finding.oracle for finding in fuzz.figures.findings} == {"TiDB's parser", "MariaDB"}


def test_a_number_is_a_text() -> None:
    assert [mutated(1, number, stock()) for number in range(50)] == [
        mutated(1, number, stock()) for number in range(50)
    ]
    assert mutated(1, 7, stock()) != mutated(2, 7, stock())


def test_go_is_new_enough_wherever_it_comes_from() -> None:
    assert golang.version(golang.find()) >= golang.LEAST


def test_without_go_nothing_passes_in_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(golang, "candidates", lambda: iter(()))
    with pytest.raises(RuntimeError, match="install requirements-dev"):
        golang.find()
