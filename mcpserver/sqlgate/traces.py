"""Whether a statement may leave something behind in its session, for the next one to find."""

from itertools import pairwise
from typing import Final

from mcpserver.sqlgate.tokens import meaning

KEEPING: Final = frozenset(
    {
        "get_lock",
        "is_used_lock",
        "last_insert_id",
        "release_lock",
        "release_all_locks",
        "sql_calc_found_rows",
        "found_rows",
        "into",
        "nextval",
        "setval",
        "lastval",
        "next",
        "previous",
    }
)
"""Functions and words that write into a session, or read what an earlier statement wrote."""


def leaves_traces(sql: str) -> bool:
    """True for user variables, locks and the like: a connection that carried such a statement is not given to others."""
    statement = meaning(sql)
    assigned = any((token.text, after.text) == (":", "=") for token, after in pairwise(statement))
    variables = any(token.text.startswith("@") and not token.text.startswith("@@") for token in statement)
    return assigned or variables or any(token.word in KEEPING for token in statement)
