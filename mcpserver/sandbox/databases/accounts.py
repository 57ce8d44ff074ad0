"""The SQL users of a cluster: its root and one login for each built-in role, with the rights that the role has."""

from collections.abc import Iterator
from typing import Final

from mcpserver.sandbox.databases.sql import literal
from mcpserver.sandbox.facts import ClusterFacts, Login

_READ: Final = "SELECT, SHOW VIEW, SHOW DATABASES"
_WRITE: Final = "INSERT, UPDATE, DELETE, CREATE TEMPORARY TABLES"
# Everything within the databases and over their users; nothing over the server and its files. As on a TiDB of one's
# own, that includes the tables of `mysql`; what is written there counts only after a restart.
_ADMIN: Final = (
    f"{_READ}, {_WRITE}, CREATE, DROP, ALTER, INDEX, REFERENCES, TRIGGER, EVENT, CREATE VIEW, CREATE ROUTINE, "
    "ALTER ROUTINE, EXECUTE, LOCK TABLES, DELETE HISTORY, PROCESS, CREATE USER"
)


def statements(cluster: ClusterFacts) -> Iterator[str]:
    """Run first: the views of the databases belong to root. MariaDB's own administrators go."""
    yield "FLUSH PRIVILEGES"  # accounts can be changed from here on
    yield "DELETE FROM mysql.global_priv WHERE User NOT IN ('mariadb.sys', 'PUBLIC')"
    yield "DELETE FROM mysql.db"
    yield "DELETE FROM mysql.proxies_priv"
    yield "FLUSH PRIVILEGES"
    for login in (cluster.root, *cluster.logins.values()):
        yield f"CREATE USER {name(login)} IDENTIFIED BY {literal(login.password)}"
    for administrator in (cluster.root, cluster.logins["role_admin"]):
        yield f"GRANT {_ADMIN} ON *.* TO {name(administrator)} WITH GRANT OPTION"
    yield f"GRANT {_READ} ON *.* TO {name(cluster.logins['role_readonly'])}"
    yield from _readwrite(name(cluster.logins["role_readwrite"]))


def _readwrite(account: str) -> Iterator[str]:
    """Writes in every database, later ones too, except the server's own: there the more exact grant wins over `%`."""
    yield f"GRANT {_READ}, EXECUTE ON *.* TO {account}"
    yield f"GRANT {_WRITE} ON `%`.* TO {account}"
    for own in ("mysql", "sys"):
        yield f"GRANT SELECT ON {own}.* TO {account}"


def name(login: Login) -> str:
    """The account in SQL."""
    return f"{literal(login.user)}@'%'"
