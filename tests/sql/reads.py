"""Reads of the suite, past the gate: what the engine makes of a text is asked, not whether it would be sent."""

from typing import Any

from mcpserver.sql.fetch import Table
from mcpserver.sql.job import Statement
from mcpserver.sql.limits import Limits
from mcpserver.sql.pool import Pool
from mcpserver.sql.query import read
from tests.sql.servers import Login, SqlServer

WIDE_OPEN = Limits(1000, 1_000_000, 1_000_000, 20)


class Reads:
    """With a pool of their own; as the reader unless said."""

    def __init__(self, server: SqlServer) -> None:
        self.server, self.pool = server, Pool()

    async def __call__(
        self,
        sql: str | Statement,
        *,
        limits: Limits = WIDE_OPEN,
        login: Login | None = None,
        database: str | None = None,
        **said: Any,
    ) -> Table:
        statement = sql if isinstance(sql, Statement) else Statement(sql, **said)
        who = login or self.server.reader
        return await read(self.pool, self.server.target(who, database), who.secret, statement, limits)
