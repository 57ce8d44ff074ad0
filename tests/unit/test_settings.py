"""The settings, read by a fresh process: production stops rather than guess."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

ROOT = Path(__file__).resolve().parents[2]
KEY = Fernet.generate_key().decode()
GOOD = {
    "PRODUCTION": "true",
    "SITE_URL": "https://tidbmcp.example.com",
    "ALLOWED_HOSTS": "tidbmcp.example.com",
    "SECRET_KEY": "planted-" * 10,
    "VAULT_KEYS": KEY,
    "DATABASE_URL": "tidb://u:planted-password@h/db",
}
SHOW = (
    "import tidbmcp.settings as s; print(s.PRODUCTION, s.DEBUG, s.MCP_READ_ONLY, s.SITE_URL, s.SESSION_COOKIE_SECURE)"
)


def start(folder: Path, **changes: str | None) -> subprocess.CompletedProcess[str]:
    """Read the settings with nothing in the environment but these."""
    said = GOOD | {"LOCAL_FOLDER": str(folder), "PATH": os.environ["PATH"]} | changes
    environment = {name: value for name, value in said.items() if value is not None}
    command = [sys.executable, "-c", SHOW]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


STOPS: dict[str, dict[str, str | None]] = {
    "no site": {"SITE_URL": None},
    "no hosts": {"ALLOWED_HOSTS": None},
    "no secret key": {"SECRET_KEY": None},
    "no vault keys": {"VAULT_KEYS": None},
    "empty vault keys": {"VAULT_KEYS": ""},
    "a bad vault key": {"VAULT_KEYS": f"{KEY},planted-vault-key"},
    "no database": {"DATABASE_URL": None},
    "a bad database": {"DATABASE_URL": "tidb://u:planted-password@h:port/db"},
    "production?": {"PRODUCTION": "yess"},
    "empty production": {"PRODUCTION": ""},
    "read-only?": {"MCP_READ_ONLY": "yess"},
    "a reader login?": {"REQUIRE_READER_LOGIN": "maybe"},
    "debug?": {"DEBUG": "ja"},
    "no number": {"SQL_MAX_ROWS": "many"},
    "no rows": {"SQL_MAX_ROWS": "0"},
    "too many seconds": {"SQL_MAX_SECONDS": "99999"},
    "no limit": {"RATE_LIMIT_PER_ADDRESS": "0"},
}


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> dict[str, subprocess.CompletedProcess[str]]:
    """All of them, two at a time: a start takes half a second."""
    folder = tmp_path_factory.mktemp("local")
    with ThreadPoolExecutor(2) as threads:
        return dict(zip(STOPS, threads.map(lambda changes: start(folder, **changes), STOPS.values()), strict=True))


@pytest.mark.parametrize("case", STOPS)
def test_production_stops_with_a_sentence(stopped: dict[str, subprocess.CompletedProcess[str]], case: str) -> None:
    done = stopped[case]
    assert done.returncode != 0
    assert done.stderr.strip().splitlines()[-1].startswith("django.core.exceptions.ImproperlyConfigured: ")
    assert "planted" not in done.stderr
    assert KEY not in done.stderr


def test_production_starts_with_what_it_needs(tmp_path: Path) -> None:
    assert start(tmp_path).stdout.split() == ["True", "False", "False", "https://tidbmcp.example.com", "True"]


def test_production_does_not_read_the_local_file(tmp_path: Path) -> None:
    (tmp_path / "env").write_text("MCP_READ_ONLY=true\nDEBUG=true\nSECRET_KEY=from the file\n")
    done = start(tmp_path, SECRET_KEY=None)
    assert "SECRET_KEY is not set" in done.stderr


def test_a_trial_reads_it_and_the_environment_beats_it(tmp_path: Path) -> None:
    (tmp_path / "env").write_text("PRODUCTION=false\nMCP_READ_ONLY=true\nSITE_URL=http://from.the.file\n")
    done = start(tmp_path, PRODUCTION=None)
    assert done.stdout.split() == ["False", "False", "True", "https://tidbmcp.example.com", "False"]


def test_without_anything_said_it_is_production(tmp_path: Path) -> None:
    assert start(tmp_path, PRODUCTION=None).stdout.split()[0] == "True"
