"""Errors of a transaction that say what became of it. What is not listed here says nothing. Pure.

Sources: MySQL 8.4 Error Message Reference; TiDB documentation, "Error Codes and Troubleshooting"; MariaDB Knowledge Base,
"Error Codes".
"""

from typing import Final

CONFLICT: Final = frozenset({1213, 8002, 8022, 8028, 9007})
"""The server gave the whole transaction up, and it may be tried again: a deadlock (1213), and TiDB's conflicts: a write
conflict (9007; 8002 where rows were to be locked), a commit that can be repeated (8022), a schema that changed (8028)."""

REFUSED_AT_COMMIT: Final = CONFLICT | {1062, 1290, 1792, 1836}
"""Nothing was committed. 1062: TiDB looks for duplicates at the commit where it is told to; the others: the server only reads."""

NOT_TAKEN_BACK: Final = 1196
"""A warning of ROLLBACK: some tables can't roll back."""
