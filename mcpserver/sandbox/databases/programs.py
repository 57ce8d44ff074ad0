"""Where MariaDB's programs are, and the command lines that start them."""

import os
import shutil
import sys
from pathlib import Path
from typing import Final

from mcpserver.sandbox.databases import confine
from mcpserver.sandbox.databases.folder import log_file, pid_file
from mcpserver.sandbox.errors import SandboxError

# Debian keeps the server outside the PATH of ordinary users.
_FOLDERS: Final = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/bin"])
_PACKAGES: Final = {
    "mariadbd": "mariadb-server",
    "mariadb-install-db": "mariadb-server",
    "setpriv": "util-linux",
    "cp": "coreutils",
}

# As TiDB has it by default, as far as MariaDB can. Names are compared without regard to case there.
_LIKE_TIDB: Final = (
    "--character-set-server=utf8mb4",
    "--collation-server=utf8mb4_bin",
    "--default-time-zone=+00:00",
    "--lower-case-table-names=1",
    "--max-allowed-packet=64M",
    "--sql-mode=ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,"
    "NO_ENGINE_SUBSTITUTION",
)
_SMALL: Final = (
    "--aria-pagecache-buffer-size=2M",
    "--innodb-buffer-pool-size=16M",
    "--innodb-log-buffer-size=2M",
    "--innodb-log-file-size=8M",
    "--innodb-temp-data-file-path=ibtmp1:4M:autoextend",
    "--innodb-use-native-aio=OFF",  # fifty servers would use up the machine's; and a frozen server writes nothing
    "--key-buffer-size=1M",
    "--log-warnings=1",
    "--max-connections=100",
    "--performance-schema=OFF",
    "--table-open-cache=200",
)
_CLOSED: Final = ("--event-scheduler=OFF", "--local-infile=OFF", "--skip-name-resolve", "--skip-symbolic-links")
# A killed sandbox loses nothing; a machine without power may lose the last second.
_QUICK: Final = ("--innodb-flush-log-at-trx-commit=2", "--sync-frm=OFF")

# Dies with the process that started it, even if that one is killed: the kernel sees to it. It checks that the parent
# is still there, and becomes the server, which expects the listening socket as descriptor 3 the way systemd hands it
# over, and finds its first statements as descriptor 4.
_HAND_OVER: Final = (
    'test "$PPID" = "$1" || exit 1; shift; exec 3<&0 4<&1 </dev/null >/dev/null; '
    'export LISTEN_FDS=1 LISTEN_PID="$$"; exec "$@"'
)


NOT_READY: Final = "not ready"
"""No SQL: as long as every session begins with it, the server sends its clients away. The sandbox's own is exempt."""


def check() -> None:
    """Everything that is needed is installed, or a sentence that says what to install."""
    for name in _PACKAGES:
        find(name)


def find(name: str) -> str:
    """The full path of a program."""
    if path := shutil.which(name, path=_FOLDERS):
        return path
    raise SandboxError(f"The sandbox needs {name}, which is not installed: apt-get install {_PACKAGES[name]}")


def environment() -> dict[str, str]:
    """Nothing of ours: no settings, no secrets, no notification socket."""
    return {"PATH": _FOLDERS, "LANG": "C.UTF-8", "TZ": "UTC"}


def install(data: Path) -> list[str]:
    """Make a new data folder with the system tables and no database for tests."""
    return [
        *_dying_with_us(),
        find("mariadb-install-db"),
        "--no-defaults",
        f"--datadir={data}",
        f"--tmpdir={data.parent}",  # in a shared one, servers that start remove each other's temporary tables
        "--skip-test-db",
        "--auth-root-authentication-method=socket",
        *_as_user(),
        *_SMALL,
        "--lower-case-table-names=1",
        "--innodb-flush-method=nosync",
    ]


def copy(data: Path, target: Path) -> list[str]:
    """Copy a data folder. Where the file system can share blocks, it does."""
    return [*_dying_with_us(), find("cp"), "--archive", "--reflink=auto", "--sparse=always", str(data), str(target)]


def load(data: Path, home: Path) -> list[str]:
    """A server without a network that runs the SQL it reads, then stops."""
    return [*_dying_with_us(), *_server(data, home), "--bootstrap"]


def serve(data: Path, home: Path) -> list[str]:
    """The server of a place: it listens on its standard input, and runs the SQL on its standard output before."""
    hand_over = ["sh", "-c", _HAND_OVER, "sh", str(os.getpid())]
    files = [f"--pid-file={pid_file(home)}", f"--log-error={log_file(home)}", "--init-file=/dev/fd/4"]
    return [*_dying_with_us(), *hand_over, *_server(data, home), *files, f"--init-connect={NOT_READY}"]


def _server(data: Path, home: Path) -> list[str]:
    confined = [sys.executable, "-I", "-S", confine.__file__, str(data), str(home / "tmp"), str(log_file(home)), "--"]
    # The socket file is never made; the name only keeps the server away from that of the system's own server.
    files = ["--no-defaults", f"--datadir={data}", "--socket=unused"]
    empty = home / "empty"  # no plugins to load, no files to read or write
    places = [f"--tmpdir={home / 'tmp'}", f"--secure-file-priv={empty}", f"--plugin-dir={empty}"]
    return [*confined, find("mariadbd"), *files, *places, *_as_user(), *_LIKE_TIDB, *_SMALL, *_CLOSED, *_QUICK]


def _dying_with_us() -> list[str]:
    return [find("setpriv"), "--pdeathsig", "KILL"]


def _as_user() -> list[str]:
    """Root must say that it is meant. A change of user would undo setpriv, and could not enter our folder."""
    return ["--user=root"] if os.geteuid() == 0 else []
