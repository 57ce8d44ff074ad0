"""`manage.py sql_login`: SQL logins made, given new passwords, dropped and listed. No password is ever shown."""

import getpass
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError

from audit.facts import Facts
from mcpserver.vault.clients import all_connections
from mcpserver.vault.login_changes import drop_login, make_login, rotate_login
from mcpserver.vault.logins import Place
from mcpserver.vault.models import Role, SqlLogin, TidbCloudConnection
from mcpserver.vault.places import ID, place_named
from tidbmcp.lib.errors import GatewayError, NotFound
from tidbmcp.lib.visible import make_visible

CHANGES: Final[dict[str, Callable[[SqlLogin, Facts], str]]] = {"rotate": rotate_login, "drop": drop_login}


class Command(BaseCommand):
    help = "Make the SQL login of a cluster or branch by TiDB Cloud's API, give it a new password, drop it, or list logins."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["create", *CHANGES, "list"])
        parser.add_argument("--cluster", help="id or name; required but for list")
        parser.add_argument("--branch", default="", help="id or name of a branch of it")
        parser.add_argument("--connection", help="name of the TiDB Cloud connection, where several see the cluster")
        parser.add_argument("--role", choices=Role.values, help="role_readonly by default; list shows all")

    def handle(self, **options: Any) -> None:
        action, facts = options["action"], Facts(client_name=f"manage.py sql_login, run by {_account()}")
        if not options["cluster"] and (action != "list" or options["branch"]):
            raise CommandError(f"Say which cluster: sql_login {action} --cluster <id or name>")
        try:
            rows = _connections(options["connection"])
            self.stdout.write(
                _listed(rows, options, facts) if action == "list" else _done(action, rows, options, facts)
            )
        except GatewayError as error:
            raise CommandError(error.public) from error


def _done(action: str, rows: list[TidbCloudConnection], options: dict[str, Any], facts: Facts) -> str:
    place, role = _place(rows, options, facts), Role(options["role"] or Role.READONLY)
    if action == "create":
        return make_login(place, role, facts)
    login = SqlLogin.objects.select_related("connection").filter(**place.key(), role=role).first()
    if login is None:
        raise NotFound(f"No {role.label} login is stored for {place.branch_id or place.cluster_id}.")
    return CHANGES[action](login, facts)


def _listed(rows: list[TidbCloudConnection], options: dict[str, Any], facts: Facts) -> str:
    """One a line. TiDB Cloud is asked only where a name is given."""
    logins = SqlLogin.objects.select_related("connection").filter(connection__in=rows)
    if options["role"]:
        logins = logins.filter(role=options["role"])
    if (cluster := options["cluster"]) and ID.fullmatch(cluster) and not options["branch"]:
        logins = logins.filter(cluster_id=cluster)
    elif cluster:
        place = _place(rows, options, facts)
        branch = {"branch_id": place.branch_id} if place.branch_id else {}
        logins = logins.filter(cluster_id=place.cluster_id, **branch)
    lines = [
        f"{login.connection}  {login.cluster_id}  {login.branch_id or '-'}  {login.role}  {make_visible(login.username)}  "
        f"{login.stored_at:%Y-%m-%d %H:%M} UTC"
        for login in logins
    ]
    return "\n".join(lines) or "No login is stored there."


def _connections(name: str | None) -> list[TidbCloudConnection]:
    rows = all_connections()
    found = [row for row in rows if name in (None, row.name)]
    if not found and name is not None:
        raise NotFound(f"There is no connection {name!r}. There are: {', '.join(row.name for row in rows) or 'none'}.")
    if not found:
        raise NotFound("No TiDB Cloud connection is stored yet: add one in the console.")
    return found


def _place(rows: list[TidbCloudConnection], options: dict[str, Any], facts: Facts) -> Place:
    return place_named(rows, options["cluster"], options["branch"], facts)


def _account() -> str:
    """Of the machine; a container may have none for its number."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "nobody"
