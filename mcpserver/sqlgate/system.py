"""The server's inside: schemas and statements that show accounts, hashes, and what other people run."""

import unicodedata
from itertools import pairwise
from typing import Final

from mcpserver.sqlgate.tokens import Token

SYSTEM_SCHEMAS: Final = frozenset({"mysql", "sys", "performance_schema", "metrics_schema"})
"""Accounts, hashes and the server's inside. Of system schemas only information_schema is open."""

ACCOUNTS: Final = frozenset(
    {
        "administrable_role_authorizations",
        "applicable_roles",
        "column_privileges",
        "enabled_roles",
        "schema_privileges",
        "table_privileges",
        "user_attributes",
        "user_privileges",
    }
)
"""Tables of information_schema that list accounts, under whatever database they are asked for."""


def is_system_schema(name: str) -> bool:
    """Whether an engine may take this name for a system schema: some fold U+0130 and U+212A to ASCII letters."""
    return unicodedata.normalize("NFKC", name.replace("\u0130", "i")).lower().strip() in SYSTEM_SCHEMAS


def asks_for_inside(statement: list[Token]) -> str | None:
    """A sentence where the statement names a system schema or shows what belongs to others; else None."""
    words = [token.word for token in statement]
    shown = words[1:3] if words and words[0] == "show" else []
    qualified = [token.text for token, after in pairwise(statement) if after.text.startswith(".")]
    named = [*qualified, *(words if shown else [])]
    if any(is_system_schema(name.strip("`")) for name in named):
        return "The system databases are not open here. information_schema is."
    if {"grants", "user"} & set(shown) or ACCOUNTS & set(words):
        return "Accounts and their rights are not shown here: my_access says what is open to you."
    running = any(word.endswith("processlist") for word in words) or ("for", "connection") in pairwise(words)
    if running or {"explain", "analyze"} & set(shown):
        return "What other connections run is not shown here: it may hold other people's values."
    counted = any(token.text.lower().endswith(("warning_count", "error_count")) for token in statement)
    if counted or {"warnings", "errors", "count"} & set(shown[:1]):
        return "Warnings are not kept between calls: the connection is shared, and they may be of somebody else's."
    return None
