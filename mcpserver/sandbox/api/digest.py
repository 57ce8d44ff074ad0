"""HTTP Digest (RFC 7616, MD5, qop=auth). Pure: header and request in, verdict out."""

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, Self

from mcpserver.sandbox.api.nonces import Nonces, Use

# name=value or name="value", then a comma or the end.
_PARAMETER: Final = re.compile(r'\s*([A-Za-z]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))\s*(?:,|$)')
_COUNT: Final = re.compile(r"[0-9a-fA-F]{8}")


class Verdict(Enum):
    """What a request with this Authorization header is worth."""

    GOOD = "good"
    REFUSED = "refused"
    """No credentials, unreadable ones, an unknown key or a wrong one: the caller is not told which."""
    STALE = "stale"
    """The key is right; the nonce is too old or not ours."""
    REPLAYED = "replayed"
    """The key is right; this nonce has been used with this count before."""


@dataclass(frozen=True)
class ApiKey:
    """The public half is the user name, the private half the password. The bearer token stands for the same key."""

    public: str
    private: str = field(repr=False)
    bearer: str = field(repr=False)


@dataclass(frozen=True)
class Credentials:
    """The fields of an Authorization header that the digest is made of."""

    username: str
    realm: str
    nonce: str
    uri: str
    response: str
    nc: str
    cnonce: str

    @classmethod
    def parse(cls, header: str) -> Self | None:
        """None for anything that is not a complete MD5 digest with qop=auth."""
        scheme, _, rest = header.strip().partition(" ")
        fields = _parameters(rest) if scheme.lower() == "digest" else None
        if fields is None or fields.pop("algorithm", "MD5").upper() != "MD5" or fields.pop("qop", "") != "auth":
            return None
        try:
            credentials = cls(**{name: fields[name] for name in cls.__dataclass_fields__})
        except KeyError:
            return None
        counted = _COUNT.fullmatch(credentials.nc) and int(credentials.nc, 16)
        return credentials if counted and credentials.cnonce else None


def judge(header: str, method: str, targets: frozenset[str], key: ApiKey, realm: str, nonces: Nonces) -> Verdict:
    """`targets` are the spellings of the request-target as it was sent."""
    credentials = Credentials.parse(header)
    if credentials is None or credentials.realm != realm or credentials.uri not in targets:
        return Verdict.REFUSED
    known = hmac.compare_digest(credentials.username.encode(), key.public.encode())
    right = hmac.compare_digest(credentials.response.encode(), _response(credentials, method, key).encode())
    if not (known and right):
        return Verdict.REFUSED
    match nonces.use(credentials.nonce, int(credentials.nc, 16)):
        case Use.FIRST:
            return Verdict.GOOD
        case Use.AGAIN:
            return Verdict.REPLAYED
        case Use.UNKNOWN:
            return Verdict.STALE


def challenge(realm: str, nonce: str, *, stale: bool) -> str:
    """The value of WWW-Authenticate."""
    flag = "true" if stale else "false"
    return f'Digest realm="{realm}", domain="", nonce="{nonce}", algorithm=MD5, qop="auth", stale={flag}'


def _response(credentials: Credentials, method: str, key: ApiKey) -> str:
    secret = _md5(f"{credentials.username}:{credentials.realm}:{key.private}")
    request = _md5(f"{method}:{credentials.uri}")
    return _md5(f"{secret}:{credentials.nonce}:{credentials.nc}:{credentials.cnonce}:auth:{request}")


def _md5(text: str) -> str:
    # MD5 is what the contract asks for.
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _parameters(text: str) -> dict[str, str] | None:
    """None when a part cannot be read or a name comes twice."""
    fields: dict[str, str] = {}
    position = 0
    while position < len(text):
        part = _PARAMETER.match(text, position)
        if part is None or part[1].lower() in fields:
            return None
        fields[part[1].lower()] = part[3] if part[2] is None else re.sub(r"\\(.)", r"\1", part[2])
        position = part.end()
    return fields
