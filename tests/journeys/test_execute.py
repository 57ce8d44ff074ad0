"""Writing with SQL, from an agent's call to the rows: what is done, only tried, refused, left to a person, and kept on record."""

import asyncio
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import Any
from uuid import UUID

import MySQLdb
import pytest

from mcpserver.tools import TOOLS
from tests.journeys.test_clients import ERAS, connected
from tests.journeys.test_sql import as_root, running
from tests.stack import Stack, answer_of, running_stack, wait_until

ROWS_MOST = 20
SPEND = "UPDATE accounts SET money = money - 1 WHERE id = 1"
BEFORE = ((1, 100, "ann"), (2, 100, "ben"), (3, 100, "cy"))
ALL = "SELECT id, money, name FROM trial.accounts ORDER BY id"


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    options = ("--control", "--unlimited", "--set", "create_seconds=0")
    folder = tmp_path_factory.mktemp("execute")
    with running_stack(folder, *options, SQL_MAX_WRITE_ROWS=str(ROWS_MOST)) as stack:
        yield stack


@pytest.fixture(autouse=True)
def accounts(own: Stack) -> None:
    make_accounts(own)


def make_accounts(own: Stack) -> None:
    """Three people with a hundred each, and nothing beside them."""
    as_root(own, "DROP DATABASE IF EXISTS trial")
    as_root(own, "CREATE DATABASE trial")
    as_root(
        own,
        "CREATE TABLE trial.accounts (id INT AUTO_INCREMENT PRIMARY KEY, money INT NOT NULL, name VARCHAR(80) UNIQUE, "
        "CHECK (money >= 0)) AUTO_INCREMENT = 4",
    )
    as_root(own, "INSERT INTO trial.accounts VALUES (1, 100, 'ann'), (2, 100, 'ben'), (3, 100, 'cy')")


def rows(own: Stack) -> tuple[tuple[Any, ...], ...]:
    return tuple(as_root(own, ALL))


def tables(own: Stack) -> list[str]:
    found = as_root(own, "SELECT table_name FROM information_schema.tables WHERE table_schema = 'trial' ORDER BY 1")
    return [name for (name,) in found]


def asked(statements: Any, **more: Any) -> dict[str, Any]:
    return {"cluster": "shop", "database": "trial", "statements": statements, **more}


async def called(own: Stack, statements: Any, era: str = ERAS[0], token: str | None = None, **more: Any) -> Any:
    """By the Python SDK."""
    async with connected(own, era, token) as client:
        return await client.call_tool("db_execute", asked(statements, **more))


async def done(own: Stack, statements: Any, **more: Any) -> dict[str, Any]:
    """What it answers when all goes well, which fits its schema."""
    result = await called(own, statements, **more)
    assert not result.is_error, result.content[0].text
    found: dict[str, Any] = result.structured_content
    TOOLS["db_execute"].output.model_validate(found)
    assert json.loads(result.content[0].text) == found
    return found


async def refused(own: Stack, statements: Any, **more: Any) -> str:
    """The sentence where it does not."""
    result = await called(own, statements, **more)
    assert result.is_error, result.content[0].text
    assert result.structured_content is None
    return str(result.content[0].text)


def ended(own: Stack) -> dict[str, Any]:
    """How the last call went on record."""
    return own.events("tool = 'db_execute' AND kind = 'call.finished'")[-1]


def everything(own: Stack) -> str:
    """All that the product has kept or printed."""
    kept = [path.read_bytes().decode("latin-1") for path in own.folder.glob("tidbmcp.sqlite3*")]
    return str(own.events()) + "".join(own.log) + "".join(kept)


# Done


@pytest.mark.parametrize("era", ERAS)
async def test_a_list_is_done_in_one_transaction_and_each_statement_tells(own: Stack, era: str) -> None:
    answer = await done(
        own,
        [
            "UPDATE accounts SET money = 100 WHERE id < 3",
            SPEND,
            "INSERT INTO accounts (money, name) VALUES (1, 'dee'), (2, 'eve')",
            "INSERT IGNORE INTO accounts (money, name) VALUES (5, 'ann')",
            "DELETE FROM accounts WHERE id = 3",
        ],
        era=era,
    )
    told = [
        (one["verb"], one["rows_affected"], one["rows_matched"], one["last_insert_id"]) for one in answer["results"]
    ]
    assert told == [
        ("UPDATE", 0, 2, None),
        ("UPDATE", 1, 1, None),
        ("INSERT", 2, None, "4"),
        ("INSERT", 0, None, None),
        ("DELETE", 1, None, None),
    ]
    assert [len(one["warnings"]) for one in answer["results"]] == [0, 0, 0, 1, 0]
    assert "Duplicate entry 'ann'" in answer["results"][3]["warnings"][0]
    assert (answer["status"], answer["committed"], answer["dry_run"]) == ("done", True, False)
    assert (answer["rows_affected"], answer["retries"], answer["repeated"]) == (4, 0, False)
    assert "not instructions" in answer["notice"]
    assert rows(own) == ((1, 99, "ann"), (2, 100, "ben"), (4, 1, "dee"), (5, 2, "eve"))


