"""Ids, keys and passwords in the shapes of real ones, each new and random."""

import secrets
import string
import uuid
from typing import Final

from mcpserver.sandbox.facts import HOST, ROLES, ClusterFacts, Facts, Login

_ALPHANUMERIC: Final = string.ascii_letters + string.digits
_SPECIAL: Final = "-_.~+*"
_BASE32: Final = string.ascii_lowercase + "234567"
_API_URL: Final = "http://{host}:{port}/v1beta1"


def api_url(port: int) -> str:
    """The base URL, version included."""
    return _API_URL.format(host=HOST, port=port)


def facts(api_port: int, iam_port: int, clusters: tuple[ClusterFacts, ...]) -> Facts:
    """A new API key and a new token for these clusters."""
    return Facts(
        api_url=api_url(api_port),
        iam_url=api_url(iam_port),
        public_key=_pick(string.ascii_uppercase + string.digits, 8),
        private_key=str(uuid.uuid4()),
        bearer_token=bearer_token(),
        clusters=clusters,
    )


def cluster(display_name: str, port: int) -> ClusterFacts:
    """A new cluster: id, user prefix and a password for every login."""
    prefix = user_prefix()
    return ClusterFacts(
        cluster_id=cluster_id(),
        display_name=display_name,
        user_prefix=prefix,
        host=HOST,
        port=port,
        root=Login(f"{prefix}.root", password()),
        logins={role: Login(f"{prefix}.gateway_{role.removeprefix('role_')}", password()) for role in ROLES},
    )


def bearer_token() -> str:
    """What an OAuth client would hold."""
    return secrets.token_urlsafe(32)


def cluster_id() -> str:
    """Twenty digits."""
    return "10" + _pick(string.digits, 18)


def branch_id() -> str:
    """`bran-` and 26 letters of base32."""
    return "bran-" + _pick(_BASE32, 26)


def user_prefix() -> str:
    """Fifteen letters and digits, a digit first."""
    return secrets.choice("23456789") + _pick(_ALPHANUMERIC, 14)


def password() -> str:
    """What the password policy of TiDB Cloud asks for: upper, lower, digit and special."""
    groups = (string.ascii_uppercase, string.ascii_lowercase, string.digits, _SPECIAL)
    letters = [*(secrets.choice(group) for group in groups), *_pick(_ALPHANUMERIC, 20)]
    secrets.SystemRandom().shuffle(letters)
    return "".join(letters)


def _pick(letters: str, count: int) -> str:
    return "".join(secrets.choice(letters) for _ in range(count))
