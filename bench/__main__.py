"""`python -m bench`: rates and latencies of both servers in one run, and the ratio of the rates.

Each question is asked of the governed and the bare server in turn, several rounds, and the median round counts: a machine
that is slow for a while is slow for both.
"""

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

import uvloop

from bench import sqlgate
from bench.load import REVISION, Figures, Question, load
from bench.servers import Server, servers

SHOP: Final = {"cluster": "shop"}


@dataclass(frozen=True)
class Case:
    """What is asked, and what every answer must hold."""

    name: str
    method: str
    params: dict[str, Any]
    wanted: bytes


def _call(tool: str, **arguments: object) -> dict[str, Any]:
    return {"name": tool, "arguments": arguments}


CASES: Final = (
    Case("SELECT 1", "tools/call", _call("db_query", cluster="shop", sql="SELECT 1"), b'"row_count'),
    Case(
        "1,000 rows",
        "tools/call",
        _call("db_query", cluster="shop", sql="SELECT * FROM shop.orders ORDER BY id LIMIT 1000", max_rows=1000),
        b'"row_count',
    ),
    Case("tools/list", "tools/list", {}, b'"db_query"'),
    Case("tidbcloud_list_clusters", "tools/call", _call("tidbcloud_list_clusters"), b"northwind-freight"),
)


def main() -> None:
    """Run what is asked for, print a row a case."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__.splitlines()[0])
    parser.add_argument("--only", help="cases whose name holds this")
    parser.add_argument("--eras", nargs="+", default=[REVISION, "legacy"])
    parser.add_argument("--connections", nargs="+", type=int, default=[1, 16, 64])
    parser.add_argument("--seconds", type=float, default=2.0, help="of one round")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    if not asked.only or asked.only in sqlgate.NAME:
        print(*sqlgate.rows(), sep="\n", flush=True)
    cases = [case for case in CASES if not asked.only or asked.only in case.name]
    if not cases:
        return
    with tempfile.TemporaryDirectory(prefix="tidbmcp-bench-") as folder, servers(Path(folder)) as both:
        print(HEAD)
        for case in cases:
            for era in asked.eras:
                for connections in asked.connections:
                    governed, bare = uvloop.run(_rounds(both, case, era, connections, asked.seconds, asked.rounds))
                    print(_row(case, era, connections, governed, bare), flush=True)


async def _rounds(
    both: Sequence[Server], case: Case, era: str, connections: int, seconds: float, rounds: int
) -> tuple[list[Figures], list[Figures]]:
    question = Question(case.method, case.params, era)
    found: dict[str, list[Figures]] = {side.name: [] for side in both}
    for number in range(rounds + 1):
        for side in both:
            request = question.to(side.port, side.token)
            before = side.cpu()
            figures = await load(side.port, request, connections=connections, seconds=seconds, wanted=case.wanted)
            figures.cpu = side.cpu() - before
            if number:  # the first one warms up
                found[side.name].append(figures)
    governed, bare = (found[side.name] for side in both)
    return governed, bare


HEAD: Final = (
    f"{'question':24} {'era':11} {'at once':>7} {'governed/s':>10} {'p50 ms':>7} {'p99 ms':>7} {'CPU us':>7} {'bytes':>8}"
    f" {'bare/s':>8} {'p50 ms':>7} {'p99 ms':>7} {'CPU us':>7} {'bytes':>8} {'rate':>6} {'CPU':>6}"
)


def _row(case: Case, era: str, connections: int, governed: list[Figures], bare: list[Figures]) -> str:
    pairs = list(zip(governed, bare, strict=True))
    rate = median(ours.rate / theirs.rate for ours, theirs in pairs)
    cpu = median(theirs.cpu_each / ours.cpu_each for ours, theirs in pairs)
    return f"{case.name:24} {era:11} {connections:7} {_side(governed):>43} {_side(bare):>41} {rate:6.2f} {cpu:6.2f}"


def _side(rounds: list[Figures]) -> str:
    figures = [(one.rate, one.percentile(50), one.percentile(99), one.cpu_each * 1e6) for one in rounds]
    rate, half, most, cpu = (median(values) for values in zip(*figures, strict=True))
    return f"{rate:,.0f} {half:7.2f} {most:7.2f} {cpu:7,.0f} {rounds[0].size:8,}"


if __name__ == "__main__":
    main()
