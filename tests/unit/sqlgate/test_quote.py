"""Names and values in statements of our own."""

import pytest

from mcpserver.sqlgate.quote import quoted_name, text_literal
from mcpserver.sqlgate.tokens import Kind, tokens
from tidbmcp.lib.errors import BadInput


@pytest.mark.parametrize(
    ("name", "quoted"),
    [
        ("orders", "`orders`"),
        ("select", "`select`"),
        ("a`b", "`a``b`"),
        ("`", "````"),
        ("`; DROP TABLE t; -- ", "```; DROP TABLE t; -- `"),
        ('it\'s "so" \\', '`it\'s "so" \\`'),
        ("naïve 日本語 🙂", "`naïve 日本語 🙂`"),
        ("*/ /*! x", "`*/ /*! x`"),
        ("x" * 64, f"`{'x' * 64}`"),
    ],
)
def test_a_name_is_one_quoted_token(name: str, quoted: str) -> None:
    assert quoted_name(name) == quoted
    assert [(token.kind, token.text) for token in tokens(quoted)] == [(Kind.QUOTED, quoted)]


@pytest.mark.parametrize(
    "name",
    ["", "a\x00b", "a\nb", "a\tb", "\x7f", "\x85", "\ud800", "x" * 65],
    ids=["empty", "NUL", "line end", "tab", "DEL", "NEL", "surrogate", "too long"],
)
def test_what_can_be_no_name_is_refused(name: str) -> None:
    with pytest.raises(BadInput) as caught:
        quoted_name(name)
    assert not name or name not in caught.value.public


@pytest.mark.parametrize(
    ("value", "literal"),
    [
        ("", "''"),
        ("a", "_utf8mb4 0x61"),
        ("' OR 1=1 -- ", "_utf8mb4 0x27204f5220313d31202d2d20"),
        ("\x00\\", "_utf8mb4 0x005c"),
        ("é🙂", "_utf8mb4 0xc3a9f09f9982"),
    ],
)
def test_a_value_is_sent_in_hex(value: str, literal: str) -> None:
    assert text_literal(value) == literal


def test_a_value_that_is_no_unicode_is_refused() -> None:
    with pytest.raises(BadInput):
        text_literal("\ud800")
