"""SQL users as TiDB Cloud's API has them, for the logins that people ask for. A cluster's can be made, dropped and given
a password; of a branch's only the password can be set, so that it must have come with the branch.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from mcpserver.tidbcloud.client import TidbCloud
from mcpserver.tidbcloud.errors import CloudConflict, CloudNotFound, CloudUnclear
from mcpserver.tidbcloud.types import Branch, SqlUser
from mcpserver.vault.logins import USERS, Place, ready, without_prefix
from mcpserver.vault.models import Role
from tidbmcp.lib.errors import NotFound, Refused, Unavailable
from tidbmcp.lib.secrets import Secret
from tidbmcp.lib.visible import make_visible


@dataclass(frozen=True)
class Wanted:
    """A user of a role, and the password that it gets. `names`: what its like are called in the cluster and its branches."""

    place: Place
    role: Role
    password: Secret
    names: Mapping[str, str]
    may_take_over: bool = True
    """Whether a user that is there already may get this password."""


@dataclass(frozen=True)
class Made:
    """The user, with its prefix, and a sentence about it."""

    user: str
    said: str


async def make_user(client: TidbCloud, wanted: Wanted) -> Made:
    """Make it, or give the one that is there this password. Raises GatewayError."""
    there = await ready(client, wanted.place)
    if there is None:
        raise Unavailable("SQL users can't be made there now: try again when its state is ACTIVE.")
    try:
        return await (_of_branch(client, wanted, there) if isinstance(there, Branch) else _of_cluster(client, wanted))
    except CloudUnclear as unclear:
        again = "Ask for the same again: what is there already is taken over."
        raise CloudUnclear(f"{unclear.public} {again}", detail=unclear.detail) from unclear


async def set_password(client: TidbCloud, place: Place, user: str, password: Secret) -> None:
    """Of a user with its prefix. NotFound where the API tells of none; CloudUnclear where it may have the new one."""
    try:
        if place.branch_id:
            await client.set_branch_password(place.cluster_id, place.branch_id, user, password)
        elif await _find(client, place, user):
            await client.set_sql_password(place.cluster_id, user, password)
        else:
            raise _no_such(user)
    except CloudNotFound:
        raise _no_such(user) from None
    except CloudUnclear as unclear:
        again = f"Until {make_visible(user)} is given a new password once more, logging in may fail."
        raise CloudUnclear(f"{unclear.public} {again}", detail=unclear.detail) from unclear


async def _of_cluster(client: TidbCloud, wanted: Wanted) -> Made:
    name, place = USERS[wanted.role], wanted.place
    users = [user async for user in client.all_sql_users(place.cluster_id)]
    found = next((user for user in users if without_prefix(user.user_name) == name), None)
    if found is None:
        return await _created(client, wanted, name)
    if not _has_only(found, wanted.role):
        raise Refused(
            f"There is a user {make_visible(found.user_name)} already, and it has another role than {wanted.role}: it is "
            "left alone. Drop it in TiDB Cloud if it is not needed, or make a user of another name there and enter it here."
        )
    _may_take_over(wanted, found.user_name)
    await client.set_sql_password(place.cluster_id, found.user_name, wanted.password)
    return _made(found.user_name, f"was there already, with {wanted.role}: it has a new password.")


async def _created(client: TidbCloud, wanted: Wanted, name: str) -> Made:
    try:
        made = await client.create_sql_user(wanted.place.cluster_id, name, wanted.role.value, wanted.password)
    except CloudConflict:
        raise Refused(
            f"There is a user {name} already of which TiDB Cloud's API does not tell: one that was made by SQL, or at the "
            "same moment. Look again, or drop it by SQL."
        ) from None
    return _made(made.user_name, f"was made with {wanted.role}.")


async def _of_branch(client: TidbCloud, wanted: Wanted, branch: Branch) -> Made:
    """Under the branch's prefix: the one whose like is stored for the parent, else the one that the gateway makes."""
    parent = branch.parent_id or ""
    name = wanted.names.get("" if parent == wanted.place.cluster_id else parent, USERS[wanted.role])
    user = f"{branch.user_prefix}.{name}"
    _may_take_over(wanted, user)
    try:
        await client.set_branch_password(wanted.place.cluster_id, wanted.place.branch_id, user, wanted.password)
    except CloudNotFound:
        raise Refused(
            f"The branch has no user {make_visible(user)}, and TiDB Cloud has no call that makes one in a branch. Make the "
            "login for its parent and then a new branch, or make a user by SQL and enter it here."
        ) from None
    return _made(
        user,
        "came with the branch: it has a password of its own now. Its role was not checked, for TiDB Cloud does not tell "
        "it: test the connection to see what it may do.",
    )


def _may_take_over(wanted: Wanted, user: str) -> None:
    if not wanted.may_take_over:
        raise Refused(
            f"There is a user {make_visible(user)} already, and giving it a new password needs the permission "
            '"Can change SQL login".'
        )


def _made(user: str, what: str) -> Made:
    return Made(user, f"The user {make_visible(user)} {what}")


async def _find(client: TidbCloud, place: Place, user: str) -> SqlUser | None:
    users = [one async for one in client.all_sql_users(place.cluster_id)]
    return next((one for one in users if one.user_name == user), None)


def _has_only(user: SqlUser, role: Role) -> bool:
    """The role may come back with the prefix."""
    return (user.builtin_role or "").rpartition(".")[2] == role.value and not user.custom_roles


def _no_such(user: str) -> NotFound:
    return NotFound(
        f"TiDB Cloud tells of no user {make_visible(user)} there. Was it made by SQL, then change its password by SQL and "
        "enter it here."
    )
