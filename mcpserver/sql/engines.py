"""What engines do differently: a small class each, chosen from the server's version."""

from dataclasses import dataclass
from typing import Final

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


@dataclass(frozen=True)
class Engine:
    """Session variables to set and to read back; the values are written as the server shows them."""

    name: str

    def session(self, seconds: int) -> dict[str, str]:
        """Variables of a session whose statements may run this long. The server's limit is the second one: it is later."""
        return {"autocommit": "1", "sql_mode": SQL_MODE, **self.limit(seconds + 5)}

    def limit(self, seconds: int) -> dict[str, str]:
        """How this engine is told to stop a statement."""
        return {"max_execution_time": str(seconds * 1000)}


class MariaDb(Engine):
    """MariaDB counts in seconds."""

    def limit(self, seconds: int) -> dict[str, str]:
        """In seconds, with its six digits."""
        return {"max_statement_time": f"{seconds}.000000"}


class TiDb(Engine):
    """TiDB must be kept from running a second statement that nobody asked the driver for."""

    def limit(self, seconds: int) -> dict[str, str]:
        """Milliseconds; for SELECT only."""
        return {**super().limit(seconds), "tidb_multi_statement_mode": "OFF"}


def engine_of(version: str) -> Engine:
    """The engine that answers `SELECT VERSION()` like this."""
    if "tidb" in version.lower():
        return TiDb("tidb")
    if "mariadb" in version.lower():
        return MariaDb("mariadb")
    return Engine("mysql")
