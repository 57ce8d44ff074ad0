"""One mutated text for each number: the same seed and number give the same text, so a finding needs no file."""

import re
from collections.abc import Callable, Mapping
from random import Random
from typing import Final

from tests.fuzz.corpus import Stock
from tests.fuzz.seeds.pieces import BLANKS, LOOKALIKES, RUNNING, SIGNS

LONGEST: Final = 4000
"""Texts do not grow beyond this."""

_PIECES: Final = re.compile(r"""'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`[^`]*`|/\*.*?\*/|\s+|\w+|.""", re.DOTALL)
_SLOT: Final = re.compile(r"\{(\w+)\}")

Way = Callable[[Random, Stock, list[str]], str]


def pieces(sql: str) -> list[str]:
    """Words, quotes, comments, blanks and signs; by our own rules, for the gate's may be wrong."""
    return _PIECES.findall(sql)


def insert_fragment(random: Random, stock: Stock, text: list[str]) -> str:
    gap = random.randint(0, len(text))
    return "".join([*text[:gap], " ", random.choice(stock.fragments), " ", *text[gap:]])


def replace_operand(random: Random, stock: Stock, text: list[str]) -> str:
    places = [place for place, piece in enumerate(text) if piece[0].isalnum() or piece[0] in "'\"`*"]
    if places:
        text[random.choice(places)] = random.choice(stock.operands)
    return "".join(text)


def wrap(random: Random, stock: Stock, text: list[str]) -> str:
    return random.choice(stock.wraps).format("".join(text))


def splice(random: Random, stock: Stock, text: list[str]) -> str:
    """The beginning of this one and the end of another, either of them hostile or not."""
    other = pieces(random.choice(random.choice((stock.hostile, stock.plain))))
    return "".join(
        [*text[: random.randint(0, len(text))], random.choice(("", " ")), *other[random.randint(0, len(other)) :]]
    )


def transplant(random: Random, stock: Stock, text: list[str]) -> str:
    """A run of pieces of another text, in the middle of this one."""
    other = pieces(random.choice(random.choice((stock.hostile, stock.plain))))
    start, gap = random.randint(0, len(other)), random.randint(0, len(text))
    run = other[start : start + random.randint(1, 6)]
    return "".join([*text[:gap], " ", *run, " ", *text[gap + random.randint(0, 3) :]])


def change_word(random: Random, stock: Stock, text: list[str]) -> str:
    places = [place for place, piece in enumerate(text) if piece[0].isalpha()]
    if places:
        text[random.choice(places)] = random.choice(stock.words)
    return "".join(text)


def insert_word(random: Random, stock: Stock, text: list[str]) -> str:
    gap = random.randint(0, len(text))
    return "".join([*text[:gap], " ", random.choice(stock.words), " ", *text[gap:]])


def change_blank(random: Random, stock: Stock, text: list[str]) -> str:
    places = [place for place, piece in enumerate(text) if piece.isspace()]
    if places:
        text[random.choice(places)] = random.choice(BLANKS)
    return "".join(text)


def insert_blank(random: Random, stock: Stock, text: list[str]) -> str:
    text.insert(random.randint(0, len(text)), random.choice(BLANKS))
    return "".join(text)


def comment_round(random: Random, stock: Stock, text: list[str]) -> str:
    opened, closed = random.choice(RUNNING)
    start = random.randint(0, len(text))
    end = random.randint(start, len(text))
    return "".join([*text[:start], opened, *text[start:end], closed, *text[end:]])


def insert_sign(random: Random, stock: Stock, text: list[str]) -> str:
    """Anywhere, in the middle of a word or quote too."""
    sql = "".join(text)
    place = random.randint(0, len(sql))
    return sql[:place] + random.choice(SIGNS) + sql[place + random.randint(0, 1) :]


def quote_otherwise(random: Random, stock: Stock, text: list[str]) -> str:
    place = random.randrange(len(text))
    bare = text[place].strip("'\"`")
    text[place] = random.choice(
        (
            "`{}`",
            "'{}'",
            '"{}"',
            "{}",
            "`{}",
            "'{}\\'",
            "N'{}'",
            "x'{}'",
            "[{}]",
            "{}()",
            "`{}`()",
            "{} ()",
            "@{}",
            "@`{}`",
        )
    ).format(bare)
    return "".join(text)


def change_letters(random: Random, stock: Stock, text: list[str]) -> str:
    place = random.randrange(len(text))
    change = random.choice((str.upper, str.lower, str.swapcase, lambda word: _lookalike(random, word)))
    text[place] = change(text[place])
    return "".join(text)


def _lookalike(random: Random, word: str) -> str:
    places = [place for place, letter in enumerate(word) if letter.lower() in LOOKALIKES]
    if not places:
        return word
    place = random.choice(places)
    return word[:place] + random.choice(LOOKALIKES[word[place].lower()]) + word[place + 1 :]


def delete(random: Random, stock: Stock, text: list[str]) -> str:
    start = random.randrange(len(text))
    return "".join([*text[:start], *text[start + random.randint(1, 3) :]])


def swap(random: Random, stock: Stock, text: list[str]) -> str:
    one, two = random.randrange(len(text)), random.randrange(len(text))
    text[one], text[two] = text[two], text[one]
    return "".join(text)


def double(random: Random, stock: Stock, text: list[str]) -> str:
    start = random.randrange(len(text))
    return "".join([*text[:start], *text[start : start + random.randint(1, 4)] * 2, *text[start:]])


def cut(random: Random, stock: Stock, text: list[str]) -> str:
    sql = "".join(text)
    return sql[: random.randint(0, len(sql))]


def glue(random: Random, stock: Stock, text: list[str]) -> str:
    places = [place for place, piece in enumerate(text) if piece.isspace()]
    if places:
        text[random.choice(places)] = ""
    return "".join(text)


WAYS: Final[tuple[Way, ...]] = (
    insert_fragment, replace_operand, replace_operand, wrap, splice, transplant, change_word, insert_word, change_blank, insert_blank, comment_round, insert_sign,
    quote_otherwise, change_letters, delete, swap, double, cut, glue,
)  # fmt: skip


def composed(random: Random, grammar: Mapping[str, tuple[str, ...]], name: str = "statement") -> str:
    """A line of the grammar, with lines of it in its slots."""
    return _SLOT.sub(lambda slot: composed(random, grammar, slot.group(1)), random.choice(grammar[name]))


def mutated(seed: int, number: int, stock: Stock) -> str:
    """The text of this number: of a plain one twice as often as of a hostile one, changed in one to four ways.

    Those that a grammar makes are as often left as they are.
    """
    random = Random(f"{seed}/{number}")
    if stock.grammar and random.random() < 0.5:
        sql, ways = composed(random, stock.grammar), random.choice((0, 0, 1, 2))
    else:
        sql = random.choice(random.choice((stock.plain, stock.plain, stock.hostile)))
        ways = random.choice((1, 1, 2, 2, 3, 4))
    for _ in range(ways):
        text = pieces(sql)
        if not text:
            break
        sql = random.choice(WAYS)(random, stock, text)[:LONGEST]
    return sql
