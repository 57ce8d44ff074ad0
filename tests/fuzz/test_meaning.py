"""What is sent means what was written: MariaDB answers both with the same rows and columns, or TiDB's parser makes one tree of both."""

import re
from collections.abc import Iterator

import MySQLdb
import pytest
from MySQLdb.connections import Connection

from mcpserver.sqlgate import Allow, Refuse, judge, judge_writes
from tests.fuzz.corpus import shared, stock, stock_of_writes
from tests.fuzz.mutate import mutated, pieces
from tests.fuzz.seeds.reads import READS
from tests.fuzz.server import SECONDS_MOST, Servers
from tests.fuzz.tidb import TidbParser

MUTATED = 8_000
SEED = 3
LINE_COMMENT = re.compile(r"(--\s|--$|#).*", re.MULTILINE)
_LINE_COMMENT = re.compile(r"(?:#|--(?=[ \t\n]))[^\n]*(?:\n|\Z)")


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    servers = Servers(tmp_path_factory.mktemp("meaning"))
    connection = servers.fresh().connect()
    connection.query(f"SET max_statement_time = {SECONDS_MOST}")
    yield connection
    connection.close()
    servers.close()


def answer(session: Connection, sql: str) -> object:
    """Columns without what stands between their words, and rows; None where the server does not take it."""
    try:
        session.query(sql.encode())
        result = session.store_result()
    except MySQLdb.Error:
        return None
    names = [without_blanks(column[0]) for column in result.describe()]
    return names, result.fetch_row(500)


def without_blanks(name: str | bytes) -> str:
    text = name.decode("utf-8", "replace") if isinstance(name, bytes) else name
    text = _LINE_COMMENT.sub(" ", text).replace("\\'", "''").replace('\\"', '""')  # quotes are doubled as they are sent
    return "".join(piece for piece in pieces(text) if not piece.isspace() and not piece.startswith("/*"))


def differing(session: Connection, texts: list[str]) -> tuple[int, list[tuple[str, str]]]:
    """How many the server takes as they were written, and those that it answers otherwise as they are sent."""
    taken, found = 0, []
    for sql in texts:
        verdict = judge(sql)
        if not isinstance(verdict, Allow) or (first := answer(session, sql)) is None:
            continue
        if first != answer(session, sql):
            continue  # it is never twice the same
        taken += 1
        if answer(session, verdict.rendered) != first:
            found.append((sql, verdict.rendered))
    return taken, found


def test_all_reads_mean_the_same_as_they_are_sent(session: Connection) -> None:
    taken, found = differing(session, [*READS, *shared("allow.jsonl")])
    assert found == []
    assert taken > len(READS) * 3 // 4


def test_mutated_reads_mean_the_same_as_they_are_sent(session: Connection) -> None:
    texts = stock()
    taken, found = differing(session, [mutated(SEED, number, texts) for number in range(MUTATED)])
    assert found == []
    assert taken > MUTATED // 50


def test_mutated_changes_mean_the_same_as_they_are_sent(parser: TidbParser) -> None:
    texts = stock_of_writes()
    written = [mutated(SEED, number, texts) for number in range(MUTATED)]
    verdicts = [(sql, judge_writes([sql])) for sql in written]
    pairs = [(sql, found[0].rendered) for sql, found in verdicts if not isinstance(found, Refuse) and len(found) == 1]
    before, after = parser.see([sql for sql, _ in pairs]), parser.see([rendered for _, rendered in pairs])
    both = [(pair, one, other) for pair, one, other in zip(pairs, before, after, strict=True) if one.plain]
    assert [pair for pair, one, other in both if one.plain != other.plain] == []
    assert len(both) > MUTATED // 10