async def test_one_text_with_semicolons_is_a_list(own: Stack) -> None:
    answer = await done(own, f"{SPEND}; -- a remark; with one\n UPDATE accounts SET name = 'a;b' WHERE id = 2;")
    assert [one["rows_affected"] for one in answer["results"]] == [1, 1]
    assert rows(own)[:2] == ((1, 99, "ann"), (2, 100, "a;b"))


NASTY = "it's \\ \" ` ; -- /* */ # \t \n 🚲 \u202e ? :x @@a {}"


async def test_a_text_arrives_as_it_was_written(own: Stack) -> None:
    literal = NASTY.replace("\\", "\\\\").replace("'", "''")
    await done(own, f"UPDATE accounts SET name = '{literal}' WHERE id = 2; {SPEND}")
    assert rows(own)[:2] == ((1, 99, "ann"), (2, 100, NASTY))


def test_many_at_once_that_cross_lose_nothing(own: Stack) -> None:
    """Half of them take the rows in the other order, so that some meet in deadlocks."""
    there, back = SPEND, "UPDATE accounts SET money = money + 1 WHERE id = 2"
    with ThreadPoolExecutor(16) as pool:
        lists = [[there, back], [back, there]] * 24
        made = list(pool.map(lambda statements: own.call("db_execute", asked(statements))["result"], lists))
    given_up = [one["content"][0]["text"] for one in made if one["isError"]]
    assert all("It was tried 3 times. All was rolled back: nothing is changed." in text for text in given_up)
    counts = len(made) - len(given_up)
    assert counts > len(given_up)
    assert rows(own)[:2] == ((1, 100 - counts, "ann"), (2, 100 + counts, "ben"))


async def test_a_name_may_say_its_database(own: Stack) -> None:
    await done(own, "UPDATE trial.accounts SET money = 7 WHERE id = 1", database=None)
    assert "Give database, or write database.table" in await refused(own, SPEND, database=None)
    assert rows(own)[0] == (1, 7, "ann")


async def test_a_name_that_is_not_there_is_told_with_what_lists_it(own: Stack) -> None:
    column = await refused(own, "UPDATE accounts SET muney = 1 WHERE id = 1")
    assert "Unknown column 'muney' in 'SET' (1054). describe_table lists a table's columns. All was rolled" in column
    table = await refused(own, "UPDATE acounts SET money = 1 WHERE id = 1")
    assert "Table 'trial.acounts' doesn't exist (1146). show_tables lists the tables. All was rolled back" in table


async def test_a_dry_run_measures_and_leaves_nothing(own: Stack) -> None:
    answer = await done(own, [SPEND, "DELETE FROM accounts WHERE id > 1"], dry_run=True)
    assert (answer["committed"], answer["dry_run"], answer["rows_affected"]) == (False, True, 3)
    assert [one["rows_affected"] for one in answer["results"]] == [1, 2]
    assert answer["next_step"].startswith("Nothing is changed: it was rolled back.")
    assert rows(own) == BEFORE


async def test_what_foreign_keys_change_besides_is_named_and_not_counted(own: Stack) -> None:
    as_root(own, "CREATE TABLE trial.cards (owner INT, FOREIGN KEY (owner) REFERENCES accounts (id) ON DELETE CASCADE)")
    as_root(own, "INSERT INTO trial.cards VALUES (1), (1)")
    answer = await done(own, "DELETE FROM accounts WHERE id = 1", dry_run=True)
    assert answer["rows_affected"] == 1
    told = "By foreign keys rows of other tables can go or change with these, and are not counted: trial.cards."
    assert answer["notice"].endswith(told)
    assert "foreign keys" not in (await done(own, "INSERT INTO accounts (money) VALUES (1)"))["notice"]


async def test_one_that_fails_takes_the_others_back(own: Stack) -> None:
    sentence = await refused(own, [SPEND, "INSERT INTO accounts VALUES (9, 1, 'ben')", SPEND])
    assert sentence.startswith("Statement 2 of 3: The database refused the statement: Duplicate entry 'ben'")
    assert "(1062). All was rolled back: nothing is changed." in sentence
    assert rows(own) == BEFORE


async def test_over_the_limit_of_rows_all_is_rolled_back_and_counted(own: Stack) -> None:
    many = ", ".join(f"({number}, 1)" for number in range(100, 130))
    insert = f"INSERT INTO accounts (id, money) VALUES {many}"
    sentence = await refused(own, [SPEND, insert])
    assert f"This would change 31 rows, and one call may change {ROWS_MOST}." in sentence
    assert "in smaller parts" in sentence
    assert "This would change at least 30 rows" in await refused(own, [insert, SPEND])
    assert "This would change 30 rows" in await refused(own, insert, dry_run=True)
    assert rows(own) == BEFORE


