"""What a reader does not see, or what turns the text round, is made visible."""

import sys
import unicodedata

import pytest

from tidbmcp.lib.visible import make_visible

SHOWN_BY_FONTS = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD, *range(0x13430, 0x13440)}
"""Format characters that have a glyph: Arabic number signs, Kaithi, Egyptian joiners."""


@pytest.mark.parametrize(
    "char",
    ["\x00", "\x1b", "\x7f", "\x85", "\xad", "\u200b", "\u200d", "\u202e", "\u2066", "\u2028", "\u3164", "\ufeff", "\ud800",
     "\U000e0041", "\U000e0100", "\ufe00", "\u115f", "\uffa0"],
    ids=lambda char: f"U+{ord(char):04X}",
)  # fmt: skip
def test_an_unseen_character_is_written_out(char: str) -> None:
    assert make_visible(f"a{char}b") == f"a⟦U+{ord(char):04X}⟧b"


@pytest.mark.parametrize(
    "text", ["", "plain", "naïve café", "日本語", "🙂", "❤\ufe0f", "a\tb\nc", "שלום", "½ € –", "a\xa0b"]
)
def test_ordinary_text_stays(text: str) -> None:
    assert make_visible(text) == text


def test_no_control_survives_but_line_ends_and_tabs() -> None:
    controls = [chr(code) for code in range(sys.maxunicode) if unicodedata.category(chr(code)) == "Cc"]
    assert [char for char in controls if make_visible(char) == char] == ["\t", "\n", "\r"]


def test_no_format_character_survives_that_fonts_do_not_show() -> None:
    formats = {code for code in range(sys.maxunicode) if unicodedata.category(chr(code)) == "Cf"} - SHOWN_BY_FONTS
    assert [hex(code) for code in sorted(formats) if make_visible(chr(code)) == chr(code)] == []


def test_making_visible_twice_changes_nothing_more() -> None:
    once = make_visible("a\u202eb\x00")
    assert make_visible(once) == once
