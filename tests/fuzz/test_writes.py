"""A bounded run of the fuzzer over the gate that judges what changes something."""

import pytest

from mcpserver.sqlgate import Refuse, judge_writes
from tests.fuzz.corpus import stock_of_writes
from tests.fuzz.mariadb_writes import WritesOracle
from tests.fuzz.seeds.writes import WRITES
from tests.fuzz.tidb import TidbParser
from tests.fuzz.writes import WritesSearch

SEED = 1
TEXTS = 4_000


@pytest.fixture
def search(parser: TidbParser, writing: WritesOracle) -> WritesSearch:
    return WritesSearch(SEED, stock_of_writes(), parser, writing)


def test_nothing_that_is_let_through_of_many_mutated_texts_is_more_than_was_said_of_it(search: WritesSearch) -> None:
    search.mutations(TEXTS)
    figures = search.figures
    assert "\n".join(map(str, figures.findings)) == ""
    assert figures.tried == TEXTS
    assert figures.accepted > TEXTS // 6  # what is all refused proves nothing
    assert figures.parsed > figures.accepted // 2
    assert figures.taken > figures.accepted // 5


def test_the_seeds_are_let_through_undecided_and_are_what_is_said_of_them(search: WritesSearch) -> None:
    found = [judge_writes([sql]) for sql in WRITES]
    assert [one for one in found if isinstance(one, Refuse) or one[0].decision] == []
    search.texts(list(WRITES))
    assert "\n".join(map(str, search.figures.findings)) == ""
    assert search.figures.taken > len(WRITES) * 3 // 4
