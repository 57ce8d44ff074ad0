"""The tools that let a model look before it asks: schema by words, a table in full, a few rows, a program's address."""

from collections.abc import Iterator
from typing import Any

import MySQLdb
import pytest

from tests.stack import Stack

ODD = "odd`name; drop table x; -- ."
UNICODE = "größe 数据"
TABLES = (
    "CREATE TABLE orders (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, customer_email VARCHAR(320) NOT NULL "
    "COMMENT 'where the invoice goes', note TEXT, total DECIMAL(12,2) NOT NULL DEFAULT 0.00, placed_at DATETIME NULL, "
    "UNIQUE KEY by_email (customer_email(20), placed_at), KEY by_total (total)) COMMENT 'what was bought'",
    "CREATE TABLE items (order_id BIGINT UNSIGNED NOT NULL, at INT NOT NULL, thing VARCHAR(50), PRIMARY KEY (order_id, at), "
    "CONSTRAINT of_order FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE CASCADE)",
    "CREATE TABLE days (day DATE NOT NULL, hits INT) PARTITION BY RANGE COLUMNS (day) "
    "(PARTITION p2025 VALUES LESS THAN ('2026-01-01'), PARTITION p_rest VALUES LESS THAN (MAXVALUE))",
    "CREATE VIEW big_orders AS SELECT id, total FROM orders WHERE total > 100",
    "CREATE TABLE `odd``name; drop table x; -- .` (`select` INT, `a``b` VARCHAR(10), `größe` INT)",
    f"CREATE TABLE `{UNICODE}` (`table` INT COMMENT 'Umsatz in €')",
    "CREATE TABLE Upper_Case (id INT)",
    "CREATE TABLE wide (id INT, body LONGTEXT, raw LONGBLOB, digest BINARY(16), doc JSON, empty VARCHAR(500))",
    "INSERT INTO orders (customer_email, note, total, placed_at) VALUES ('a@example.org', NULL, 120.50, '2026-01-02 03:04:05')",
    "INSERT INTO `odd``name; drop table x; -- .` VALUES (1, 'x', 2)",
    "INSERT INTO wide VALUES (1, REPEAT('é', 5000000), REPEAT('x', 1000), REPEAT('a', 16), '{\"a\": 1}', NULL)",
)


def as_root(stack: Stack, *statements: str) -> None:
    """Past the product."""
    cluster = stack.sandbox.cluster("shop")
    root = cluster["root"]
    connection = MySQLdb.connect(
        host=cluster["host"], port=cluster["port"], user=root["user"], password=root["password"], charset="utf8mb4"
    )
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    connection.commit()
    connection.close()


@pytest.fixture(scope="module")
def looked(stack: Stack) -> Iterator[Stack]:
    as_root(stack, "CREATE DATABASE looking", "CREATE DATABASE `nothing in it`", "USE looking", *TABLES)
    yield stack
    as_root(stack, "DROP DATABASE looking", "DROP DATABASE `nothing in it`")


def described(stack: Stack, table: str, database: str = "looking") -> dict[str, Any]:
    return stack.answer("describe_table", {"cluster": "shop", "database": database, "table": table})


def sampled(stack: Stack, table: str, **more: Any) -> dict[str, Any]:
    return stack.answer("sample_table", {"cluster": "shop", "database": "looking", "table": table, **more})


def found(stack: Stack, words: str, **more: Any) -> list[str]:
    """Each match as database.table.column."""
    answer = stack.answer("search_schema", {"cluster": "shop", "words": words, **more})
    fields = ("database", "table", "column")
    return [".".join(filter(None, (match[field] for field in fields))) for match in answer["matches"]]


def test_tables_are_listed_with_kind_rows_and_comment(looked: Stack) -> None:
    answer = looked.answer("show_tables", {"cluster": "shop", "database": "looking"})
    tables = {table["name"]: table for table in answer["tables"]}
    assert {ODD, UNICODE, "upper_case", "orders", "big_orders"} <= set(tables)
    assert tables["orders"] == {"name": "orders", "kind": "table", "row_estimate": 1, "comment": "what was bought"}
    assert tables["big_orders"] == {"name": "big_orders", "kind": "view", "row_estimate": None, "comment": ""}


