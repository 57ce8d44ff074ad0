"""Load: so many kept HTTP/1.1 connections, each of which sends its request again as soon as it has its answer."""

import asyncio
from dataclasses import dataclass, field
from statistics import quantiles
from time import perf_counter
from typing import Any, Final, cast

import httptools
import orjson

ACCEPT: Final = "application/json, text/event-stream"
REVISION: Final = "2026-07-28"
PATIENCE: Final = 30.0
"""Seconds that the last answers may take."""


@dataclass(frozen=True)
class Question:
    """A JSON-RPC request, ready to be sent."""

    method: str
    params: dict[str, Any]
    era: str

    def to(self, port: int, token: str = "") -> bytes:
        """As bytes, headers and all."""
        params = dict(self.params)
        headers = {"Host": f"127.0.0.1:{port}", "Content-Type": "application/json", "Accept": ACCEPT}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if self.era == REVISION:
            headers |= {"MCP-Protocol-Version": REVISION, "Mcp-Method": self.method}
            if "name" in params:
                headers["Mcp-Name"] = params["name"]
            client = {"name": "bench", "version": "1"}
            key = "io.modelcontextprotocol/"
            params["_meta"] = {
                f"{key}protocolVersion": REVISION, f"{key}clientInfo": client, f"{key}clientCapabilities": {},
            }  # fmt: skip
        else:
            headers["MCP-Protocol-Version"] = "2025-11-25"
        body = orjson.dumps({"jsonrpc": "2.0", "id": 1, "method": self.method, "params": params})
        headers["Content-Length"] = str(len(body))
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"POST /mcp HTTP/1.1\r\n{head}\r\n".encode() + body


@dataclass
class Figures:
    """Of one run: answers a second, and how long they took, in milliseconds."""

    seconds: float
    latencies: list[float] = field(repr=False)
    size: int
    """Bytes of an answer."""
    cpu: float = 0.0
    """Seconds of CPU that the server took: what a noisy machine changes least."""

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds

    @property
    def cpu_each(self) -> float:
        """Seconds of CPU for one answer."""
        return self.cpu / len(self.latencies)

    def percentile(self, percent: int) -> float:
        """In milliseconds."""
        return quantiles(self.latencies, n=100)[percent - 1] * 1000


class _Connection(asyncio.Protocol):
    """Asks and asks again until the time is over. An answer that is not what was asked for ends the run."""

    def __init__(self, request: bytes, until: float, wanted: bytes) -> None:
        self.request, self.until, self.wanted = request, until, wanted
        self.latencies: list[float] = []
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.size = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is not one of its subclasses
        self._ask()

    def _ask(self) -> None:
        self.parser = httptools.HttpResponseParser(self)
        self.body = bytearray()
        self.asked = perf_counter()
        self.transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        moment = perf_counter()
        self.latencies.append(moment - self.asked)
        self.size = len(self.body)
        if self.wanted not in self.body:
            self._end(AssertionError(f"{self.parser.get_status_code()} {bytes(self.body[:500])!r}"))
        elif moment >= self.until:
            self._end(None)
        else:
            asyncio.get_running_loop().call_soon(self._ask)  # not from inside the parser

    def connection_lost(self, error: Exception | None) -> None:
        self._end(error or ConnectionError("the server closed the connection"))

    def _end(self, error: Exception | None) -> None:
        if not self.done.done():
            if error:
                self.done.set_exception(error)
            else:
                self.done.set_result(None)
        self.transport.close()


async def load(port: int, request: bytes, *, connections: int, seconds: float, wanted: bytes) -> Figures:
    """Ask for so long over so many connections; every answer must hold `wanted`."""
    loop, started = asyncio.get_running_loop(), perf_counter()
    made = [
        await loop.create_connection(lambda: _Connection(request, started + seconds, wanted), "127.0.0.1", port)
        for _ in range(connections)
    ]
    asking = [protocol for _, protocol in made]
    async with asyncio.timeout(seconds + PATIENCE):
        await asyncio.gather(*(protocol.done for protocol in asking))
    latencies = [latency for protocol in asking for latency in protocol.latencies]
    return Figures(perf_counter() - started, latencies, asking[0].size)
