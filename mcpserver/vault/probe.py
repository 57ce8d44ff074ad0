"""Trying a stored key or login, for the "Test the connection" action."""

import asyncio

from audit.facts import Facts
from mcpserver.sql.query import RUNNING
from mcpserver.sql.session import Target, open_session
from mcpserver.tidbcloud.types import Instance
from mcpserver.vault.clients import ready_client
from mcpserver.vault.models import Role, SqlLogin, TidbCloudConnection
from mcpserver.vault.open import open_secret
from tidbmcp.lib.errors import Unavailable
from tidbmcp.lib.secrets import Secret
from tidbmcp.lib.threads import in_control_thread

PURPOSE = "test the connection"


async def probe_connection(row: TidbCloudConnection, facts: Facts) -> str:
    """Ask the API for clusters. Raises GatewayError."""
    client = ready_client(row, await in_control_thread(open_secret, row, purpose=PURPOSE, facts=facts))
    try:
        page = await client.list_clusters(page_size=100)
    finally:
        await client.close()
    more = " or more" if page.next_page_token else ""
    return f"{row}: the key is accepted, and sees {len(page.clusters)}{more} clusters."


async def probe_login(row: SqlLogin, facts: Facts) -> str:
    """Find the cluster or branch by the API, connect, and see what the login may do. Raises GatewayError."""
    client = ready_client(
        row.connection, await in_control_thread(open_secret, row.connection, purpose=PURPOSE, facts=facts)
    )
    try:
        place: Instance = (
            await client.get_branch(row.cluster_id, row.branch_id)
            if row.branch_id
            else await client.get_cluster(row.cluster_id)
        )
    finally:
        await client.close()
    password = await in_control_thread(open_secret, row, purpose=PURPOSE, facts=facts)
    return await asyncio.get_running_loop().run_in_executor(RUNNING, _probe_sql, row, place, password)


def _probe_sql(row: SqlLogin, place: Instance, password: Secret) -> str:
    endpoint = place.public_endpoint
    if endpoint is None or not endpoint.host or not endpoint.port:
        raise Unavailable(f"There is no public SQL endpoint now (state {place.state}).")
    session = open_session(Target(endpoint.host, endpoint.port, row.username, "probe"), password)
    session.close()
    if row.role == Role.READONLY and not session.reads_only:
        return f"{row}: the login is accepted, but it can do more than read, so db_query will not use it."
    return f"{row}: the login is accepted, and {'only reads' if session.reads_only else 'can change data'}."
