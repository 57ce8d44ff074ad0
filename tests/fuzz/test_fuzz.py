"""A bounded run of the fuzzer. `make fuzz` runs longer, with other texts each time."""

import pytest

from mcpserver.sqlgate import Allow, Refuse, judge
from tests.fuzz.corpus import SHARED, shared, stock
from tests.fuzz.mariadb import MariadbOracle
from tests.fuzz.run import Run
from tests.fuzz.seeds.hostile import HOSTILE
from tests.fuzz.seeds.reads import READS
from tests.fuzz.splices import spliced
from tests.fuzz.tidb import TidbParser

SEED = 1
TEXTS = 25_000


@pytest.fixture
def run(parser: TidbParser, mariadb: MariadbOracle) -> Run:
    return Run(SEED, stock(), parser, mariadb)


def test_nothing_that_is_let_through_of_many_mutated_texts_is_more_than_a_read(run: Run) -> None:
    run.mutations(TEXTS)
    assert "\n".join(map(str, run.figures.findings)) == ""
    assert run.figures.tried == TEXTS
    assert run.figures.accepted > TEXTS // 20  # what is all refused proves nothing
    assert run.figures.parsed > run.figures.accepted // 4
    assert run.figures.taken > run.figures.accepted // 8


def test_nothing_hostile_passes_in_any_gap_of_any_read(run: Run) -> None:
    run.texts(list(spliced(READS)))
    assert "\n".join(map(str, run.figures.findings)) == ""
    assert run.figures.tried > TEXTS


def test_the_seeds_are_judged_as_they_should_be() -> None:
    assert [sql for sql in READS if not isinstance(judge(sql), Allow)] == []
    assert [sql for sql in HOSTILE if not isinstance(judge(sql), Refuse)] == []


def test_the_seeds_themselves_pass_both_oracles(run: Run) -> None:
    run.texts([*READS, *HOSTILE])
    assert "\n".join(map(str, run.figures.findings)) == ""


@pytest.mark.skipif(not SHARED.exists(), reason="the shared corpus is not on this machine: the seeds of our own are")
def test_what_is_let_through_of_the_shared_corpus_passes_both_oracles(run: Run) -> None:
    run.texts(
        [sql for name in ("allow.jsonl", "refuse.jsonl", "judge.jsonl") for sql in shared(name) if "v_s" not in sql]
    )
    assert "\n".join(map(str, run.figures.findings)) == ""
