"""What a sealed secret says about itself, so that it opens only for the row, kind, address and user it was stored for.

A sealed secret is the ring's ciphertext of a JSON object {"row", "kind", "address", "user", "secret"}. Fernet has no
associated data, so these facts are inside. Fields may be added; what they mean must not change while secrets live.
"""

import json
from dataclasses import asdict, dataclass

from cryptography.fernet import MultiFernet

from tidbmcp.lib import keyring
from tidbmcp.lib.secrets import Secret


class Moved(Exception):
    """The secret was sealed for another row, kind, address or user."""


@dataclass(frozen=True)
class Binding:
    """Where a secret belongs: whoever moves a ciphertext to another row, or changes the address, cannot open it."""

    row: str
    kind: str
    address: str
    user: str

    def seal(self, ring: MultiFernet, secret: Secret) -> str:
        """The ciphertext that is stored."""
        return keyring.seal(ring, json.dumps({**asdict(self), "secret": secret.reveal()}))

    def unseal(self, ring: MultiFernet, sealed: str) -> Secret:
        """The secret; Moved or keyring.CannotOpen where it isn't this one's."""
        try:
            stored = json.loads(keyring.unseal(ring, sealed))
        except json.JSONDecodeError:
            raise keyring.CannotOpen from None
        if {name: stored.get(name) for name in asdict(self)} != asdict(self):
            raise Moved
        return Secret(stored["secret"])
