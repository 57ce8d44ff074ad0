"""Generated passwords, for logins that no person types."""

import secrets
import string
from typing import Final

from tidbmcp.lib.secrets import Secret

LENGTH: Final = 32
_SPECIAL: Final = "-_.~+*"
_GROUPS: Final = (string.ascii_uppercase, string.ascii_lowercase, string.digits, _SPECIAL)


def new_password() -> Secret:
    """Upper, lower, digit and special, as TiDB Cloud's policy asks for; none of them means anything in SQL or a URL."""
    everything = "".join(_GROUPS)
    letters = [secrets.choice(group) for group in _GROUPS]
    letters += [secrets.choice(everything) for _ in range(LENGTH - len(letters))]
    secrets.SystemRandom().shuffle(letters)
    return Secret("".join(letters))
