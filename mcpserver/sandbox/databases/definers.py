"""Another prefix for all users of a data folder that was copied, and for the views and routines that they own.

The server keeps users, routines and events in tables, views and triggers in text files beside the data.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from mcpserver.sandbox.databases import keeper
from mcpserver.sandbox.databases.sql import literal
from mcpserver.sandbox.errors import SandboxError

_PREFIX: Final = re.compile("[A-Za-z0-9]{1,32}")
_COLUMNS: Final = (
    ("global_priv", "User"),
    ("db", "User"),
    ("tables_priv", "User"),
    ("tables_priv", "Grantor"),
    ("columns_priv", "User"),
    ("procs_priv", "User"),
    ("procs_priv", "Grantor"),
    ("proxies_priv", "User"),
    ("proxies_priv", "Proxied_user"),
    ("proxies_priv", "Grantor"),
    ("roles_mapping", "User"),
    ("roles_mapping", "Role"),
    ("proc", "definer"),
    ("event", "definer"),
)


def statements(old: str, new: str) -> Iterator[str]:
    """For a server that knows no users yet, because it only runs these."""
    if not _PREFIX.fullmatch(old) or not _PREFIX.fullmatch(new):
        raise SandboxError("This cannot be the prefix of a user.")
    yield keeper.FORGET
    for table, column in _COLUMNS:
        yield _update(table, column, column, "{}", old, new)
    role = "JSON_VALUE(Priv, '$.default_role')"
    yield _update("global_priv", "Priv", role, "JSON_SET(Priv, '$.default_role', {})", old, new)


def _update(table: str, column: str, name: str, setting: str, old: str, new: str) -> str:
    renamed = f"CONCAT({literal(new)}, SUBSTRING({name}, {len(old) + 1}))"
    has_prefix = f"LEFT({name}, {len(old) + 1}) = BINARY {literal(f'{old}.')}"
    return f"UPDATE mysql.{table} SET {column} = {setting.format(renamed)} WHERE {has_prefix}"  # noqa: S608 - quoted


def rewrite(data: Path, old: str, new: str) -> None:
    """Blocks. To be called in a thread, when no server uses the folder."""
    view = re.compile(rf"^(definer_user={old})\.".encode(), re.MULTILINE)
    for path in data.glob("*/*.frm"):
        with path.open("rb") as file:
            if file.read(9) != b"TYPE=VIEW":
                continue
        _replace(path, view, f"definer_user={new}.".encode())
    # In a trigger's text a quote is escaped, so that a bare one opens or closes a definition or a definer.
    trigger = re.compile(rf"(?<!\\)('CREATE DEFINER=`|')({old})\.".encode())
    for path in data.glob("*/*.TRG"):
        _replace(path, trigger, rf"\g<1>{new}.".encode())


def _replace(path: Path, pattern: re.Pattern[bytes], by: bytes) -> None:
    text = path.read_bytes()
    if pattern.search(text):
        path.write_bytes(pattern.sub(by, text))
