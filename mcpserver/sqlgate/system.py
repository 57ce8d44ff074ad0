"""Names of the server's inside, under whatever letters an engine would find them."""

import unicodedata
from functools import lru_cache

from mcpserver.sqlgate.lists.tables import CLOSED_SCHEMAS, INFORMATION_SCHEMA


def folded(name: str) -> str:
    """The name as the most generous engine compares it: some take U+0130 and U+212A for ASCII letters, or pass over accents."""
    if name.isascii():
        return name.lower().strip()
    letters = unicodedata.normalize("NFKD", name.replace("\u0131", "i").lower())
    return "".join(char for char in letters if not unicodedata.combining(char)).lower().strip()


def is_system_schema(name: str) -> bool:
    """Whether an engine may take this name for a schema with accounts, hashes or the server's inside."""
    return folded(name) in CLOSED_SCHEMAS


def may_be_default(name: str) -> bool:
    """Whether a session may have this database as its own: names without a database would be looked up there."""
    return not is_system_schema(name) and folded(name) != INFORMATION_SCHEMA


def means_ascii(name: str) -> bool:
    """Whether a name with other letters may be taken for one in ASCII, or looks like one to a reader of the gate."""
    return any(map(_means_ascii, name))


@lru_cache(maxsize=1024)
def _means_ascii(char: str) -> bool:
    upper = char.upper()
    shapes = unicodedata.normalize("NFKC", char) + char.lower() + (upper if len(upper) == 1 else "")
    return not char.isascii() and any(map(str.isascii, shapes))
