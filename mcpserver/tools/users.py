"""Making and removing SQL users. A password is generated, and seen by the person who asked for it alone, on a page."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, TypeVar

from django.conf import settings
from django.urls import reverse
from pydantic import Field

from accounts.scopes import Scope
from mcpserver.tidbcloud.types import ACTIVE, Branch, Cluster
from mcpserver.tools.arguments import ClusterArguments
from mcpserver.tools.changed import ChangeAnswer, Reason, carried_out, outcome
from mcpserver.tools.find import Found, find_branch, find_cluster, near_names
from mcpserver.tools.spec import BranchRef, Call, Effect, tool
from mcpserver.tools.user_api import Way, exists, take_back
from mcpserver.tools.user_names import OWNER, full_name, new_name, refuse_protected
from mcpserver.tools.user_where import way_of
from mcpserver.vault.clients import cloud
from mcpserver.vault.handed import HandedSecret, hand, withdraw
from mcpserver.vault.logins import Place
from mcpserver.vault.models import Role
from tidbmcp.lib.errors import BadInput, GatewayError, NotFound, Unavailable
from tidbmcp.lib.passwords import new_password
from tidbmcp.lib.secrets import Secret
from tidbmcp.lib.threads import in_control_thread
from tidbmcp.lib.visible import make_visible

T = TypeVar("T")

MAY: Final = {
    Role.READONLY: "may read every database",
    Role.READWRITE: "may read and change the rows of every database",
    Role.ADMIN: "may do everything there, users and their rights included",
}


class UserArguments(ClusterArguments):
    """A SQL user of a cluster or branch."""

    user: Annotated[
        str,
        Field(
            min_length=1,
            max_length=64,
            pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.@-]*$",
            description="SQL user: letters, digits, _ and -, at most 32 with the cluster's prefix, which may be left out.",
        ),
    ]
    branch: BranchRef = None
    confirm: Annotated[bool, Field(description="true, after the user has agreed; false only tells what it would do.")]
    reason: Reason = None


class CreateUserArguments(UserArguments):
    """A new one."""

    role: Annotated[
        Literal["role_readonly", "role_readwrite", "role_admin"],
        Field(description="Built-in role: what the user may do."),
    ] = "role_readonly"


class UserRemoved(ChangeAnswer):
    """A user that is gone."""

    user: str


class UserCreated(UserRemoved):
    """A user that was made, and where the person who asked for it sees its password."""

    role: str
    password_page: str
    expires_at: str


@dataclass(frozen=True)
class _Asked:
    """What a call is about, once it is found."""

    found: Found
    branch: Branch | None
    where: Place
    user: str
    """With its prefix."""

    @property
    def place(self) -> Cluster | Branch:
        return self.branch or self.found.cluster

    @property
    def named(self) -> str:
        cluster = make_visible(self.found.cluster.display_name or self.found.cluster.cluster_id)
        return (
            f"the branch {make_visible(self.branch.display_name or self.branch.id)} of {cluster}"
            if self.branch
            else cluster
        )


@tool(
    "db_create_user",
    title="Create a SQL user",
    description=(
        "Makes a database user with a built-in role, for people and programs outside of this gateway; its own tools need none. "
        "Needs confirm: true. The password is in no answer: pass password_page on to the user, who signs in there and sees it "
        "once, within an hour."
    ),
    scope=Scope.ADMIN,
    effect=Effect.CREATES,
    arguments=CreateUserArguments,
    output=UserCreated,
)
async def db_create_user(call: Call, arguments: CreateUserArguments) -> dict[str, Any]:
    """One that is there already is left alone: it is neither taken over nor given a new password."""
    asked = await _asked(call, arguments)
    role = Role(arguments.role)
    new_name(asked.place.user_prefix or "", arguments.user)
    way = await way_of(call, asked.found, asked.branch)
    if asked.user in way.users:
        raise exists(asked.user)
    if not arguments.confirm:
        raise BadInput(
            f"Nothing was made. It would make the SQL user {asked.user} with {role.value}, which {MAY[role]}, on {asked.named}. "
            "If that is what the user wants, call again with confirm: true."
        )
    kept = await _carried_out(call, _made(call, asked, way, role), f"a SQL user {asked.user} was asked for", _made_one)
    return {
        **outcome(),
        "next_step": (
            f"Tell the user to open password_page, signed in as {call.principal.person}: the password is shown there once, and "
            "to nobody else. A new user may need some minutes before the database lets it in."
        ),
        "user": kept.username,
        "role": role.value,
        "password_page": _page(kept),
        "expires_at": f"{kept.expires_at:%Y-%m-%dT%H:%M:%SZ}",
    }


@tool(
    "db_remove_user",
    title="Remove a SQL user",
    description=(
        "Drops a database user: whoever logs in as it is locked out, for good. Needs confirm: true; with confirm: false it only "
        "tells which user would go. The owner root and the gateway's own logins can't be removed. Data stays."
    ),
    scope=Scope.ADMIN,
    effect=Effect.DESTROYS,
    arguments=UserArguments,
    output=UserRemoved,
)
async def db_remove_user(call: Call, arguments: UserArguments) -> dict[str, Any]:
    """Looked for first, so that a mistyped name is told from one that is gone."""
    asked = await _asked(call, arguments)
    way = await way_of(call, asked.found, asked.branch)
    if asked.user not in way.users:
        raise NotFound(f"There is no user {asked.user} on {asked.named}.{_near(asked, way.users)}")
    if not arguments.confirm:
        raise BadInput(
            f"Nothing was removed. It would remove the SQL user {asked.user} with its rights from {asked.named}. It can't be "
            "undone here: made again, it has another password. If that is what the user wants, call again with confirm: true."
        )

    async def forget(_: object) -> None:
        await in_control_thread(withdraw, asked.where.cluster_id, asked.where.branch_id, asked.user, call.facts)

    gone = f"the user {asked.user} is removed"
    await _carried_out(call, way.drop(asked.user), f"the removal of {asked.user} was asked for", lambda _: gone, forget)
    return {**outcome(), "user": asked.user}


def _near(asked: _Asked, users: list[str]) -> str:
    """Without their prefix: every name is near to every other that has the same."""
    prefix = f"{asked.place.user_prefix}."
    names = {user.removeprefix(prefix) for user in users} - {OWNER}
    return near_names(asked.user.removeprefix(prefix), names)


async def _asked(call: Call, arguments: UserArguments) -> _Asked:
    """Found afresh, and with a name that may be touched. Raises GatewayError."""
    found = await find_cluster(call, arguments.cluster, fresh=True)
    branch = await find_branch(call, found, arguments.branch) if arguments.branch else None
    if branch is not None:  # lists may tell less
        branch = await _in_full(call, found, branch)
    where = Place(found.connection, found.cluster.cluster_id, branch.branch_id if branch else "")
    place: Cluster | Branch = branch or found.cluster
    prefix = place.user_prefix or ""
    await in_control_thread(refuse_protected, where, prefix, arguments.user)
    if place.state != ACTIVE:
        raise Unavailable(
            f"SQL users can't be changed there now (state {place.state or 'unknown'}): wait until it is ACTIVE."
        )
    return _Asked(found, branch, where, full_name(prefix, arguments.user))


async def _in_full(call: Call, found: Found, branch: Branch) -> Branch:
    client = await cloud(found.connection, call.facts)
    return await client.get_branch(found.cluster.cluster_id, branch.branch_id)


async def _made(call: Call, asked: _Asked, way: Way, role: Role) -> HandedSecret:
    """The user, and its password kept for who asked. Where that can't be kept, the user goes again: nobody could log in."""
    password = new_password()
    user = await way.make(asked.user, role, password)
    try:
        return await in_control_thread(_hand, call, asked, role, user, password)
    except Exception as error:
        # Whatever it was: a user must not stay whose password nobody has.
        await take_back(way, user, "its password could not be kept for you.")
        raise Unavailable(
            "Nothing was made: the password could not be kept for you, so the user was removed again. Try again in a moment.",
            detail=f"handed password of {user} not stored: {type(error).__name__}",
        ) from error


