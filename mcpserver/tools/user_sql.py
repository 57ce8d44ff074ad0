"""The users of a SQL server by SQL, as the owner's login that the vault holds."""

from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from django.conf import settings

from mcpserver.sql.accounts import Account, creation, listing, removal, rights
from mcpserver.sql.engines import Engine, TiDb, engine_of
from mcpserver.sql.errors import SqlRejected
from mcpserver.sql.job import Statement
from mcpserver.sql.limits import Limits
from mcpserver.sql.pool import POOL
from mcpserver.sql.query import read
from mcpserver.sqlgate import is_system_schema
from mcpserver.tools.spec import Call
from mcpserver.tools.user_api import UserUnclear, exists, take_back
from mcpserver.tools.user_names import full_name
from mcpserver.tools.writer import Writer, run_fixed
from mcpserver.vault.models import Role
from tidbmcp.lib.errors import GatewayError, Unavailable
from tidbmcp.lib.redaction import redact_text
from tidbmcp.lib.secrets import Secret
from tidbmcp.lib.visible import make_visible

ACCOUNTS_MOST: Final = 10_000


@dataclass
class SqlWay:
    """SQL, as the owner's login that the vault holds."""

    call: Call
    writer: Writer
    prefix: str
    engine: Engine
    accounts: list[Account]

    @property
    def users(self) -> list[str]:
        """Each name once, whatever its hosts; roles are no users."""
        return sorted({one.user for one in self.accounts if not one.is_role})

    async def make(self, user: str, role: Role, password: Secret) -> str:
        """Each statement commits by itself: where one of the later ones fails, the user is dropped again."""
        after = rights(self.engine, user, role.value, self._roles(role), await self._databases(role))
        try:
            await self._run([creation(self.engine, user, password)])
        except SqlRejected as error:
            again = await sql_way(self.call, self.writer, self.prefix)
            raise (exists(user) if user in again.users else _refused(user, error)) from error
        try:
            await self._run(after)
        except GatewayError as error:
            await take_back(self, user, f"it did not get its rights: {_public(error)}")
            raise _refused(user, error) from error
        self.call.happened = ""  # the whole is said once, when its password is kept
        return user

    async def drop(self, user: str) -> bool:
        """At every host. Whether it is gone is looked up, whatever the server said."""
        own = await self._own(user)
        problem = ""
        if own:
            try:
                await self._run([removal(own)])
            except GatewayError as error:
                problem = error.public
            if await self._own(user):
                raise UserUnclear(f"{make_visible(user)} is still there. {problem}".strip())
        self.call.happened = self.call.pending = ""
        return bool(own)

    async def _own(self, user: str) -> list[Account]:
        now = await sql_way(self.call, self.writer, self.prefix)
        return [one for one in now.accounts if one.user == user and not one.is_role]

    def _roles(self, role: Role) -> set[str]:
        """The built-in role, as the server knows it."""
        return {one.user for one in self.accounts if one.is_role} & {role.value, full_name(self.prefix, role.value)}

    async def _databases(self, role: Role) -> list[str]:
        """For TiDB without that role: those that are there now."""
        if not isinstance(self.engine, TiDb) or self._roles(role) or role is Role.ADMIN:
            return []
        rows = await _rows(self.call, self.writer, "SELECT schema_name FROM information_schema.schemata")
        return [name for (name,) in rows if not is_system_schema(name)]

    async def _run(self, statements: list[str]) -> None:
        if statements:
            await run_fixed(self.call, self.writer, statements)


async def sql_way(call: Call, writer: Writer, prefix: str) -> SqlWay:
    """What the server is, and who is there now."""
    ((version,),) = await _rows(call, writer, "SELECT VERSION()")
    engine = engine_of(version)
    rows = await _rows(call, writer, listing(engine))
    accounts = [Account(user, host, is_role == "Y") for user, host, is_role in rows]
    return SqlWay(call, writer, prefix, engine, accounts)


async def _rows(call: Call, writer: Writer, sql: str) -> list[list[Any]]:
    """On a connection of its own: none that may do this much is kept."""
    statement = Statement(sql, alone=True, reader_only=False)
    limits = Limits(rows=ACCOUNTS_MOST, seconds=settings.SQL_MAX_SECONDS)
    table = await read(POOL, writer.target, partial(writer.password, call.facts), statement, limits)
    if table.cut:
        raise Unavailable(
            f"There are over {ACCOUNTS_MOST:,} accounts or databases: that is more than is looked through here."
        )
    return table.rows


def _refused(user: str, error: GatewayError) -> GatewayError:
    return SqlRejected(f"Nothing was made: {_public(error)}", detail=f"{user}: {error.detail}", recorded=error.recorded)


def _public(error: GatewayError) -> str:
    """The server repeats parts of a statement, and one of ours holds a hash."""
    return redact_text(error.public)
