"""The gate's rules over headers, parameters and addresses: small functions that answer with a sentence or a value."""

from typing import Final
from urllib.parse import parse_qsl, urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host
from django_ratelimit.core import get_usage

from tidbmcp.lib.env import parse_bool
from tidbmcp.lib.network import origin_of

READ_ONLY_HEADER: Final = "x-read-only"
READ_ONLY_PARAMETER: Final = "readonly"
NEVER_IN_ADDRESS: Final = (
    "A token in the address is never accepted, and may now stand in logs: revoke it, make another, and send it as "
    "'Authorization: Bearer <token>'."
)
TOKEN_PARAMETERS: Final = frozenset({"token", "access_token", "api_key", "apikey", "key", "authorization", "bearer"})


class Headers:
    """Request headers by lower-case name. Blanks around values are taken away: one HTTP parser leaves them there."""

    def __init__(self, raw: list[tuple[bytes, bytes]]) -> None:
        self._raw = raw

    def all(self, name: str) -> list[str]:
        """Every value of this name."""
        wanted = name.encode()
        return [value.decode("latin-1").strip() for key, value in self._raw if key == wanted]

    def one(self, name: str) -> str | None:
        """The value, where there is exactly one."""
        values = self.all(name)
        return values[0] if len(values) == 1 else None


def host_is_ours(headers: Headers) -> bool:
    """Whether Host is one of ALLOWED_HOSTS (against DNS rebinding)."""
    host, _ = split_domain_port(headers.one("host") or "")
    return bool(host) and validate_host(host, settings.ALLOWED_HOSTS)


def allowed_here(headers: Headers) -> str | None:
    """A sentence where Host or Origin is not one of ours (MCP, Streamable HTTP, security warning); None where they are."""
    if not host_is_ours(headers):
        return "This host name is not served here. An admin can add it to ALLOWED_HOSTS."
    origins = headers.all("origin")
    site = urlsplit(settings.SITE_URL)
    ours = {f"{site.scheme}://{site.netloc}".lower(), *(origin.lower() for origin in settings.MCP_ALLOWED_ORIGINS)}
    if all(origin.lower() in ours for origin in origins):
        return None
    return "Pages of this origin may not call this server. An admin can add it to MCP_ALLOWED_ORIGINS."


def over_rate(address: str) -> int | None:
    """Seconds to wait where this address is over its requests a minute, -1 where nobody can tell; else None."""
    rate, caller = f"{settings.RATE_LIMIT_PER_ADDRESS}/m", origin_of(address)
    try:
        usage = get_usage(None, group="mcp", key=lambda _group, _request: caller, rate=rate, increment=True)
    except Exception:  # noqa: BLE001 - whatever the cache's driver raises: a store that is down refuses
        return -1
    if not usage["should_limit"]:
        return None
    return -1 if usage["time_left"] < 0 else max(1, int(usage["time_left"]))


def bearer_of(headers: Headers, query: bytes) -> tuple[str | None, str]:
    """The bearer token (RFC 6750, section 2.1), or None and a sentence that says how to send one."""
    values = headers.all("authorization")
    if len(values) == 1:
        scheme, _, token = values[0].partition(" ")
        if scheme.lower() == "bearer" and token.strip():
            return token.strip(), ""
    names = {name.lower() for name, _ in parse_qsl(query.decode("latin-1"), keep_blank_values=True)}
    if names & TOKEN_PARAMETERS:
        return None, NEVER_IN_ADDRESS
    return (
        None,
        f"Send your token as 'Authorization: Bearer <token>'. Tokens are made at {settings.SITE_URL}/me/tokens/.",
    )


def read_only_of(headers: Headers, query: bytes) -> tuple[str, bool]:
    """A sentence where a parameter or x-read-only is not understood, and whether the request asks for read-only."""
    asked = headers.all(READ_ONLY_HEADER)
    try:
        parameters = parse_qsl(query.decode("ascii"), keep_blank_values=True, strict_parsing=bool(query))
    except ValueError:
        return "The parameters in the address can't be read.", True
    for name, value in parameters:
        if name.lower() in TOKEN_PARAMETERS:
            return NEVER_IN_ADDRESS, True
        if name != READ_ONLY_PARAMETER:
            return f"Only the parameter {READ_ONLY_PARAMETER} is known in the address.", True
        asked.append(value)
    meant = [parse_bool(value) for value in asked]
    if None in meant:
        return f"{READ_ONLY_HEADER} and {READ_ONLY_PARAMETER} must be true or false.", True
    return "", any(meant)
