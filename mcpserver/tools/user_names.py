"""Names of SQL users: with and without the prefix of their cluster or branch, and those that nobody touches through a tool."""

import re
from typing import Final

from mcpserver.vault.logins import USERS, Place, without_prefix
from mcpserver.vault.models import SqlLogin
from tidbmcp.lib.errors import BadInput, Refused
from tidbmcp.lib.visible import make_visible

LONGEST: Final = 32
"""Characters of a user's name that TiDB takes, prefix included."""

OWNER: Final = "root"

SERVERS_OWN: Final = frozenset(
    {
        *("mysql", "mysql.sys", "mysql.session", "mysql.infoschema", "mariadb.sys", "public", "debian-sys-maint"),
        *("cloud_admin", "prom_admin", "role_admin", "role_readwrite", "role_readonly"),
    }
)
"""Accounts and roles that belong to an engine or to TiDB Cloud."""

_NEW: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*")


def full_name(prefix: str, wanted: str) -> str:
    """The name with its prefix, which the caller may have given or not. `prefix` is empty where there is none."""
    return wanted if not prefix or wanted.startswith(f"{prefix}.") else f"{prefix}.{wanted}"


def new_name(prefix: str, wanted: str) -> str:
    """The name without its prefix, for a user that is to be made. BadInput where it can't be one."""
    name = wanted.removeprefix(f"{prefix}.") if prefix else wanted
    if "." in name:
        own = f"the prefix of this one is {prefix}" if prefix else "there is no prefix here"
        raise BadInput(f"A dot ends a prefix, and {own}: give the name alone, without a dot.")
    if not _NEW.fullmatch(name):
        raise BadInput("A user's name is letters, digits, _ and -, and does not begin with -.")
    full = full_name(prefix, name)
    if len(full) > LONGEST:
        left = LONGEST - len(full) + len(name)
        raise BadInput(
            f"With its prefix the name would be {full}: TiDB takes {LONGEST} characters, so {left} are left."
        )
    return name


def refuse_protected(where: Place, prefix: str, wanted: str) -> None:
    """Raise Refused for the owner, for what belongs to the server, and for the gateway's own logins. Blocking.

    In any case and under any prefix: better one name too many than one too few.
    """
    full = full_name(prefix, wanted)
    names = {one.lower() for text in (full, wanted) for one in (text, without_prefix(text), text.rpartition(".")[2])}
    shown = make_visible(full)
    if OWNER in names:
        raise Refused(f"{shown} belongs to whoever made the cluster: it is neither made nor removed here.")
    if SERVERS_OWN & names:
        raise Refused(f"{shown} is a name of the server's own: it is neither made nor removed here.")
    if _own(where) & names:
        raise Refused(
            f"{shown} is a login of the gateway's own. Those are made and dropped by an admin, in the console or by "
            "manage.py sql_login."
        )


def _own(where: Place) -> set[str]:
    """Of the cluster and all its branches, over every connection that may know it; with and without their prefixes."""
    rows = SqlLogin.objects.filter(connection__api_url=where.connection.api_url, cluster_id=where.cluster_id)
    users = set(rows.values_list("username", flat=True))
    return {name.lower() for user in users for name in (user, without_prefix(user) or user)} | set(USERS.values())
