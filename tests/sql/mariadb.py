"""A MariaDB for tests, in a folder of theirs."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mcpserver.sandbox.databases import programs
from tests.stack import free_port


def install(folder: Path, *statements: str) -> None:
    """Make its data; the statements are run at each start."""
    subprocess.run(programs.install(folder / "data"), check=True, capture_output=True)
    (folder / "init.sql").write_text("".join(f"{statement};\n" for statement in statements))


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[int]:
    """The server of this folder, with these options; its port."""
    port = free_port()
    files = [f"--datadir={folder / 'data'}", f"--socket={folder}/s", f"--log-error={folder}/server.err"]
    first = [f"--init-file={folder / 'init.sql'}", f"--port={port}", "--user=root", "--bind-address=0.0.0.0"]
    command = [programs.find("mariadbd"), "--no-defaults", *files, *first, "--innodb-buffer-pool-size=16M", *options]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    log = folder / "server.err"
    until = time.monotonic() + 20
    try:
        while not log.exists() or "ready for connections" not in log.read_text():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < until, "the server does not start"
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:  # it waits for itself
            process.kill()
            process.wait(20)
