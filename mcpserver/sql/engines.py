"""What engines do differently: a small class each, chosen from the server's version."""

from dataclasses import dataclass
from typing import Final

from MySQLdb.constants import FIELD_TYPE

SQL_MODE: Final = ",".join(
    (
        "ONLY_FULL_GROUP_BY",
        "STRICT_TRANS_TABLES",
        "NO_ZERO_IN_DATE",
        "NO_ZERO_DATE",
        "ERROR_FOR_DIVISION_BY_ZERO",
        "NO_ENGINE_SUBSTITUTION",
    )
)
"""Strict, and without the modes that change what quotes and backslashes mean."""

MEMORY_MOST: Final = 1024**3
"""Bytes of the server's memory for one statement, where it can be told."""

INTERRUPTED: Final = frozenset({1317, 1969, 3024})
"""Killed, or over the server's own limit (MariaDB 1969, MySQL and TiDB 3024)."""

DDL_CANCELLED: Final = 8214

UNNAMED: Final = 1105
"""TiDB's number for errors that have none of their own: only their words say what they are."""

_CUT: Final = ("context canceled", "context deadline exceeded")

CLUSTER_SILENT: Final = frozenset({9001, 9002, 9003, 9004, 9005})
"""TiDB: its placement driver or its storage did not answer in time, is busy, or is not there (TiDB documentation, "Error Codes
and Troubleshooting")."""

_AS_OF: Final = "START TRANSACTION READ ONLY AS OF TIMESTAMP NOW(6)"


@dataclass(frozen=True)
class Engine:
    """Session variables to set and to read back; the values are written as the server shows them."""

    name: str

    def session(self, seconds: int, *, reads: bool = True) -> dict[str, str]:
        """What must hold, or nothing is run. The server's time limit is the second one: it is later than ours."""
        characters = dict.fromkeys(
            ("character_set_client", "character_set_connection", "character_set_results"), "utf8mb4"
        )
        always = {"autocommit": "1", "sql_mode": SQL_MODE, **characters, **self.always(), **self.time(seconds + 5)}
        return always | self.wall() if reads else always

    def always(self) -> dict[str, str]:
        """What else must hold, whether the session reads or writes."""
        return {}

    def wall(self) -> dict[str, str]:
        """Every transaction only reads, also those of single statements: that costs no round trip."""
        return {"transaction_read_only": "1"}

    def time(self, seconds: int) -> dict[str, str]:
        """How this engine is told to stop a statement."""
        return {"max_execution_time": str(seconds * 1000)}

    def at_most(self) -> dict[str, int]:
        """Limits to lower where the server lets us. They are its own affair, so that it may refuse."""
        return {}

    def types(self) -> dict[int, str]:
        """Names of types, by their number on the wire, that mean something else here than elsewhere."""
        return {}

    def begin(self) -> tuple[str, ...]:
        """How a login that can write begins a read: the first of these that is accepted. None where `wall` holds."""
        return ()

    def begin_writing(self) -> str:
        """How a transaction begins that changes rows."""
        return "START TRANSACTION"

    def undone(self, code: int) -> bool:
        """Whether this error of a statement that commits by itself, and was killed, says that it did nothing."""
        return code in INTERRUPTED

    def leaves_open(self, code: int, text: str) -> bool:
        """Whether this error of a statement that commits by itself says only that the server waits no longer for its end."""
        return False

    def takes_back_all(self) -> bool:
        """Whether a transaction takes back what it did to any table."""
        return False

    def has_keys_over_expressions(self) -> bool:
        """Whether information_schema.statistics has a column for them."""
        return True

    def explain(self) -> str:
        """What stands before a query to ask for its plan: in the form that mcpserver/sql/plans reads."""
        return "EXPLAIN FORMAT=TREE"

    def explain_analyze(self) -> str:
        """The same, to run it and measure; empty where the engine does not do that."""
        return "EXPLAIN ANALYZE"


class MySql57(Engine):
    """MySQL before 8 knows the older name."""

    def wall(self) -> dict[str, str]:
        """As in all of its versions."""
        return {"tx_read_only": "1"}

    def has_keys_over_expressions(self) -> bool:
        """Nor has MariaDB."""
        return False

    def explain(self) -> str:
        """It has no FORMAT=TREE."""
        return "EXPLAIN FORMAT=JSON"

    def explain_analyze(self) -> str:
        """Nor does it measure."""
        return ""


class MariaDb(MySql57):
    """MariaDB counts in seconds."""

    def time(self, seconds: int) -> dict[str, str]:
        """In seconds, with its six digits."""
        return {"max_statement_time": f"{seconds}.000000"}

    def explain_analyze(self) -> str:
        """In a word of its own."""
        return "ANALYZE FORMAT=JSON"


class TiDb(Engine):
    """TiDB's read-only transactions stop nothing, unless they read the past; and it may run a second statement unasked."""

    def always(self) -> dict[str, str]:
        """Else it runs a second statement, even for a driver that sends one at a time."""
        return {"tidb_multi_statement_mode": "OFF"}

    def wall(self) -> dict[str, str]:
        """No variable stops a write here."""
        return {}

    def at_most(self) -> dict[str, int]:
        """Over it TiDB cancels the statement."""
        return {"tidb_mem_quota_query": MEMORY_MOST}

    def types(self) -> dict[int, str]:
        """Texts and blobs of every length come as 252; 251 is VECTOR alone (TiDB, pkg/server/internal/column)."""
        return {FIELD_TYPE.LONG_BLOB: "vector"}

    def begin(self) -> tuple[str, ...]:
        """As of now; where the node's clock is ahead of the cluster's, as of a little earlier."""
        earlier = (20_000, 200_000, 2_000_000)
        return (_AS_OF, *(f"{_AS_OF} - INTERVAL {microseconds} MICROSECOND" for microseconds in earlier))

    def begin_writing(self) -> str:
        """With locks, whatever the server's default: conflicts are waited for, and seldom found at the commit."""
        return "BEGIN PESSIMISTIC"

    def undone(self, code: int) -> bool:
        """A job of DDL may go on after its session was interrupted, unless the server says that it was cancelled."""
        return code == DDL_CANCELLED

    def leaves_open(self, code: int, text: str) -> bool:
        """So it answers a statement that was cut; and where the cluster does not answer it, its job may be there."""
        cut = code == UNNAMED and any(words in text.lower() for words in _CUT)
        return cut or code in INTERRUPTED | CLUSTER_SILENT

    def takes_back_all(self) -> bool:
        """There is one storage engine, and it does."""
        return True

    def explain(self) -> str:
        """Of its formats the one whose operators bear no numbers."""
        return "EXPLAIN FORMAT='brief'"

    def explain_analyze(self) -> str:
        """The same; it tells request units, too."""
        return "EXPLAIN ANALYZE FORMAT='brief'"


def engine_of(version: str) -> Engine:
    """The engine that answers `SELECT VERSION()` like this."""
    if "tidb" in version.lower():
        return TiDb("tidb")
    if "mariadb" in version.lower():
        return MariaDb("mariadb")
    return MySql57("mysql") if version.startswith("5.") else Engine("mysql")
