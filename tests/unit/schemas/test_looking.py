"""What is told of tables, samples and matches, from rows as servers give them."""

from typing import Any

import pytest

from mcpserver.sql.engines import engine_of
from mcpserver.sql.schemas.described import as_columns, as_foreign_keys, as_keys, as_partitions, as_tiflash
from mcpserver.sql.schemas.looked import found_table, keys_of, like_it
from mcpserver.sql.schemas.sampled import sample, sampled_column, shown
from mcpserver.sql.schemas.search import Match, best_first, searches, words_in
from mcpserver.sqlgate import Allow, judge
from mcpserver.tools.connection_info import examples
from tidbmcp.lib.errors import BadInput


def column(name: str, kind: str, data_type: str, length: int | None = None) -> list[Any]:
    """A row of columns_of."""
    return [name, kind, "YES", None, "", "", name.encode().hex(), data_type, length]


def test_names_stand_in_statements_in_hex_only() -> None:
    odd = "x' OR '1'='1"
    for sql in (like_it(odd, odd), keys_of(odd, odd, engine_of("tidb")), *searches([odd], odd)):
        assert odd not in sql
        assert odd.encode().hex() in sql


@pytest.mark.parametrize("version", ["8.0.11-TiDB-v8.5.3", "10.11.6-MariaDB", "8.4.2"])
def test_a_table_knows_its_server(version: str) -> None:
    found = found_table([b"ORDERS".hex(), "table", None, 5, 16384, version])
    assert (found.name, found.comment, found.row_estimate) == ("ORDERS", "", 5)
    assert found.engine == engine_of(version)


@pytest.mark.parametrize(
    ("version", "has"), [("8.0.11-TiDB-v8.5.3", True), ("8.4.2", True), ("5.7.44", False), ("10.11.6-MariaDB", False)]
)
def test_keys_over_expressions_are_asked_for_where_there_are_such(version: str, has: bool) -> None:
    assert (", expression " in keys_of("a", "b", engine_of(version))) is has


def test_a_default_of_null_is_none_on_every_server() -> None:
    mariadb = ["a", "int(11)", "YES", "NULL", "", ""]
    text = ["b", "varchar(9)", "NO", "'NULL'", "", ""]
    assert [one["default"] for one in as_columns([mariadb, text])] == [None, "'NULL'"]


def test_keys_have_kinds_parts_and_expressions_and_the_primary_is_first() -> None:
    rows: list[list[Any]] = [
        ["a_text", 1, "body", None, "FULLTEXT", None],
        ["by_lower", 1, None, None, "BTREE", "lower(`name`)"],
        ["once", 0, "name", 20, "BTREE", None],
        ["once", 0, "at", None, "BTREE", None],
        ["PRIMARY", 0, "id", None, "BTREE", None],
    ]
    assert [(key["name"], key["kind"], key["columns"]) for key in as_keys(rows)] == [
        ("PRIMARY", "primary", ["id"]),
        ("a_text", "fulltext", ["body"]),
        ("by_lower", "index", ["(lower(`name`))"]),
        ("once", "unique", ["name(20)", "at"]),
    ]


def test_a_foreign_key_of_two_columns_is_one() -> None:
    rows = [["f", "a", "d", "t", "x", "CASCADE", "RESTRICT"], ["f", "b", "d", "t", "y", "CASCADE", "RESTRICT"]]
    (key,) = as_foreign_keys(rows)
    assert (key["columns"], key["references"], key["referenced_columns"]) == (["a", "b"], "d.t", ["x", "y"])


def test_rows_of_sub_partitions_are_added_up() -> None:
    rows: list[list[Any]] = [
        ["p0", "RANGE", "`id`", "10", 2],
        ["p0", "RANGE", "`id`", "10", 3],
        ["p1", "RANGE", "`id`", "MAXVALUE", None],
    ]
    by, partitions = as_partitions(rows)
    assert by == "RANGE (`id`)"
    assert [(one["name"], one["row_estimate"]) for one in partitions] == [("p0", 5), ("p1", 0)]


