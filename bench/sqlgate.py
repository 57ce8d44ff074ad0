"""What the SQL gate takes for the worst texts that we could construct: a table, printed by `python -m bench`."""

from collections.abc import Iterator
from time import process_time
from typing import Final

from mcpserver.sqlgate import Allow, judge
from mcpserver.sqlgate.texts import BYTES_MOST

NAME: Final = "SQL gate"
SIZES: Final = (1024, BYTES_MOST)
ROUNDS: Final = 7

WORST: Final[dict[str, tuple[str, str, str]]] = {
    "values": ("SELECT 1 IN (", "1,", "1)"),
    "columns": ("SELECT a", ",t.a", ""),
    "names that are no ASCII": ("SELECT a", ",é", ""),
    "strings": ("SELECT 'a'", ",'a'", ""),
    "strings with escapes": ("SELECT '", "\\'", "'"),
    "one name": ("SELECT ", "é", ""),
    "calls": ("SELECT 1", "+abs(a)", ""),
    "CASE": ("SELECT 1", "+case when a then b end", ""),
    "FOR": ("SELECT SUBSTRING(a ", " for a", ")"),
    "stars": ("SELECT a", ",t.*", " FROM t"),
    "AS OF TIMESTAMP": ("SELECT 1", " as of timestamp", " FROM t"),
    "lists of columns": ("WITH a", "(a,", ""),
    "hints": ("SELECT /*+ ", "use_index(t,a) ", "*/ 1"),
    "comments": ("SELECT ", "/**/", "1"),
    "line comments": ("SELECT ", "#\n", "1"),
    "openers of comments": ("SELECT ", "/*/**/", "1"),
    "parentheses": ("SELECT ", "(", ""),
    "SHOW": ("SHOW TABLES", " from a", ""),
    "an open string": ("SELECT '", "a\\'", ""),
    "open comments": ("SELECT ", "/* ", ""),
}
"""Beginning, what is repeated, end."""


def text(parts: tuple[str, str, str], size: int) -> str:
    """The longest text of these parts that is within the gate's bounds and has so many bytes at most."""
    head, piece, tail = parts
    return head + piece * ((size - len(head + tail)) // len(piece.encode())) + tail


def longest(parts: tuple[str, str, str], size: int) -> str:
    """As `text`, but shortened until the gate reads all of it, rather than refuse it for its number of pieces."""
    found = text(parts, size)
    while _is_too_long(found):
        size = size * 9 // 10
        found = text(parts, size)
    return found


def rows() -> Iterator[str]:
    """A row a text: milliseconds of CPU at both sizes, the best of some rounds, and the verdict on the long one."""
    yield f"{NAME + ', worst texts: ms of CPU':32} {'1 kB':>9} {'256 kB':>9} {'longest':>9} {'of bytes':>9}"
    worst = [0.0, 0.0, 0.0]
    for name, parts in WORST.items():
        texts = [*(text(parts, size) for size in SIZES), longest(parts, BYTES_MOST)]
        taken = [_milliseconds(one) for one in texts]
        worst = [max(pair) for pair in zip(worst, taken, strict=True)]
        verdict = "allowed" if isinstance(judge(texts[-1]), Allow) else "refused"
        yield f"{name:32} {taken[0]:9.2f} {taken[1]:9.1f} {taken[2]:9.1f} {len(texts[-1].encode()):9,}  {verdict}"
    yield f"{'the worst of each':32} {worst[0]:9.2f} {worst[1]:9.1f} {worst[2]:9.1f}"


def _is_too_long(sql: str) -> bool:
    verdict = judge(sql)
    return not isinstance(verdict, Allow) and verdict.rule == "size"


def _milliseconds(sql: str) -> float:
    taken = []
    for _ in range(ROUNDS):
        start = process_time()
        judge(sql)
        taken.append(process_time() - start)
    return min(taken) * 1000
