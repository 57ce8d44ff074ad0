"""The benchmark and the profile start, ask both servers, and print a row for each: what they say is for people to read."""

import subprocess
import sys

import pytest

from tests.stack import ROOT

SHORT = ["--only", "SELECT 1", "--seconds", "0.2"]


@pytest.mark.parametrize(
    ("module", "options", "words"),
    [
        ("bench", ["--connections", "2", "--rounds", "1"], ["SELECT 1", "2026-07-28", "legacy"]),
        ("bench", ["--only", "SQL gate"], ["worst texts", "open comments", "the worst of each"]),
        ("bench.profile", [], ["token", "audit", "SQL", "encoding", "us of CPU a call"]),
    ],
)
def test_it_runs(module: str, options: list[str], words: list[str]) -> None:
    command = [sys.executable, "-m", module, *SHORT, *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert [word for word in words if word not in done.stdout] == []