async def test_warnings_of_many_statements_are_cut_and_that_is_said(own: Stack) -> None:
    repeated = ", ".join(["(1, 1, 'ann')"] * 9)
    answer = await done(own, [f"INSERT IGNORE INTO accounts VALUES {repeated}"] * 100)
    assert len(answer["results"][0]["warnings"]) == 5
    assert answer["results"][-1]["warnings"] == []
    assert answer["notice"].endswith("Some are left out here.")
    assert len(json.dumps(answer)) < 20_000


# What commits by itself


async def test_tables_columns_and_indexes_are_added_one_by_one(own: Stack) -> None:
    answer = await done(
        own,
        [
            "CREATE TABLE added (id INT PRIMARY KEY)",
            "ALTER TABLE added ADD COLUMN n INT",
            "CREATE INDEX by_n ON added (n)",
        ],
    )
    assert [one["verb"] for one in answer["results"]] == ["CREATE TABLE", "ALTER TABLE", "CREATE INDEX"]
    await done(own, "INSERT INTO added VALUES (1, 2)")
    assert tables(own) == ["accounts", "added"]


async def test_what_ran_before_one_that_fails_stands_and_that_is_said(own: Stack) -> None:
    sentence = await refused(own, ["CREATE TABLE added (a INT)", "CREATE TABLE accounts (a INT)"])
    assert "already exists" in sentence
    assert "Mind: 1 of 2 statements ran and stand." in sentence
    assert tables(own) == ["accounts", "added"]


async def test_rows_and_tables_in_one_call_are_refused_with_the_reason(own: Stack) -> None:
    for statements in ([SPEND, "CREATE TABLE t (a INT)"], f"CREATE TABLE t (a INT); {SPEND}"):
        sentence = await refused(own, statements)
        assert "commit by themselves, so they can't be in one transaction" in sentence
        assert "send the two in calls of their own" in sentence
    assert (rows(own), tables(own)) == (BEFORE, ["accounts"])


async def test_tables_can_not_be_added_on_trial(own: Stack) -> None:
    sentence = await refused(own, "CREATE TABLE t (a INT)", dry_run=True)
    assert "they can't be tried and rolled back" in sentence
    assert "prepare_schema_change" in sentence
    assert tables(own) == ["accounts"]


# Never run

TRANSACTION = "Leave transaction control out."
STORED = "send the statements themselves."
SESSION = "Settings and the session are not changed here"
FILES = "Files and other sources of the server are not open here: send the rows with INSERT."
SERVER = "It acts on the server itself"
RUNNING = "Comments that run, as in /*! ... */"
SYSTEM = "The system databases (mysql, sys, information_schema and the like) are never written to."
CLOSED = "The system databases are not open here."
CODE = "Code on the server (procedures, functions, triggers, events) is not made here"
READS = "db_query reads: send queries there"

