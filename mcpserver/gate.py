"""Before the SDK: who is it, may they come in, and is this a request at all.

Checked in this order, each with its status: Origin and Host (403), rate (429), method (405), announced size (413), token
(401), parameters and headers (400), the body's arrival (408, 413), the body (400). A part that is needed for this and is
down means 503, never "let through".
"""

import logging
from asyncio import timeout
from dataclasses import dataclass, field, replace
from typing import Any, Final

from django.conf import settings
from django.db import Error as DatabaseFailure
from mcp.server.auth.middleware.auth_context import AuthContextMiddleware
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken as SdkToken
from mcp_types.jsonrpc import INTERNAL_ERROR, INVALID_REQUEST
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from accounts.principal import Principal, Unknown, authenticate, keep_client
from audit.facts import Facts
from audit.kinds import Kind, Result
from audit.models import record
from audit.refusals import REFUSALS
from mcpserver.envelope import Envelope, Fault, read_envelope
from mcpserver.gate_record import Recorder
from mcpserver.gate_rules import Headers, allowed_here, bearer_of, over_rate, read_only_of
from mcpserver.governor import Context
from mcpserver.protocol import SCOPE_KEY, Passage
from mcpserver.splice import Splice
from tidbmcp.lib.errors import AuditUnavailable
from tidbmcp.lib.ids import new_request_id
from tidbmcp.lib.threads import in_control_thread

logger = logging.getLogger(__name__)

BODY_SECONDS: Final = 30.0
"""So long may a body take to arrive. Nobody's body is read before their token is known: it costs memory."""

LONG_BODY: Final = 64 * 1024
"""Bytes from which on a body is taken apart in a thread, so that it holds nobody up."""

UNAUTHORIZED: Final = -32001
"""JSON-RPC code (of the range for servers) in the body of answers whose meaning is their HTTP status."""


@dataclass
class Turned(Exception):
    """A request is turned away: status, a sentence for its sender, and what the record says."""

    status: int
    sentence: str
    why: str = ""
    code: int = INVALID_REQUEST
    headers: dict[str, str] = field(default_factory=dict)
    kind: Kind = Kind.REQUEST_REFUSED
    facts: Facts | None = None
    """Of whom, where that is known; nobody's refusals are counted, not all written."""


class Gate:
    """The ASGI application at `/mcp`; `app` is the SDK's."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = AuthContextMiddleware(app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one HTTP request."""
        headers = Headers(scope["headers"])
        facts = Facts(
            request_id=scope.get("request_id") or new_request_id(),
            address=(scope.get("client") or ("", 0))[0],
            client_name=headers.one("user-agent") or "",
        )
        try:
            self._before_token(scope, headers, facts)
            known, read_only = await self._known(scope, headers, facts)
            body = await _body_in_time(receive, _facts_of(known, None, facts))
            if body is None:
                return
            envelope = await self._understood(body, known, facts)
        except Turned as turned:
            await self._turn_away(turned, facts, scope, receive, send)
            return
        except (DatabaseFailure, AuditUnavailable) as error:
            logger.error("request %s refused, the control database failed: %s", facts.request_id, error)  # noqa: TRY400
            await _answer(DOWN, facts, scope, receive, send)
            return
        splice = Splice(send)
        passage = Passage(known, Context(_facts_of(known, envelope, facts), read_only), splice.keep)
        await self._pass_on(scope, body, envelope, passage, receive, splice.send)

    def _before_token(self, scope: Scope, headers: Headers, facts: Facts) -> None:
        """Everything that needs neither database nor body."""
        if sentence := allowed_here(headers):
            raise Turned(403, sentence)
        if (wait := over_rate(facts.address)) is not None:
            if wait < 0:
                logger.error("request %s refused: the rate limit's store is down", facts.request_id)
                raise Turned(
                    503, "The gateway can't count requests right now. Try again in a moment.", code=INTERNAL_ERROR
                )
            raise Turned(
                429, f"Too many requests from your address. Wait {wait} s.", headers={"Retry-After": str(wait)}
            )
        if scope["method"] != "POST":
            raise Turned(405, "Send POST: this server keeps no streams open.", headers={"Allow": "POST"})
        declared = headers.one("content-length") or "0"
        if not declared.isdecimal() or int(declared) > settings.MCP_MAX_BODY_BYTES:
            raise _too_long()

    async def _known(self, scope: Scope, headers: Headers, facts: Facts) -> tuple[Principal, bool]:
        """Who it is, and whether they ask for read-only."""
        bearer, hint = bearer_of(headers, scope["query_string"])
        if bearer is None:
            raise _unauthorized(hint, "no token", facts)
        known = await in_control_thread(authenticate, bearer)
        if isinstance(known, Unknown):
            raise _unauthorized(
                "This token is not accepted: it is mistyped, expired or revoked. Make one at "
                f"{settings.SITE_URL}/me/tokens/.",
                known.reason,
                replace(facts, token=known.token),
            )
        sentence, read_only = read_only_of(headers, scope["query_string"])
        if sentence:
            raise Turned(400, sentence, facts=_facts_of(known, None, facts))
        return known, read_only

    async def _understood(self, body: bytes, known: Principal, facts: Facts) -> Envelope:
        """What they want."""
        found = read_envelope(body) if len(body) < LONG_BODY else await in_control_thread(read_envelope, body)
        if isinstance(found, Fault):
            raise Turned(400, found.sentence, code=found.code, facts=_facts_of(known, None, facts))
        if found.method == "initialize":
            await in_control_thread(keep_client, known, found.client_name, found.client_version)
        return found

    async def _pass_on(
        self, scope: Scope, body: bytes, envelope: Envelope, passage: Passage, receive: Receive, send: Send
    ) -> None:
        """Hand it to the SDK, with who it is, and see to its row."""
        principal = passage.principal
        sdk_token = SdkToken(
            token=principal.token,  # the prefix: the text of a token goes no further than the gate
            client_id=principal.token,
            scopes=sorted(principal.scopes),
            subject=str(principal.person_id),
        )
        # One HTTP parser leaves blanks around values, and the SDK compares some of these with the body.
        headers = [(name, value.strip(b" \t")) for name, value in scope["headers"]]
        inner = {**scope, "headers": headers, SCOPE_KEY: passage, "user": AuthenticatedUser(sdk_token)}
        recorder = Recorder(envelope, passage, lambda: _answer(DOWN, passage.context.facts, scope, receive, send), send)
        try:
            await self._app(inner, _replay(body, receive), recorder.send)
        finally:
            await recorder.close()

    async def _turn_away(self, turned: Turned, facts: Facts, scope: Scope, receive: Receive, send: Send) -> None:
        """Record and answer a refusal. One that can't be recorded is still a refusal."""
        why = turned.why or turned.sentence
        logger.info("request %s from %s: %d %s", facts.request_id, facts.address, turned.status, why)
        about = turned.facts or facts
        try:
            if about.person:
                await in_control_thread(record, turned.kind, Result.REFUSED, about, error=why)
            else:
                await in_control_thread(REFUSALS.refused, turned.kind, about, error=why)
        except AuditUnavailable as error:
            logger.error("request %s: its refusal is not recorded: %s", facts.request_id, error.detail)  # noqa: TRY400
        await _answer(turned, facts, scope, receive, send)


