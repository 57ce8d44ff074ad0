"""Ready TiDB Cloud clients: the key is opened when a client is made, and again when it is five minutes old."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Final, TypeVar
from uuid import UUID
from weakref import WeakKeyDictionary

from asgiref.sync import async_to_sync
from django.conf import settings

from audit.facts import Facts
from mcpserver.tidbcloud.auth import ApiKey, BearerToken, Credentials
from mcpserver.tidbcloud.client import TidbCloud
from mcpserver.vault.models import Auth, TidbCloudConnection
from mcpserver.vault.open import open_secret
from tidbmcp.lib.secrets import Secret
from tidbmcp.lib.threads import in_control_thread

T = TypeVar("T")

LIFETIME: Final = 300.0
"""Seconds that an opened key stays in use. One that is changed or removed in the console is out of use at once."""

GRACE: Final = 300.0
"""Seconds that a client lives on for the requests that it still serves."""


@dataclass(frozen=True)
class _Kept:
    client: TidbCloud
    address: tuple[str, ...]
    until: float


@dataclass
class _Clients:
    """Of one event loop. `making` keeps two callers from opening one key twice."""

    kept: dict[UUID, _Kept] = field(default_factory=dict)
    replaced: list[_Kept] = field(default_factory=list)
    making: asyncio.Lock = field(default_factory=asyncio.Lock)


_loops: WeakKeyDictionary[asyncio.AbstractEventLoop, _Clients] = WeakKeyDictionary()


def all_connections() -> list[TidbCloudConnection]:
    """Every connection, by name. Blocking."""
    return list(TidbCloudConnection.objects.order_by("name"))


async def cloud(connection: TidbCloudConnection, facts: Facts) -> TidbCloud:
    """A client for this connection, as the row stands now. Raises VaultUnavailable."""
    clients = _loops.setdefault(asyncio.get_running_loop(), _Clients())
    if found := _current(clients, connection):
        return found
    async with clients.making:
        if found := _current(clients, connection):
            return found
        secret = await in_control_thread(open_secret, connection, purpose="call the TiDB Cloud API", facts=facts)
        if old := clients.kept.pop(connection.pk, None):
            clients.replaced.append(old)
        client = ready_client(connection, secret)
        clients.kept[connection.pk] = _Kept(client, _address(connection), monotonic() + LIFETIME)
        return client


def _current(clients: _Clients, connection: TidbCloudConnection) -> TidbCloud | None:
    kept = clients.kept.get(connection.pk)
    fits = kept is not None and kept.until > monotonic() and kept.address == _address(connection)
    return kept.client if kept is not None and fits else None


def _address(connection: TidbCloudConnection) -> tuple[str, ...]:
    """All that a client is made of; a client of a row that has changed since is not used again."""
    binding = connection.binding()
    return (connection.name, binding.kind, binding.address, binding.user, connection.stored_at.isoformat())


def ready_client(connection: TidbCloudConnection, secret: Secret) -> TidbCloud:
    """A client of this connection; whoever makes it closes it."""
    key: Credentials = BearerToken(secret) if connection.auth == Auth.BEARER else ApiKey(connection.public_key, secret)
    return TidbCloud(
        name=connection.name,
        api_url=connection.api_url,
        iam_url=connection.iam_url,
        credentials=key,
        timeout=settings.TIDBCLOUD_TIMEOUT_SECONDS,
    )


def ask_once(
    connection: TidbCloudConnection, facts: Facts, purpose: str, question: Callable[[TidbCloud], Awaitable[T]]
) -> T:
    """One answer, with a client that is made for it and kept for nothing else: for pages and commands. Blocking."""
    return async_to_sync(_ask_once)(connection, open_secret(connection, purpose=purpose, facts=facts), question)


async def _ask_once(
    connection: TidbCloudConnection, secret: Secret, question: Callable[[TidbCloud], Awaitable[T]]
) -> T:
    client = ready_client(connection, secret)
    try:
        return await question(client)
    finally:
        await client.close()


async def forget_old_clients() -> None:
    """Close those whose time is over, so that no key stays in memory because nobody asks for it any more."""
    clients = _loops.setdefault(asyncio.get_running_loop(), _Clients())
    moment = monotonic()
    for pk in [pk for pk, kept in clients.kept.items() if kept.until + GRACE < moment]:
        clients.replaced.append(clients.kept.pop(pk))
    over = [kept for kept in clients.replaced if kept.until + GRACE < moment]
    clients.replaced = [kept for kept in clients.replaced if kept not in over]
    for kept in over:
        await kept.client.close()


async def close_clients() -> None:
    """Close what this event loop keeps."""
    clients = _loops.pop(asyncio.get_running_loop(), _Clients())
    for kept in [*clients.kept.values(), *clients.replaced]:
        await kept.client.close()
