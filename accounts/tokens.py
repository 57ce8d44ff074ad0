"""The form of an access token: `tmcp_`, 8 characters to look it up by, 32 secret ones, 6 of checksum.

The look-up part may be shown and logged. The checksum lets secret scanners and us tell a token from noise without a
look at the database. Changing any of this breaks the tokens that people hold: add a new prefix instead.
"""

import secrets
import string
import zlib
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

PREFIX: Final = "tmcp_"
ALPHABET: Final = string.digits + string.ascii_letters
LOOKUP, SECRET, CHECKSUM = 8, 32, 6
LENGTH: Final = len(PREFIX) + LOOKUP + SECRET + CHECKSUM


@dataclass(frozen=True)
class TokenText:
    """A token as its owner sees it, once. `lookup` includes the prefix: it is the name that lists show."""

    text: str

    def __repr__(self) -> str:
        return f"TokenText({self.lookup}…)"

    @property
    def lookup(self) -> str:
        """The part that is stored in clear."""
        return self.text[: len(PREFIX) + LOOKUP]

    def digest(self, key: str | None = None) -> str:
        """The keyed hash that is stored: HMAC-SHA-256 under SECRET_KEY, or under the key that is given."""
        return salted_hmac("accounts.token", self.text, secret=key, algorithm="sha256").hexdigest()

    def fits(self, digest: str) -> bool:
        """Whether the stored hash is this token's, under the secret key or one of its fall-backs, in constant time."""
        keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
        return any([constant_time_compare(self.digest(key), digest) for key in keys])  # noqa: C419 - all are compared


def new_token() -> TokenText:
    """A fresh token: 190 bits of the system's randomness."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(LOOKUP + SECRET))
    return TokenText(PREFIX + body + _checksum(body))


def read_token(text: str) -> TokenText | None:
    """The token, if the text has a token's form and checksum; else None."""
    if len(text) != LENGTH or not text.startswith(PREFIX) or not text.isascii():
        return None
    body, checksum = text[len(PREFIX) : -CHECKSUM], text[-CHECKSUM:]
    return TokenText(text) if constant_time_compare(_checksum(body), checksum) else None


def _checksum(body: str) -> str:
    number, digits = zlib.crc32(body.encode()), ""
    for _ in range(CHECKSUM):
        number, rest = divmod(number, len(ALPHABET))
        digits = ALPHABET[rest] + digits
    return digits
