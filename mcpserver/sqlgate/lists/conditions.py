"""Words that stand in a condition and name no column, and words that may.

Sources: MySQL 8.4 Reference Manual, "Expressions" and "Keywords and Reserved Words"; TiDB documentation, "Expression Syntax".
"""

from typing import Final

from mcpserver.sqlgate.lists import words
from mcpserver.sqlgate.lists.keywords import RESERVED

NO_COLUMNS: Final = RESERVED | words("""
    true false null unknown escape binary collate current_date current_time current_timestamp current_user localtime
    localtimestamp utc_date utc_time utc_timestamp end sounds member of asc desc interval dual offset
    """)

MAYBE_COLUMNS: Final = words("end member unknown escape offset")
"""Of these, what is reserved nowhere: columns where they stand before a comparison, and do not close a CASE or follow IS."""

COMPARISONS: Final = words("= < > <= >= <> != <=> is in between like not regexp rlike")
"""What stands behind a column that is compared."""
