"""`python -m tests.fuzz`: the fuzzer for as long as one likes. It prints what it finds, and its figures at the end."""

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.fuzz.corpus import SHARED, stock, stock_of_writes
from tests.fuzz.mariadb import MariadbOracle
from tests.fuzz.mariadb_writes import WritesOracle
from tests.fuzz.run import Run, Search
from tests.fuzz.tidb import TidbParser, tidb_parser
from tests.fuzz.writes import WritesSearch

STEP = 10_000
TOLD_EVERY = 60


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make fuzz")
    parser.add_argument(
        "--gate", choices=("reads", "writes"), default="reads", help="which gate: of db_query, or of db_execute"
    )
    parser.add_argument("--minutes", type=float, default=10, help="how long; 10 by default")
    parser.add_argument("--texts", type=int, help="this many texts instead")
    parser.add_argument(
        "--seed", type=int, default=int(time.time()), help="the same seed gives the same texts; the clock by default"
    )
    return parser.parse_args()


@contextmanager
def search(asked: argparse.Namespace, folder: Path, parser: TidbParser) -> Iterator[Search]:
    """Over the gate that is asked for, with a MariaDB in this folder."""
    if asked.gate == "writes":
        with closing(WritesOracle(folder)) as oracle:
            yield WritesSearch(asked.seed, stock_of_writes(), parser, oracle)
    else:
        with closing(MariadbOracle(folder)) as mariadb:
            yield Run(asked.seed, stock(), parser, mariadb)


def fuzz(asked: argparse.Namespace, run: Search) -> None:
    """Step by step until it is enough, or something was found: that is to be mended first."""
    began = told = time.monotonic()
    while not run.figures.findings:
        left = STEP if asked.texts is None else min(STEP, asked.texts - run.figures.tried)
        if left <= 0 or (asked.texts is None and time.monotonic() > began + asked.minutes * 60):
            return
        run.mutations(left)
        if time.monotonic() > told + TOLD_EVERY:
            told = time.monotonic()
            say(str(run.figures))


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    asked = options()
    say(f"{asked.gate}, seed {asked.seed}, {'with' if SHARED.exists() else 'without'} the shared corpus")
    with TemporaryDirectory() as name, tidb_parser(Path(name)) as parser, search(asked, Path(name), parser) as run:
        try:
            fuzz(asked, run)
        except KeyboardInterrupt:
            say("stopped")
    for finding in run.figures.findings:
        say(str(finding))
    say(str(run.figures))
    return 1 if run.figures.findings else 0


if __name__ == "__main__":
    sys.exit(main())
