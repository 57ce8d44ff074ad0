"""What SHOW GRANTS says: whether a login can only read. What is not understood counts as more than reading."""

import re
from collections.abc import Callable, Iterable
from typing import Final

READING: Final = frozenset({"USAGE", "SELECT", "SHOW VIEW", "SHOW DATABASES"})
"""Privileges that change nothing."""

_ON: Final = re.compile(r"GRANT (?P<what>.+?) ON (?:TABLE )?\S+ TO (?P<tail>.+)$", re.IGNORECASE)
_ROLE: Final = re.compile(
    r"GRANT (?P<roles>(?:[`'][^`']+[`'](?:@[`'][^`']*[`'])?(?:, ?)?)+) TO (?P<tail>.+)$", re.IGNORECASE
)
_DEFAULT_ROLE: Final = re.compile(r"SET DEFAULT ROLE \S+ FOR \S+$", re.IGNORECASE)


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
        if _DEFAULT_ROLE.match(line):
            continue
        if match := _ON.match(line):
            privileges |= {word.strip().upper() for word in re.sub(r"\([^)]*\)", "", match["what"]).split(",")}
        elif match := _ROLE.match(line):
            roles += [role.strip() for role in match["roles"].split(",")]
        else:
            return None, []
        if re.search(r"WITH (GRANT|ADMIN) OPTION", match["tail"], re.IGNORECASE):
            return None, []
    return frozenset(privileges), roles
