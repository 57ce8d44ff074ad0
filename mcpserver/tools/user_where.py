"""Which way leads to the users of a cluster or branch."""

from mcpserver.tidbcloud.errors import CloudNotFound
from mcpserver.tidbcloud.types import Branch
from mcpserver.tools.find import Found
from mcpserver.tools.spec import Call
from mcpserver.tools.user_api import ApiWay, Way, users_of
from mcpserver.tools.user_sql import sql_way
from mcpserver.tools.writer import writer_of
from mcpserver.vault.clients import cloud
from mcpserver.vault.models import Role


async def way_of(call: Call, found: Found, branch: Branch | None) -> Way:
    """The API for a cluster. SQL for a branch, of which it makes no users, and for a cluster whose users it does not know."""
    if branch is None:
        client = await cloud(found.connection, call.facts)
        try:
            return ApiWay(client, found, await users_of(client, found.cluster.cluster_id))
        except CloudNotFound:
            pass  # the cluster itself was found a moment ago
    writer = await writer_of(found, call, Role.ADMIN, branch=branch)
    return await sql_way(call, writer, (branch or found.cluster).user_prefix or "")
