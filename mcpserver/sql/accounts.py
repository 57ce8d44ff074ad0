"""Accounts of a SQL server, as statements for its engine. Pure. Of a password only its hash is ever in one.

The rights are those of TiDB Cloud's built-in roles, as far as an engine can say them.
"""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from mcpserver.sql.engines import Engine, MariaDb, TiDb
from mcpserver.sqlgate.quote import quoted_name
from tidbmcp.lib.secrets import Secret

ANYWHERE: Final = "%"
"""The host of every account that is made here: where logins may come from is not said by name."""

_READ: Final = "SELECT, SHOW VIEW"
_WRITE: Final = "SELECT, SHOW VIEW, INSERT, UPDATE, DELETE, CREATE TEMPORARY TABLES, EXECUTE"
_ADMIN: Final = (
    "SELECT, SHOW VIEW, SHOW DATABASES, INSERT, UPDATE, DELETE, CREATE TEMPORARY TABLES, CREATE, DROP, ALTER, INDEX, "
    "REFERENCES, TRIGGER, EVENT, CREATE VIEW, CREATE ROUTINE, ALTER ROUTINE, EXECUTE, LOCK TABLES, PROCESS, CREATE USER"
)
_WITHIN: Final = {"role_readonly": _READ, "role_readwrite": _WRITE}
"""What a role may do within the databases; `role_admin` may do all of it everywhere."""

_SERVERS_OWN: Final = ("mysql", "sys")


@dataclass(frozen=True)
class Account:
    """Who may log in, or a role that can be given to those."""

    user: str
    host: str
    is_role: bool = False


def listing(engine: Engine) -> str:
    """A query for all accounts: user, host, and `Y` where it is a role."""
    role = (
        "is_role"
        if isinstance(engine, MariaDb)
        else "IF(account_locked = 'Y' AND authentication_string = '', 'Y', 'N')"
    )
    return f"SELECT user, host, {role} FROM mysql.user ORDER BY user, host"  # noqa: S608 - our own words


def creation(engine: Engine, user: str, password: Secret) -> str:
    """An account without rights. The server refuses it where there is one of this name."""
    how = "BY PASSWORD" if isinstance(engine, MariaDb) else "WITH mysql_native_password AS"
    return f"CREATE USER {_account(user)} IDENTIFIED {how} '{_digest(password)}'"


def rights(engine: Engine, user: str, role: str, roles: Collection[str], databases: Iterable[str]) -> list[str]:
    """The rights of a built-in role for an account that has none. `roles`: those of the server under which it may be known.

    On TiDB that is the role itself. Where it is not there, they are rights in these `databases`: on TiDB a right over all
    of them is one over the accounts, too.
    """
    account = _account(user)
    if isinstance(engine, TiDb) and roles:
        return [f"GRANT {_account(min(roles))} TO {account}", f"SET DEFAULT ROLE ALL TO {account}"]
    if role not in _WITHIN:
        return [f"GRANT {_ADMIN} ON *.* TO {account} WITH GRANT OPTION"]
    if isinstance(engine, TiDb):
        within = _WITHIN[role].removesuffix(", EXECUTE")
        return [f"GRANT {within} ON {quoted_name(name)}.* TO {account}" for name in databases]
    # The more exact name wins over the pattern: so that nobody reads hashes, or writes themselves more rights.
    own = [f"GRANT SHOW VIEW ON {name}.* TO {account}" for name in _SERVERS_OWN]
    return [*own, f"GRANT SHOW DATABASES ON *.* TO {account}", f"GRANT {_WITHIN[role]} ON `%`.* TO {account}"]


def removal(accounts: Iterable[Account]) -> str:
    """Drops them all."""
    return f"DROP USER {', '.join(_account(one.user, one.host) for one in accounts)}"


def _account(user: str, host: str = ANYWHERE) -> str:
    return f"{quoted_name(user)}@{quoted_name(host)}"


def _digest(password: Secret) -> str:
    """As mysql_native_password keeps it."""
    once = hashlib.sha1(password.reveal().encode(), usedforsecurity=False).digest()
    return f"*{hashlib.sha1(once, usedforsecurity=False).hexdigest().upper()}"
