"""ASGI wrapper before everything else: who does not hold the key gets a challenge; who does is counted."""

import hmac

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from mcpserver.sandbox.api import digest
from mcpserver.sandbox.api.answers import UNAUTHORIZED, UNKNOWN_KEY, Service
from mcpserver.sandbox.api.digest import ApiKey, Verdict
from mcpserver.sandbox.api.faults import Faults
from mcpserver.sandbox.api.limits import RateLimit, with_headers
from mcpserver.sandbox.api.nonces import Nonces
from mcpserver.sandbox.cloud import Cloud


class Gate:
    """The gateway of one host. The limit is that of the key, so both hosts count together."""

    def __init__(
        self, app: ASGIApp, service: Service, cloud: Cloud, key: ApiKey, limit: RateLimit, faults: Faults
    ) -> None:
        self._app = app
        self._service = service
        self._cloud = cloud
        self._key = key
        self._limit = limit
        self._faults = faults
        self._nonces = Nonces(cloud.config.nonce_seconds, cloud.clock.now)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request in, or answer 401 or 429."""
        verdict, caller = self._judge(scope)
        if verdict is Verdict.GOOD:
            verdict = self._faults.verdict(scope) or verdict
        config = self._cloud.config
        counts = verdict is Verdict.GOOD or config.count_challenges
        count = self._limit.take(caller, config.requests_per_minute, self._cloud.clock.now()) if counts else None
        if count and count.over:
            await count.refusal(self._service)(scope, receive, send)
        elif verdict is Verdict.GOOD:
            scope["state"]["caller"] = caller
            await self._app(scope, receive, with_headers(send, count))
        else:
            await self._challenge(verdict)(scope, receive, with_headers(send, count))

    def _judge(self, scope: Scope) -> tuple[Verdict, str]:
        """The verdict, and who the caller is, or would be."""
        by_key = f"apikey-{self._key.public}"
        sent = Headers(scope=scope).getlist("Authorization")
        if len(sent) != 1:
            return Verdict.REFUSED, by_key
        scheme, _, token = sent[0].partition(" ")
        if scheme.lower() == "bearer":
            right = hmac.compare_digest(token.strip().encode(), self._key.bearer.encode())
            return (Verdict.GOOD, "owner@sandbox.example") if right else (Verdict.REFUSED, by_key)
        realm = self._cloud.config.realm
        return digest.judge(sent[0], scope["method"], _targets(scope), self._key, realm, self._nonces), by_key

    def _challenge(self, verdict: Verdict) -> JSONResponse:
        code, message = UNKNOWN_KEY if verdict is Verdict.REFUSED else UNAUTHORIZED
        challenge = digest.challenge(self._cloud.config.realm, self._nonces.issue(), stale=verdict is Verdict.STALE)
        return JSONResponse(self._service.error(401, code, message, ""), 401, {"WWW-Authenticate": challenge})


def _targets(scope: Scope) -> frozenset[str]:
    """The request-target, byte for byte. ASGI does not tell an empty query (`/path?`) from none."""
    path: str = scope["raw_path"].decode("latin-1")
    query: str = scope["query_string"].decode("latin-1")
    return frozenset([f"{path}?{query}"] if query else [path, f"{path}?"])