DOWN: Final = Turned(
    503, "The gateway can't check or record calls right now. Try again in a moment.", code=INTERNAL_ERROR
)


def _facts_of(known: Principal, envelope: Envelope | None, facts: Facts) -> Facts:
    """The client as claimed: in this request, else in the token's last `initialize`, else its User-Agent."""
    claims = [(known.client_name, known.client_version), (facts.client_name, "")]
    if envelope is not None:
        claims.insert(0, (envelope.client_name, envelope.client_version))
    name, version = next((claim for claim in claims if claim[0]), ("", ""))
    return Facts(facts.request_id, None, known.person, known.token, name, version, facts.address)


def _unauthorized(sentence: str, why: str, facts: Facts) -> Turned:
    # RFC 6750, section 3: no error code where there was no token.
    challenge = 'Bearer realm="tidbmcp"'
    if why != "no token":
        challenge += ', error="invalid_token", error_description="The token is mistyped, expired or revoked"'
    headers = {"WWW-Authenticate": challenge}
    return Turned(401, sentence, why, UNAUTHORIZED, headers, kind=Kind.AUTH_REFUSED, facts=facts)


def _too_long(facts: Facts | None = None) -> Turned:
    return Turned(413, f"The body is larger than {settings.MCP_MAX_BODY_BYTES:,} bytes.", facts=facts)


async def _body_in_time(receive: Receive, facts: Facts) -> bytes | None:
    """The whole body, or None where the client went away. Raises Turned: 408, or 413 as soon as it is too long."""
    try:
        async with timeout(BODY_SECONDS):
            return await _read_body(receive, facts)
    except TimeoutError:
        raise Turned(408, f"The body did not arrive within {BODY_SECONDS:g} s.", facts=facts) from None


async def _read_body(receive: Receive, facts: Facts) -> bytes | None:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += message.get("body", b"")
        if len(body) > settings.MCP_MAX_BODY_BYTES:
            raise _too_long(facts)
        if not message.get("more_body", False):
            return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    """The body once more, then what the server really sends (its disconnect cancels the call)."""
    sent = False

    async def replay() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


async def _answer(turned: Turned, facts: Facts, scope: Scope, receive: Receive, send: Send) -> None:
    error: dict[str, Any] = {"code": turned.code, "message": turned.sentence, "data": {"request_id": facts.request_id}}
    answer = JSONResponse(
        {"jsonrpc": "2.0", "id": None, "error": error},
        turned.status,
        {**turned.headers, **_no_more(scope), "Cache-Control": "no-store"},
    )
    await answer(scope, receive, send)


def _no_more(scope: Scope) -> dict[str, str]:
    """Close the connection where a body is still to come: whoever speaks next on it would be read as that body.

    RFC 9110, section 10.1.1. A body that is on its way in any case is read away by the server.
    """
    names = {name for name, _ in scope["headers"]}
    return {"Connection": "close"} if names & {b"expect", b"transfer-encoding"} else {}
