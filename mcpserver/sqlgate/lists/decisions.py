"""Which rules of the forms need a person's decision, and why; and why some things have no form at all."""

from typing import Final

DECISIONS: Final = {
    "OR_REPLACE": "CREATE OR REPLACE drops what has this name",
    "FILLING": "CREATE TABLE with a query copies rows that nobody counts: CREATE the table, then INSERT ... SELECT",
    "PASSED_ON": (
        "CASCADE, SET NULL and SET DEFAULT change and remove rows that nobody counts: write RESTRICT, or nothing"
    ),
    "OWNERS_VIEW": (
        "A view shows what its owner may read to everybody who may read the view: write CREATE SQL SECURITY INVOKER VIEW"
    ),
    "TTL_OPTION": "TTL lets the server delete rows by itself",
    "IGNORING": "ALTER IGNORE removes rows that do not fit",
    "DROPPING": "ALTER TABLE drops columns, indexes, defaults or partitions here",
    "REWRITE": "ALTER TABLE changes or rewrites here what the table holds",
    "REWRITING_OPTION": "ALTER TABLE changes here how the table is stored",
    "BLOCKING": "ALGORITHM=COPY and LOCK=SHARED or EXCLUSIVE keep everybody from writing to the table: leave them out",
    "NO_REPLICAS": "SET TIFLASH REPLICA 0 drops the replicas that analytic queries read",
    "HIDDEN_INDEX": "An index that is INVISIBLE or IGNORED is to queries as if it were dropped",
    "RENAMING": "ALTER TABLE renames here what others may use",
    "TTL_REMOVED": "ALTER TABLE ends here what deletes old rows",
    "REPARTITION": "PARTITION BY moves every row of the table",
    "ALTER_DATABASE": "ALTER DATABASE changes what new tables are made with",
    "ALTER_VIEW": "ALTER VIEW puts another query under the name",
    "ALTER_SEQUENCE": "ALTER SEQUENCE may give numbers a second time",
    "DROP_TABLE": "DROP TABLE removes tables with their rows",
    "DROP_DATABASE": "DROP DATABASE removes a database with all its tables",
    "DROP_OTHER": "DROP removes what others may use",
    "TRUNCATE": "TRUNCATE removes every row",
    "RENAME": "RENAME TABLE takes a name away that others may use",
    "FLASHBACK_CLUSTER": "FLASHBACK CLUSTER takes the whole cluster back in time, with everybody's changes",
    "FLASHBACK_ONE": "FLASHBACK brings back a table or a database as it was",
    "RECOVER": "RECOVER TABLE brings back a table as it was",
}
"""All that fit are said."""

_IN_TWO: Final = "A column and its key in one ALTER may write the whole table anew: send them in two statements"
DECISIONS_OF_EXISTING: Final = {
    "PRIMARY_KEY": "A primary key for a table that there is may write the whole table anew",
    "REFERENCES": "A foreign key for a table that there is checks all its rows, and may write the whole table anew",
    "CHECK_OF_ROWS": "A CHECK for a table that there is checks all its rows, and may write the whole table anew",
    "BLOCKING_INDEX": "A FULLTEXT or SPATIAL index may write the whole table anew, and nobody writes to it meanwhile",
    "KEY_OF_COLUMN": _IN_TWO,
    "COUNTING": "A column that counts is written into every row",
    "COUNTING_TYPE": "A column that counts is written into every row",
    "STORED": "A STORED column is reckoned for every row and written: VIRTUAL is not",
    "COUNTED_TO": "AUTO_INCREMENT and AUTO_RANDOM_BASE may use up a table's numbers, and nothing gives them back",
    "LISTED": "A partition of a list may hide rows that a DEFAULT partition holds",
    "COMPUTED_DEFAULT": (
        "A computed default of a new column is written into every row: add the column, then ALTER COLUMN ... SET DEFAULT"
    ),
}
"""What is nothing in CREATE TABLE, and work on every row, or a loss, of a table that there is."""

_BY_ITSELF: Final = (
    "A generated column beside something else, or FIRST or AFTER another column, may write the whole table anew: add a generated "
    "column by itself, at the end"
)
DECISIONS_TOGETHER: Final = {
    ("COLUMN", "KEY"): _IN_TWO,
    ("RECKONED", "PLACE"): _BY_ITSELF,
    ("RECKONED", "MORE"): _BY_ITSELF,
    ("RECKONED", "ANOTHER"): _BY_ITSELF,
}
"""The same of two rules in one ALTER, each of which is nothing by itself."""

WHY_NOT: Final = {
    "temporary": "Temporary tables end with the connection, which is not yours: leave TEMPORARY out.",
    **dict.fromkeys(
        ("procedure", "function", "trigger", "event", "package"),
        "Code on the server (procedures, functions, triggers, events) is not made here: it would run what nobody has judged.",
    ),
    **dict.fromkeys(
        ("server", "instance", "tablespace", "logfile", "undo", "resource", "import", "range"),
        "What acts on the server itself (servers, table spaces, log files, resource groups) is not open here.",
    ),
    **dict.fromkeys(
        ("placement", "policy", "attributes"), "Where data is placed is not changed here: leave PLACEMENT out."
    ),
    **dict.fromkeys(
        ("binding", "masking"), "Bindings and masking change other people's queries: they are not open here."
    ),
    "definer": "DEFINER makes a view with somebody else's rights: leave it out.",
    "discard": "DISCARD and IMPORT TABLESPACE take files of the server: they are not open here.",
    "directory": "Files of the server are not open here: leave the directory out.",
    "connection": "Tables of other servers are not open here: leave CONNECTION out.",
    "union": "Tables over other tables are not open here: make a view.",
    "engine": "ENGINE is open for InnoDB only: other engines keep no transactions, or reach files and other servers.",
}
"""Of what is asked for by name, the reason; the first such word counts."""
