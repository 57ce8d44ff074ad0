"""Scopes from words: closed until opened."""

import pytest

from accounts.scopes import MEANING, Scope, parse_scopes

ALL = "mcp:read, mcp:write, mcp:delete, mcp:sql, mcp:admin"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mcp:read", [Scope.READ]),
        ("mcp:sql mcp:read", [Scope.READ, Scope.SQL]),
        ("mcp:read,mcp:write, mcp:admin", [Scope.READ, Scope.WRITE, Scope.ADMIN]),
        ("mcp:read mcp:read", [Scope.READ]),
        ("\tmcp:delete\n", [Scope.DELETE]),
    ],
    ids=["one", "in order", "commas", "twice", "blanks"],
)
def test_words_become_scopes_in_order_and_once(text: str, expected: list[Scope]) -> None:
    assert parse_scopes(text) == expected


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", f"name at least one scope of {ALL}"),
        (" , ", f"name at least one scope of {ALL}"),
        ("mcp:root", f"'mcp:root' is not a scope; there are {ALL}"),
        ("mcp:read mcp:*", f"'mcp:*' is not a scope; there are {ALL}"),
        ("MCP:READ", f"'MCP:READ' is not a scope; there are {ALL}"),
        ("mcp:read;mcp:sql", f"'mcp:read;mcp:sql' is not a scope; there are {ALL}"),
        ("read", f"'read' is not a scope; there are {ALL}"),
    ],
    ids=["nothing", "commas only", "unknown", "a star", "upper case", "a semicolon", "half"],
)
def test_any_other_word_is_refused_by_name(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match="scope") as caught:
        parse_scopes(text)
    assert str(caught.value) == sentence


def test_every_scope_says_what_it_opens() -> None:
    assert list(MEANING) == list(Scope)
