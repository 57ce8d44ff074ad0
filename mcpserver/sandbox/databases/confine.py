"""A program of its own: `confine.py PATH... -- COMMAND...` becomes a command that can write to these paths only.

The kernel sees to it (Landlock). One that is too old for that changes nothing.
"""

import ctypes
import os
import stat
import struct
import sys
from collections.abc import Sequence
from typing import Final

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # the same numbers on every processor
_VERSION: Final = 1
_PATH_BENEATH: Final = 1
_NO_NEW_PRIVILEGES: Final = 38
_OLDEST: Final = 2
"""The first version that lets files move between folders, as renaming a table does."""
_WRITE_FILE: Final = 1 << 1
_FOLDERS: Final = sum(1 << bit for bit in range(4, 14))
"""To make, to move and to remove whatever there is in a folder."""
_TRUNCATE: Final = (3, 1 << 14)
"""Known from this version on."""

_libc: Final = ctypes.CDLL(None, use_errno=True)


def confine(paths: Sequence[str]) -> None:
    """From now on and for ever, this thread and what it becomes."""
    version = _libc.syscall(_CREATE, None, ctypes.c_size_t(0), _VERSION)
    if version < _OLDEST:
        return
    of_files = _WRITE_FILE | (_TRUNCATE[1] if version >= _TRUNCATE[0] else 0)
    rules = _done(_libc.syscall(_CREATE, struct.pack("=Q", of_files | _FOLDERS), ctypes.c_size_t(8), 0))
    for path in paths:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
        rights = of_files | (_FOLDERS if stat.S_ISDIR(os.fstat(descriptor).st_mode) else 0)
        _done(_libc.syscall(_ADD, rules, _PATH_BENEATH, struct.pack("=Qi", rights, descriptor), 0))
        os.close(descriptor)
    _done(_libc.prctl(_NO_NEW_PRIVILEGES, *(ctypes.c_ulong(value) for value in (1, 0, 0, 0))))
    _done(_libc.syscall(_RESTRICT, rules, 0))
    os.close(rules)


def _done(result: int) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), "Landlock")
    return result


if __name__ == "__main__":
    end = sys.argv.index("--")
    confine(sys.argv[1:end])
    os.execv(sys.argv[end + 1], sys.argv[end + 1 :])  # noqa: S606 - there is no shell
