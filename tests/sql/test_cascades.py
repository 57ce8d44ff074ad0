"""Foreign keys that change rows of other tables: which, is told with the change; their rows are in no count."""

from collections.abc import Iterator

import pytest

from tests.sql.writes import Writes


@pytest.fixture
def keyed(writes: Writes) -> Iterator[Writes]:
    """Accounts with cards that go with them, notes on cards that stay without, and a name that follows its account's."""
    writes.server.run(
        "CREATE TABLE cards (id INT PRIMARY KEY, owner INT, FOREIGN KEY (owner) REFERENCES accounts (id) ON DELETE CASCADE)",
        "CREATE TABLE notes (id INT PRIMARY KEY, card INT, FOREIGN KEY (card) REFERENCES cards (id) ON DELETE SET NULL)",
        "CREATE TABLE names (owner INT PRIMARY KEY, FOREIGN KEY (owner) REFERENCES accounts (id) ON UPDATE CASCADE)",
        "CREATE TABLE held (owner INT PRIMARY KEY, FOREIGN KEY (owner) REFERENCES accounts (id))",
        "CREATE VIEW seen AS SELECT * FROM accounts",
        "INSERT INTO cards VALUES (10, 1), (11, 1), (12, 3)",
        "INSERT INTO notes VALUES (100, 10)",
        database=writes.server.database,
    )
    yield writes
    writes.server.run("DROP VIEW seen", database=writes.server.database)
    writes.server.run("DROP TABLE notes, cards, names, held", database=writes.server.database)


DELETED, UPDATED = ("cards", "notes"), ("names",)
FOLLOWING = {
    "DELETE": ("DELETE FROM accounts WHERE id = 1", DELETED),
    "DELETE behind an alias": ("DELETE a FROM numbers n, accounts a WHERE a.id = 1 AND n.n = 1", DELETED),
    "DELETE behind WITH": ("DELETE FROM accounts WHERE id IN (WITH w AS (SELECT 1 AS n) SELECT n FROM w)", DELETED),
    "DELETE through a view": ("DELETE FROM seen WHERE id = 1", DELETED),
    "DELETE further down": ("DELETE FROM cards WHERE id = 10", ("notes",)),
    "DELETE at the end": ("DELETE FROM notes WHERE id = 100", ()),
    "REPLACE": ("REPLACE INTO accounts VALUES (1, 5)", DELETED),
    "UPDATE": ("UPDATE accounts SET id = 9 WHERE id = 2", UPDATED),
    "INSERT that may update": ("INSERT INTO accounts VALUES (2, 5) ON DUPLICATE KEY UPDATE money = 7", UPDATED),
    "INSERT": ("INSERT INTO accounts VALUES (8, 5)", ()),
    "another table": ("DELETE FROM things WHERE id = 77", ()),
    "two": ("UPDATE accounts SET id = 9 WHERE id = 2; DELETE FROM accounts WHERE id = 1", ("cards", "names", "notes")),
}


@pytest.mark.parametrize("what", FOLLOWING)
async def test_tables_that_follow_are_named(keyed: Writes, what: str) -> None:
    sql, tables = FOLLOWING[what]
    written = await keyed(sql, dry_run=True)
    assert written.following == tuple(f"{keyed.server.database}.{table}" for table in tables)


async def test_their_rows_are_not_counted(keyed: Writes) -> None:
    written = await keyed("DELETE FROM accounts WHERE id = 1", rows=1)
    assert (written.rows, written.committed) == (1, True)
    assert keyed.rows("SELECT id FROM cards") == [(12,)]
    assert keyed.rows("SELECT id, card FROM notes") == [(100, None)]


async def test_a_database_that_is_written_out_is_looked_up_too(keyed: Writes) -> None:
    keyed.database = ""
    written = await keyed(f"DELETE FROM {keyed.server.database}.accounts WHERE id = 1", dry_run=True)
    assert [table.partition(".")[2] for table in written.following] == list(DELETED)
