"""The way to a cluster's SQL: its address from the API, its reader login from the vault.

Another login is taken only where the deployment says that none of readers is needed, and nobody says read-only.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.conf import settings

from audit.facts import Facts
from mcpserver.sql.session import Target
from mcpserver.tidbcloud.types import Branch, Cluster
from mcpserver.tools.find import Found
from mcpserver.tools.spec import Call
from mcpserver.vault.logins import Place, due_of, make_logins
from mcpserver.vault.models import Role, SqlLogin
from mcpserver.vault.open import open_secret
from tidbmcp.lib.errors import Refused, Unavailable
from tidbmcp.lib.prepared import Prepared
from tidbmcp.lib.secrets import Secret
from tidbmcp.lib.threads import in_control_thread, uncancelled


class Moved(Exception):
    """The connection or the reader login is not as it was: look again."""


@dataclass(frozen=True)
class Reader:
    """The way to the SQL of a cluster or branch, as its reader or who stands in for one."""

    target: Target
    login: SqlLogin
    found_at: datetime
    """When the key was stored with which the address was found."""

    @property
    def is_reader(self) -> bool:
        """Whether the login is stored as one that only reads."""
        return self.login.role == Role.READONLY

    def password(self, facts: Facts) -> Secret:
        """For when a connection must be made. Blocking; raises as `open_secret` does."""
        return open_secret(self.login, purpose="connect to run a read", facts=facts)

    def still_stands(self) -> None:
        """Raise Moved unless vault and connection are as they were when this was found. Blocking, in one query."""
        login = self.login
        row = _STANDING.first(login.connection_id, login.cluster_id, login.branch_id, Role.READONLY)
        if row is None or tuple(row.values()) != (login.pk, login.username, login.stored_at, self.found_at):
            raise Moved


_STANDING: Final = Prepared(
    SqlLogin,
    ("connection_id", "cluster_id", "branch_id", "role"),
    ("id", "username", "stored_at", "connection__stored_at"),
)
KNOWN_MOST: Final = 10_000
_known: dict[tuple[UUID, str], SqlLogin] = {}
"""Readers of clusters, by connection and cluster id."""


def known_reader(found: Found, database: str) -> Reader | None:
    """The reader of before, if there is one. It may not stand any more."""
    login = _known.get((found.connection.pk, found.cluster.cluster_id))
    return Reader(target_of(found.cluster, login, database), login, found.connection.stored_at) if login else None


async def reader_of(found: Found, call: Call, database: str = "", branch: Branch | None = None) -> Reader:
    """Where to connect as the cluster's reader, or the branch's."""
    place: Cluster | Branch = branch or found.cluster
    endpoint_of(place)
    where = Place(found.connection, found.cluster.cluster_id, branch.branch_id if branch else "")
    login = await login_of(where, Role.READONLY, call)
    if login is None and not (settings.REQUIRE_READER_LOGIN or is_read_only(call)):
        login = await in_control_thread(_stand_in, where)
    if login is None:
        raise Refused(
            f"No reader login is stored for {place.display_name}. Ask {settings.ADMIN_CONTACT} to make one, in the "
            "console or by manage.py sql_login."
        )
    if branch is None and login.role == Role.READONLY:  # who stands in does so for some callers only
        if len(_known) >= KNOWN_MOST:
            _known.clear()
        _known[found.connection.pk, found.cluster.cluster_id] = login
    return Reader(target_of(place, login, database), login, found.connection.stored_at)


def target_of(place: Cluster | Branch, login: SqlLogin, database: str) -> Target:
    """Where to connect as this login. Raises as `endpoint_of` does."""
    host, port = endpoint_of(place)
    return Target(host, port, login.username, login.stored_at.isoformat(), database)


def endpoint_of(place: Cluster | Branch) -> tuple[str, int]:
    """Host and port. Raises Unavailable where there is none now."""
    endpoint = place.public_endpoint
    if endpoint is None or not endpoint.host or not endpoint.port or endpoint.disabled:
        state, what = place.state or "unknown", "branch" if isinstance(place, Branch) else "cluster"
        raise Unavailable(f"The {what} has no public SQL endpoint now (state {state}). Try again when it is ACTIVE.")
    return endpoint.host, endpoint.port


async def login_of(where: Place, role: Role, call: Call) -> SqlLogin | None:
    """The login of this role, if there is one or it is due. Raises Unavailable where it is still being made."""
    return await in_control_thread(_stored, where, role) or await _made_now(where, role, call)


async def _made_now(where: Place, role: Role, call: Call) -> SqlLogin | None:
    """What was made through the gateway gets its logins when they are first needed, at the latest.

    That finishes what somebody else has asked for, in their name; but nothing read-only sets it going.
    """
    due = await in_control_thread(due_of, where)
    if due is None:
        return None
    if not is_read_only(call):
        await uncancelled(make_logins(due, call.facts))
    login = await in_control_thread(_stored, where, role)
    due = await in_control_thread(due_of, where)
    if login is None and due is not None:
        why = f" So far that failed: {due.problem}" if due.problem else " Try again in a few seconds."
        raise Unavailable(f"The SQL logins of this are still being made.{why}")
    return login


def is_read_only(call: Call) -> bool:
    """Whether the token, the request or the deployment says that nothing but reading is done."""
    return call.read_only or call.principal.read_only or settings.MCP_READ_ONLY


def _stand_in(where: Place) -> SqlLogin | None:
    """The login of the least role beyond reading."""
    rows = SqlLogin.objects.filter(**where.key()).select_related("connection")
    by_role = {row.role: row for row in rows}
    return by_role.get(Role.READWRITE) or by_role.get(Role.ADMIN)


def _stored(where: Place, role: Role) -> SqlLogin | None:
    rows = SqlLogin.objects.filter(**where.key(), role=role)
    return rows.select_related("connection").first()
