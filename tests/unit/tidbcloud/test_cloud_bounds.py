"""An API that says too much, or too slowly, or that has had enough of a key."""

import asyncio

import pytest

from mcpserver.tidbcloud import host
from mcpserver.tidbcloud.auth import BearerToken
from mcpserver.tidbcloud.client import TidbCloud
from mcpserver.tidbcloud.errors import CloudBusy, CloudSlow, CloudUnreachable
from tests.unit.far_end import Answer, FarEnd, client_of
from tidbmcp.lib.secrets import Secret


async def test_an_answer_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host, "BODY_MOST", 1000)
    monkeypatch.setattr(host, "PAUSE", 0)
    with FarEnd([Answer(200, {"regions": [], "more": "x" * 1000})] * 3) as far:
        client = client_of(far)
        with pytest.raises(CloudUnreachable):
            await client.list_regions()
        await client.close()


async def test_an_answer_that_drips_is_given_up() -> None:
    hung_up = asyncio.Event()

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        gone = asyncio.ensure_future(reader.read())
        while not gone.done():
            writer.write(b" ")
            await asyncio.wait([gone], timeout=0.02)
        writer.transport.abort()
        hung_up.set()

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    client = TidbCloud(name="far", api_url=url, iam_url=url, credentials=BearerToken(Secret("t")), timeout=0.1)
    with pytest.raises(CloudSlow):
        await client.list_regions()
    await client.close()
    await hung_up.wait()
    server.close()
    await server.wait_closed()


async def test_the_budget_is_the_keys_on_whichever_host_it_was_used_up() -> None:
    busy = Answer(429, {"message": "enough"}, {"X-Ratelimit-Reset": "30"})
    with FarEnd([]) as api, FarEnd([busy]) as iam:
        client = client_of(api, iam)
        with pytest.raises(CloudBusy):
            [user async for user in client.all_sql_users("7")]
        with pytest.raises(CloudBusy):
            await client.list_regions()
        await client.close()
        assert api.asked == []


async def test_an_absurd_reset_is_a_minute() -> None:
    with FarEnd([Answer(429, {}, {"X-Ratelimit-Reset": "86400"})]) as far:
        client = client_of(far)
        with pytest.raises(CloudBusy, match="try again in 60 seconds"):
            await client.list_regions()
        await client.close()
