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
    "table tables database schema view index sequence user role procedure function trigger event tablespace server"
)
"""What CREATE, ALTER and DROP are of."""

BETWEEN: Final = words("if not exists ignore low_priority high_priority delayed into from")
"""Words that may stand before a target, behind the verb and its thing: all reserved, so none of them is the target."""

READING: Final = words("select table values show explain describe desc")
"""What db_query is for."""

_TRANSACTION = "The transaction is the tool's: a list runs in one, all or nothing. Leave transaction control out."
_STORED = "It runs what stands elsewhere and nobody has judged: send the statements themselves."
_OF_THE_SESSION = "Settings and the session are not changed here: leave it out."
_FILES = "Files and other sources of the server are not open here: send the rows with INSERT."
_OF_THE_SERVER = "It acts on the server itself, and not on data: it is not open here."
_LOCKS = "Locks are not taken by hand here: a list of changes runs in one transaction."

WHY_NOT: Final = {
    **dict.fromkeys(words("begin start commit rollback savepoint release xa"), _TRANSACTION),
    **dict.fromkeys(words("prepare execute deallocate call do handler signal resignal"), _STORED),
    **dict.fromkeys(words("set use reset"), _OF_THE_SESSION),
    **dict.fromkeys(words("load import backup restore"), _FILES),
    **dict.fromkeys(words("lock unlock"), _LOCKS),
    **dict.fromkeys(SERVER - words("load import backup restore reset"), _OF_THE_SERVER),
    **dict.fromkeys(words("split repair"), _OF_THE_SERVER),
    "batch": "BATCH commits row by row, so that nothing takes it back: send UPDATE or DELETE with a condition and a LIMIT.",
}
"""Of statements that db_execute never runs, the reason."""
