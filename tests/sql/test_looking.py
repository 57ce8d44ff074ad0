"""The statements of the looking tools on a real server, whichever it is: what they tell of a schema that we made."""

from collections.abc import Iterator
from typing import Any, Final
from uuid import uuid4

import pytest

from mcpserver.sql.schemas.described import as_columns, as_foreign_keys, as_keys, as_partitions, as_references
from mcpserver.sql.schemas.looked import (
    columns_of,
    foreign_keys_of,
    found_table,
    keys_of,
    like_it,
    partitions_of,
    referred_by,
    tables_in,
    tiflash_of,
    view_of,
)
from mcpserver.sql.schemas.sampled import sample, sampled_column, shown
from mcpserver.sql.schemas.search import best_first, matches, searches, words_in
from mcpserver.sqlgate import Allow, judge
from mcpserver.sqlgate.quote import quoted_name
from tests.sql.reads import Reads
from tests.sql.servers import SqlServer

ODD: Final = "odd `name`, ü 東京; select"
TABLES: Final = (
    "CREATE TABLE people (id INT PRIMARY KEY, mail VARCHAR(300) NOT NULL DEFAULT 'none' COMMENT 'where to write', "
    "note TEXT, photo BLOB, UNIQUE KEY by_mail (mail(20), id)) COMMENT 'who is there'",
    "CREATE TABLE visits (person INT NOT NULL, at DATE NOT NULL, KEY by_person (person), "
    "CONSTRAINT of_person FOREIGN KEY (person) REFERENCES people (id) ON DELETE CASCADE)",
    "CREATE TABLE days (day INT NOT NULL) PARTITION BY RANGE (day) "
    "(PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN MAXVALUE)",
    "CREATE VIEW mails AS SELECT mail AS address FROM people",
    f"CREATE TABLE {quoted_name(ODD)} ({quoted_name(ODD)} INT)",
    "INSERT INTO people VALUES (1, 'a@example.org', REPEAT('x', 5000), REPEAT('y', 999))",
)


@pytest.fixture
def database(server: SqlServer) -> Iterator[str]:
    name = f"{server.database}_look_{uuid4().hex[:6]}"
    server.run(f"CREATE DATABASE {name}")
    server.run(f"GRANT SELECT, SHOW VIEW ON {name}.* TO {server.reader.user}")
    server.run(*TABLES, database=name)
    yield name
    server.run(f"DROP DATABASE {name}")


async def rows(read: Reads, sql: str) -> list[list[Any]]:
    return (await read(sql)).rows


async def test_tables_and_views_are_listed(read: Reads, database: str) -> None:
    found = {row[0]: row for row in await rows(read, tables_in(database))}
    assert set(found) == {"people", "visits", "days", "mails", ODD}
    assert (found["people"][1], found["people"][3]) == ("table", "who is there")
    assert (found["mails"][1], found["mails"][3]) == ("view", "")


async def test_a_table_is_told_as_it_was_made(read: Reads, database: str, server: SqlServer) -> None:
    (people,) = [found_table(row) for row in await rows(read, like_it(database, "people"))]
    columns = as_columns(await rows(read, columns_of(database, "people")))
    keys = as_keys(await rows(read, keys_of(database, "people", people.engine)))
    assert (people.name, people.kind, people.engine.name) == ("people", "table", server.engine)
    assert [(one["name"], one["nullable"]) for one in columns] == [
        ("id", False),
        ("mail", False),
        ("note", True),
        ("photo", True),
    ]
    assert (columns[1]["type"], columns[1]["comment"]) == ("varchar(300)", "where to write")
    assert [(key["name"], key["kind"], key["columns"]) for key in keys] == [
        ("PRIMARY", "primary", ["id"]),
        ("by_mail", "unique", ["mail(20)", "id"]),
    ]


async def test_foreign_keys_partitions_and_views_are_told(read: Reads, database: str) -> None:
    (key,) = as_foreign_keys(await rows(read, foreign_keys_of(database, "visits")))
    (reference,) = as_references(await rows(read, referred_by(database, "people")))
    by, partitions = as_partitions(await rows(read, partitions_of(database, "days")))
    ((query,),) = await rows(read, view_of(database, "mails"))
    assert (key["references"], key["on_delete"]) == (f"{database}.people", "CASCADE")
    assert (reference["table"], reference["on_delete"]) == ("visits", "CASCADE")
    assert by is not None
    assert by.startswith("RANGE (")
    assert [one["name"] for one in partitions] == ["p0", "p1"]
    assert "people" in query


async def test_a_table_of_an_odd_name_is_that_table(read: Reads, database: str) -> None:
    (found,) = [found_table(row) for row in await rows(read, like_it(database, ODD))]
    (column,) = as_columns(await rows(read, columns_of(database, found.name)))
    assert (found.name, column["name"]) == (ODD, ODD)


async def test_a_sample_is_whole_where_it_is_small_and_short_where_it_is_wide(read: Reads, database: str) -> None:
    columns = [sampled_column(row) for row in await rows(read, columns_of(database, "people"))]
    verdict = judge(sample(database, "people", columns, 5))
    assert isinstance(verdict, Allow)
    told, shortened = shown(columns, await rows(read, verdict.rendered))
    assert told == [[1, "a@example.org", "x" * 200 + "…", "999 bytes"]]
    assert shortened == ["note", "photo"]


async def test_words_are_found_in_names_and_comments(read: Reads, database: str) -> None:
    words = words_in("mail to write")
    found = [row for sql in searches(words, database) for row in await rows(read, sql)]
    best = best_first(matches(found), words)[0]
    assert (best.kind, best.table, best.column) == ("column", "people", "mail")
    (who,) = [row for sql in searches(["who"], database) for row in await rows(read, sql)]
    assert who[2] == "people"


async def test_replicas_in_columns_can_be_asked_for(read: Reads, database: str, server: SqlServer) -> None:
    if server.engine != "tidb":
        pytest.skip("only TiDB has them")
    assert await rows(read, tiflash_of(database, "people")) == []