NEVER: dict[str, tuple[Any, str]] = {
    "BEGIN": ("BEGIN", TRANSACTION),
    "COMMIT behind a change": (f"{SPEND}; COMMIT", TRANSACTION),
    "ROLLBACK": ([SPEND, "ROLLBACK"], TRANSACTION),
    "SAVEPOINT": ("SAVEPOINT a", TRANSACTION),
    "XA": ("XA START 'x'", TRANSACTION),
    "PREPARE": ("PREPARE p FROM 'DROP TABLE accounts'", STORED),
    "EXECUTE IMMEDIATE": ("EXECUTE IMMEDIATE 'DROP TABLE accounts'", STORED),
    "CALL": ("CALL p()", STORED),
    "DO": ("DO SLEEP(9)", STORED),
    "SET": ("SET GLOBAL general_log = 1", SESSION),
    "SET autocommit": ([SPEND, "SET autocommit = 1"], SESSION),
    "USE": ("USE mysql", SESSION),
    "LOAD DATA": ("LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE accounts", FILES),
    "IMPORT": ("IMPORT INTO accounts FROM '/x'", FILES),
    "BACKUP": ("BACKUP DATABASE * TO 's3://x'", FILES),
    "INTO OUTFILE": ("INSERT INTO accounts SELECT 9, 9, 'x' INTO OUTFILE '/tmp/x'", "INTO writes the result into a file"),
    "LOAD_FILE": ("UPDATE accounts SET name = LOAD_FILE('/etc/passwd') WHERE id = 1", "leave LOAD_FILE out"),
    "LOCK": ("LOCK TABLES accounts WRITE", "Locks are not taken by hand here"),
    "KILL": ("KILL 1", SERVER),
    "FLUSH": ("FLUSH TABLES", SERVER),
    "ADMIN": ("ADMIN CHECK TABLE accounts", SERVER),
    "SHUTDOWN": ("SHUTDOWN", SERVER),
    "INSTALL": ("INSTALL PLUGIN x SONAME 'x.so'", SERVER),
    "BATCH": ("BATCH ON id LIMIT 1 DELETE FROM accounts WHERE id > 0", "BATCH commits row by row"),
    "a comment that runs": ("UPDATE accounts SET money = 0 /*! , name = NULL */ WHERE id = 1", RUNNING),
    "a comment that runs on MariaDB": ("/*M! DROP TABLE accounts */", RUNNING),
    "a comment that runs on TiDB": ("/*T! DROP TABLE accounts */", RUNNING),
    "mysql written": ("INSERT INTO mysql.user (user) VALUES ('x')", SYSTEM),
    "mysql made": ("CREATE TABLE mysql.t (a INT)", SYSTEM),
    "mysql read": ("INSERT INTO accounts (name) SELECT user FROM mysql.user", CLOSED),
    "information_schema written": ("DELETE FROM information_schema.tables WHERE table_name = 'x'", SYSTEM),
    "rights on mysql": ("GRANT ALL ON mysql.* TO x", SYSTEM),
    "a query": ("SELECT * FROM accounts", READS),
    "a query that locks": ("SELECT * FROM accounts FOR UPDATE", READS),
    "a query behind a change": (f"{SPEND}; SELECT * FROM accounts", READS),
    "a change that is explained by running it": ("EXPLAIN ANALYZE DELETE FROM accounts WHERE id = 1", READS),
    "DROP behind a change": (f"{SPEND}; ;DROP TABLE accounts", "send the two in calls of their own"),
    "TRUNCATE behind a comment": ("DELETE FROM accounts WHERE id = 1 -- '\n; TRUNCATE accounts", "in calls of their own"),
    "another delimiter": (f"{SPEND} \\g DROP TABLE accounts", "\\ has no place outside quotes"),
    "an open quote": ("UPDATE accounts SET name = 'open WHERE id = 1", "A quote or comment has no end"),
    "a NUL": ("UPDATE accounts SET name = '\0' WHERE id = 1", "control characters"),
    "a blank of no width": ("UPDATE acc\u200bounts SET money = 0 WHERE id = 1", "U+200B stands outside quotes"),
    "SLEEP": ("UPDATE accounts SET money = SLEEP(9) WHERE id = 1", "SLEEP only takes time"),
    "a variable": ("UPDATE accounts SET money = (@x := 5) WHERE id = 1", "Variables (@name, :=) are not open here"),
    "RETURNING": ("DELETE FROM accounts WHERE id = 1 RETURNING name", "RETURNING is not open here"),
    "DELAYED": ("INSERT DELAYED INTO accounts VALUES (9, 9, 'x')", "DELAYED writes later"),
    "a placeholder": ("UPDATE accounts SET money = ? WHERE id = 1", "write the value itself"),
    "a trigger": ("CREATE TRIGGER t AFTER UPDATE ON accounts FOR EACH ROW DELETE FROM accounts", CODE),
    "a procedure": ("CREATE PROCEDURE p() DELETE FROM accounts", CODE),
    "an event": ("CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO DELETE FROM accounts", CODE),
    "another's rights": ("CREATE DEFINER=root@localhost VIEW v AS SELECT 1", "DEFINER makes a view with somebody else's"),
    "another engine": ("CREATE TABLE x (a INT) ENGINE=CONNECT", "ENGINE is open for InnoDB only"),
    "a directory": ("CREATE TABLE x (a INT) DATA DIRECTORY='/tmp'", "leave the directory out"),
    "a temporary table": ("CREATE TEMPORARY TABLE x (a INT)", "leave TEMPORARY out"),
    "words": ("frobnicate the accounts", "db_execute takes INSERT, REPLACE, UPDATE and DELETE"),
    # Arguments
    "an empty list": ([], "There is no statement: write at least one."),
    "an empty text": ("", "There is no statement: write at least one."),
    "blanks and semicolons": (["", " ; ", "-- nothing"], "There is no statement: write at least one."),
    "too many": ([SPEND] * 101, "There are more than 100 statements: send fewer at a time."),
    "far too many": ([SPEND] * 10_000, "The statements have more than 262,144 bytes together: send fewer at a time."),
    "a megabyte": (f"UPDATE accounts SET name = '{'x' * 1_000_000}' WHERE id = 1", "more than 262,144 bytes together"),
    "a megabyte in pieces": ([f"DELETE FROM accounts WHERE name = '{'é' * 1400}'"] * 99, "more than 262,144 bytes"),
    "a number": (7, "db_execute: statements: input should be a valid list. Its arguments: cluster, branch, statements"),
    "a list of numbers": ([SPEND, 7], "db_execute: statements.1: input should be a valid string."),
    "a list in a list": ([[SPEND]], "db_execute: statements.0: input should be a valid string."),
}  # fmt: skip


