"""`manage.py sandbox`."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

from tests.sandbox_process import ROOT


def test_it_prepares_in_the_local_folder_and_prints_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with override_settings(PRODUCTION=False, LOCAL_FOLDER=tmp_path):
        call_command("sandbox", "--prepare")
    assert (tmp_path / "sandbox" / "sandbox.json").exists()
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("options", [[], ["--prepare"]])
def test_it_does_nothing_in_production(tmp_path: Path, options: list[str]) -> None:
    with override_settings(PRODUCTION=True), pytest.raises(CommandError, match="PRODUCTION=true"):
        call_command("sandbox", "--folder", str(tmp_path), *options)
    assert list(tmp_path.iterdir()) == []


def test_it_serves_until_it_is_stopped(tmp_path: Path) -> None:
    command = [sys.executable, "manage.py", "sandbox", "--folder", str(tmp_path)]
    variables = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    with subprocess.Popen(command, cwd=ROOT, env=variables, stderr=subprocess.PIPE, text=True) as sandbox:
        assert sandbox.stderr
        assert "sandbox: ready at http://127.0.0.1:" in sandbox.stderr.readline()
        sandbox.terminate()
        assert sandbox.wait(10) == 0


def test_it_imports_nothing_of_the_product() -> None:
    allowed = {*sys.stdlib_module_names, "starlette", "uvicorn", "MySQLdb"}
    for file in (ROOT / "mcpserver" / "sandbox").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or "."] if isinstance(node, ast.ImportFrom) else []
            assert all(name.split(".")[0] in allowed or name.startswith("mcpserver.sandbox") for name in names), file
