"""Ids, keys and passwords in the shapes of real ones, each new and random."""

import secrets
import string
import uuid
from typing import Final

from mcpserver.sandbox.facts import HOST, ROLES, ClusterFacts, Facts, Login

_ALPHANUMERIC: Final = string.ascii_letters + string.digits
_SPECIAL: Final = "-_.~+*"
_API_URL: Final = "http://{host}:{port}/v1beta1"


def api_url(port: int) -> str:
    """The base URL, version included."""
    return _API_URL.format(host=HOST, port=port)


def facts(api_port: int, clusters: tuple[ClusterFacts, ...]) -> Facts:
    """A new API key for these clusters."""
    return Facts(
        api_url=api_url(api_port),
        public_key=_pick(string.ascii_uppercase + string.digits, 8),
        private_key=str(uuid.uuid4()),
        clusters=clusters,
    )


def cluster(display_name: str, port: int) -> ClusterFacts:
    """A new cluster: id, user prefix and a password for every login."""
    prefix = secrets.choice("23456789") + _pick(_ALPHANUMERIC, 14)
    return ClusterFacts(
        cluster_id="10" + _pick(string.digits, 18),
        display_name=display_name,
        user_prefix=prefix,
        host=HOST,
        port=port,
        root=Login(f"{prefix}.root", _password()),
        logins={role: Login(f"{prefix}.gateway_{role.removeprefix('role_')}", _password()) for role in ROLES},
    )


def _password() -> str:
    """What the password policy of TiDB Cloud asks for: upper, lower, digit and special."""
    groups = (string.ascii_uppercase, string.ascii_lowercase, string.digits, _SPECIAL)
    letters = [*(secrets.choice(group) for group in groups), *_pick(_ALPHANUMERIC, 20)]
    secrets.SystemRandom().shuffle(letters)
    return "".join(letters)


def _pick(letters: str, count: int) -> str:
    return "".join(secrets.choice(letters) for _ in range(count))
