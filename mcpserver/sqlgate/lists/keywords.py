"""Keywords, by what they may do in a query.

Every word of REFUSED is reserved in MySQL, MariaDB and TiDB alike (MySQL 8.4 Reference Manual, "Keywords and Reserved Words";
MariaDB Knowledge Base, "Reserved Words"; TiDB documentation, "Keywords"), so no table or column can be called so without
backticks, or a dot before it: refusing them takes no name away.
"""

from typing import Final

from mcpserver.sqlgate.lists import words

QUERY: Final = frozenset({"select", "with", "table", "values"})
"""What a query begins with, behind parentheses."""

_CHANGES = (
    "alter call create delete drop grant insert kill load optimize release rename replace revoke unlock update write"
)
_ELSEWHERE = "add analyze change delayed describe explain low_priority set show trigger use"
_A_NAME = "Is it a name? Then put it in backticks."

REFUSED: Final[dict[str, str]] = {
    **{word: f"{word.upper()} changes something, and has no place inside a query. {_A_NAME}" for word in _CHANGES.split()},
    **{word: f"{word.upper()} has no place inside a query. {_A_NAME}" for word in _ELSEWHERE.split()},
    "into": "INTO writes the result into a file or a variable: leave it out.",
    "outfile": "OUTFILE writes a file on the server: leave it out.",
    "infile": "Files of the server are not open here.",
    "lock": "LOCK IN SHARE MODE takes locks: drop it.",
    "for": "FOR UPDATE and FOR SHARE take locks: drop them. NEXT VALUE FOR moves a sequence.",
    "procedure": "PROCEDURE is not a part of reading: drop it.",
}  # fmt: skip

BEFORE_PARENTHESIS: Final = words("""
    all and as between by case cross distinct distinctrow div else exists from group having high_priority ignore in index
    inner interval is join key like limit mod natural not on or order outer partition range regexp rlike select separator
    sql_big_result sql_calc_found_rows sql_small_result straight_join then union using values when where with xor
    """)
"""Reserved everywhere: a parenthesis behind one of them is no call."""

RESERVED: Final = BEFORE_PARENTHESIS | REFUSED.keys() | QUERY
"""Nobody's name without backticks."""

FOLLOWING: Final = frozenset({"against", "except", "ilike", "intersect", "minus", "over"})
"""Not reserved everywhere; no call where they follow an operand, for no function is called there."""

COMPARED: Final = frozenset({"any", "some"})
"""Not reserved; no call behind a comparison, with a query inside."""

MODIFIERS: Final = frozenset({"sql_no_cache", "sql_buffer_result"})
"""Not reserved; no call where they follow SELECT."""

DANGLING: Final = words("""
    all and as between by case cross distinct div else except exists from group having in inner intersect is join left like
    limit natural not offset on or order outer regexp right rlike select straight_join then union using when where with xor
    """)
"""A statement does not end in one of these."""

SESSION_VARIABLES: Final = frozenset(
    {
        "autocommit", "max_allowed_packet", "sql_mode", "system_time_zone", "time_zone", "transaction_isolation", "tx_isolation",
        "version", "version_comment",
    }
)  # fmt: skip
"""What client libraries ask a server about itself, as `@@name` without a scope."""
