"""What statements do, by their first words; and which of them commit whatever was open before.

Sources: MySQL 8.4 Reference Manual, "Statements That Cause an Implicit Commit"; MariaDB Knowledge Base, "SQL statements That
Cause an Implicit Commit"; TiDB documentation, "SQL Statements".
"""

from typing import Final

from mcpserver.sqlgate.lists import words

DATA: Final = words("insert replace update delete batch")
"""Change rows; a transaction takes them back."""

SCHEMA: Final = words("create alter drop rename truncate flashback recover split repair")
"""Change what there is, and commit by themselves."""

ACCOUNTS: Final = words("grant revoke")
"""Change who may do what, as CREATE, ALTER, DROP and RENAME of a USER or ROLE do."""

ACCOUNT_THINGS: Final = words("user role")

SESSION: Final = words(
    """set use begin start commit rollback savepoint release prepare execute deallocate lock unlock xa do call signal resignal
    handler"""
)
"""Change the session or its transaction, or run what stands elsewhere."""

COMMITTING: Final = words("batch begin start commit lock unlock xa set call execute")
"""Of rows and sessions, what commits, or may."""

SERVER: Final = words(
    """admin analyze backup binlog cache calibrate cancel change check checksum clone distribute flush help import install kill
    load optimize pause plan purge query refresh reset restart restore resume shutdown stop trace traffic uninstall"""
)
"""Act on the server itself."""

THINGS: Final = words(
    "table database schema view index sequence user role procedure function trigger event tablespace server"
)
"""What CREATE, ALTER and DROP are of."""

BETWEEN: Final = words(
    """or replace temporary global session unique fulltext spatial vector columnar if not exists ignore low_priority high_priority
    delayed quick into from only online offline placement policy resource group binding masking algorithm definer sql security"""
)
"""Words that may stand between a verb and its target."""
