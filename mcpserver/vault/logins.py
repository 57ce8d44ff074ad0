"""The SQL logins of what was made through the gateway: made by the API, stored here, and seen by nobody.

A cluster gets a user for each built-in role. A branch comes with the users of its parent under a prefix of its own: those
that the vault holds for the parent get passwords of their own. Whoever finds a `LoginsDue` row may do its work.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models import F

from audit.facts import Facts
from audit.kinds import Kind, Result
from audit.models import record
from mcpserver.tidbcloud.client import TidbCloud
from mcpserver.tidbcloud.errors import CloudNotFound
from mcpserver.tidbcloud.types import ACTIVE, DELETED, Branch, Cluster
from mcpserver.vault.clients import cloud
from mcpserver.vault.models import LoginsDue, Role, SqlLogin, TidbCloudConnection
from tidbmcp.lib.clock import now
from tidbmcp.lib.errors import GatewayError, Unavailable
from tidbmcp.lib.ids import new_id
from tidbmcp.lib.passwords import new_password
from tidbmcp.lib.secrets import Secret
from tidbmcp.lib.threads import in_control_thread

USERS: Final = {
    Role.READONLY: "tidbmcp_reader",
    Role.READWRITE: "tidbmcp_writer",
    Role.ADMIN: "tidbmcp_owner",
}
"""Of a cluster, without its prefix."""

WORK: Final = timedelta(seconds=100)
"""The longest that one try goes on."""
CLAIM: Final = timedelta(seconds=120)
"""How long who works on a row keeps others away; longer than a try."""
NEW: Final = timedelta(minutes=5)
PAUSE: Final = timedelta(seconds=15)
PAUSE_MOST: Final = timedelta(minutes=10)
GIVEN_UP: Final = timedelta(days=1)


NO_PARENT: Final = "the vault holds no SQL logins of the parent"


@dataclass(frozen=True)
class Place:
    """A cluster, or a branch of it where `branch_id` is not empty, as a connection knows it."""

    connection: TidbCloudConnection
    cluster_id: str
    branch_id: str = ""

    def key(self) -> dict[str, object]:
        """As fields of a row."""
        return {"connection": self.connection, "cluster_id": self.cluster_id, "branch_id": self.branch_id}

    def anywhere(self) -> dict[str, object]:
        """As fields of rows of any connection to the same API: another key to the same cluster knows the same users."""
        about = {"cluster_id": self.cluster_id, "branch_id": self.branch_id}
        return {"connection__api_url": self.connection.api_url, **about}


def note_due(place: Place, asked_by: str, parent_branch_id: str = "") -> None:
    """Logins are to be made for this place when it is ready. Blocking."""
    LoginsDue.objects.get_or_create(
        **place.key(), defaults={"asked_by": asked_by, "parent_branch_id": parent_branch_id}
    )


def due_of(place: Place) -> LoginsDue | None:
    """What is still to be made for this place. Blocking."""
    return LoginsDue.objects.select_related("connection").filter(**place.key()).first()


def due_now(place: Place) -> bool:
    """Whether they are being made, or will be tried again. Blocking."""
    return LoginsDue.objects.filter(**place.anywhere(), asked_at__gt=now() - GIVEN_UP).exists()


def all_due() -> list[LoginsDue]:
    """Every row that may be tried now. Blocking."""
    ready = LoginsDue.objects.filter(not_before__lte=now(), asked_at__gt=now() - GIVEN_UP)
    return list(ready.select_related("connection"))


def held(place: Place) -> list[str]:
    """The roles for which the vault has a login, from least to most. Blocking."""
    found = set(SqlLogin.objects.filter(**place.key()).values_list("role", flat=True))
    return [role.value for role in Role if role in found]


def forget_logins(connection: TidbCloudConnection, cluster_id: str, branch_id: str | None, facts: Facts) -> None:
    """Remove the logins of what was deleted; without a branch, those of the cluster and all its branches. Blocking.

    Another connection to the same API may have known it, too: its logins are of no more use.
    """
    about = {"connection__api_url": connection.api_url, "cluster_id": cluster_id}
    about |= {"branch_id": branch_id} if branch_id else {}
    with transaction.atomic():
        for login in SqlLogin.objects.filter(**about).select_related("connection"):
            forget(login, facts)
        LoginsDue.objects.filter(**about).delete()


def forget(login: SqlLogin, facts: Facts) -> None:
    """Remove one login from the vault, with an event. Call in a transaction."""
    record(Kind.VAULT_FORGOTTEN, facts=facts, parameters={"kind": login.kind, "which": str(login)})
    login.delete()


async def make_logins(due: LoginsDue, facts: Facts) -> bool:
    """Make and store what is missing, in the name of who asked. False where the place is not ready, or somebody is at it.

    True where there is no more to do or nothing more can be done now: then the row stays, with the problem. Raises
    GatewayError where it failed; the row stays then, too.
    """
    if not await in_control_thread(_claim, due):
        return False
    own = Facts(facts.request_id, new_id(), due.asked_by, client_name="tidbmcp")
    try:
        async with asyncio.timeout(WORK.total_seconds()):
            return await _claimed(due, own)
    except TimeoutError:
        await in_control_thread(_put_back, due, "TiDB Cloud took too long.")
        raise Unavailable("Making the SQL logins took too long; it is tried again.") from None
    except GatewayError as error:
        await in_control_thread(_put_back, due, error.public)
        raise


async def _claimed(due: LoginsDue, facts: Facts) -> bool:
    client = await cloud(due.connection, facts)
    try:
        place = await ready(client, Place(due.connection, due.cluster_id, due.branch_id))
    except CloudNotFound:
        await in_control_thread(_done, due)
        return True
    if place is None:
        await in_control_thread(_put_back, due)
        return False
    await in_control_thread(_record, due, Result.STARTED, facts)
    try:
        problem = "; ".join(await _make(client, due, place, facts))
    except GatewayError as error:
        await in_control_thread(_record, due, Result.ERROR, facts, error.recorded)
        raise
    await in_control_thread(_record, due, Result.ERROR if problem else Result.OK, facts, problem)
    await in_control_thread(_put_back if problem else _done, due, problem)
    return True


async def ready(client: TidbCloud, where: Place) -> Cluster | Branch | None:
    """The cluster or branch, if SQL users can be made there now. Raises CloudNotFound where it was deleted."""
    place: Cluster | Branch = (
        await client.get_branch(where.cluster_id, where.branch_id)
        if where.branch_id
        else await client.get_cluster(where.cluster_id)
    )
    if place.state in DELETED:
        raise CloudNotFound("It was deleted.")
    return place if place.state == ACTIVE and place.user_prefix else None


async def _make(client: TidbCloud, due: LoginsDue, place: Cluster | Branch, facts: Facts) -> list[str]:
    """What could not be made, in sentences."""
    where = Place(due.connection, due.cluster_id, due.branch_id)
    there = await in_control_thread(_held_anywhere, where)
    if isinstance(place, Branch):
        parent = Place(due.connection, due.cluster_id, due.parent_branch_id)
        if not await in_control_thread(held, parent):
            return [NO_PARENT]
        return await _of_branch(client, where, place, await in_control_thread(_logins, parent, there), facts)
    users = [user.user_name async for user in client.all_sql_users(due.cluster_id)]
    for role, name in USERS.items():
        if role not in there:
            there_already = next((user for user in users if without_prefix(user) == name), None)
            await _of_cluster(client, where, role, there_already, name, facts)
    return []


async def _of_cluster(client: TidbCloud, where: Place, role: Role, user: str | None, name: str, facts: Facts) -> None:
    """Make the user; one of this name that is there is what an earlier try has left, and gets a new password."""
    password = new_password()
    if user:
        await client.set_sql_password(where.cluster_id, user, password)
    else:
        user = (await client.create_sql_user(where.cluster_id, name, role.value, password)).user_name
    await in_control_thread(_store, where, role.value, user, password, facts)


async def _of_branch(
    client: TidbCloud, where: Place, branch: Branch, parents: Iterable[SqlLogin], facts: Facts
) -> list[str]:
    missing = []
    for login in parents:
        if "." not in login.username:
            missing.append(f"{login.username} has no prefix")
            continue
        user, password = f"{branch.user_prefix}.{without_prefix(login.username)}", new_password()
        try:
            await client.set_branch_password(where.cluster_id, where.branch_id, user, password)
        except CloudNotFound:
            missing.append(f"the branch has no user {user}")
        else:
            await in_control_thread(_store, where, login.role, user, password, facts)
    return missing


def without_prefix(user: str) -> str:
    """The name of a SQL user behind the prefix of its cluster or branch; empty where it has none."""
    return user.partition(".")[2]


def _held_anywhere(place: Place) -> set[str]:
    return set(SqlLogin.objects.filter(**place.anywhere()).values_list("role", flat=True))


def _logins(place: Place, but: set[str]) -> list[SqlLogin]:
    return list(SqlLogin.objects.filter(**place.key()).exclude(role__in=but).order_by("role"))


def _store(where: Place, role: str, user: str, password: Secret, facts: Facts) -> None:
    """A login that somebody has stored meanwhile stays: TiDB Cloud may have taken its password later than this one."""
    with transaction.atomic():
        if SqlLogin.objects.filter(**where.anywhere(), role=role).exists():
            raise Unavailable(
                f"Somebody else stored the {Role(role).label} login at the same moment. Give it a new password once more."
            )
        SqlLogin(**where.key(), role=role, username=user).store(password, facts)


def _record(due: LoginsDue, result: Result, facts: Facts, error: str = "") -> None:
    """The intent before the first change, and how it ended."""
    place = {"cluster_id": due.cluster_id, "branch": due.branch_id}
    record(Kind.LOGINS_MADE, result, facts, error=error, **place, parameters={"connection": due.connection.name})


def _claim(due: LoginsDue) -> bool:
    moment = now()
    return LoginsDue.objects.filter(pk=due.pk, not_before__lte=moment).update(not_before=moment + CLAIM) == 1


def _put_back(due: LoginsDue, problem: str = "") -> None:
    """Until the next try: at once where it was only not ready and new, later and later where not."""
    waited = now() - due.asked_at
    not_ready = timedelta() if waited < NEW else waited / 10
    pause = PAUSE * 2 ** min(due.tries, 5) if problem else not_ready
    LoginsDue.objects.filter(pk=due.pk).update(
        not_before=now() + min(pause, PAUSE_MOST), tries=F("tries") + bool(problem), problem=problem
    )


def _done(due: LoginsDue, problem: str = "") -> None:
    LoginsDue.objects.filter(pk=due.pk).delete()
