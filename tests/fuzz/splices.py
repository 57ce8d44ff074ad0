"""Every hostile piece in every gap of every read, and in the place of every operand: no chance in it."""

from collections.abc import Iterator, Sequence

from tests.fuzz.mutate import pieces
from tests.fuzz.seeds.pieces import FRAGMENTS, OPERANDS


def spliced(reads: Sequence[str]) -> Iterator[str]:
    """Some two thousand texts for each read."""
    for sql in reads:
        text = [piece for piece in pieces(sql) if not piece.isspace()]
        for place, piece in enumerate(text):
            before, after = " ".join(text[:place]), " ".join(text[place:])
            yield from (f"{before} {planted} {after}" for planted in (*FRAGMENTS, *OPERANDS))
            if piece[0].isalnum() or piece[0] in "'\"`*(":
                rest = " ".join(text[place + 1 :])
                yield from (f"{before} {planted} {rest}" for planted in OPERANDS)
        yield from (f"{sql} {planted}" for planted in FRAGMENTS)
