"""Writing as the writer does it, in the database of the suite, beside three accounts with a hundred each."""

from contextlib import suppress
from typing import Any, Final

import MySQLdb

from mcpserver.sql.batch import Batch, Change, Ledger, Written
from mcpserver.sql.write import write
from mcpserver.sqlgate import judge_writes
from tests.sql.servers import SqlServer

MONEY: Final = "SELECT id, money FROM accounts ORDER BY id"
BEFORE: Final = [(1, 100), (2, 100), (3, 100)]


class Writes:
    """As the writer, in a database of the suite."""

    def __init__(self, server: SqlServer) -> None:
        self.server, self.ledger, self.database = server, Ledger(), server.database

    def batch(self, *sql: str, rows: int = 100, seconds: float = 10, dry_run: bool = False) -> Batch:
        """Judged as every batch is."""
        judged = judge_writes(sql)
        assert isinstance(judged, tuple), judged
        atomic = judged[0].statement.kind == "data"
        changes = tuple(Change(one.rendered, one.statement.verb) for one in judged)
        return Batch(changes, atomic, rows, seconds, dry_run)

    async def __call__(self, *sql: str, **limits: Any) -> Written:
        self.ledger = Ledger()
        who = self.server.writer
        return await write(self.server.target(who, self.database), who.secret, self.batch(*sql, **limits), self.ledger)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.server.run(sql, database=self.server.database)


def kill_writers(server: SqlServer) -> None:
    """Every connection of the writer that is there."""
    for (number,) in server.run(f"SELECT id FROM information_schema.processlist WHERE user = '{server.writer.user}'"):
        with suppress(MySQLdb.Error):  # it has gone meanwhile
            server.run(f"KILL {int(number)}")