def test_an_empty_database_has_no_tables(looked: Stack) -> None:
    answer = looked.answer("show_tables", {"cluster": "shop", "database": "nothing in it"})
    assert (answer["tables"], answer["truncated"]) == ([], False)


def test_a_table_is_described_with_columns_and_keys(looked: Stack) -> None:
    answer = described(looked, "orders")
    columns = {column["name"]: column for column in answer["columns"]}
    assert (answer["kind"], answer["comment"], answer["row_estimate"]) == ("table", "what was bought", 1)
    assert answer["size_bytes"] > 0
    assert list(columns) == ["id", "customer_email", "note", "total", "placed_at"]
    assert columns["id"] == {
        "name": "id",
        "type": "bigint(20) unsigned",
        "nullable": False,
        "default": None,
        "extra": "auto_increment",
        "comment": "",
    }
    assert columns["customer_email"]["comment"] == "where the invoice goes"
    assert (columns["total"]["default"], columns["note"]["default"], columns["note"]["nullable"]) == (
        "0.00",
        None,
        True,
    )
    assert answer["keys"] == [
        {"name": "PRIMARY", "kind": "primary", "columns": ["id"]},
        {"name": "by_email", "kind": "unique", "columns": ["customer_email(20)", "placed_at"]},
        {"name": "by_total", "kind": "index", "columns": ["total"]},
    ]
    assert (answer["partitions"], answer["tiflash_replica"], answer["view_query"]) == ([], None, None)


def test_foreign_keys_and_partitions_are_told(looked: Stack) -> None:
    (key,) = described(looked, "items")["foreign_keys"]
    days = described(looked, "days")
    assert described(looked, "orders")["referenced_by"] == [
        {"table": "items", "on_delete": "CASCADE", "on_update": "RESTRICT"}
    ]
    assert key == {
        "name": "of_order",
        "columns": ["order_id"],
        "references": "looking.orders",
        "referenced_columns": ["id"],
        "on_delete": "CASCADE",
        "on_update": "RESTRICT",
    }
    assert days["partitioned_by"] == "RANGE COLUMNS (`day`)"
    assert [(one["name"], one["values"]) for one in days["partitions"]] == [
        ("p2025", "'2026-01-01'"),
        ("p_rest", "MAXVALUE"),
    ]


def test_a_view_tells_its_query(looked: Stack) -> None:
    answer = described(looked, "big_orders")
    assert (answer["kind"], answer["row_estimate"], answer["keys"]) == ("view", None, [])
    assert "100" in answer["view_query"]


@pytest.mark.parametrize("name", [ODD, UNICODE, "Upper_Case"], ids=["backtick and semicolon", "unicode", "case"])
def test_odd_names_are_names(looked: Stack, name: str) -> None:
    assert described(looked, name)["table"] == name.lower()
    assert sampled(looked, name)["row_count"] in {0, 1}


def test_a_table_that_is_not_there_has_near_ones(looked: Stack) -> None:
    for name in ("describe_table", "sample_table"):
        refusal = looked.refusal(name, {"cluster": "shop", "database": "looking", "table": "ordrs"})
        assert "There is no table 'ordrs' in looking. Near it: orders" in refusal


def test_rows_are_sampled_as_they_are(looked: Stack) -> None:
    answer = sampled(looked, ODD)
    assert answer["columns"] == [
        {"name": "select", "type": "int(11)"},
        {"name": "a`b", "type": "varchar(10)"},
        {"name": "größe", "type": "int(11)"},
    ]
    assert (answer["rows"], answer["shortened"], answer["truncated"]) == ([[1, "x", 2]], [], False)


def test_wide_values_are_shortened_by_the_server(looked: Stack) -> None:
    answer = sampled(looked, "wide")
    number, body, raw, digest, document, empty = answer["rows"][0]
    assert (number, raw, empty) == (1, "1000 bytes", None)
    assert body == "é" * 200 + "…"
    assert digest["length"] == 16
    assert document == '{"a": 1}'
    assert (answer["shortened"], answer["truncated"]) == (["body", "raw"], False)


