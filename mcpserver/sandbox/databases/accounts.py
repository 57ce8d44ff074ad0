"""The SQL users of a place and the rights of their roles, as statements for its server."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from mcpserver.sandbox.databases.sql import literal
from mcpserver.sandbox.errors import SandboxError

_READ: Final = "SELECT, SHOW VIEW, SHOW DATABASES"
_WRITE: Final = "INSERT, UPDATE, DELETE, CREATE TEMPORARY TABLES"
# Everything within the databases and over their users; nothing over the server and its files. As on a TiDB of one's
# own, that includes the tables of `mysql`. Rights that are written there count until the next start, which puts them
# into bounds; files are safe meanwhile, because the server is confined.
ADMIN: Final = (
    f"{_READ}, {_WRITE}, CREATE, DROP, ALTER, INDEX, REFERENCES, TRIGGER, EVENT, CREATE VIEW, CREATE ROUTINE, "
    "ALTER ROUTINE, EXECUTE, LOCK TABLES, DELETE HISTORY, PROCESS, CREATE USER"
)
_LONGEST: Final = 128


@dataclass(frozen=True)
class Account:
    """A SQL user: its full name with the prefix, its password, and a built-in role ("root" is the owner of all)."""

    user: str
    password: str = field(repr=False)
    role: str


def founding(accounts: Sequence[Account]) -> Iterator[str]:
    """Run first where there is no data yet. MariaDB's own administrators go."""
    yield "FLUSH PRIVILEGES"  # accounts can be changed from here on
    yield "DELETE FROM mysql.global_priv WHERE User NOT IN ('mariadb.sys', 'PUBLIC')"
    yield "DELETE FROM mysql.db"
    yield "DELETE FROM mysql.proxies_priv"
    yield "FLUSH PRIVILEGES"
    for account in accounts:
        yield from creation(account)


def creation(account: Account) -> Iterator[str]:
    """A new user. The server refuses a name that is taken."""
    yield f"CREATE USER {name(account.user)} IDENTIFIED BY PASSWORD {digest(account.password)}"
    yield from _grants(account.user, account.role)


def owner(user: str, password: str) -> Iterator[str]:
    """Root with this password, also where somebody has removed it."""
    yield f"CREATE USER IF NOT EXISTS {name(user)}"
    yield f"ALTER USER {name(user)} IDENTIFIED BY PASSWORD {digest(password)}"
    yield from _grants(user, "root")


def change(user: str, password: str | None, role: str | None) -> Iterator[str]:
    """Another password or role. A session keeps the rights it began with, so that another role ends all of them."""
    if password is not None:
        yield f"ALTER USER {name(user)} IDENTIFIED BY PASSWORD {digest(password)}"
    if role is not None:
        yield f"REVOKE ALL PRIVILEGES, GRANT OPTION FROM {name(user)}"
        yield from _grants(user, role)
        yield f"KILL USER {name(user)}"


def removal(user: str) -> Iterator[str]:
    """The user, if there is one, and then its connections: nobody can open another between the two."""
    yield f"DROP USER IF EXISTS {name(user)}"
    yield f"KILL USER {name(user)}"


def name(user: str) -> str:
    """The account in SQL. Refuses what the server's tables could not keep as it is."""
    ordinary = user.isprintable() and user == user.strip() and max(user, default="") <= "\uffff"
    if not ordinary or not 0 < len(user) <= _LONGEST:
        raise SandboxError("This cannot be the name of a user.")
    return f"{literal(user)}@'%'"


def digest(password: str) -> str:
    """The password in the form that the server keeps, in SQL: the password itself is never in a statement."""
    if not 0 < len(password) <= _LONGEST or not password.isprintable():
        raise SandboxError("This cannot be a password.")
    once = hashlib.sha1(password.encode(), usedforsecurity=False).digest()  # as mysql_native_password has it
    return f"'*{hashlib.sha1(once, usedforsecurity=False).hexdigest().upper()}'"


def _grants(user: str, role: str) -> Iterator[str]:
    account = name(user)
    match role:
        case "role_readonly":
            yield f"GRANT {_READ} ON *.* TO {account}"
        case "role_readwrite":
            yield from _readwrite(account)
        case "role_admin" | "root":
            yield f"GRANT {ADMIN} ON *.* TO {account} WITH GRANT OPTION"
        case _:
            raise SandboxError("There is no such role.")


def _readwrite(account: str) -> Iterator[str]:
    """Writes in every database, later ones too, except the server's own: there the more exact grant wins over `%`."""
    yield f"GRANT {_READ}, EXECUTE ON *.* TO {account}"
    yield f"GRANT {_WRITE} ON `%`.* TO {account}"
    for own in ("mysql", "sys"):
        yield f"GRANT SELECT ON {own}.* TO {account}"
