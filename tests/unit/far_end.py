"""The far end of the wire: a scripted HTTP/1.1 server that records every request and answers as TiDB Cloud would, or worse."""

import hashlib
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SHUT_RDWR, socket
from types import TracebackType
from typing import Any, Self, cast
from urllib.parse import parse_qs, unquote, urlsplit
from urllib.request import parse_http_list, parse_keqv_list

from mcpserver.tidbcloud.auth import ApiKey, Credentials
from mcpserver.tidbcloud.client import TidbCloud
from tidbmcp.lib.secrets import Secret

PUBLIC, PRIVATE = "public-half", "planted-private-half"
KEY = ApiKey(PUBLIC, Secret(PRIVATE))


@dataclass(frozen=True)
class Asked:
    """A request, as it came in. `target` is raw; `connection` numbers the sockets."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    connection: int

    @property
    def path(self) -> str:
        """Below the base path, decoded."""
        return unquote(urlsplit(self.target).path.removeprefix("/v1beta1/"))

    @property
    def query(self) -> dict[str, str]:
        """Each parameter once."""
        return {name: values[0] for name, values in parse_qs(urlsplit(self.target).query).items()}

    @property
    def json(self) -> Any:
        """The body."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Answer:
    """What comes back; a body that is no text or bytes is sent as JSON."""

    status: int = 200
    body: object = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    cut: int = 0
    """So many bytes are announced and never sent."""

    def raw(self) -> bytes:
        """As sent."""
        if isinstance(self.body, bytes):
            return self.body
        return (self.body if isinstance(self.body, str) else json.dumps(self.body)).encode("utf-8", "surrogatepass")


class Drop:
    """The connection is closed without an answer."""


DROP = Drop()
Step = Answer | Drop
Script = Callable[[Asked], Step]
Guard = Callable[[Asked], Answer | None]
"""Who is not let in gets its answer."""


class Digest:
    """HTTP Digest as TiDB Cloud has it: MD5, a nonce is good for many requests, and each of its counts for one."""

    def __init__(self, *, qop: str = "auth", opaque: str = "", name: str = "Digest") -> None:
        self.qop, self.opaque, self.name = qop, opaque, name
        self.counts: dict[str, set[str]] = {}
        self.seen: list[dict[str, str]] = []
        """The parameters of every Authorization, in order."""
        self._lock = threading.Lock()

    def forget(self) -> None:
        """All nonces are stale now."""
        self.counts.clear()

    def __call__(self, asked: Asked) -> Answer | None:
        scheme, _, said = asked.headers.get("authorization", "").partition(" ")
        with self._lock:
            if scheme.lower() != "digest":
                return self._challenge(stale=False)
            given = parse_keqv_list(parse_http_list(said))
            self.seen.append(given)
            if given["uri"] != asked.target or given["response"] != self._right(asked.method, given):
                return self._challenge(stale=False)
            used = self.counts.get(given["nonce"])
            if used is None or given["nc"] in used:
                return self._challenge(stale=True)
            used.add(given["nc"])
            return None

    def _right(self, method: str, given: dict[str, str]) -> str:
        who, what = _md5(f"{PUBLIC}:tidb.cloud:{PRIVATE}"), _md5(f"{method}:{given['uri']}")
        return _md5(f"{who}:{given['nonce']}:{given['nc']}:{given['cnonce']}:auth:{what}")

    def _challenge(self, *, stale: bool) -> Answer:
        nonce = f"nonce{len(self.counts)}-{len(self.seen)}"
        self.counts[nonce] = set()
        opaque = f', opaque="{self.opaque}"' if self.opaque else ""
        said = (
            f'{self.name} realm="tidb.cloud", domain="", nonce="{nonce}", algorithm=MD5, qop="{self.qop}", '
            f"stale={str(stale).lower()}{opaque}"
        )
        body = {"code": 49900001, "message": "public_key not found", "details": []}
        return Answer(401, body, {"WWW-Authenticate": said})


def open_door(asked: Asked) -> Answer | None:
    """Lets everybody in."""
    return None


class FarEnd:
    """The server, and what it was asked. `asked` is everything, `served` what the guard let in."""

    def __init__(self, script: Script | list[Step] | None = None, guard: Guard = open_door) -> None:
        self.asked: list[Asked] = []
        self.served: list[Asked] = []
        self.script, self.guard = script or [], guard
        self.hang_ups = 0
        """So many connections are closed before anything is read."""
        self.sockets: list[socket] = []
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def address(self) -> str:
        """The base of the API."""
        return f"http://127.0.0.1:{self._server.server_port}/v1beta1"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._thread.join()
        self.hang_up_all()
        self._server.server_close()

    def hang_up_all(self) -> None:
        """Close every connection that is open, as a server does with idle ones."""
        while self.sockets:
            try:
                self.sockets.pop().shutdown(SHUT_RDWR)
            except OSError:
                continue  # it was closed already

    def step(self, asked: Asked) -> Step:
        """What comes back for this request."""
        self.asked.append(asked)
        refused = self.guard(asked)
        if refused:
            return refused
        self.served.append(asked)
        if callable(self.script):
            return self.script(asked)
        return self.script.pop(0) if self.script else Answer(418, {"message": "nothing is scripted for this"})

    def lines(self) -> list[str]:
        """What was served, as `METHOD path`."""
        return [f"{asked.method} {asked.path}" for asked in self.served]


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # closing waits for them
    request_queue_size = 128

    def __init__(self, far: FarEnd) -> None:
        self.far = far
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 10  # of a silent connection, so that no test hangs

    def handle(self) -> None:
        far = cast("_Server", self.server).far
        far.sockets.append(self.connection)
        if far.hang_ups > 0:
            far.hang_ups -= 1
            return
        try:
            super().handle()
        except ConnectionError:
            self.close_connection = True  # the caller did not wait for it

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        headers = {name.lower(): value for name, value in self.headers.items()}
        target = self.requestline.split(" ")[1]
        step = cast("_Server", self.server).far.step(Asked(self.command, target, headers, body, self.client_address[1]))
        if isinstance(step, Drop):
            self.close_connection = True
            return
        sent = step.raw()
        self.send_response(step.status)
        for name, value in {"Content-Type": "application/json", **step.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(sent) + step.cut))
        self.end_headers()
        self.wfile.write(sent)
        self.close_connection = self.close_connection or step.cut > 0

    do_GET = do_POST = do_PATCH = do_DELETE = do_PUT = _serve  # noqa: N815 - the library's names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        return


def client_of(far: FarEnd, iam: FarEnd | None = None, key: Credentials = KEY, timeout: float = 5) -> TidbCloud:
    """A client of this far end. Whoever makes it closes it."""
    iam_url = (iam or far).address
    return TidbCloud(name="far end", api_url=far.address, iam_url=iam_url, credentials=key, timeout=timeout)


def paged(rows: list[dict[str, Any]], name: str) -> Script:
    """Lists rows in pages, as the API does: tokens are opaque, the page size is 10 unless said, and 100 at most."""

    def list_them(asked: Asked) -> Answer:
        size = min(int(asked.query.get("pageSize", "10")), 100)
        start = int(asked.query.get("pageToken", "from-0").removeprefix("from-"))
        after = start + size
        token = f"from-{after}" if after < len(rows) else ""
        return Answer(body={name: rows[start:after], "nextPageToken": token, "totalSize": len(rows)})

    return list_them


def _md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()
