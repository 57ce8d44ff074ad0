"""Waiting until what was asked for is there: with progress, bounded, and without harm to it when nobody waits any more."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Final, TypeVar

from mcpserver.tidbcloud.client import TidbCloud
from mcpserver.tidbcloud.errors import CloudBusy, CloudUnreachable
from mcpserver.tidbcloud.types import ACTIVE, DELETED, Branch, Cluster
from mcpserver.tools.spec import Call
from mcpserver.vault.clients import cloud
from mcpserver.vault.logins import Place, due_of, make_logins
from tidbmcp.lib.errors import GatewayError, NotFound, Unavailable
from tidbmcp.lib.threads import in_control_thread, uncancelled

WAIT_MOST: Final = 300.0
"""Seconds; official clients wait between two and twelve minutes."""
PAUSES: Final = (1.0, 1.0, 2.0, 2.0, 3.0, 5.0)
"""Seconds between looks, the last one from then on: a key has 100 requests a minute."""

T = TypeVar("T", Cluster, Branch)


async def wait_for(
    call: Call, where: Place, thing: T, look: Callable[[TidbCloud], Awaitable[T]]
) -> tuple[T, str | None]:
    """Look until it is ACTIVE and has its SQL logins. The thing as last seen, and what is still in the way."""
    began = monotonic()
    what = thing.display_name or thing.id
    for turn in range(10_000):
        waited = monotonic() - began
        if waited > WAIT_MOST:
            break
        await call.progress(waited, WAIT_MOST, f"{what} is {thing.state or 'being made'} ({waited:.0f} s)")
        await asyncio.sleep(PAUSES[min(turn, len(PAUSES) - 1)])
        try:
            thing = await look(await cloud(where.connection, call.facts))  # a client does not live as long as this may
        except (CloudUnreachable, CloudBusy):
            continue  # it is being made meanwhile, whether we can look or not
        if thing.state in DELETED:
            raise NotFound(f"{what} was deleted while it was being made.")
        if thing.state == ACTIVE:
            try:
                if await _has_logins(call, where):
                    return thing, None
            except GatewayError as error:
                return thing, f"Its SQL logins could not be made yet, and are tried again: {error.public}"
    return thing, f"It was not ready after {WAIT_MOST:.0f} seconds, and goes on being made."


async def _has_logins(call: Call, where: Place) -> bool:
    """Whether nothing is due any more. Raises Unavailable where something can't be made now."""
    due = await in_control_thread(due_of, where)
    if due is None:
        return True
    made = await uncancelled(make_logins(due, call.facts))
    due = await in_control_thread(due_of, where)
    if made and due is not None:
        raise Unavailable(f"{due.problem}.")
    return due is None