def _hand(call: Call, asked: _Asked, role: Role, user: str, password: Secret) -> HandedSecret:
    endpoint = asked.place.public_endpoint
    return hand(
        password,
        call.facts,
        owner_id=call.principal.person_id,
        username=user,
        role=role.value,
        connection_name=asked.found.connection.name,
        cluster_id=asked.where.cluster_id,
        cluster_name=asked.found.cluster.display_name or asked.where.cluster_id,
        branch_id=asked.where.branch_id,
        branch_name=(asked.branch.display_name or "") if asked.branch else "",
        host=(endpoint.host if endpoint else None) or "",
        port=(endpoint.port if endpoint else None) or 0,
    )


async def _carried_out(
    call: Call,
    work: Awaitable[T],
    asked: str,
    done: Callable[[T], str],
    then: Callable[[T], Awaitable[None]] | None = None,
) -> T:
    """Several steps note on the call what is pending; what nobody knows stays so until the end."""
    try:
        return await carried_out(call, work, asked, done, then)
    except GatewayError as error:
        if error.outcome_unknown:
            call.pending = asked
        raise


def _made_one(kept: HandedSecret) -> str:
    return f"the user {kept.username} was made, and {_page(kept)} shows its password once"


def _page(kept: HandedSecret) -> str:
    return settings.SITE_URL + reverse("password_page", args=[kept.pk])
