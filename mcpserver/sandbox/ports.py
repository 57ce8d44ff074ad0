"""Listening sockets on the loopback address: the recorded port if it is free, else another one."""

import secrets
import socket
from typing import Final

from mcpserver.sandbox.errors import SandboxError
from mcpserver.sandbox.facts import HOST

# Below the range from which the kernel takes ports for outgoing connections, so that a recorded port stays free.
_CHOICE: Final = range(20_000, 32_000)
_BACKLOG: Final = 128
_TRIES: Final = 100


def claim(port: int | None) -> socket.socket:
    """A socket that listens. Connections that arrive before anybody serves them wait in its queue."""
    if port is not None and (recorded := _listen(port)):
        return recorded
    for _ in range(_TRIES):
        if chosen := _listen(secrets.choice(_CHOICE)):
            return chosen
    raise SandboxError("No free port was found on the loopback address.")


def port_of(listener: socket.socket) -> int:
    """Where it listens."""
    port: int = listener.getsockname()[1]
    return port


def _listen(port: int) -> socket.socket | None:
    # Without the protocol's name asyncio would not turn Nagle's delay off: 40 ms an answer.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(_BACKLOG)
    except OSError:
        listener.close()
        return None
    return listener
