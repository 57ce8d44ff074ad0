"""Who stands behind a request: person, token, scopes, read-only; and how a bearer token becomes that."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from accounts.models import AccessToken
from accounts.scopes import Scope
from accounts.tokens import read_token
from audit.parameters import shown
from tidbmcp.lib.clock import now
from tidbmcp.lib.prepared import Prepared
from tidbmcp.lib.redaction import redact_text


@dataclass(frozen=True)
class Principal:
    """A known caller. `token` is the token's prefix, never its text."""

    person_id: int
    person: str
    token_id: UUID
    token: str
    scopes: frozenset[Scope]
    read_only: bool
    client_name: str = ""
    client_version: str = ""
    """Its client, as claimed in the last `initialize`."""


@dataclass(frozen=True)
class Unknown:
    """Nobody we know. `reason` goes to log and audit; the caller only hears that the token is not accepted."""

    reason: str
    token: str = ""


_COLUMNS: Final = tuple(field.attname for field in AccessToken._meta.concrete_fields)
_TOKENS: Final = Prepared(AccessToken, ("lookup",), (*_COLUMNS, "owner__username", "owner__is_active"))


def authenticate(bearer: str) -> Principal | Unknown:
    """Whose token this is, in one query. Blocking; database errors pass through, and the gate refuses on them."""
    text = read_token(bearer)
    if text is None:
        return Unknown("not a token of ours, or mistyped")
    row = _TOKENS.first(text.lookup)
    if row is None or not text.fits(row["digest"]):
        return Unknown("no such token", text.lookup)
    token = AccessToken.from_db(None, _COLUMNS, [row[name] for name in _COLUMNS])
    moment = now()
    if (state := token.state(moment)) != "active":
        return Unknown(state, text.lookup)
    if not row["owner__is_active"]:
        return Unknown("its person is not active", text.lookup)
    token.used(moment)
    return Principal(
        token.owner_id,
        row["owner__username"],
        token.id,
        token.lookup,
        token.scope_set,
        token.read_only,
        token.client_name,
        token.client_version,
    )


def keep_client(principal: Principal, name: str, version: str) -> None:
    """Note what the token's client says of itself. Blocking."""
    claimed = shown(redact_text(name), 100), shown(redact_text(version), 50)
    if claimed != (principal.client_name, principal.client_version):
        AccessToken.objects.filter(pk=principal.token_id).update(client_name=claimed[0], client_version=claimed[1])
