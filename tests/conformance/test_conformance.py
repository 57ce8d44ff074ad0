"""The official suite, one process for a revision of the protocol; a failing check is told in the suite's own words."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.expected import LEFT_OUT, MAY_FAIL, RUN
from tests.stack import ROOT, Stack, running_stack

BIN = ROOT / "tests/clients/npm/node_modules/.bin"
FINE = {"SUCCESS", "INFO"}

Checks = list[dict[str, Any]]
Results = dict[str, dict[str, Checks]]


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("conformance")
    with running_stack(folder, application="tests.conformance.with_token:application") as stack:
        yield stack


@pytest.fixture(scope="module")
def results(own: Stack, tmp_path_factory: pytest.TempPathFactory) -> Results:
    """By revision and scenario, the checks."""
    return {revision: run_suite(own, revision, tmp_path_factory.mktemp(revision)) for revision in RUN}


def run_suite(own: Stack, revision: str, folder: Path) -> dict[str, Checks]:
    command = [f"{BIN}/conformance", "server", "--url", own.mcp_url, "--suite", "all", "--spec-version", revision]
    done = subprocess.run(
        [*command, "-o", str(folder)],
        env={"PATH": f"{BIN}:{os.environ['PATH']}", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    # server-tools-list-2026-11-22T21-20-02-777Z/checks.json
    found = {path.parent.name.removeprefix("server-")[:-25]: path for path in folder.glob("*/checks.json")}
    assert found, done.stdout + done.stderr
    return {scenario: json.loads(path.read_text()) for scenario, path in found.items()}


EACH = [(revision, scenario) for revision, scenarios in RUN.items() for scenario in scenarios]


@pytest.mark.parametrize(("revision", "scenario"), EACH, ids=[" ".join(each) for each in EACH])
def test_a_scenario_holds(results: Results, revision: str, scenario: str) -> None:
    checks = results[revision][scenario]
    unexpected = [told(check) for check in failed(checks) if (revision, scenario, check["id"]) not in MAY_FAIL]
    assert checks
    assert not unexpected, "\n".join(unexpected)


def failed(checks: Checks) -> Checks:
    return [check for check in checks if check["status"] not in FINE]


def told(check: dict[str, Any]) -> str:
    return f"{check['status']} {check['id']}: {check['description']} {check.get('errorMessage', '')}"


def test_what_may_fail_fails(results: Results) -> None:
    """A line that is not needed any more is taken out."""
    found = {
        (revision, scenario, check["id"])
        for revision, scenario in EACH
        for check in failed(results[revision][scenario])
    }
    assert set(MAY_FAIL) - found == set()


@pytest.mark.parametrize("revision", RUN)
def test_every_scenario_is_run_or_left_out_for_a_reason(results: Results, revision: str) -> None:
    beginnings = tuple(beginning for names in LEFT_OUT.values() for beginning in names)
    others = set(results[revision]) - set(RUN[revision])
    assert {scenario for scenario in others if not scenario.startswith(beginnings)} == set()


def test_every_message_of_ours_fits_the_schema_of_its_revision(results: Results) -> None:
    """Also in the scenarios that are left out: what they get is an answer of the protocol."""
    wrong = [
        (revision, scenario, told(check))
        for revision, scenarios in results.items()
        for scenario, checks in scenarios.items()
        for check in failed(checks)
        if check["id"] == "wire-schema-valid"
    ]
    assert wrong == []
