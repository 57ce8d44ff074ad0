"""`make run`, as a newcomer meets it: it sets everything up, tells how to get in, works, and stops whole."""

import json
import os
import signal
import stat
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.stack import ROOT, answer_of, free_port, wait_until


@dataclass
class Run:
    folder: Path
    port: int
    process: "subprocess.Popen[str]"
    printed: Path

    @property
    def facts(self) -> dict[str, Any]:
        facts: dict[str, Any] = json.loads((self.folder / "run.json").read_text())
        return facts

    def environment(self) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "HOME": str(self.folder), "LOCAL_FOLDER": str(self.folder)}

    def manage(self, *arguments: str) -> str:
        command = [str(ROOT / ".venv/bin/python"), "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.environment(), check=True, capture_output=True, text=True)
        return done.stdout

    def family(self) -> set[int]:
        """Every process that belongs to it: those whose environment names its folder."""
        mark, found = f"LOCAL_FOLDER={self.folder}".encode(), set()
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                if (
                    mark in (entry / "environ").read_bytes().split(b"\0")
                    and b"State:\tZ" not in (entry / "status").read_bytes()
                ):
                    found.add(int(entry.name))
            except OSError:
                continue
        return found


def make_run(folder: Path, port: int) -> Run:
    printed = folder.parent / f"{folder.name}-{port}.log"
    run = Run(folder, port, None, printed)  # type: ignore[arg-type]
    with printed.open("w") as out:
        run.process = subprocess.Popen(
            ["make", "run", f"PORT={port}"],
            cwd=ROOT,
            env=run.environment(),
            stdout=out,
            stderr=out,
            text=True,
            start_new_session=True,
        )
    wait_until(lambda: "Ctrl-C stops" in printed.read_text() or run.process.poll() is not None, "it is ready")
    assert run.process.poll() is None, printed.read_text()
    return run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    run = make_run(tmp_path_factory.mktemp("trial") / "local", free_port())
    yield run
    run.process.terminate()
    run.process.wait(20)


def call(run: Run, token: str) -> dict[str, Any]:
    params = {"name": "db_query", "arguments": {"cluster": "shop", "sql": "SELECT 1"}}
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json, text/event-stream"}
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    return answer_of(httpx2.post(run.facts["mcp_url"], json=body, headers=headers, trust_env=False, timeout=30))


def test_it_prints_in_a_few_lines_how_to_get_in(run: Run) -> None:
    text, facts = run.printed.read_text(), run.facts
    for words in (
        facts["admin"]["password"],
        facts["mcp_url"],
        facts["tokens"]["developer"],
        "claude mcp add --transport http",
    ):
        assert words in text


def test_run_json_has_the_promised_shape_and_is_its_owners_only(run: Run) -> None:
    shape = {key: sorted(value) if isinstance(value, dict) else str for key, value in run.facts.items()}
    assert shape == {
        "url": str,
        "mcp_url": str,
        "admin": ["password", "username"],
        "developer": ["password", "username"],
        "tokens": ["developer", "read_only"],
        "sandbox": ["api_url", "public_key"],
        "database_url": str,
    }
    assert stat.S_IMODE((run.folder / "run.json").stat().st_mode) == 0o600


@pytest.mark.parametrize("name", ["developer", "read_only"])
def test_its_tokens_reach_sql(run: Run, name: str) -> None:
    assert call(run, run.facts["tokens"][name])["result"]["structuredContent"]["rows"] == [[1]]


def test_commands_without_further_settings_act_on_its_data_and_print_only_their_result(run: Run) -> None:
    made = json.loads(
        run.manage("create_token", "--user", "developer", "--scopes", "mcp:read mcp:sql", "--expires", "30d", "--json")
    )
    assert sorted(made) == ["expires", "id", "token"]
    assert call(run, made["token"])["result"]["isError"] is False
    assert run.manage("audit_export", "--format", "csv").startswith('"at","kind","result",')


def test_a_message_reaches_the_worker(run: Run) -> None:
    ended = "from django.contrib.sessions.models import Session; from datetime import *; "
    run.manage(
        "shell",
        "-v0",
        "-c",
        ended + "Session.objects.create(session_key='old', expire_date=datetime(2020, 1, 1, tzinfo=UTC))",
    )
    count = ended + "print(Session.objects.filter(session_key='old').count())"
    run.manage("shell", "-v0", "-c", "from accounts.tasks import forget_ended_sessions as f; f.delay()")
    wait_until(lambda: run.manage("shell", "-v0", "-c", count).strip() == "0", "the worker has done it")


def test_a_port_that_is_taken_is_said(run: Run, tmp_path: Path) -> None:
    elsewhere = run.environment() | {"LOCAL_FOLDER": str(tmp_path / "other")}
    second = subprocess.run(
        ["make", "run", f"PORT={run.port}"], cwd=ROOT, env=elsewhere, capture_output=True, text=True, check=False
    )
    assert second.returncode != 0
    assert f"Port {run.port} is taken" in second.stderr


def test_a_second_run_on_the_same_data_leaves_the_first_alone(run: Run) -> None:
    before = run.facts
    second = subprocess.run(
        ["make", "run", f"PORT={free_port()}"],
        cwd=ROOT,
        env=run.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode != 0
    assert "is going on already" in second.stderr
    assert run.facts == before


@pytest.mark.parametrize("port", ["0", "abc", "70000", ""])
def test_a_port_that_is_none_is_said(run: Run, port: str) -> None:
    done = subprocess.run(
        ["make", "run", f"PORT={port}"], cwd=ROOT, env=run.environment(), capture_output=True, text=True, check=False
    )
    assert "PORT must be a number" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL], ids=["TERM", "INT", "KILL"])
def test_stopping_it_stops_every_process_and_the_next_run_keeps_the_data(
    tmp_path: Path, number: signal.Signals
) -> None:
    run = make_run(tmp_path / "local", free_port())
    before = run.facts
    call(run, before["tokens"]["developer"])  # so that a database server runs, too
    assert len(run.family()) >= 5
    # Ctrl-C reaches a whole terminal's group; the others, whoever started it.
    os.killpg(run.process.pid, number) if number is signal.SIGINT else run.process.send_signal(number)
    wait_until(lambda: run.family() == set(), "every process has gone")
    run.process.wait(20)
    if number is signal.SIGTERM:
        again = make_run(run.folder, free_port())
        assert again.facts["admin"] == before["admin"]
        assert again.facts["tokens"] == before["tokens"]
        assert call(again, before["tokens"]["developer"])["result"]["isError"] is False
        again.process.terminate()
        again.process.wait(20)
