"""What every path needs, in pure ASGI: request id, security headers, HTTPS in production, and the last wall."""

import logging
from typing import Final

from django.conf import settings
from starlette.responses import JSONResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mcpserver.gate_rules import Headers, host_is_ours
from tidbmcp.lib.ids import new_request_id

logger = logging.getLogger(__name__)

CONTENT_SECURITY_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
)
HSTS: Final = (b"strict-transport-security", b"max-age=31536000")

MACHINES: Final = ("/mcp", "/api")
"""Paths whose callers send tokens: they are told to use HTTPS and never redirected, or the token would go out again."""


class Wrapper:
    """Wraps the whole site."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one HTTP request."""
        request_id = scope["request_id"] = new_request_id()
        extra = [*HEADERS, (b"x-request-id", request_id.encode())]
        if settings.PRODUCTION and scope["scheme"] == "https":
            extra.append(HSTS)
        names = {name for name, _ in extra}
        started = False

        async def dressed_send(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                own = [(name, value) for name, value in message.get("headers", []) if name.lower() not in names]
                message = {**message, "headers": own + extra}
            await send(message)

        app = _https_only(scope) or self._app
        try:
            await app(scope, receive, dressed_send)
        except Exception:
            # The last wall: a stack trace goes to the log, and never to a client.
            logger.exception("request %s failed", request_id)
            if started:
                raise
            failed = {"error": "Something failed on our side.", "request_id": request_id}
            await JSONResponse(failed, 500)(scope, receive, dressed_send)


def _https_only(scope: Scope) -> ASGIApp | None:
    """What answers a plain request in production: 403 for machines, the way to HTTPS for people."""
    if not settings.PRODUCTION or scope["scheme"] == "https":
        return None
    headers = Headers(scope["headers"])
    for_people = not scope["path"].startswith(MACHINES) and scope["method"] in {"GET", "HEAD"} and host_is_ours(headers)
    if not for_people:
        logger.info("request %s to %s came over plain HTTP: refused", scope["request_id"], scope["path"])
        return JSONResponse({"error": "HTTPS only: use https:// in the address."}, 403)
    query = "?" + scope["query_string"].decode("latin-1") if scope["query_string"] else ""
    path = scope.get("raw_path", scope["path"].encode()).decode("latin-1")
    return RedirectResponse(f"https://{headers.one('host')}{path}{query}", 308)
