"""The way to a cluster's SQL for what changes something: the login of a role from the vault, and a batch run with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from django.conf import settings

from audit.facts import Facts
from mcpserver.sql.batch import Batch, Change, Ledger, Written
from mcpserver.sql.errors import SqlUnreachable
from mcpserver.sql.session import Target
from mcpserver.sql.write import write
from mcpserver.sqlgate import Write
from mcpserver.tidbcloud.types import Branch, Cluster
from mcpserver.tools.find import Found, forget_addresses
from mcpserver.tools.reader import endpoint_of, login_of, target_of
from mcpserver.tools.spec import Call
from mcpserver.vault.logins import Place
from mcpserver.vault.models import Role, SqlLogin
from mcpserver.vault.open import open_secret
from tidbmcp.lib.errors import Refused
from tidbmcp.lib.secrets import Secret
from tidbmcp.lib.visible import make_visible


@dataclass(frozen=True)
class Writer:
    """The way to the SQL of a cluster or branch, as a login that changes what is there."""

    target: Target
    login: SqlLogin

    def password(self, facts: Facts) -> Secret:
        """For when the connection is made. Blocking; raises as `open_secret` does."""
        return open_secret(self.login, purpose=f"connect to change something as {self.login.role}", facts=facts)


async def writer_of(found: Found, call: Call, role: Role, database: str = "", branch: Branch | None = None) -> Writer:
    """The login of exactly this role: one of another does too little, or may too much. Raises Refused where there is none."""
    place: Cluster | Branch = branch or found.cluster
    endpoint_of(place)
    where = Place(found.connection, found.cluster.cluster_id, branch.branch_id if branch else "")
    login = await login_of(where, role, call)
    if login is None:
        raise Refused(
            f"No {role.label} login ({role.value}) is stored for {make_visible(place.display_name or place.id)}. "
            f"Ask {settings.ADMIN_CONTACT} to make one, in the console or by manage.py sql_login."
        )
    return Writer(target_of(place, login, database), login)


async def run_data(call: Call, writer: Writer, writes: Sequence[Write], *, dry_run: bool = False) -> Written:
    """Changes of rows in one transaction: all, or nothing, or only tried. Raises SqlError's family."""
    return await _run(call, writer, [_change(one) for one in writes], atomic=True, dry_run=dry_run)


async def run_schema(call: Call, writer: Writer, writes: Sequence[Write]) -> Written:
    """Statements that commit by themselves, one after the other until one fails; what was done stands, and the call says so."""
    return await _run(call, writer, [_change(one) for one in writes], atomic=False)


async def run_fixed(call: Call, writer: Writer, statements: Sequence[str]) -> Written:
    """The same for statements that the gateway itself has written."""
    changes = [Change(sql, " ".join(sql.split(maxsplit=2)[:2])) for sql in statements]
    return await _run(call, writer, changes, atomic=False)


def _change(one: Write) -> Change:
    return Change(one.rendered, one.statement.verb)


async def _run(
    call: Call, writer: Writer, changes: Sequence[Change], *, atomic: bool, dry_run: bool = False
) -> Written:
    limits = settings.SQL_MAX_WRITE_ROWS, settings.SQL_MAX_WRITE_SECONDS
    batch = Batch(tuple(changes), atomic, *limits, dry_run=dry_run)
    ledger = Ledger()
    try:
        written = await write(writer.target, partial(writer.password, call.facts), batch, ledger)
    except SqlUnreachable:
        forget_addresses()  # its address may have changed
        raise
    finally:
        _note(call, ledger)
    call.rows = (call.rows or 0) + written.rows
    return written


def _note(call: Call, ledger: Ledger) -> None:
    """Beside what the call had noted before: several batches may belong to one."""
    pending = ledger.pending  # read first, as Ledger says
    call.happened = "; ".join(filter(None, (call.happened, ledger.happened)))
    call.pending = pending
