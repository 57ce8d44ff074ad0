"""The process and its folder: preparing, starting, stopping and being killed."""

import json
import os
import signal
import socket
import stat
import subprocess
from pathlib import Path
from typing import Any

import MySQLdb
import pytest

from tests.sandbox.conftest import Connect
from tests.sandbox_process import SandboxProcess, command, end, environment, start_sandbox, wait_until_gone


def prepare(folder: Path) -> dict[str, Any]:
    done = subprocess.run(command(folder, "--prepare"), env=environment(), capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (b"", b"")
    facts: dict[str, Any] = json.loads((folder / "sandbox.json").read_text())
    return facts


def test_it_prepares_once_and_keeps_everything(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "sandbox"
    first = prepare(folder)
    assert prepare(folder) == first
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "sandbox.json").stat().st_mode) == 0o600
    assert sorted(path.name for path in folder.iterdir()) == ["prepare.lock", "sandbox.json", "serve.lock"]


def test_it_chooses_another_port_when_one_is_taken(tmp_path: Path) -> None:
    first = prepare(tmp_path)
    with socket.create_server(("127.0.0.1", first["clusters"][0]["port"])):
        second = prepare(tmp_path)
    assert second["clusters"][0]["port"] != first["clusters"][0]["port"]
    second["clusters"][0]["port"] = first["clusters"][0]["port"]
    assert second == first


def test_it_leaves_a_folder_alone_that_holds_something_else(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("all of it")
    done = subprocess.run(command(tmp_path), env=environment(), capture_output=True, text=True, check=False)
    assert (done.returncode, [path.name for path in tmp_path.iterdir()]) == (1, ["thesis.txt"])
    assert "a folder of its own" in done.stderr


def test_two_sandboxes_have_nothing_in_common(tmp_path: Path) -> None:
    one, other = prepare(tmp_path / "one"), prepare(tmp_path / "other")
    assert not set(secrets_of(one)) & set(secrets_of(other))


def secrets_of(facts: dict[str, Any]) -> list[str]:
    logins = [login for c in facts["clusters"] for login in (c["root"], *c["logins"].values())]
    return [facts["private_key"], *(login["password"] for login in logins)]


def test_a_file_that_cannot_be_read_stops_the_start(tmp_path: Path) -> None:
    prepare(tmp_path)
    (tmp_path / "sandbox.json").write_text("{}")
    done = subprocess.run(command(tmp_path), env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "sandbox.json cannot be read" in done.stderr


@pytest.mark.parametrize("production", [None, "true", "", "0"])
def test_it_does_not_start_in_production(tmp_path: Path, production: str | None) -> None:
    variables = environment() | {"PRODUCTION": production or ""}
    if production is None:
        del variables["PRODUCTION"]
    done = subprocess.run(command(tmp_path), env=variables, capture_output=True, text=True, check=False)
    assert (done.returncode, list(tmp_path.iterdir())) == (1, [])
    assert "PRODUCTION=false" in done.stderr


def test_without_mariadb_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from mcpserver.sandbox.databases import programs
    from mcpserver.sandbox.errors import SandboxError

    monkeypatch.setattr(programs, "_FOLDERS", str(tmp_path))
    with pytest.raises(SandboxError, match="apt-get install mariadb-server"):
        programs.check()


def test_nobody_serves_a_folder_twice_and_preparing_leaves_it_alone(sandbox: SandboxProcess) -> None:
    second = subprocess.run(command(sandbox.folder), env=environment(), capture_output=True, text=True, check=False)
    assert (second.returncode, prepare(sandbox.folder)) == (1, sandbox.facts)
    assert "already running" in second.stderr


def test_databases_start_when_asked_for_and_stop_with_the_sandbox(tmp_path: Path, connect: Connect) -> None:
    sandbox = start_sandbox(tmp_path)
    assert sandbox.database_pid("shop") is None
    connect(sandbox.cluster("shop"))
    assert sandbox.database_pid("northwind-freight") is None
    database = os.pidfd_open(sandbox.database_pid("shop") or 0)
    assert sandbox.stop() == 0
    wait_until_gone(database)
    os.close(database)
    assert sandbox.database_pid("shop") is None
    assert not [secret for secret in secrets_of(sandbox.facts) if secret in "".join(sandbox.log)]

    again = start_sandbox(tmp_path)
    assert again.facts == sandbox.facts
    connect(again.cluster("shop"))
    assert not [line for line in again.log if "making" in line], "the data was made once"
    assert again._end(signal.SIGINT) == 0


def test_a_killed_sandbox_leaves_no_database_behind(tmp_path: Path, connect: Connect) -> None:
    sandbox = start_sandbox(tmp_path)
    connect(sandbox.cluster("shop"))
    database = os.pidfd_open(sandbox.database_pid("shop") or 0)
    sandbox.kill()
    wait_until_gone(database)
    os.close(database)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_sandbox_stopped_while_it_makes_data_makes_it_again(
    tmp_path: Path, connect: Connect, number: signal.Signals
) -> None:
    sandbox = start_sandbox(tmp_path)
    shop = sandbox.cluster("shop")
    with socket.create_connection((shop["host"], shop["port"])):
        sandbox.wait_for_log("making the databases")
        assert sandbox._end(number) in (0, -signal.SIGKILL)
    assert not (tmp_path / shop["cluster_id"] / "data").exists()
    again = start_sandbox(tmp_path)
    connect(shop)
    assert again.stop() == 0


def test_a_half_made_data_folder_is_thrown_away(tmp_path: Path, connect: Connect) -> None:
    facts = prepare(tmp_path)
    home = tmp_path / facts["clusters"][0]["cluster_id"]
    (home / "draft-0000" / "mysql").mkdir(parents=True)
    sandbox = start_sandbox(tmp_path)
    connect(sandbox.cluster("shop"))
    assert (home / "data").is_dir()
    assert not list(home.glob("draft-*"))
    assert sandbox.stop() == 0


def test_a_database_that_cannot_start_sends_its_clients_away(tmp_path: Path, connect: Connect) -> None:
    facts = prepare(tmp_path)
    broken = tmp_path / facts["clusters"][0]["cluster_id"] / "data"
    broken.mkdir(parents=True)
    (broken / "ibdata1").write_bytes(b"not a tablespace")
    sandbox = start_sandbox(tmp_path)
    with pytest.raises(MySQLdb.OperationalError, match="Lost connection"):
        connect(sandbox.cluster("shop"))
    assert sandbox.stop() == 0
    assert "mariadbd.log says why" in "".join(sandbox.log)


def test_a_server_ended_from_outside_is_started_again(sandbox: SandboxProcess, connect: Connect) -> None:
    connect(sandbox.cluster("shop"))
    end(sandbox.database_pid("shop") or 0, signal.SIGTERM)
    connect(sandbox.cluster("shop"))
    assert sandbox.database_pid("shop")