@pytest.mark.parametrize("what", NEVER)
async def test_what_is_never_run_is_refused_with_a_sentence_and_changes_nothing(own: Stack, what: str) -> None:
    statements, sentence = NEVER[what]
    said = await refused(own, statements)
    assert sentence in said
    assert len(said) < 400
    assert (rows(own), tables(own)) == (BEFORE, ["accounts"])
    assert ended(own)["result"] == "refused"


ODD: dict[str, tuple[dict[str, Any], str]] = {
    "a database of nobody": ({"database": "nope"}, "There is no database 'nope' here: show_databases lists them."),
    "a database with a quote": ({"database": "trial`; DROP"}, "There is no database 'trial`; DROP' here"),
    "a system database": ({"database": "mysql"}, "The system database mysql is not open here."),
    "information_schema": ({"database": "information_schema"}, "is open, but not as database"),
    "a NUL in a database": ({"database": "tri\0al"}, "holds characters that can't be seen"),
    "a cluster of nobody": ({"cluster": "shopp"}, "There is no cluster 'shopp'. Near it: shop."),
    "a branch of nobody": ({"branch": "nope"}, "There is no branch 'nope' of this cluster."),
    "an empty key": ({"request_key": ""}, "request_key: string should have at least 1 character."),
    "a key with a blank": ({"request_key": "a b"}, "request_key does not fit: A name of yours for this call, in ASCII without"),
    "a key in no ASCII": ({"request_key": "clé"}, "request_key does not fit: A name of yours for this call, in ASCII without"),
    "a long key": ({"request_key": "x" * 65}, "request_key: string should have at most 64 characters."),
    "a key that is a number": ({"request_key": 5}, "request_key: input should be a valid string."),
    "yes": ({"dry_run": "yes"}, "dry_run: input should be a valid boolean."),
    "db_query's argument": ({"sql": "SELECT 'planted-in-sql'"}, "'sql' is not an argument. Its arguments: cluster, branch, statements"),
}  # fmt: skip


@pytest.mark.parametrize("what", ODD)
async def test_odd_arguments_are_told_and_nothing_runs(own: Stack, what: str) -> None:
    more, sentence = ODD[what]
    assert sentence in await refused(own, SPEND, **more)
    assert rows(own) == BEFORE
    assert "planted-in-sql" not in everything(own)


def test_a_body_with_half_a_character_is_not_read(own: Stack) -> None:
    answer = own.call("db_execute", asked("UPDATE accounts SET name = '\ud800' WHERE id = 1"))
    assert answer["error"]["message"] == "The body is not valid JSON."
    assert rows(own) == BEFORE


# Left to a person

WHOLE_UPDATE = "UPDATE without a condition on a column in WHERE changes every row"
WHOLE_DELETE = "DELETE without a condition on a column in WHERE removes every row"
ACCOUNTS = "changes who may do what on the whole cluster"
DROPS = "ALTER TABLE drops columns, indexes, defaults or partitions here"

DECIDED: dict[str, tuple[Any, str]] = {
    "DROP TABLE": ("DROP TABLE accounts", "DROP TABLE removes tables with their rows"),
    "DROP DATABASE": ("DROP DATABASE trial", "DROP DATABASE removes a database with all its tables"),
    "DROP INDEX": ("DROP INDEX name ON accounts", "DROP removes what others may use"),
    "TRUNCATE": ("TRUNCATE accounts", "TRUNCATE removes every row"),
    "RENAME TABLE": ("RENAME TABLE accounts TO x", "RENAME TABLE takes a name away"),
    "DELETE of all": ("DELETE FROM accounts", WHOLE_DELETE),
    "DELETE WHERE TRUE": ("DELETE FROM accounts WHERE 1 = 1", WHOLE_DELETE),
    "UPDATE of all": ("UPDATE accounts SET money = 0", WHOLE_UPDATE),
    "UPDATE of a column that is itself": ("UPDATE accounts SET money = 0 WHERE id = id", WHOLE_UPDATE),
    "UPDATE with LIMIT alone": ("UPDATE accounts SET money = 0 LIMIT 1", WHOLE_UPDATE),
    "ALTER that drops": ("ALTER TABLE accounts DROP COLUMN money", DROPS),
    "ALTER that adds and drops": ("ALTER TABLE accounts ADD a INT, DROP COLUMN money", DROPS),
    "ALTER that rewrites": ("ALTER TABLE accounts MODIFY money BIGINT", "ALTER TABLE changes or rewrites here"),
    "ALTER that renames": ("ALTER TABLE accounts RENAME COLUMN money TO m", "ALTER TABLE renames here"),
    "OR REPLACE": ("CREATE OR REPLACE TABLE accounts (a INT)", "CREATE OR REPLACE drops what has this name"),
    "FLASHBACK": ("FLASHBACK TABLE accounts", "FLASHBACK brings back a table"),
    "GRANT": ("GRANT ALL ON trial.* TO 'x'@'%'", ACCOUNTS),
    "REVOKE": ("REVOKE ALL ON trial.* FROM 'x'@'%'", ACCOUNTS),
    "CREATE USER": ("CREATE USER 'x'@'%' IDENTIFIED BY 'planted-password-1'", ACCOUNTS),
    "ALTER USER": ("ALTER USER 'x'@'%' IDENTIFIED BY 'planted-password-2'", ACCOUNTS),
    "DROP USER": ("DROP USER 'x'@'%'", ACCOUNTS),
    "a key that removes rows": (
        "ALTER TABLE accounts ADD k INT NOT NULL DEFAULT 1, ADD FOREIGN KEY (k) REFERENCES other (id) ON DELETE CASCADE",
        "remove rows that nobody counts",
    ),
    "a copy": ("ALTER TABLE accounts ADD k INT, ALGORITHM=COPY", "keep everybody from writing"),
    "the owner's rights": ("CREATE VIEW v AS SELECT * FROM accounts", "write CREATE SQL SECURITY INVOKER VIEW"),
    "one in a list": (["CREATE TABLE t (a INT)", "DROP TABLE accounts"], "Statement 2 of 2 needs a person's decision"),
    "one in a transaction": ([SPEND, "DELETE FROM accounts"], "Statement 2 of 2 needs a person's decision"),
}  # fmt: skip


