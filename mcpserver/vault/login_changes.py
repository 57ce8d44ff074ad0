"""One SQL login at a time, as a person asks for it: made, given a new password, dropped. Blocking.

TiDB Cloud is asked first, and the vault follows. Whatever goes wrong in between is said, and mended by asking for the same
again. Each is on record in the name of who asked: the intent before TiDB Cloud is asked, and how it ended.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any, Final

from django.db import Error as DatabaseFailure
from django.db import transaction

from audit.facts import Facts
from audit.kinds import Kind, Result
from audit.models import record
from mcpserver.tidbcloud.client import TidbCloud
from mcpserver.tidbcloud.errors import CloudNotFound
from mcpserver.vault.clients import ask_once
from mcpserver.vault.login_refusals import names_of, place_of, refuse_due, refuse_making, refuse_root, refuse_shared
from mcpserver.vault.logins import Place, forget
from mcpserver.vault.models import Role, SqlLogin
from mcpserver.vault.sql_users import Wanted, make_user, set_password
from tidbmcp.lib.errors import AuditUnavailable, BadInput, GatewayError, NotFound, Refused, Unavailable
from tidbmcp.lib.ids import new_id
from tidbmcp.lib.passwords import new_password
from tidbmcp.lib.secrets import Secret
from tidbmcp.lib.visible import make_visible

RACED: Final = (
    "Somebody else stored this login at the same moment, and whose password TiDB Cloud took last is not known. "
    "Give it a new password once more."
)


class NotStored(GatewayError):
    """TiDB Cloud did it, and the vault does not know."""

    code = "not_stored"
    outcome_unknown = True


def make_login(place: Place, role: Role, facts: Facts, *, may_take_over: bool = True) -> str:
    """Make the SQL user of this role, or take over the one that is there, and store it. A sentence that says what was done.

    Without `may_take_over`, a user that is there keeps its password, and that is refused. Raises GatewayError.
    """
    with _on_record(Kind.LOGIN_MADE, place, role, facts) as own:
        refuse_making(place, role)
        wanted = Wanted(place, role, new_password(), names_of(place, role), may_take_over)
        made = ask_once(place.connection, own, "make a SQL login", lambda client: make_user(client, wanted))
        _store(SqlLogin(**place.key(), role=role, username=made.user), wanted.password, own)
    return f"{made.said} It is stored as the {role.label} login."


def rotate_login(login: SqlLogin, facts: Facts) -> str:
    """Give its user a new password, and store that. A sentence that says what was done. Raises GatewayError."""
    place = place_of(login)
    with _on_record(Kind.LOGIN_ROTATED, place, login.role, facts, login.username) as own:
        refuse_root(login)
        refuse_shared(login)
        password = new_password()
        ask_once(
            login.connection,
            own,
            "give a SQL login a new password",
            lambda client: set_password(client, place, login.username, password),
        )
        _store(login, password, own)
    return (
        f"The login {make_visible(str(login))} has a new password, which is stored. The old one is refused from now on."
    )


def drop_login(login: SqlLogin, facts: Facts) -> str:
    """Drop its user, and remove what is stored. A sentence that says what was done. Raises GatewayError."""
    with _on_record(Kind.LOGIN_DROPPED, place_of(login), login.role, facts, login.username) as own:
        refuse_root(login)
        refuse_shared(login)
        refuse_due(login)
        name = make_visible(str(login))
        said = ask_once(login.connection, own, "drop a SQL login", lambda client: _dropped(client, login))
        _forget(login, own)
    return f"{said} {name} is not stored here any more."


async def _dropped(client: TidbCloud, login: SqlLogin) -> str:
    user = make_visible(login.username)
    try:
        if login.branch_id:
            await set_password(client, place_of(login), login.username, new_password())
            return f"TiDB Cloud has no call that drops a user of a branch: {user} has a password now that nobody knows."
        if await client.delete_sql_user(login.cluster_id, login.username):
            return f"TiDB Cloud has dropped {user}."
    except (CloudNotFound, NotFound):
        pass
    return f"TiDB Cloud tells of no user {user} there; one that was made by SQL is dropped by SQL."


def _store(login: SqlLogin, password: Secret, facts: Facts) -> None:
    """Unless another one was stored since this one was read: two people may have asked at once."""
    try:
        with transaction.atomic():
            raced = _is_raced(login)
            if not raced:
                login.store(password, facts)
    except (DatabaseFailure, GatewayError) as error:
        raise NotStored(
            f"TiDB Cloud took the new password of {make_visible(login.username)}, and it could not be stored here. "
            "Ask for the same again: until then, nobody knows its password.",
            detail=f"{login} not stored: {error}",
        ) from error
    if raced:
        raise NotStored(RACED)


def _is_raced(login: SqlLogin) -> bool:
    """Whether the vault is not as it was when this was read. A new one is alone with its role, whatever the connection."""
    new = login._state.adding
    about = place_of(login).anywhere() | {"role": login.role} if new else {"pk": login.pk}
    rows = SqlLogin.objects.select_for_update().filter(**about).values_list("pk", "stored_at")
    return list(rows) != ([] if new else [(login.pk, login.stored_at)])


def _forget(login: SqlLogin, facts: Facts) -> None:
    try:
        with transaction.atomic():
            forget(login, facts)
    except (DatabaseFailure, GatewayError) as error:
        raise NotStored(
            f"{make_visible(login.username)} is gone in TiDB Cloud, and is still stored here. Ask for the same again.",
            detail=f"{login} not removed: {error}",
        ) from error


@contextmanager
def _on_record(kind: Kind, place: Place, role: str, facts: Facts, user: str = "") -> Iterator[Facts]:
    """The intent, and then how it ended. Whoever goes on between them has a call id of their own."""
    own = replace(facts, call_id=new_id())
    parameters = {"connection": place.connection.name, "role": str(role)} | ({"user": user} if user else {})
    about: dict[str, Any] = {"cluster_id": place.cluster_id, "branch": place.branch_id, "parameters": parameters}
    record(kind, Result.STARTED, own, **about)
    try:
        with _told():
            yield own
    except GatewayError as error:
        with suppress(AuditUnavailable):  # an intent without an outcome stands out by itself
            record(kind, _result_of(error), own, error=error.recorded, **about)
        raise
    try:
        record(kind, Result.OK, own, **about)
    except AuditUnavailable as error:
        raise Unavailable("This was done, and that could not be written to the audit.", detail=error.detail) from error


@contextmanager
def _told() -> Iterator[None]:
    """A look into our own database may fail, too: that is an outcome like any other."""
    try:
        yield
    except DatabaseFailure as error:
        raise Unavailable(
            "The gateway's own database did not answer, so this was not done. Try again in a moment.", detail=str(error)
        ) from error


def _result_of(error: GatewayError) -> Result:
    if error.outcome_unknown:
        return Result.UNKNOWN
    return Result.REFUSED if isinstance(error, Refused | BadInput | NotFound) else Result.ERROR
