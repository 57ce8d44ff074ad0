"""`manage.py audit_export`: events as CSV on stdout, streamed."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.dateparse import parse_datetime

from audit.export import csv_pages
from audit.kinds import Kind, Result
from audit.models import Event, record


def moment(text: str) -> datetime:
    """An ISO 8601 time with its offset."""
    value = parse_datetime(text)
    if value is None or value.tzinfo is None:
        raise ArgumentTypeError("write a time with its offset, as in 2026-11-22T14:00:00Z")
    return value


class Command(BaseCommand):
    help = "Print events, newest first, as CSV. The export is an event itself."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--format", choices=["csv"], required=True)
        parser.add_argument("--since", type=moment, help="from this time on, as in 2026-11-22T14:00:00Z")
        parser.add_argument("--until", type=moment, help="before this time")
        parser.add_argument("--person")
        parser.add_argument("--tool")
        parser.add_argument("--result", choices=Result.values)
        parser.add_argument("--cluster")

    def handle(self, **options: Any) -> None:
        exact = {name: options[name] for name in ("person", "tool", "result", "cluster") if options[name]}
        events = Event.objects.filter(**exact)
        if options["since"]:
            events = events.filter(at__gte=options["since"])
        if options["until"]:
            events = events.filter(at__lt=options["until"])
        filters = exact | {name: str(options[name]) for name in ("since", "until") if options[name]}
        record(Kind.AUDIT_EXPORTED, parameters={"filters": filters, "by": "manage.py"})
        for page in csv_pages(events):
            self.stdout.write(page, ending="")
