"""What one result may be. Pure."""

import sys
from dataclasses import astuple, dataclass
from math import inf
from typing import Final

MANY: Final = sys.maxsize
BYTES_OF_A_TOKEN: Final = 4
"""Of JSON in UTF-8. Rough: prose has some more in a token, digits, base64 and hex fewer; models differ."""


@dataclass(frozen=True)
class Limits:
    """Rows; bytes of rows and column names as JSON; a model's tokens of the same; seconds until the last row."""

    rows: int = MANY
    bytes: int = MANY
    tokens: int = MANY
    seconds: float = inf

    @classmethod
    def lowest(cls, *limits: "Limits") -> "Limits":
        """Of each limit the lowest, whoever sets it."""
        return cls(*map(min, zip(*map(astuple, limits), strict=True)))

    def size(self) -> tuple[int, str]:
        """How many bytes fit, and which limit says so."""
        return min((self.bytes, "bytes"), (self.tokens * BYTES_OF_A_TOKEN, "tokens"))
