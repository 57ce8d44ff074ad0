"""What is refused about a SQL login before TiDB Cloud is asked. Blocking.

Two connections may be keys to one cluster: what is stored under either is looked at, for its passwords are the same users'.
"""

from typing import Final

from mcpserver.vault.logins import USERS, Place, due_now, due_of, without_prefix
from mcpserver.vault.models import Role, SqlLogin
from tidbmcp.lib.errors import Refused
from tidbmcp.lib.visible import make_visible

ROOT: Final = "root"


def refuse_making(place: Place, role: Role) -> None:
    """Raise Refused where a login of this role, or of the user that would be taken over, is stored or being made."""
    names = {USERS[role]} | (set(names_of(place, role).values()) if place.branch_id else set())
    for held in SqlLogin.objects.filter(**place.anywhere()).select_related("connection"):
        if held.role == role or without_prefix(held.username) in names:
            raise Refused(_is_held(held, place))
    if due_now(place):
        raise Refused(
            "The gateway makes the SQL logins there by itself just now. Look again in a minute; or give up on that first: "
            "Clusters, SQL logins due."
        )


def _is_held(held: SqlLogin, place: Place) -> str:
    label, name = Role(held.role).label, make_visible(str(held))
    if held.connection_id == place.connection.pk:
        return f"There is a {label} login already: {name}. Give that one a new password."
    return (
        f"The {label} login {name} is stored under the connection {make_visible(held.connection.name)}, and would be locked "
        "out. Use that connection, or delete that login in the console first."
    )


def refuse_root(login: SqlLogin) -> None:
    """Raise Refused for the user of whoever made the cluster."""
    if without_prefix(login.username) == ROOT:
        raise Refused(
            f"{make_visible(login.username)} belongs to whoever made the cluster: the gateway neither drops it nor gives it "
            "a password. Do that in TiDB Cloud, and enter its password here."
        )


def refuse_shared(login: SqlLogin) -> None:
    """Raise Refused where the same user is stored more than once: the others would not work any more."""
    rows = SqlLogin.objects.filter(**place_of(login).anywhere(), username=login.username).exclude(pk=login.pk)
    others = ", ".join(
        f"as {Role(row.role).label} under the connection {make_visible(row.connection.name)}"
        for row in rows.select_related("connection")
    )
    if others:
        raise Refused(
            f"The user {make_visible(login.username)} is stored {others}, too, which would not work any more. Delete all but "
            "one of them in the console first: that removes only what is stored here."
        )


def refuse_due(login: SqlLogin) -> None:
    """Raise Refused where what is dropped would be made again."""
    if due_of(place_of(login)):
        raise Refused(
            "The gateway still makes SQL logins there, and would make this one again. Give up on that first: "
            "Clusters, SQL logins due."
        )


def names_of(place: Place, role: Role) -> dict[str, str]:
    """What the users of this role are called, without their prefix, by branch ("" is the cluster itself)."""
    about = {"connection__api_url": place.connection.api_url, "cluster_id": place.cluster_id}
    rows = SqlLogin.objects.filter(**about, role=role).values_list("branch_id", "username")
    return {branch: name for branch, user in rows if (name := without_prefix(user)) not in ("", ROOT)}


def place_of(login: SqlLogin) -> Place:
    """Where it logs in."""
    return Place(login.connection, login.cluster_id, login.branch_id)
