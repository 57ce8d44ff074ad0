"""What SHOW GRANTS says: whether a login can only read. What is not understood counts as more than reading."""

import re
from collections.abc import Callable, Iterable
from itertools import count
from typing import Final

READING: Final = frozenset({"USAGE", "SELECT", "SHOW VIEW", "SHOW DATABASES"})
"""Privileges that change nothing."""

_QUOTED: Final = re.compile(r"`(?:[^`]|``)*`|'(?:[^'\\]|\\.|'')*'")
_NAME: Final = r"(?:\0\d+\0|[\w%*]+)"
_ON: Final = re.compile(rf"GRANT (?P<what>[\w ,()\0]+) ON (?:TABLE )?{_NAME}\.{_NAME} TO (?P<tail>.+)", re.IGNORECASE)
_ROLE: Final = re.compile(
    rf"GRANT (?P<roles>{_NAME}(?:@{_NAME})?(?:, ?{_NAME}(?:@{_NAME})?)*) TO (?P<tail>.+)", re.IGNORECASE
)
_DEFAULT_ROLE: Final = re.compile(rf"SET DEFAULT ROLE {_NAME}(?:@{_NAME})? FOR {_NAME}(?:@{_NAME})?", re.IGNORECASE)
_COLUMNS: Final = re.compile(r"\([^)]*\)")


def reads_only(grants: Iterable[str], grants_of_role: Callable[[str], Iterable[str]]) -> bool:
    """Whether these lines, and those of the roles they name, open nothing but reading.

    `grants_of_role` looks up a role, given as SHOW GRANTS writes it. A role's role is more than a reader needs.
    """
    own, roles = _read(grants)
    if own is None:
        return False
    inherited = [_read(grants_of_role(role)) for role in roles]
    return (
        bool(own or roles)
        and own <= READING
        and all(found is not None and not deeper and found <= READING for found, deeper in inherited)
    )


def _read(lines: Iterable[str]) -> tuple[frozenset[str] | None, list[str]]:
    """The privileges of these lines (None if one is not understood) and the roles they hand on."""
    privileges: set[str] = set()
    roles: list[str] = []
    for line in lines:
        plain, names = _without_names(line)
        if _DEFAULT_ROLE.fullmatch(plain):
            continue
        if match := _ON.fullmatch(plain):
            privileges |= {word.strip().upper() for word in _COLUMNS.sub("", match["what"]).split(",")}
        elif match := _ROLE.fullmatch(plain):
            roles += [_with_names(role.strip(), names) for role in match["roles"].split(",")]
        else:
            return None, []
        if re.search(r"WITH (GRANT|ADMIN) OPTION", match["tail"], re.IGNORECASE):
            return None, []
    return frozenset(privileges), roles


def _without_names(line: str) -> tuple[str, list[str]]:
    """The line with its quoted names numbered, and the names: a name may hold anything, grammar too."""
    names = _QUOTED.findall(line)
    numbers = count()
    plain = _QUOTED.sub(lambda _: f"\0{next(numbers)}\0", line)
    return ("", []) if "\0" in line else (plain, names)


def _with_names(text: str, names: list[str]) -> str:
    return re.sub("\0(\\d+)\0", lambda found: names[int(found[1])], text)
