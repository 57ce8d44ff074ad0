"""The way to a cluster's SQL: its address from the API, its reader login from the vault."""

from collections.abc import Callable

from django.conf import settings

from mcpserver.sql.session import Target
from mcpserver.tidbcloud.types import Branch, Cluster
from mcpserver.tools.find import Found
from mcpserver.tools.spec import Call
from mcpserver.vault.logins import Place, due_of, make_logins
from mcpserver.vault.models import Role, SqlLogin
from mcpserver.vault.open import open_secret
from tidbmcp.lib.errors import Refused, Unavailable
from tidbmcp.lib.secrets import Secret
from tidbmcp.lib.threads import in_control_thread, uncancelled


async def reader_of(
    found: Found, call: Call, database: str = "", branch: Branch | None = None
) -> tuple[Target, Callable[[], Secret]]:
    """Where to connect as the cluster's reader, and how to get the password when a connection must be made."""
    place: Cluster | Branch = branch or found.cluster
    endpoint = place.public_endpoint
    if endpoint is None or not endpoint.host or not endpoint.port or endpoint.disabled:
        state, what = place.state or "unknown", "branch" if branch else "cluster"
        raise Unavailable(f"The {what} has no public SQL endpoint now (state {state}). Try again when it is ACTIVE.")
    where = Place(found.connection, found.cluster.cluster_id, branch.branch_id if branch else "")
    login = await in_control_thread(_reader, where) or await _reader_made_now(where, call)
    if login is None:
        raise Refused(
            f"No reader login is stored for {place.display_name}. Ask {settings.ADMIN_CONTACT} to store a SQL "
            "login with role_readonly for it in the console."
        )
    version = login.stored_at.isoformat()
    target = Target(endpoint.host, endpoint.port, login.username, version, database)

    def password() -> Secret:
        return open_secret(login, purpose="connect to run a read", facts=call.facts)

    return target, password


async def _reader_made_now(where: Place, call: Call) -> SqlLogin | None:
    """What was made through the gateway gets its logins when they are first needed, at the latest.

    That finishes what somebody else has asked for, in their name; but nothing read-only sets it going.
    """
    due = await in_control_thread(due_of, where)
    if due is None:
        return None
    if not (call.read_only or call.principal.read_only or settings.MCP_READ_ONLY):
        await uncancelled(make_logins(due, call.facts))
    login = await in_control_thread(_reader, where)
    due = await in_control_thread(due_of, where)
    if login is None and due is not None:
        why = f" So far that failed: {due.problem}" if due.problem else " Try again in a few seconds."
        raise Unavailable(f"The SQL logins of this are still being made.{why}")
    return login


def _reader(where: Place) -> SqlLogin | None:
    rows = SqlLogin.objects.filter(**where.key(), role=Role.READONLY)
    return rows.select_related("connection").first()
