"""The Python SDK's client as a process: `python -m tests.clients.drive_python`, orders on stdin, answers on stdout.

The order's `mode` is a revision. The SDK offers its newest where it shakes hands; a driver is a process of its own, so
it may offer an older one.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import mcp.client.session
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS

Order = dict[str, Any]


def say(number: int, **news: Any) -> None:
    print(json.dumps({"id": number, **news}), flush=True)  # noqa: T201 - this is what it is for


def failed(number: int, error: BaseException) -> None:
    say(number, failed={"code": getattr(error, "code", None), "message": str(error) or repr(error)})


async def lines() -> AsyncIterator[Order]:
    reader = asyncio.StreamReader(limit=2**24)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    async for line in reader:
        yield json.loads(line)


async def call(client: Client, order: Order) -> None:
    number = order["id"]

    async def news(progress: float, total: float | None, message: str | None) -> None:
        say(number, progress={"progress": progress, "total": total, "message": message})

    callback = news if order["progress"] else None
    try:
        result = await client.call_tool(order["tool"], order["arguments"], progress_callback=callback)
    except asyncio.CancelledError:
        say(number, failed={"code": None, "message": "the user pressed stop"})
    except Exception as error:  # noqa: BLE001 - whatever the SDK raises is what its user sees
        failed(number, error)
    else:
        text = "".join(block.text for block in result.content)
        say(number, done={"is_error": result.is_error, "text": text, "structured": result.structured_content})


async def listed(client: Client) -> list[str]:
    return [tool.name for tool in (await client.list_tools()).tools]


async def connected(order: Order, orders: AsyncIterator[Order]) -> None:
    """One connection, from its order to connect until the order to close it."""
    sent: list[str] = []
    calls: dict[int, asyncio.Task[None]] = {}

    async def note(response: httpx2.Response) -> None:
        method = json.loads(response.request.content or b"{}").get("method", "")
        sent.append(f"{response.request.method} {method} {response.status_code}".replace("  ", " "))

    mode = order["mode"]
    if mode in HANDSHAKE_PROTOCOL_VERSIONS:
        mcp.client.session.LATEST_HANDSHAKE_VERSION = mode  # type: ignore[attr-defined]
        mode = "legacy"
    hooks = {"response": [note]}
    async with httpx2.AsyncClient(headers=order["headers"], timeout=60, trust_env=False, event_hooks=hooks) as http:
        async with Client(streamable_http_client(order["url"], http_client=http), mode=mode) as client:
            await listed(client)  # as hosts do: it makes the client check results by their schemas
            say(order["id"], done=client.protocol_version)
            async for order in orders:
                if order["do"] == "close":
                    break
                if order["do"] == "call":
                    calls[order["id"]] = asyncio.create_task(call(client, order))
                    continue
                if order["do"] == "cancel":
                    calls[order["of"]].cancel()
                say(order["id"], done=await listed(client) if order["do"] == "list" else None)
    await asyncio.gather(*calls.values(), return_exceptions=True)
    say(order["id"], done=sent)


async def main() -> None:
    orders = lines()
    async for order in orders:
        try:
            await connected(order, orders)
        except Exception as error:  # noqa: BLE001 - the same
            failed(order["id"], error)


if __name__ == "__main__":
    asyncio.run(main())
