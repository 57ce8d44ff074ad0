"""The smallest form of a finding."""

from collections.abc import Callable

from tests.fuzz.mutate import pieces


def smallest(sql: str, is_bad: Callable[[str], bool]) -> str:
    """Runs of pieces are taken out, long ones first, as long as the rest is let through and still bad."""
    text = pieces(sql)
    size = max(1, len(text) // 2)
    while size:
        place = 0
        while place < len(text):
            shorter = [*text[:place], *text[place + size :]]
            if is_bad("".join(shorter)):
                text = shorter
            else:
                place += size
        size //= 2
    return "".join(text)