@pytest.mark.parametrize("what", DECIDED)
async def test_what_destroys_says_that_a_person_must_decide(own: Stack, what: str) -> None:
    statements, reason = DECIDED[what]
    users = as_root(own, "SELECT user FROM mysql.user ORDER BY user")
    said = await refused(own, statements, request_key=f"decide-{what.replace(' ', '-')}")
    assert "needs a person's decision, which this version can't collect yet: " in said
    assert "Nothing was run. Leave it out, or ask the person who runs this trial to do it." in said
    assert reason in said
    assert "planted-password" not in said + everything(own)
    assert (rows(own), tables(own)) == (BEFORE, ["accounts"])
    assert as_root(own, "SELECT user FROM mysql.user ORDER BY user") == users
    assert ended(own)["result"] == "refused"


# Who may

NEEDS = "This needs the scope mcp:sql, which this token lacks. Make one that has it at "
RIGHTS: dict[str, tuple[tuple[str, ...], dict[str, Any], str]] = {
    "a token that only reads": (("mcp:read,mcp:sql", "--read-only"), {}, "This token is read-only. Make one that is not at "),
    "a token without mcp:sql": (("mcp:read,mcp:write,mcp:delete,mcp:admin",), {}, NEEDS),
    "a request with the header": (("mcp:sql",), {"headers": {"x-read-only": "true"}}, "This request said read-only"),
    "a request with the parameter": (("mcp:sql",), {"query": "?readonly=true"}, "This request said read-only"),
}  # fmt: skip


@pytest.mark.parametrize("what", RIGHTS)
def test_who_may_only_read_neither_sees_nor_calls_it(own: Stack, what: str) -> None:
    token, options, sentence = RIGHTS[what]
    who = {"token": own.token(*token), **options}
    listed = answer_of(own.post({"jsonrpc": "2.0", "id": 1, "method": "tools/list"}, **who))["result"]["tools"]
    assert "db_execute" not in {tool["name"] for tool in listed}
    for statements in (SPEND, "DROP TABLE accounts", "nonsense"):
        assert own.refusal("db_execute", asked(statements), **who).startswith(sentence)
    assert rows(own) == BEFORE


async def test_a_token_with_mcp_sql_alone_may(own: Stack) -> None:
    token = own.token("mcp:sql")
    async with connected(own, ERAS[0], token) as client:
        (listed,) = [tool for tool in (await client.list_tools()).tools if tool.name == "db_execute"]
    assert listed.annotations is not None
    assert listed.annotations.read_only_hint is False
    await done(own, SPEND, token=token)
    assert rows(own)[0] == (1, 99, "ann")


LOGIN = (
    "from mcpserver.models import SqlLogin; from tidbmcp.lib.secrets import Secret; from audit.facts import NOBODY;"
    "rows = SqlLogin.objects.filter(cluster_id={cluster!r}, branch_id='');"
)


