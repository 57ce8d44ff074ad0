"""Ready TiDB Cloud clients: the key is opened when a client is made, and again when it is five minutes old."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Final
from uuid import UUID
from weakref import WeakKeyDictionary

from audit.facts import Facts
from mcpserver.tidbcloud.client import TidbCloud
from mcpserver.vault.models import TidbCloudConnection
from mcpserver.vault.open import open_secret
from tidbmcp.lib.secrets import Secret
from tidbmcp.lib.threads import in_control_thread

LIFETIME: Final = 300.0
"""Seconds that an opened key stays in memory. One that is changed or removed in the console is out of use at once."""

GRACE: Final = 60.0
"""Seconds that a replaced client keeps for the requests it still serves."""


@dataclass(frozen=True)
class _Kept:
    client: TidbCloud
    stored_at: datetime
    until: float


_closing: set[asyncio.Future[None]] = set()
_kept: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[UUID, _Kept]] = WeakKeyDictionary()


def all_connections() -> list[TidbCloudConnection]:
    """Every connection, by name. Blocking."""
    return list(TidbCloudConnection.objects.order_by("name"))


async def cloud(connection: TidbCloudConnection, facts: Facts) -> TidbCloud:
    """A client for this connection, as the row stands now. Raises VaultUnavailable."""
    clients = _kept.setdefault(asyncio.get_running_loop(), {})
    kept = clients.get(connection.pk)
    if kept and kept.until > monotonic() and kept.stored_at == connection.stored_at:
        return kept.client
    secret = await in_control_thread(open_secret, connection, purpose="call the TiDB Cloud API", facts=facts)
    client = ready_client(connection, secret)
    clients[connection.pk] = _Kept(client, connection.stored_at, monotonic() + LIFETIME)
    if kept:
        asyncio.get_running_loop().call_later(GRACE, _close, kept.client)
    return client


def _close(client: TidbCloud) -> None:
    task = asyncio.ensure_future(client.close())
    _closing.add(task)
    task.add_done_callback(_closing.discard)


def ready_client(connection: TidbCloudConnection, secret: Secret) -> TidbCloud:
    """A client of this connection; whoever makes it closes it, or leaves that to its end."""
    return TidbCloud(
        name=connection.name, api_url=connection.api_url, public_key=connection.public_key, private_key=secret
    )


async def close_clients() -> None:
    """Close what this event loop keeps."""
    for kept in _kept.pop(asyncio.get_running_loop(), {}).values():
        await kept.client.close()
