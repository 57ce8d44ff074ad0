"""Ways to the users of a SQL server. TiDB Cloud's API here; `user_sql.py` is the one by SQL, where that has no call for it."""

from dataclasses import dataclass
from typing import Protocol

from mcpserver.tidbcloud.client import TidbCloud
from mcpserver.tidbcloud.errors import CloudConflict, CloudError, CloudUnclear
from mcpserver.tools.find import Found
from mcpserver.vault.models import Role
from tidbmcp.lib.errors import GatewayError, Refused
from tidbmcp.lib.secrets import Secret
from tidbmcp.lib.visible import make_visible


class UserUnclear(GatewayError):
    """A user may be there that should not, or not as it should."""

    code = "user_unclear"
    outcome_unknown = True


class Way(Protocol):
    """How users are listed, made and dropped. All names have their prefix."""

    @property
    def users(self) -> list[str]:
        """Those that were there when it was found."""

    async def make(self, user: str, role: Role, password: Secret) -> str:
        """Make it with this role, whole or not at all. Its name. Raises GatewayError; UserUnclear where some of it may stand."""

    async def drop(self, user: str) -> bool:
        """Drop it, so that it is gone. False where there was none any more. Raises GatewayError."""


@dataclass
class ApiWay:
    """The SQL-users API of TiDB Cloud."""

    client: TidbCloud
    found: Found
    users: list[str]

    async def make(self, user: str, role: Role, password: Secret) -> str:
        """TiDB Cloud adds the prefix. Where its answer gets lost, it is looked for: it was not there before."""
        cluster_id, name = self.found.cluster.cluster_id, user.removeprefix(f"{self.found.cluster.user_prefix}.")
        try:
            return (await self.client.create_sql_user(cluster_id, name, role.value, password)).user_name
        except CloudConflict:
            raise exists(user) from None
        except CloudUnclear as unclear:
            try:
                there = user in await users_of(self.client, cluster_id)
            except CloudError:
                raise _look_first(unclear, user) from unclear
            if not there:
                raise _look_first(unclear, user) from unclear
            return user

    async def drop(self, user: str) -> bool:
        """It looks first, and again where the answer gets lost."""
        return await self.client.delete_sql_user(self.found.cluster.cluster_id, user)


async def users_of(client: TidbCloud, cluster_id: str) -> list[str]:
    """Their names, as the API has them."""
    return [user.user_name async for user in client.all_sql_users(cluster_id)]


def _look_first(unclear: CloudUnclear, user: str) -> CloudUnclear:
    return CloudUnclear(
        f"{unclear.public} Was {user} made, then nobody knows its password: remove it with db_remove_user, and make it again.",
        detail=unclear.detail,
    )


async def take_back(way: Way, user: str, why: str) -> None:
    """Drop what was made and is of no use. UserUnclear, with what to look at, where that is not sure to have worked."""
    try:
        if await way.drop(user):
            return
        problem = "It was not listed when it should be removed."
    except GatewayError as error:
        problem = f"{error.public} {error.detail}"
    raise UserUnclear(
        f"The user {make_visible(user)} was made, and {why} Removing it again failed, so that it may be there still, with a "
        "password that nobody knows: remove it with db_remove_user, or ask an admin to look.",
        detail=problem,
    )


def exists(user: str) -> Refused:
    """A user of this name is there: it is left as it is."""
    return Refused(
        f"There is a user {make_visible(user)} already: it is left as it is, and its password, too. Take another name, or remove "
        "that one first with db_remove_user if it is not needed."
    )