@pytest.mark.parametrize(
    ("role", "statements", "who"),
    [
        ("role_readwrite", "UPDATE customers SET id = id WHERE id = 1", "writer"),
        ("role_admin", "CREATE TABLE t (a INT)", "owner"),
    ],
)
async def test_a_cluster_without_the_login_says_which_is_missing(
    own: Stack, role: str, statements: str, who: str
) -> None:
    there = {"cluster": "northwind-freight", "database": "shop"}
    rename = LOGIN.format(cluster=own.sandbox.cluster(there["cluster"])["cluster_id"])
    rename += "rows.filter(role={!r}).update(role={!r})"
    own.manage("shell", "-v0", "-c", rename.format(role, "aside"))
    try:
        said = await refused(own, statements, **there)
    finally:
        own.manage("shell", "-v0", "-c", rename.format("aside", role))
    assert said.startswith(
        f"No {who} login ({role}) is stored for northwind-freight. Ask the person who runs this trial"
    )


async def test_a_login_that_the_server_refuses_is_told_without_it(own: Stack) -> None:
    login = own.sandbox.cluster("northwind-freight")["logins"]["role_readwrite"]
    about = LOGIN.format(cluster=own.sandbox.cluster("northwind-freight")["cluster_id"])
    store = about + "rows.get(role='role_readwrite').store(Secret({!r}), NOBODY)"
    own.manage("shell", "-v0", "-c", store.format("planted-wrong-password"))
    try:
        said = await refused(
            own, "UPDATE customers SET id = id WHERE id = 1", cluster="northwind-freight", database="shop"
        )
    finally:
        own.manage("shell", "-v0", "-c", store.format(login["password"]))
    assert said.startswith("The database server does not accept the stored login. Ask an admin to test it")
    kept = everything(own)
    assert login["user"] not in said
    assert "planted-wrong-password" not in said + kept
    assert login["password"] not in said + kept


# Repeated

INSERT = "INSERT INTO accounts (money, name) VALUES (1, NULL)"


async def test_a_call_that_is_repeated_with_its_key_runs_once(own: Stack) -> None:
    first = await done(own, INSERT, request_key="invoice-1", reason="the first time")
    own.stop()
    own.start()
    again = await done(own, INSERT, request_key="invoice-1", reason="no answer came", era="legacy")
    assert len(rows(own)) == 4
    assert (first["repeated"], again["repeated"]) == (False, True)
    assert {**again, "repeated": False} == first
    one, other = own.events("tool = 'db_execute' AND kind = 'call.finished'")[-2:]
    assert json.loads(other["parameters"])["call that had this request_key first"] == str(UUID(one["call_id"]))


async def test_a_key_stands_for_one_call_of_one_token(own: Stack) -> None:
    await done(own, INSERT, request_key="invoice-2")
    for more in ({"statements": [INSERT, INSERT]}, {"statements": INSERT, "database": "test"}):
        said = await refused(own, more.pop("statements"), request_key="invoice-2", **more)
        assert said.startswith("This request_key was used for another call, so nothing was run: take a new one")
    assert len(rows(own)) == 4
    assert not (await done(own, INSERT, request_key="invoice-2", token=own.token("mcp:sql")))["repeated"]
    assert len(rows(own)) == 5


async def test_without_a_key_nothing_is_a_duplicate(own: Stack) -> None:
    assert [(await done(own, INSERT))["repeated"] for _ in range(2)] == [False, False]
    assert len(rows(own)) == 5


async def test_a_dry_run_leaves_its_key_for_the_call_that_does_it(own: Stack) -> None:
    for dry_run, repeated, there in ((True, False, 3), (True, False, 3), (False, False, 4), (False, True, 4)):
        answer = await done(own, INSERT, request_key="tried-first", dry_run=dry_run)
        assert (answer["repeated"], len(rows(own))) == (repeated, there)


async def test_a_call_that_failed_frees_its_key(own: Stack) -> None:
    again = "INSERT INTO accounts (money, name) VALUES (1, 'ann')"
    for _ in range(2):
        assert "Duplicate entry" in await refused(own, again, request_key="invoice-3")
    as_root(own, "DELETE FROM trial.accounts WHERE name = 'ann'")
    await done(own, again, request_key="invoice-3")


def test_many_with_one_key_at_once_run_once(own: Stack) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: own.call("db_execute", asked(INSERT, request_key="storm")), range(16)))
    texts = [one["result"]["content"][0]["text"] for one in made if one["result"]["isError"]]
    answers = [one["result"]["structuredContent"] for one in made if not one["result"]["isError"]]
    assert [answer["repeated"] for answer in answers].count(False) == 1
    assert all(text.startswith("The first call with this request_key is still running.") for text in texts)
    assert len(rows(own)) == 4


# Gone


WAITS = [SPEND, "UPDATE accounts SET money = 1, name = 'goes away' WHERE id = 2"]


@contextmanager
def ben_is_held(own: Stack) -> Iterator[None]:
    """Until the end of this, whoever changes Ben's row waits."""
    cluster = own.sandbox.cluster("shop")
    root = cluster["root"]
    where = {"host": cluster["host"], "port": cluster["port"], "user": root["user"], "password": root["password"]}
    with closing(MySQLdb.connect(**where)) as connection:
        connection.query("BEGIN")
        connection.query("SELECT * FROM trial.accounts WHERE id = 2 FOR UPDATE")
        connection.store_result()
        yield