def test_a_replica_in_columns_is_told_where_there_is_one() -> None:
    assert as_tiflash([[2, 1, 0.5]]) == {"replicas": 2, "available": True, "progress": 0.5}
    assert as_tiflash([]) is None


SHORTENED = {
    "id": (("bigint", "bigint", None), "`c`"),
    "short text": (("varchar(20)", "varchar", 20), "`c`"),
    "long text": (("varchar(500)", "varchar", 500), "LEFT(`c`, 201) AS `c`"),
    "json": (("json", "json", None), "LEFT(CAST(`c` AS CHAR), 201) AS `c`"),
    "vector": (("vector(3)", "vector", None), "LEFT(CAST(`c` AS CHAR), 201) AS `c`"),
    "digest": (("binary(16)", "binary", 16), "`c`"),
    "blob": (("longblob", "longblob", 4294967295), "CONCAT(OCTET_LENGTH(`c`), ' bytes') AS `c`"),
    "place": (("point", "geometry", None), "CONCAT(OCTET_LENGTH(`c`), ' bytes') AS `c`"),
}


@pytest.mark.parametrize(("about", "sql"), SHORTENED.values(), ids=SHORTENED)
def test_what_may_be_wide_is_shortened_by_the_server(about: tuple[str, str, int | None], sql: str) -> None:
    assert sampled_column(column("c", *about)).sql == sql


@pytest.mark.parametrize("name", ["a`b", "größe", "select", "x; DROP TABLE y", "数据", "a.b", "-- "])
def test_a_sample_of_odd_names_passes_the_gate_as_one_query(name: str) -> None:
    verdict = judge(sample(name, name, [sampled_column(column(name, "text", "text", 65535))], 5))
    assert isinstance(verdict, Allow), verdict
    assert verdict.rendered.count(f"`{name.replace('`', '``')}`") == 4


def test_a_name_that_cannot_be_quoted_is_refused() -> None:
    with pytest.raises(BadInput, match="control characters"):
        sampled_column(column("a\x00b", "int", "int"))


def test_what_is_not_whole_is_named() -> None:
    columns = [sampled_column(column(name, "text", "text", 65535)) for name in ("a", "b")]
    rows, cut = shown(columns, [["x" * 201, "y" * 200], [None, "z"]])
    assert (rows[0][0], rows[0][1], rows[1], cut) == ("x" * 200 + "…", "y" * 200, [None, "z"], ["a"])


WORDS = {
    "customer emails": ["customer", "email"],
    "CustomerEmail customer": ["customer", "email"],
    "order_id": ["order", "id"],
    "address": ["address"],
    "countries": ["countr"],
    "' OR 1=1": ["or"],
    "a person's": ["person"],
    "x": ["x"],
    "%_": [],
}


@pytest.mark.parametrize(("text", "words"), WORDS.items(), ids=WORDS)
def test_words_are_what_is_written_with_letters_and_digits(text: str, words: list[str]) -> None:
    assert words_in(text) == words


def test_the_best_match_is_first() -> None:
    found = [
        Match("column", "shop", "orders", "note", "text", "the customer's email, once"),
        Match("column", "shop", "customers", "email", "varchar(320)"),
        Match("table", "shop", "customers"),
        Match("column", "shop", "orders", "customer_email", "varchar(320)"),
        Match("column", "shop", "emails", "sent_at", "datetime"),
    ]
    names = [match.name for match in best_first(found, words_in("customer email"))]
    assert names == ["customer_email", "email", "note", "customers", "sent_at"]


@pytest.mark.parametrize("encrypted", [True, False])
def test_examples_have_a_place_for_the_secret_and_escape_what_is_odd(encrypted: bool) -> None:
    lines = {
        one["program"]: one["text"] for one in examples("db.example", 4000, "2aB.app", "a&b/c", encrypted=encrypted)
    }
    assert all("<password>" in text for program, text in lines.items() if program != "mysql")
    assert "a%26b%2Fc" in lines["JDBC"]
    assert ("VERIFY_IDENTITY" in lines["mysql"]) is encrypted
