"""`manage.py create_token`: a token for a person, printed once."""

import json
import re
from argparse import ArgumentParser, ArgumentTypeError
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import DEFAULT_LIFETIME, AccessToken, User
from accounts.scopes import Scope, parse_scopes
from tidbmcp.lib.clock import now

UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
LONGEST = timedelta(days=3650)


def lifetime(text: str) -> timedelta:
    """30d, 12h, 2w."""
    match = re.fullmatch(r"([1-9]\d{0,4})([hdw])", text)
    if match is None or (span := int(match[1]) * UNITS[match[2]]) > LONGEST:
        raise ArgumentTypeError("write a number and h, d or w, as in 30d; at most ten years")
    return span


def scopes(text: str) -> list[Scope]:
    """Scopes between blanks."""
    try:
        return parse_scopes(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None


class Command(BaseCommand):
    help = "Make an access token for a person and print it. It is shown this once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--user", required=True, help="the person's name")
        parser.add_argument("--scopes", required=True, type=scopes, help='as in "mcp:read mcp:sql"')
        parser.add_argument("--read-only", action="store_true", help="refuse all changes, whatever the scopes say")
        parser.add_argument("--expires", type=lifetime, default=DEFAULT_LIFETIME, help="30d, 12h, 2w (90d by default)")
        parser.add_argument("--name", default="made on the command line", help="what it is for")
        parser.add_argument("--json", action="store_true", help="print token, id and expires as JSON")

    def handle(self, **options: Any) -> None:
        owner = User.objects.filter(username=options["user"], is_active=True).first()
        if owner is None:
            raise CommandError(f"There is no active person named {options['user']!r}.")
        token, text = AccessToken.make(
            owner,
            name=options["name"][:100],
            scopes=options["scopes"],
            read_only=options["read_only"],
            expires_at=now() + options["expires"],
        )
        if not options["json"]:
            self.stdout.write(text.text)
            return
        assert token.expires_at is not None  # noqa: S101 - given two lines above
        facts = {"token": text.text, "id": str(token.pk), "expires": token.expires_at.isoformat()}
        self.stdout.write(json.dumps(facts))
