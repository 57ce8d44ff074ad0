"""`--set name=value`, `--unlimited` and `--control`."""

import subprocess
from pathlib import Path

import pytest

from mcpserver.sandbox.config import Config
from mcpserver.sandbox.errors import SandboxError
from mcpserver.sandbox.options import changed
from tests.sandbox_process import command, environment, start_sandbox


@pytest.mark.parametrize(
    ("settings", "config"),
    [
        ([], Config()),
        (["free_clusters=7"], Config(free_clusters=7)),
        (["branches=none"], Config(branches=None)),
        (["create_seconds=2"], Config(create_seconds=2)),
        (["create_seconds=0.5"], Config(create_seconds=0.5)),
        (["late_fields=false", "after_delete=403"], Config(late_fields=False, after_delete=403)),
        (["realm=other=realm"], Config(realm="other=realm")),
    ],
)
def test_a_setting_can_be_said(settings: list[str], config: Config) -> None:
    assert changed(Config(), settings) == config


@pytest.mark.parametrize(
    "setting",
    ["free_clusters", "free_clusters=", "free_clusters=many", "free_clusters=1.5", "free_clusters=-1", "=1",
     "free_clusters=true", "late_fields=1", "create_seconds=none", "quota=1", "realm", "after_delete=404.0",
     "after_delete=410", "create_seconds=nan", "create_seconds=inf", "clusters=99999999999"],
)  # fmt: skip
def test_a_setting_that_cannot_be_read_stops_the_start(setting: str) -> None:
    with pytest.raises(SandboxError):
        changed(Config(), [setting])


def test_the_command_says_what_is_wrong(tmp_path: Path) -> None:
    done = subprocess.run(
        command(tmp_path / "new", "--set", "quota=1"), env=environment(), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (1, "The sandbox has no setting quota.\n")
    assert not (tmp_path / "new").exists()


def test_without_limits_one_can_still_be_set(tmp_path: Path) -> None:
    unlimited = Config.unlimited()
    assert changed(unlimited, ["branches=1"]).branches == 1
    sandbox = start_sandbox(tmp_path, "--control", "--unlimited", "--set", "requests_per_minute=9")
    sandbox.configure(requests_per_minute=None)
    assert sandbox.requests() == []
    sandbox.stop()
