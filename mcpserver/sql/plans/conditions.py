"""Which columns of a condition an index could serve. Pure.

Conditions come as the engines print them: TiDB as calls (`eq(shop.orders.status, "paid")`), the others as SQL.
"""

import re
from typing import Final

_LITERAL: Final = re.compile(r"'(?:[^'\\]|''|\\.)*'|\"(?:[^\"\\]|\"\"|\\.)*\"", re.DOTALL)
_STARTS_ANYHOW: Final = re.compile(
    r"\blike\((?P<called>[^,()]+), ?['\"][%_]|(?<![\w$`.])(?P<infix>[\w$`.]+) (?:not )?like ['\"][%_]", re.IGNORECASE
)
"""LIKE with a pattern whose beginning is open."""

_PIECE: Final = re.compile(
    r"(?<![\w$])(?P<call>[A-Za-z_]\w*)\(|\(|\)|(?<![\w$`.])(?P<column>(?:(?:`[^`]+`|[\w$]+)\.)+(?:`[^`]+`|[\w$]+))"
)
"""Each begins where no word goes on, so that a long word is read once and not from each of its letters."""

CONDITION_MOST: Final = 20_000
"""Characters that are looked at."""

_TRANSPARENT: Final = frozenset(
    {"", "and", "or", "not", "in", "between", "like", "isnull", "eq", "nulleq", "gt", "ge", "lt", "le", "trigcond", "istrue"}
)  # fmt: skip
"""What may stand round a column without hiding it from an index; of calls, TiDB's names of comparisons."""


def indexable(condition: str, table: str = "") -> list[str]:
    """Columns that stand bare in a comparison, in their order; of this table where the condition names others, too."""
    condition = condition[:CONDITION_MOST]
    open_ended = {found["called"] or found["infix"] for found in _STARTS_ANYHOW.finditer(condition)}
    columns: dict[str, None] = {}
    calls: list[str] = []
    for piece in _PIECE.finditer(_LITERAL.sub("''", condition)):
        if name := piece["column"]:
            if name not in open_ended and all(call in _TRANSPARENT for call in calls) and not name[0].isdigit():
                columns[name] = None
        elif piece.group() == ")":
            del calls[-1:]
        else:
            calls.append((piece["call"] or "").lower())
    parts = [[part.strip("`") for part in name.split(".")] for name in columns]
    return list(dict.fromkeys(part[-1] for part in parts if not table or part[-2] == table))
