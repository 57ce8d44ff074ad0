"""What every path has: request id, security headers, HTTPS in production, and the last wall. In pure ASGI."""

from typing import Any

import orjson
import pytest
from pytest_django import Settings
from starlette.types import Message, Receive, Scope, Send

from tidbmcp.http import CONTENT_SECURITY_POLICY, Wrapper

Answer = tuple[int, dict[str, str], bytes]
ALWAYS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "content-security-policy": CONTENT_SECURITY_POLICY,
}


@pytest.fixture(autouse=True)
def deployment(settings: Settings) -> Settings:
    settings.ALLOWED_HOSTS = ["tidbmcp.example.com"]
    settings.PRODUCTION = False
    return settings


class Inner:
    """An application: `status`, its headers, and where it fails."""

    def __init__(self, status: int = 200, *, headers: list[tuple[bytes, bytes]] | None = None, fails: str = "") -> None:
        self.status, self.headers, self.fails = status, headers or [], fails
        self.scope: Scope = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = dict(scope)
        if self.fails == "before":
            raise ValueError("hunter2")
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": b"a", "more_body": True})
        if self.fails == "after":
            raise ValueError("hunter2")
        await send({"type": "http.response.body", "body": b"b"})


async def ask(inner: Inner, path: str = "/", **changes: Any) -> Answer:
    hosts = [(b"host", changes.pop("host", "tidbmcp.example.com").encode())]
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "scheme": "http",
        "headers": hosts,
    }
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    await Wrapper(inner)(scope | changes, receive, send)
    pairs = [(name.decode().lower(), value.decode()) for name, value in sent[0]["headers"]]
    assert len(dict(pairs)) == len(pairs), "a header stands twice"
    return sent[0]["status"], dict(pairs), b"".join(message.get("body", b"") for message in sent[1:])


@pytest.mark.parametrize("status", [200, 204, 302, 400, 404, 500, 503])
async def test_every_answer_has_the_headers(status: int) -> None:
    found, headers, body = await ask(Inner(status))
    assert (found, body) == (status, b"ab")
    assert ALWAYS.items() <= headers.items()
    assert "strict-transport-security" not in headers


async def test_an_inner_header_of_the_same_name_is_replaced_and_others_stay() -> None:
    weak = [(b"Content-Security-Policy", b"default-src *"), (b"X-Request-Id", b"x"), (b"x-own", b"1")]
    _, headers, _ = await ask(Inner(headers=weak))
    assert (headers["content-security-policy"], headers["x-own"]) == (CONTENT_SECURITY_POLICY, "1")
    assert headers["x-request-id"] != "x"


@pytest.mark.parametrize("word", ["unsafe-inline", "unsafe-eval", "*", "http:", "https:", "blob:"])
def test_the_policy_is_strict(word: str) -> None:
    assert word not in CONTENT_SECURITY_POLICY
    assert "default-src 'none'" in CONTENT_SECURITY_POLICY


async def test_each_request_has_an_id_that_the_application_knows_and_no_client_chooses() -> None:
    inner = Inner()
    chosen = [(b"host", b"tidbmcp.example.com"), (b"x-request-id", b"chosen")]
    first, second = (await ask(inner, headers=chosen, request_id="chosen"))[1], (await ask(inner))[1]
    assert inner.scope["request_id"] == second["x-request-id"]
    assert len({first["x-request-id"], second["x-request-id"], "chosen"}) == 3


async def test_what_fails_before_it_began_is_a_calm_500(caplog: pytest.LogCaptureFixture) -> None:
    status, headers, body = await ask(Inner(fails="before"))
    assert status == 500
    assert orjson.loads(body) == {"error": "Something failed on our side.", "request_id": headers["x-request-id"]}
    assert ALWAYS.items() <= headers.items()
    assert "hunter2" in caplog.text


async def test_what_fails_in_the_middle_ends_the_connection() -> None:
    with pytest.raises(ValueError, match="hunter2"):
        await ask(Inner(fails="after"))


@pytest.mark.parametrize(
    ("scheme", "production", "expected"),
    [("https", True, True), ("http", True, False), ("https", False, False), ("http", False, False)],
)
async def test_hsts_is_said_over_https_in_production_only(
    scheme: str, production: bool, expected: bool, settings: Settings
) -> None:
    settings.PRODUCTION = production
    _, headers, _ = await ask(Inner(), scheme=scheme)
    assert ("strict-transport-security" in headers) is expected


@pytest.mark.parametrize(
    ("path", "changes"),
    [
        ("/mcp", {}), ("/mcp/", {}), ("/api/health", {}), ("/mcp", {"method": "POST"}), ("/admin/", {"method": "POST"}), ("/", {"method": "PUT"}),
        ("/", {"method": "OPTIONS"}), ("/", {"host": "evil.example.com"}), ("/", {"host": ""}), ("/", {"headers": []}),
        ("/", {"headers": [(b"host", b"tidbmcp.example.com"), (b"host", b"tidbmcp.example.com")]}),
        ("/", {"host": "tidbmcp.example.com@evil.example.com"}), ("/mcp", {"headers": [(b"host", b"tidbmcp.example.com"), (b"x-forwarded-proto", b"https")]}),
    ],
)  # fmt: skip
async def test_production_turns_a_plain_request_away(path: str, changes: dict[str, Any], settings: Settings) -> None:
    settings.PRODUCTION = True
    inner = Inner()
    status, headers, body = await ask(inner, path, **changes)
    assert (status, orjson.loads(body)) == (403, {"error": "HTTPS only: use https:// in the address."})
    assert "location" not in headers
    assert inner.scope == {}
    assert ALWAYS.items() <= headers.items()


@pytest.mark.parametrize(
    ("path", "changes", "location"),
    [
        ("/", {}, "https://tidbmcp.example.com/"),
        ("/admin/", {"method": "HEAD"}, "https://tidbmcp.example.com/admin/"),
        ("/a%20b", {"query_string": b"x=1&y=%2F"}, "https://tidbmcp.example.com/a%20b?x=1&y=%2F"),
        ("//evil.example.com/", {}, "https://tidbmcp.example.com//evil.example.com/"),
        ("/", {"query_string": b"a=\r\nSet-Cookie: x"}, "https://tidbmcp.example.com/?a=%0D%0ASet-Cookie:%20x"),
    ],
    ids=["home", "HEAD", "quoted", "two slashes", "a line end"],
)
async def test_production_shows_people_the_way_to_https(
    path: str, changes: dict[str, Any], location: str, settings: Settings
) -> None:
    settings.PRODUCTION = True
    status, headers, _ = await ask(Inner(), path, **changes)
    assert (status, headers["location"]) == (308, location)


async def test_production_lets_https_through(settings: Settings) -> None:
    settings.PRODUCTION = True
    assert (await ask(Inner(201), "/mcp", scheme="https", method="POST"))[0] == 201
