"""One address for several processes, as a load balancer without sticky sessions: each connection goes to the next one."""

import socket
import threading
from contextlib import suppress
from dataclasses import dataclass, field

import httpx2


@dataclass
class Front:
    """`taken` says which port each connection went to, in order."""

    ports: list[int]
    taken: list[int] = field(default_factory=list)

    @property
    def mcp_url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}/mcp"

    def client(self, token: str) -> httpx2.AsyncClient:
        """One that keeps no connection: each of its requests is a connection of its own."""
        limits = httpx2.Limits(max_keepalive_connections=0)
        headers = {"Authorization": f"Bearer {token}"}
        return httpx2.AsyncClient(headers=headers, limits=limits, trust_env=False, timeout=60)

    def start(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def stop(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._accepting.join(10)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):  # the listener is closed
            while True:
                client, _ = self._listener.accept()
                port = self.ports[len(self.taken) % len(self.ports)]
                self.taken.append(port)
                threading.Thread(target=_connect, args=(client, port), daemon=True).start()


def _connect(client: socket.socket, port: int) -> None:
    with client, socket.create_connection(("127.0.0.1", port)) as server:
        onward = threading.Thread(target=_pass, args=(client, server), daemon=True)
        onward.start()
        _pass(server, client)
        onward.join()


def _pass(source: socket.socket, target: socket.socket) -> None:
    """All that one side says, until either closes."""
    with suppress(OSError):
        while part := source.recv(65_536):
            target.sendall(part)
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
