"""Differences as data, in a stable order; and their statements as TiDB takes them."""

from mcpserver.sql.schemas.compare import Change, difference
from mcpserver.sql.schemas.definition import table_of
from mcpserver.sql.schemas.shape import Schema, View
from mcpserver.sql.schemas.statements import statements

EMPTY = Schema("tidb")


def schema(*tables: str, views: dict[str, str] | None = None) -> Schema:
    """Tables from `name: parts | options`."""
    found = {}
    for text in tables:
        name, _, rest = text.partition(": ")
        parts, _, options = rest.partition(" | ")
        found[name] = table_of(name, f"CREATE TABLE `{name}` ({parts}) {options}")
    return Schema("tidb", found, {name: View(name, query) for name, query in (views or {}).items()})


def test_there_is_none_between_equal_ones() -> None:
    one = schema("t: `a` int, KEY `k` (`a`) | ENGINE=InnoDB AUTO_INCREMENT=3", views={"v": "select 1"})
    two = schema("t: `a` int, KEY `k` (`a`) | ENGINE=InnoDB AUTO_INCREMENT=9", views={"v": "select 1"})
    assert difference(one, two) == ()
    assert statements(one, two) == []


def test_it_says_what_was_and_what_is() -> None:
    before = schema("t: `a` int, `b` int | COMMENT='x'", "gone: `a` int")
    after = schema("new: `a` int", "t: `a` bigint, KEY `k` (`a`) | COMMENT='y'", views={"v": "select 1"})
    assert difference(before, after) == (
        Change("removed", "table", "gone", "gone", "CREATE TABLE `gone` (`a` int)", None),
        Change("added", "table", "new", "new", None, "CREATE TABLE `new` (`a` int)"),
        Change("changed", "column", "t", "a", "`a` int", "`a` bigint"),
        Change("removed", "column", "t", "b", "`b` int", None),
        Change("added", "index", "t", "k", None, "KEY `k` (`a`)"),
        Change("changed", "option", "t", "COMMENT", "'x'", "'y'"),
        Change("added", "view", "v", "v", None, "select 1"),
    )


def test_a_column_that_only_moved_is_said_to_have_moved() -> None:
    before, after = schema("t: `a` int, `b` int, `c` int"), schema("t: `c` int, `a` int, `b` int")
    assert difference(before, after) == (Change("moved", "column", "t", "c", "b", None),)
    assert statements(before, after) == ["ALTER TABLE `t` MODIFY COLUMN `c` int FIRST"]


def test_a_text_that_takes_another_character_set_from_its_table_has_changed() -> None:
    before = schema("t: `a` varchar(9) | DEFAULT CHARSET=latin1")
    after = schema("t: `a` varchar(9) | DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin")
    column = difference(before, after)[0]
    assert (column.before, column.after) == ("`a` varchar(9) (latin1)", "`a` varchar(9) (utf8mb4 utf8mb4_bin)")
    options, modify = statements(before, after)
    assert options == "ALTER TABLE `t` DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin"
    assert modify == "ALTER TABLE `t` MODIFY COLUMN `a` varchar(9)"


def test_tidb_gets_one_change_a_statement_and_others_one_statement_a_table() -> None:
    before, after = schema("t: `a` int, `b` int"), schema("t: `x` int, `a` int, KEY `k` (`a`)")
    assert statements(before, after) == [
        "ALTER TABLE `t` ADD COLUMN `x` int FIRST",
        "ALTER TABLE `t` ADD KEY `k` (`a`)",
        "ALTER TABLE `t` DROP COLUMN `b`",
    ]
    other = Schema("mariadb", after.tables)
    assert statements(before, other) == ["ALTER TABLE `t` ADD COLUMN `x` int FIRST, ADD KEY `k` (`a`), DROP COLUMN `b`"]


def test_names_are_quoted_and_foreign_keys_come_when_all_tables_are_there() -> None:
    after = schema(
        "a: `o` int, CONSTRAINT `f` FOREIGN KEY (`o`) REFERENCES `b` (`id`)", "b: `id` int, PRIMARY KEY (`id`)"
    )
    creates = statements(EMPTY, after)
    assert [one.split(" (")[0] for one in creates] == [
        "CREATE TABLE `a`",
        "CREATE TABLE `b`",
        "ALTER TABLE `a` ADD CONSTRAINT `f` FOREIGN KEY",
    ]
    odd = Schema("tidb", {"x`; DROP": table_of("x`; DROP", "CREATE TABLE `x``; DROP` (`a` int)")})
    assert statements(odd, EMPTY) == ["DROP TABLE `x``; DROP`"]


def test_views_come_behind_those_that_they_name() -> None:
    views = {"a": "select `c`.`x` from `c`", "b": "select `a`.`x` from `a`", "c": "select 1 AS `x`"}
    names = [one.split(" ")[4] for one in statements(EMPTY, schema(views=views))]
    assert names == ["`c`", "`a`", "`b`"]
