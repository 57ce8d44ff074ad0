"""Finding databases, tables and columns by words: the statements, and which match is best. Pure.

The server looks for the words in names and comments, and gives what holds most of them first, so that a limit cuts the rest;
the finer order is made here, over what it gave.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from mcpserver.sql.schemas.looked import COMMENT, COMMENT_SHOWN, KIND
from mcpserver.sqlgate.lists.tables import CLOSED_SCHEMAS
from mcpserver.sqlgate.quote import text_literal

WORDS_MOST: Final = 10
FOUND_MOST: Final = 1_000
"""Of each kind, before they are ordered."""

_WORD: Final = re.compile(r"\w+")
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|_")

EXACT, WHOLE_WORD, BEGINNING, WITHIN, COMMENTED, PARENT = 20, 12, 8, 5, 3, 2
"""What a word is worth: it is the name, one of its words, the beginning of one, within it, in the comment, the table's."""


@dataclass(frozen=True)
class Match:
    """A database, table, view or column. What it is not is empty."""

    kind: str
    database: str
    table: str = ""
    column: str = ""
    type: str = ""
    comment: str = ""

    @property
    def name(self) -> str:
        """Its own."""
        return self.column or self.table or self.database


def words_in(text: str) -> list[str]:
    """What is looked for: in small letters, each once; a plural finds the singular too. A lone letter is in everything."""
    parts = [part.lower() for word in _WORD.findall(text) for part in _CAMEL.split(word) if part]
    telling = [part for part in parts if len(part) > 1 or not part.isascii()]
    return list(dict.fromkeys(_stem(part) for part in telling or parts))


def _stem(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3]
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _has(words: Sequence[str], name: str, comment: str = "''") -> str:
    """A condition, the order and the limit."""
    found = [f"(LOCATE({text_literal(w)}, LOWER(CONCAT({name}, ' ', COALESCE({comment}, '')))) > 0)" for w in words]
    return f"({' OR '.join(found)}) ORDER BY {' + '.join(found)} DESC, CHAR_LENGTH({name}), {name} LIMIT {FOUND_MOST}"


def _open(field: str, database: str | None) -> str:
    """Databases that are looked in: the one, or all but the server's own."""
    if database:
        return f"{field} = {text_literal(database)}"
    closed = ", ".join(f"'{name}'" for name in sorted({*CLOSED_SCHEMAS, "information_schema"}))
    return f"LOWER({field}) NOT IN ({closed})"


def searches(words: Sequence[str], database: str | None) -> tuple[str, str, str]:
    """Of databases, of tables and views, and of columns."""
    in_databases = (
        "SELECT 'database', schema_name, '', '', '', '' FROM information_schema.schemata "
        f"WHERE {_open('schema_name', database)} AND {_has(words, 'schema_name')}"
    )
    in_tables = (
        f"SELECT {KIND}, table_schema, table_name, '', '', LEFT({COMMENT}, {COMMENT_SHOWN}) "
        f"FROM information_schema.tables WHERE {_open('table_schema', database)} "
        f"AND {_has(words, 'table_name', COMMENT)}"
    )
    in_columns = (
        "SELECT 'column', table_schema, table_name, column_name, column_type, "
        f"LEFT(column_comment, {COMMENT_SHOWN}) FROM information_schema.columns WHERE "
        f"{_open('table_schema', database)} AND {_has(words, 'column_name', 'column_comment')}"
    )
    return in_databases, in_tables, in_columns


def matches(rows: Iterable[Sequence[Any]]) -> list[Match]:
    """From rows of `searches`."""
    return [Match(*(str(value or "") for value in row)) for row in rows]


def best_first(found: Iterable[Match], words: Sequence[str]) -> list[Match]:
    """Most words first, then what they are worth; of equals the wider thing, then by name."""
    width = {"database": 0, "table": 1, "view": 1, "column": 2}

    def order(match: Match) -> tuple[int, int, int, str, str, str]:
        worth = [_worth(match, word) for word in words]
        hit = sum(1 for one in worth if one)
        return -hit, -sum(worth), width.get(match.kind, 1), match.database, match.table, match.column

    return sorted(found, key=order)


def _worth(match: Match, word: str) -> int:
    name, own = match.name.lower(), [part.lower() for part in _CAMEL.split(match.name) if part]
    if _stem(name) == word or name == word:
        return EXACT
    if word in own or word in map(_stem, own):
        return WHOLE_WORD
    if any(part.startswith(word) for part in own):
        return BEGINNING
    if word in name:
        return WITHIN
    if word in match.comment.lower():
        return COMMENTED
    return PARENT if match.column and word in match.table.lower() else 0
