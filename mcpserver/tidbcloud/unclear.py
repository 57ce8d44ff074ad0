"""Changes whose answer got lost: never asked for twice, but looked for."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from mcpserver.tidbcloud.errors import GONE, CloudError, CloudNotFound, CloudUnclear
from mcpserver.tidbcloud.types import DELETED, Branch, Cluster

LOOK_AGAIN: Final = 1.0
"""Seconds until the second look for what an unclear request may have made."""

M = TypeVar("M", Cluster, Branch)


async def make(what: str, ask: Callable[[], Awaitable[M]], like_it: Callable[[], Awaitable[list[M]]]) -> M:
    """Ask for it once. Names are not unique: what was not there before, is there now and is like it is what was asked for."""
    before = {thing.id for thing in await like_it()}
    try:
        return await ask()
    except CloudUnclear as unclear:
        for pause in (0.0, LOOK_AGAIN):
            await asyncio.sleep(pause)
            try:
                new = [thing for thing in await like_it() if thing.id not in before]
            except CloudError:
                continue
            if len(new) == 1:
                return new[0]
            if new:
                break
        raise CloudUnclear(
            f"{unclear.public} No new {what} could be made out since. List again before you ask for it once more: "
            "a second request could make a second one.",
            detail=unclear.detail,
        ) from unclear


async def change_it(ask: Callable[[], Awaitable[M]], look: Callable[[], Awaitable[M]], is_in: Callable[[M], bool]) -> M:
    """Ask for it once; where the answer is unclear, look whether all that was asked for is there."""
    try:
        return await ask()
    except CloudUnclear as unclear:
        try:
            thing = await look()
        except CloudError:
            raise unclear from None
        if is_in(thing):
            return thing
        raise CloudUnclear(
            f"{unclear.public} It was not changed a moment later: look again before you try once more.",
            detail=unclear.detail,
        ) from unclear


async def delete(ask: Callable[[], Awaitable[M]], look: Callable[[], Awaitable[M]]) -> M | None:
    """Ask for it once; where the answer is unclear, look whether it is gone. Gone already is what was wanted."""
    try:
        return await ask()
    except CloudNotFound:
        return None
    except CloudUnclear as unclear:
        try:
            thing = await look()
        except GONE:
            return None
        except CloudError:
            raise unclear from None
        if thing.state in DELETED:
            return thing
        raise _still_there(unclear) from unclear


async def remove(ask: Callable[[], Awaitable[object]], is_there: Callable[[], Awaitable[bool]]) -> bool:
    """Ask for it once, if it is there: what answers for a thing that is not is not documented. False where it was not.

    Where the answer is unclear, look whether it is gone.
    """
    if not await is_there():
        return False
    try:
        await ask()
    except CloudNotFound:
        return False
    except CloudUnclear as unclear:
        try:
            left = await is_there()
        except CloudError:
            raise unclear from None
        if left:
            raise _still_there(unclear) from unclear
    return True


def _still_there(unclear: CloudUnclear) -> CloudUnclear:
    return CloudUnclear(
        f"{unclear.public} It was still there a moment later: look again before you try once more.",
        detail=unclear.detail,
    )
