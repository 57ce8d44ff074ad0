"""The server's inside: schemas and statements that show accounts, hashes, and what other people run."""

import unicodedata
from itertools import pairwise
from typing import Final

from mcpserver.sqlgate.tokens import Token

SYSTEM_SCHEMAS: Final = frozenset({"mysql", "sys", "performance_schema", "metrics_schema"})
"""Accounts, hashes and the server's inside. Of system schemas only information_schema is open."""


def is_system_schema(name: str) -> bool:
    """Whether an engine may take this name for a system schema: some fold U+0130 and U+212A to ASCII letters."""
    return unicodedata.normalize("NFKC", name.replace("\u0130", "i")).lower().strip() in SYSTEM_SCHEMAS


def asks_for_inside(statement: list[Token]) -> str | None:
    """A sentence where the statement names a system schema or shows what belongs to others; else None."""
    words = [token.word for token in statement]
    root = next((word for word in words if word), "")
    qualified = [token.text for token, after in pairwise(statement) if after.text.startswith(".")]
    named = [*qualified, *(words if root == "show" else [])]
    if any(is_system_schema(name.strip("`")) for name in named):
        return "The system databases are not open here. information_schema is."
    if root == "show" and {"grants", "user"} & set(words[1:3]):
        return "Accounts and their rights are not shown here: my_access says what is open to you."
    running = any(word.endswith("processlist") for word in words)
    if (running and (root == "show" or "information_schema" in words)) or ("for", "connection") in pairwise(words):
        return "What other connections run is not shown here: it may hold other people's values."
    return None
