"""A TiDB Cloud for tests of pages: the far end of the wire, over real HTTP, that answers and fails as it is told."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

CHALLENGE = 'Digest realm="tidb.cloud", nonce="n", algorithm=MD5, qop="auth"'


def cluster(cluster_id: int | str, name: str, **more: Any) -> dict[str, Any]:
    region = {"name": "regions/aws-us-east-1", "displayName": "N. Virginia"}
    plain = {"clusterId": str(cluster_id), "displayName": name, "state": "ACTIVE", "servicePlan": "Starter"}
    return plain | {"region": region} | more


@dataclass
class FarEnd:
    """A TiDB Cloud as it answers here: `status` for all, `branches` a cluster has, lists of clusters that break off."""

    clusters: list[dict[str, Any]]
    status: int = 200
    branches: dict[str, int] = field(default_factory=dict)
    branches_status: int = 200
    page_most: int = 100
    fails_from_page: int = 0
    asked: list[str] = field(default_factory=list)
    address: str = ""
    hold: threading.Event | None = None

    def answer(self, path: str, query: dict[str, list[str]]) -> tuple[int, dict[str, Any]]:
        if self.hold:
            self.hold.wait(30)
        if self.status != 200:
            return self.status, {"message": "a text of the API"}
        if path.endswith("/branches"):
            count = self.branches.get(path.split("/")[-2], 0)
            if self.branches_status != 200:
                return self.branches_status, {}
            shown = [{"branchId": f"bran-{number}"} for number in range(min(count, 100))]
            return 200, {"branches": shown, "nextPageToken": "more" if count > 100 else ""}
        start = int(query.get("pageToken", ["0"])[0])
        end = start + min(int(query["pageSize"][0]), self.page_most)
        if self.fails_from_page and start >= self.page_most * (self.fails_from_page - 1):
            return 500, {}
        return 200, {
            "clusters": self.clusters[start:end],
            "nextPageToken": str(end) if end < len(self.clusters) else "",
        }

    def asked_for(self, what: str) -> int:
        return sum(path.endswith(what) for path in self.asked)


@contextmanager
def served(end: FarEnd) -> Iterator[FarEnd]:
    """Serve it on a free port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(end))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    end.address = f"http://127.0.0.1:{server.server_port}/v1beta1"
    try:
        yield end
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(end: FarEnd) -> type[BaseHTTPRequestHandler]:
    class Api(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            split = urlsplit(self.path)
            end.asked.append(split.path)
            status, body = end.answer(split.path, parse_qs(split.query))
            content = json.dumps(body).encode()
            self.send_response(status)
            if status == 401:
                self.send_header("WWW-Authenticate", CHALLENGE)
            self.send_header("Content-Length", str(len(content)))
            with suppress(ConnectionError):  # whoever was not waited for is gone
                self.end_headers()
                self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            return

    return Api


def nobody_listens() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}/v1beta1"
