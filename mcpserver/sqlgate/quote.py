"""Names and values as they stand in statements of our own. Nothing else puts a text from outside into SQL.

A value is sent in hex, so that no SQL mode and no character set can end it early; a name can't be, and stands in backticks.
"""

import re
from typing import Final

from tidbmcp.lib.errors import BadInput

LONGEST: Final = 64
"""Characters of a name, on all engines."""

_ODD: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def quoted_name(name: str) -> str:
    """The name of a database, table, column or index in backticks. BadInput where it can't be one."""
    if not name:
        raise BadInput("A name is empty: give the exact name.")
    if len(name) > LONGEST:
        raise BadInput(f"A name is longer than {LONGEST} characters: give the exact name.")
    if _ODD.search(name):
        raise BadInput("A name holds control characters or broken Unicode: take them out.")
    return f"`{name.replace('`', '``')}`"


def text_literal(value: str) -> str:
    """The text as a value of SQL. BadInput where it is no Unicode."""
    try:
        raw = value.encode()
    except UnicodeEncodeError:
        raise BadInput("A text holds broken Unicode: take it out.") from None
    return f"_utf8mb4 0x{raw.hex()}" if raw else "''"
