"""ASGI wrapper before everything else: who does not hold the key gets a challenge, whatever was asked."""

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from mcpserver.sandbox.api import digest
from mcpserver.sandbox.api.answers import UNAUTHORIZED, UNKNOWN_KEY
from mcpserver.sandbox.api.digest import ApiKey, Verdict
from mcpserver.sandbox.api.nonces import Nonces
from mcpserver.sandbox.config import Config


class Gate:
    """Other ways to prove oneself (Bearer) and limits per key belong here too."""

    def __init__(self, app: ASGIApp, key: ApiKey, config: Config) -> None:
        self._app = app
        self._key = key
        self._realm = config.realm
        self._nonces = Nonces(config.nonce_seconds)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request in, or answer 401."""
        verdict = self._judge(scope)
        if verdict is Verdict.GOOD:
            await self._app(scope, receive, send)
        else:
            await self._challenge(verdict)(scope, receive, send)

    def _judge(self, scope: Scope) -> Verdict:
        sent = Headers(scope=scope).getlist("Authorization")
        if len(sent) != 1:
            return Verdict.REFUSED
        return digest.judge(sent[0], scope["method"], _targets(scope), self._key, self._realm, self._nonces)

    def _challenge(self, verdict: Verdict) -> JSONResponse:
        body = UNKNOWN_KEY if verdict is Verdict.REFUSED else UNAUTHORIZED
        challenge = digest.challenge(self._realm, self._nonces.issue(), stale=verdict is Verdict.STALE)
        return JSONResponse(body, 401, {"WWW-Authenticate": challenge})


def _targets(scope: Scope) -> frozenset[str]:
    """The request-target, byte for byte. ASGI does not tell an empty query (`/path?`) from none."""
    path: str = scope["raw_path"].decode("latin-1")
    query: str = scope["query_string"].decode("latin-1")
    return frozenset([f"{path}?{query}"] if query else [path, f"{path}?"])
