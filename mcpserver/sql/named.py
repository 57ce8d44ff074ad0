"""What a statement names, found without a grammar: every word that may be a table, every word that may be a database. Pure.

One too many does no harm where these are used, and one too few would: aliases, lists, JOINs and USING need not be understood.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from mcpserver.sqlgate.system import folded
from mcpserver.sqlgate.tokens import Kind, tokens

_NO_NAMES: Final = frozenset({Kind.BLANK, Kind.COMMENT, Kind.HINT, Kind.TEXT})


@dataclass(frozen=True)
class Named:
    """`words`: folded, as names are compared. `databases`: what stands before a dot, as it is written."""

    words: frozenset[str] = frozenset()
    databases: frozenset[str] = frozenset()

    def __or__(self, other: "Named") -> "Named":
        """Both."""
        return Named(self.words | other.words, self.databases | other.databases)

    def has(self, name: str) -> bool:
        """Whether this may be meant by one of the words."""
        return folded(name) in self.words


def named(statements: Iterable[str], database: str = "") -> Named:
    """In all of these; the database that names without one are looked up in belongs to it."""
    words, databases = set[str](), {database} if database else set[str]()
    for sql in statements:
        read = [token for token in tokens(sql) if token.kind not in _NO_NAMES]
        words |= {folded(token.plain) for token in read if token.kind is not Kind.SIGN}
        databases |= {
            token.plain for token, after in pairwise(read) if after.text == "." and token.kind is not Kind.SIGN
        }
    return Named(frozenset(words), frozenset(databases))
