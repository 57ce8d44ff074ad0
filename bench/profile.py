"""`python -m bench.profile`: where the CPU time of one governed call goes, phase by phase."""

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import uvloop

from bench.__main__ import CASES
from bench.load import REVISION, Question, load
from bench.servers import Server, servers

IN_LOOP = {"gate: host, origin, rate, headers", "rights", "SQL gate", "encoding"}
"""Phases in the event loop's thread; the others have threads of their own."""
WITHIN = {"SQL": ["vault: reader still stands"]}
"""Phases whose time is part of another's."""


def main() -> None:
    """A table for each question and era."""
    parser = argparse.ArgumentParser(prog="python -m bench.profile", description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="questions whose name holds this")
    parser.add_argument("--seconds", type=float, default=4.0)
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="tidbmcp-bench-") as folder,
        servers(Path(folder), "bench.phases:application") as (governed, _),
    ):
        for case in (case for case in CASES if asked.only in case.name):
            for era in (REVISION, "legacy"):
                request = Question(case.method, case.params, era).to(governed.port, governed.token)
                uvloop.run(load(governed.port, request, connections=16, seconds=1, wanted=case.wanted))
                before = _sums(governed)
                figures = uvloop.run(
                    load(governed.port, request, connections=16, seconds=asked.seconds, wanted=case.wanted)
                )
                _print(f"{case.name}, {era}", before, _sums(governed), len(figures.latencies))


def _sums(server: Server) -> dict[str, Any]:
    with urlopen(f"http://127.0.0.1:{server.port}/phases") as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def _print(name: str, before: dict[str, Any], after: dict[str, Any], calls: int) -> None:
    """Microseconds of CPU a call."""
    each = {
        phase: (spent - before["phases"].get(phase, [0, 0])[0]) / calls * 1e6
        for phase, (spent, _) in after["phases"].items()
    }
    for outer, inner in WITHIN.items():
        if outer in each:
            each[outer] -= sum(each.get(phase, 0) for phase in inner)
    main = (after["main"] - before["main"]) / calls * 1e6
    whole = (after["process"] - before["process"]) / calls * 1e6
    in_loop = sum(spent for phase, spent in each.items() if phase in IN_LOOP)
    in_threads = sum(each.values()) - in_loop
    each["hops: threads beside their work"] = whole - main - in_threads
    each["protocol and the rest of the event loop"] = main - in_loop
    print(f"\n{name}: {whole:,.0f} us of CPU a call, {calls} calls")
    for phase, spent in sorted(each.items(), key=lambda item: -item[1]):
        print(f"  {phase:42} {spent:8,.0f} us {spent / whole:6.1%}")


if __name__ == "__main__":
    main()
