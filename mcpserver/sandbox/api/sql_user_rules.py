"""Names and roles of SQL users: what carries the prefix of the cluster, and what does not."""

from collections.abc import Sequence
from typing import Any, Final

from mcpserver.sandbox.api.answers import ApiError
from mcpserver.sandbox.api.shapes import Shape, array, boolean, choice, password, record, refuse, text
from mcpserver.sandbox.facts import ROLES

METHOD: Final = "mysql_native_password"
_LONGEST: Final = 32
"""What TiDB takes as the name of a user, prefix included."""
_NAME: Final = text(r"[A-Za-z0-9_][A-Za-z0-9_.@-]*", "must be letters, digits, and _ . @ -")

CREATE: Final[Shape] = record(
    {
        "userName": _NAME,
        "authMethod": choice(METHOD),
        "autoPrefix": boolean,
        "builtinRole": text(),
        "customRoles": array(text(r".{1,64}", "must be a name")),
        "password": password,
    },
    required=("userName", "builtinRole", "password"),
)
UPDATE: Final[Shape] = record(
    {"builtinRole": text(), "customRoles": array(text(r".{1,64}", "must be a name")), "password": password}
)


def full_name(sent: dict[str, Any], prefix: str) -> str:
    """With the prefix, which is added or must be there."""
    name: str = sent["userName"]
    if sent.get("autoPrefix", False):
        name = f"{prefix}.{name}"
    elif not name.startswith(f"{prefix}."):
        raise ApiError(400, "user name must start with the prefix")
    if len(name) > _LONGEST or name == f"{prefix}.":
        raise refuse("userName", f"must have a name behind the prefix, and {_LONGEST} characters at most with it")
    return name


def created_role(sent: dict[str, Any], prefix: str) -> str:
    """`role_admin` never carries the prefix; the others do, unless it is added by itself."""
    role: str = sent["builtinRole"]
    automatic = sent.get("autoPrefix", False)
    return _one_of(role, [name if automatic or name == "role_admin" else f"{prefix}.{name}" for name in ROLES])


def updated_role(role: str, prefix: str) -> str:
    """Clients are known to send it with the prefix here; both are taken."""
    return _one_of(role, [*ROLES, *(f"{prefix}.{name}" for name in ROLES if name != "role_admin")])


def _one_of(role: str, allowed: Sequence[str]) -> str:
    if role not in allowed:
        raise refuse("builtinRole", f"must be one of {', '.join(allowed)}")
    return role
