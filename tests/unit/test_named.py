"""Every word of a statement that may be a table is found, and every one that may be a database; texts and comments are none."""

import pytest

from mcpserver.sql.named import named

NAMED: dict[str, tuple[str, set[str], set[str]]] = {
    "a list with aliases": ("UPDATE Good a, `Log` b SET b.x=5", {"update", "good", "a", "log", "b", "set", "x", "5"}, {"b"}),
    "with a database": ("DELETE FROM Shop.log", {"delete", "from", "shop", "log"}, {"Shop"}),
    "with all in backticks": ("DELETE FROM `a.b` . `c``d`", {"delete", "from", "a.b", "c`d"}, {"a.b"}),
    "with a digit first": ("DELETE FROM shop.1log", {"delete", "from", "shop", "1log"}, {"shop"}),
    "a number": ("DELETE FROM shop.12", {"delete", "from", "shop", "12"}, {"shop"}),
    "letters that some servers fold": ("DELETE FROM `LO\u212a`", {"delete", "from", "lok"}, set()),
    "a text": ("INSERT INTO t VALUES ('log', \"other.log\")", {"insert", "into", "t", "values"}, set()),
    "a comment": ("DELETE FROM t -- log\n/* shop.log */", {"delete", "from", "t"}, set()),
    "nothing": ("", set(), set()),
}  # fmt: skip


@pytest.mark.parametrize("what", NAMED)
def test_names_are_found_whatever_they_stand_for(what: str) -> None:
    sql, words, databases = NAMED[what]
    found = named([sql])
    assert (set(found.words), set(found.databases)) == (words, databases)


def test_several_statements_name_together_and_the_session_s_database_belongs_to_it() -> None:
    found = named(["DELETE FROM a.b", "DELETE FROM c.d"], "shop")
    assert found.databases == {"a", "c", "shop"}
    assert found.has("B")
    assert found.has("D")
    assert not found.has("e")
