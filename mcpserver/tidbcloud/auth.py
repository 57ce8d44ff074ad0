"""The two ways to prove oneself to TiDB Cloud: an API key over HTTP Digest (RFC 7616), or a bearer token (RFC 6750)."""

from collections.abc import Generator
from dataclasses import dataclass

import httpx2

from tidbmcp.lib.secrets import Secret


@dataclass(frozen=True)
class ApiKey:
    """An API key: the public half is the user name, the private half the password."""

    public: str
    private: Secret

    def auth(self) -> httpx2.Auth:
        """For one host: it keeps that host's challenge and counts its uses, so a call is one request and not two."""
        return httpx2.DigestAuth(self.public, self.private.reveal())

    def secret(self) -> Secret:
        """What must not come back in an answer."""
        return self.private


@dataclass(frozen=True)
class BearerToken:
    """An OAuth access token of TiDB Cloud."""

    token: Secret

    def auth(self) -> httpx2.Auth:
        """For one host."""
        return _Bearer(self.token)

    def secret(self) -> Secret:
        """What must not come back in an answer."""
        return self.token


Credentials = ApiKey | BearerToken


class _Bearer(httpx2.Auth):
    def __init__(self, token: Secret) -> None:
        self._token = token

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        request.headers["Authorization"] = f"Bearer {self._token.reveal()}"
        yield request
