"""`manage.py local_setup`: all data of a trial, and `.local/run.json` that tells how to get in."""

import json
import os
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.models import AccessToken, User
from accounts.scopes import Scope
from accounts.tokens import read_token
from audit.facts import Facts
from mcpserver.vault.models import SqlLogin, TidbCloudConnection
from tidbmcp.lib.clock import now
from tidbmcp.lib.secrets import Secret

FACTS = Facts(client_name="manage.py local_setup")


class Command(BaseCommand):
    help = (
        "Set up a trial: tables, static files, an admin, a developer with tokens, the sandbox's keys. Safe to repeat."
    )
    requires_system_checks: list[str] = []  # its tables may not be there yet

    def handle(self, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("This sets up a trial with generated passwords: it does not run with PRODUCTION=true.")
        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        call_command("sandbox", prepare=True)
        path = settings.LOCAL_FOLDER / "run.json"
        known = json.loads(path.read_text()) if path.exists() else {}
        sandbox = json.loads((settings.LOCAL_FOLDER / "sandbox" / "sandbox.json").read_text())
        with transaction.atomic():
            facts = self._facts(known, sandbox)
        _write(path, facts)

    def _facts(self, known: dict[str, Any], sandbox: dict[str, Any]) -> dict[str, Any]:
        _, admin_facts = _person("admin", known.get("admin"), operator=True)
        developer, developer_facts = _person("developer", known.get("developer"), operator=False)
        _store_keys(sandbox)
        tokens = known.get("tokens", {})
        return {
            "url": settings.SITE_URL,
            "mcp_url": f"{settings.SITE_URL}/mcp",
            "admin": admin_facts,
            "developer": developer_facts,
            "tokens": {
                "developer": _token(developer, "everything", tokens.get("developer"), read_only=False),
                "read_only": _token(developer, "read-only", tokens.get("read_only"), read_only=True),
            },
            "sandbox": {"api_url": sandbox["api_url"], "public_key": sandbox["public_key"]},
            "database_url": os.environ["DATABASE_URL"],
        }


def _person(name: str, known: dict[str, str] | None, *, operator: bool) -> tuple[User, dict[str, str]]:
    """The person, and a password that is told: the one that was told before, where it still is theirs."""
    user = User.objects.filter(username=name).first() or User(username=name, is_staff=operator, is_superuser=operator)
    password = (known or {}).get("password", "")
    if not password or user.pk is None or not user.check_password(password):
        password = secrets.token_urlsafe(12)
        user.set_password(password)
        user.save()
    return user, {"username": name, "password": password}


def _token(owner: User, name: str, known: str | None, *, read_only: bool) -> str:
    """The token that was told before, where it still opens something; else a new one."""
    text = read_token(known or "")
    if text and AccessToken.objects.usable(now()).filter(lookup=text.lookup, owner=owner).exists():
        return text.text
    _, made = AccessToken.make(owner, name=name, scopes=list(Scope), read_only=read_only)
    return made.text


def _store_keys(sandbox: dict[str, Any]) -> None:
    """The sandbox's API key and SQL logins, stored again where its address or key is new. What was dropped stays so."""
    connection = TidbCloudConnection.objects.filter(name="sandbox").first() or TidbCloudConnection(name="sandbox")
    names = ("api_url", "iam_url", "public_key")
    anew = connection.public_key != sandbox["public_key"]
    moved = [getattr(connection, name) for name in names] != [sandbox[name] for name in names]
    if moved:
        for name in names:
            setattr(connection, name, sandbox[name])
        connection.store(Secret(sandbox["private_key"]), FACTS)
    if anew:
        connection.logins.all().delete()  # of clusters that are gone
    for cluster in sandbox["clusters"]:
        for role, login in cluster["logins"].items():
            place = {"connection": connection, "cluster_id": cluster["cluster_id"], "branch_id": "", "role": role}
            row = SqlLogin(**place) if anew else SqlLogin.objects.filter(**place).first()
            if row is not None and moved:
                row.username = login["user"]
                row.store(Secret(login["password"]), FACTS)


def _write(path: Path, facts: dict[str, Any]) -> None:
    draft = path.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(facts, file, indent=2)
    draft.replace(path)