def test_no_more_rows_are_sampled_than_asked_for(looked: Stack) -> None:
    arguments = {"cluster": "shop", "database": "shop", "table": "customers"}
    assert looked.answer("sample_table", arguments)["row_count"] == 5
    assert looked.answer("sample_table", arguments | {"max_rows": 2})["row_count"] == 2
    assert "max_rows" in looked.refusal("sample_table", arguments | {"max_rows": 51})


def test_the_column_that_has_all_words_comes_first(looked: Stack) -> None:
    best, *others = found(looked, "customer emails", database="looking")
    assert best == "looking.orders.customer_email"
    assert "looking.orders" not in others


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("invoice", "looking.orders.customer_email"),
        ("bought", "looking.orders"),
        ("order", "looking.orders"),
        ("looking", "looking"),
        ("Umsatz €", f"looking.{UNICODE}.table"),
        ("数据", f"looking.{UNICODE}"),
        ("select", f"looking.{ODD}.select"),
        ("upperCase", "looking.upper_case"),
    ],
)
def test_words_are_found_in_names_and_comments(looked: Stack, words: str, name: str) -> None:
    assert found(looked, words)[0] == name


@pytest.mark.parametrize("words", ["%", "_", "'", "\\", "` --"])
def test_signs_alone_are_no_words(looked: Stack, words: str) -> None:
    assert "There is no word in words" in looked.refusal("search_schema", {"cluster": "shop", "words": words})


def test_words_that_nothing_holds_find_nothing_and_say_what_to_do(looked: Stack) -> None:
    answer = looked.answer("search_schema", {"cluster": "shop", "words": "zzzqqq"})
    assert (answer["matches"], answer["truncated"]) == ([], False)
    assert "try other or shorter ones" in answer["next_step"]


def test_more_matches_than_asked_for_are_said(looked: Stack) -> None:
    answer = looked.answer("search_schema", {"cluster": "shop", "words": "id", "max_rows": 2})
    assert (len(answer["matches"]), answer["truncated"]) == (2, True)
    assert "give more words" in answer["next_step"]


UNKNOWN = {"cluster": "shop", "database": "lookin", "table": "x", "words": "x"}


@pytest.mark.parametrize("name", ["describe_table", "sample_table", "search_schema", "show_tables"])
@pytest.mark.parametrize(
    ("database", "sentence"),
    [
        ("lookin", "There is no database 'lookin'. There are: "),
        ("mysql", "The system database mysql is not open here."),
        ("looking' OR '1", "There is no database"),
        ("mysql\0", "holds characters that can't be seen"),
    ],
)
def test_a_database_that_is_not_there_or_not_open_is_refused(
    looked: Stack, name: str, database: str, sentence: str
) -> None:
    wanted = {"show_tables": {"cluster", "database"}, "search_schema": {"cluster", "database", "words"}}
    fields = wanted.get(name, {"cluster", "database", "table"})
    arguments = {field: value for field, value in (UNKNOWN | {"database": database}).items() if field in fields}
    refusal = looked.refusal(name, arguments)
    assert sentence in refusal
    assert "performance_schema" not in refusal


@pytest.mark.parametrize("table", ["processlist", "user_privileges"])
def test_a_table_of_the_server_that_is_closed_to_queries_is_closed_to_samples(looked: Stack, table: str) -> None:
    arguments = {"cluster": "shop", "database": "information_schema", "table": table}
    assert "information_schema" in looked.refusal("sample_table", arguments)


def test_a_program_is_told_how_to_connect_and_no_secret(looked: Stack) -> None:
    answer = looked.answer("get_connection_info", {"cluster": "shop", "database": "shop"})
    cluster = looked.sandbox.cluster("shop")
    assert (answer["host"], answer["port"], answer["branch_id"]) == (cluster["host"], cluster["port"], None)
    lines = {example["program"]: example["text"] for example in answer["examples"]}
    user = f"{answer['user_prefix']}.app"
    assert lines["mysql"].startswith(f"mysql -h {answer['host']} -P {answer['port']} -u {user}")
    assert f"{user}:<password>@" in lines["SQLAlchemy with mysqlclient"]
    assert cluster["root"]["password"] not in str(answer)


def test_looking_is_recorded_with_its_rows(looked: Stack) -> None:
    described(looked, "orders")
    event = looked.events()[-1]
    assert (event["tool"], event["result"], event["rows"]) == ("describe_table", "ok", 5)