def waiting(own: Stack) -> bool:
    return running(own, "goes away") == 1


async def test_a_client_that_goes_away_leaves_nothing_done_and_its_key_free(own: Stack) -> None:
    with ben_is_held(own):
        call = asyncio.create_task(called(own, WAITS, request_key="goes-away"))
        await asyncio.to_thread(wait_until, lambda: waiting(own), "it waits for the row")
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
        await asyncio.to_thread(wait_until, lambda: not waiting(own), "it is killed")
        await asyncio.to_thread(wait_until, lambda: ended(own)["result"] == "cancelled", "its row in the audit")
    assert rows(own) == BEFORE
    assert not (await done(own, WAITS, request_key="goes-away"))["repeated"]
    assert rows(own)[:2] == ((1, 99, "ann"), (2, 1, "goes away"))


def test_a_server_that_is_stopped_meanwhile_leaves_nothing_done_and_the_key_free(own: Stack) -> None:
    arguments = asked(WAITS, request_key="stopped")
    own.stop()
    own.start_as_documented("--timeout-graceful-shutdown", "1")
    try:
        with ben_is_held(own), ThreadPoolExecutor(1) as pool:
            cut = pool.submit(own.call, "db_execute", arguments)
            wait_until(lambda: waiting(own), "it waits for the row")
            own.stop()
            assert "The server was stopped while this ran." in cut.result()["error"]["message"]
            wait_until(lambda: not waiting(own), "it is killed")
    finally:
        own.start()
    assert rows(own) == BEFORE
    assert ended(own)["result"] == "cancelled"
    assert own.answer("db_execute", arguments)["repeated"] is False
    assert rows(own)[:2] == ((1, 99, "ann"), (2, 1, "goes away"))


# On a branch, and on record


async def test_on_a_branch_the_cluster_stays_as_it_is(own: Stack) -> None:
    made = own.answer("tidbcloud_create_branch", {"cluster": "shop", "display_name": "for-writes", "wait": True})
    answer = await done(own, SPEND, branch="for-writes")
    assert answer["committed"]
    await done(own, "CREATE TABLE only_there (a INT)", branch=made["branch_id"])
    assert (ended(own)["cluster"], ended(own)["branch"]) == ("shop", "for-writes")
    assert (rows(own), tables(own)) == (BEFORE, ["accounts"])
    there = own.query("SELECT money FROM trial.accounts WHERE id = 1", branch="for-writes")["structuredContent"]
    assert there["rows"] == [[99]]


async def test_what_was_meant_and_what_came_of_it_is_on_record_without_literals(own: Stack) -> None:
    token = own.token("mcp:sql", "--name", "recorded")
    for name in ("planted-literal-1", "planted-literal-2"):
        await done(own, f"UPDATE accounts SET name = '{name}' WHERE id = 2", token=token, reason="for the books")
    taken = "INSERT INTO accounts VALUES (2011223344, 1, 'planted-literal-2')"
    assert "planted-literal-2" in await refused(own, [SPEND, taken], token=token)
    await refused(own, "UPDATE accounts SET name = 'planted-literal-3'", token=token)
    seen = own.events("token = ? AND tool = 'db_execute'", token[:13])
    assert [(row["kind"], row["result"]) for row in seen] == [
        ("call.started", "started"), ("call.finished", "ok"), ("call.started", "started"), ("call.finished", "ok"),
        ("call.started", "started"), ("call.finished", "error"), ("call.started", "started"), ("call.finished", "refused"),
    ]  # fmt: skip
    for started, finished in zip(seen[::2], seen[1::2], strict=True):
        assert started["call_id"] == finished["call_id"]
        assert (started["sql"], started["sql_digest"]) == (finished["sql"], finished["sql_digest"])
        assert (finished["person"], finished["cluster"]) == ("developer", "shop")
    assert len({row["call_id"] for row in seen}) == 4
    assert [row["sql"] for row in seen[1:6:2]] == [
        "UPDATE accounts SET name = ? WHERE id = ?",
        "UPDATE accounts SET name = ? WHERE id = ?",
        "UPDATE accounts SET money = money - ? WHERE id = ?; INSERT INTO accounts VALUES (?, ?, ?)",
    ]
    assert len({row["sql_digest"] for row in seen}) == 3
    assert seen[1]["rows"] == 1
    assert json.loads(seen[0]["parameters"]) == {"cluster": "shop", "database": "trial", "reason": "for the books"}
    assert seen[5]["error"] == "the database refused the statement (1062)"
    kept = everything(own)
    assert "for the books" in kept
    assert "planted-literal" not in kept
    assert "2011223344" not in kept
