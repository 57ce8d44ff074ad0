"""The widest row that the driver may read into memory. It takes that from an option file only.

Without it one row costs what the server sends, a gigabyte at most. With it the driver gives such a row up and closes
the connection; MariaDB's driver then says that the connection was lost, so this also finds out which of the two it was.
"""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import MySQLdb
from django.conf import settings

TOO_WIDE: Final = {2020, 2013}
"""What the driver of MySQL says, and what that of MariaDB says, which is also its word for a lost connection."""

SLACK: Final = 64 * 1024
"""A row is no longer as JSON than on the wire only where numbers were filled up with zeros."""


def options() -> dict[str, Any]:
    """For `MySQLdb.connect`."""
    return {"read_default_file": f"/proc/self/fd/{_FILE}", "read_default_group": "tidbmcp"}


@contextmanager
def watched(connection: MySQLdb.connections.Connection) -> Iterator[Callable[[MySQLdb.Error], bool]]:
    """While a result is fetched: the question whether an error says that a row was too wide."""
    line = os.dup(connection.fileno())  # the driver closes its own before it tells
    try:
        yield lambda error: bool(error.args) and error.args[0] in TOO_WIDE and _is_open(line)
    finally:
        os.close(line)


def _is_open(line: int) -> bool:
    """Whether the server has not closed it: then it was the driver that gave up."""
    with socket.socket(fileno=os.dup(line)) as end:
        try:
            return bool(end.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT))
        except BlockingIOError:
            return True
        except OSError:
            return False


def _option_file() -> int:
    """A file in memory: one on a disk may be swept away while the process lives, and the driver would not say so."""
    file = os.memfd_create("tidbmcp.cnf")
    os.write(file, f"[tidbmcp]\nmax_allowed_packet={settings.SQL_MAX_BYTES + SLACK}\n".encode())
    return file


_FILE: Final = _option_file()
