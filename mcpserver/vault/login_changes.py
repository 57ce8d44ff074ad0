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
from mcpserver.vault.logins import Place, due_now, due_of, forget, without_prefix
from mcpserver.vault.models import Role, SqlLogin
from mcpserver.vault.sql_users import Wanted, make_user, set_password
from tidbmcp.lib.errors import AuditUnavailable, BadInput, GatewayError, NotFound, Refused, Unavailable
from tidbmcp.lib.ids import new_id
from tidbmcp.lib.passwords import new_password
from tidbmcp.lib.secrets import Secret

ROOT: Final = "root"

RACED: Final = (
    "Somebody else stored this login at the same moment, and whose password TiDB Cloud took last is not known. "
    "Give it a new password once more."
)


class NotStored(GatewayError):
    """TiDB Cloud did it, and the vault does not know."""

    code = "not_stored"


def make_login(place: Place, role: Role, facts: Facts) -> str:
    """Make the SQL user of this role, or take over the one that is there, and store it. A sentence that says what was done.

    Raises GatewayError.
    """
    with _on_record(Kind.LOGIN_MADE, place, role, facts) as own:
        if held := SqlLogin.objects.filter(**place.key(), role=role).first():
            raise Refused(f"There is a {role.label} login already: {held}. Give that one a new password.")
        if due_now(place):
            raise Refused("The gateway makes the SQL logins there by itself just now. Look again in a minute.")
        wanted = Wanted(place, role, new_password(), _names(place.cluster_id, role))
        made = ask_once(place.connection, own, "make a SQL login", lambda client: make_user(client, wanted))
        _store(SqlLogin(**place.key(), role=role, username=made.user), wanted.password, own)
    return f"{made.said} It is stored as the {role.label} login."


def rotate_login(login: SqlLogin, facts: Facts) -> str:
    """Give its user a new password, and store that. A sentence that says what was done. Raises GatewayError."""
    place = _place(login)
    with _on_record(Kind.LOGIN_ROTATED, place, login.role, facts, login.username) as own:
        _refuse_root(login)
        password = new_password()
        ask_once(
            login.connection,
            own,
            "give a SQL login a new password",
            lambda client: set_password(client, place, login.username, password),
        )
        _store(login, password, own)
    return f"The login {login} has a new password, which is stored. The old one is refused from now on."


def drop_login(login: SqlLogin, facts: Facts) -> str:
    """Drop its user, and remove what is stored. A sentence that says what was done. Raises GatewayError."""
    with _on_record(Kind.LOGIN_DROPPED, _place(login), login.role, facts, login.username) as own:
        _refuse_root(login)
        if due_of(_place(login)):
            raise Refused(
                "The gateway still makes SQL logins there, and would make this one again. Give up on that first: "
                "Clusters, SQL logins due."
            )
        name = str(login)
        said = ask_once(login.connection, own, "drop a SQL login", lambda client: _dropped(client, login))
        _forget(login, own)
    return f"{said} {name} is not stored here any more."


async def _dropped(client: TidbCloud, login: SqlLogin) -> str:
    user = login.username
    try:
        if login.branch_id:
            await set_password(client, _place(login), user, new_password())
            return f"TiDB Cloud has no call that drops a user of a branch: {user} has a password now that nobody knows."
        if await client.delete_sql_user(login.cluster_id, user):
            return f"TiDB Cloud has dropped {user}."
    except (CloudNotFound, NotFound):
        pass
    return f"TiDB Cloud tells of no user {user} there; one that was made by SQL is dropped by SQL."


def _place(login: SqlLogin) -> Place:
    return Place(login.connection, login.cluster_id, login.branch_id)


def _refuse_root(login: SqlLogin) -> None:
    if without_prefix(login.username) == ROOT:
        raise Refused(
            f"{login.username} belongs to whoever made the cluster: the gateway neither drops it nor gives it a password. "
            "Do that in TiDB Cloud, and enter its password here."
        )


def _names(cluster_id: str, role: Role) -> dict[str, str]:
    """What the users of this role are called, without their prefix, by branch ("" is the cluster itself)."""
    rows = SqlLogin.objects.filter(cluster_id=cluster_id, role=role).values_list("branch_id", "username")
    return {branch: name for branch, user in rows if (name := without_prefix(user)) not in ("", ROOT)}


def _store(login: SqlLogin, password: Secret, facts: Facts) -> None:
    """Unless another one was stored since this one was read: two people may have asked at once."""
    seen = None if login._state.adding else (login.pk, login.stored_at)
    try:
        with transaction.atomic():
            rows = SqlLogin.objects.select_for_update().filter(**_place(login).key(), role=login.role)
            if rows.values_list("pk", "stored_at").first() != seen:
                raise NotStored(RACED)
            login.store(password, facts)
    except (DatabaseFailure, AuditUnavailable) as error:
        raise NotStored(
            f"TiDB Cloud took the new password of {login.username}, and it could not be stored here. "
            "Ask for the same again: until then, nobody knows its password.",
            detail=f"{login} not stored: {error}",
        ) from error


def _forget(login: SqlLogin, facts: Facts) -> None:
    try:
        with transaction.atomic():
            forget(login, facts)
    except (DatabaseFailure, AuditUnavailable) as error:
        raise NotStored(
            f"{login.username} is gone in TiDB Cloud, and is still stored here. Ask for the same again.",
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
        yield own
    except GatewayError as error:
        with suppress(AuditUnavailable):  # an intent without an outcome stands out by itself
            record(kind, _result_of(error), own, error=error.recorded, **about)
        raise
    try:
        record(kind, Result.OK, own, **about)
    except AuditUnavailable as error:
        raise Unavailable("This was done, and that could not be written to the audit.", detail=error.detail) from error


def _result_of(error: GatewayError) -> Result:
    if error.outcome_unknown:
        return Result.UNKNOWN
    return Result.REFUSED if isinstance(error, Refused | BadInput | NotFound) else Result.ERROR
