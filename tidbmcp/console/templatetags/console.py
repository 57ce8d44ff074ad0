"""Tags and filters of the console: its bar, times, and text from outside made safe to read."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django import template
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

from tidbmcp.lib.clock import now

register = template.Library()

SECTIONS: Final = (
    ("Calls", ("audit.Event",)),
    (
        "Clusters",
        ("mcpserver.TidbCloudConnection", "mcpserver.SqlLogin", "mcpserver.LoginsDue", "mcpserver.SchemaChange"),
    ),
    ("People", ("accounts.User", "accounts.AccessToken", "auth.Group")),
)
"""The words of the bar, and the lists behind each."""

PAGES: Final = {"mcpserver.TidbCloudConnection": ("Clusters", "admin:clusters")}
"""A page that stands before a list, for those who may see the list."""

HIDDEN: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | {
    *map(chr, range(0xFE00, 0xFE10)),
    *map(chr, range(0xE0100, 0xE01F0)),
}
"""Characters that Python calls printable and that nobody sees."""

NONE: Final = "\N{EN DASH}"
"""What is shown where there is nothing."""

JUST_NOW: Final = 5
"""Seconds that are not worth telling."""

STEPS: Final = ((60, 1, "s"), (3600, 60, "min"), (86_400, 3600, "h"), (30 * 86_400, 86_400, "days"))
"""Under so many seconds, a span is told in units of so many, by this word."""


@dataclass(frozen=True)
class Link:
    """A word that leads somewhere. `here`: the page that is shown belongs to it."""

    text: str
    url: str
    here: bool


@register.inclusion_tag("console/parts/bar.html", takes_context=True)
def bar(context: template.Context) -> dict[str, Any]:
    """The bar on top of every page: the words that lead somewhere for this person."""
    request = context.get("request")
    user = getattr(request, "user", None)
    if request is None or user is None or not user.is_authenticated:
        return {"request": request}
    return {"request": request, "user": user, "words": list(_words(request)), "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("console/parts/tabs.html", takes_context=True)
def tabs(context: template.Context) -> dict[str, Any]:
    """The lists of the section that this page belongs to, where there are several."""
    request = context.get("request")
    if request is not None and getattr(request, "user", None) is not None and request.user.is_staff:
        for _, models in SECTIONS:
            links = list(_lists(request, models))
            if len(links) > 1 and any(link.here for link in links):
                return {"links": links}
    return {"links": []}


def _words(request: HttpRequest) -> Iterator[Link]:
    if not request.user.is_staff:
        tokens = reverse("accounts:tokens")
        yield Link("My tokens", tokens, request.path.startswith(tokens))
        return
    home = reverse("admin:index")
    yield Link("Home", home, request.path == home)
    for word, models in SECTIONS:
        if links := list(_lists(request, models)):
            yield Link(word, links[0].url, any(link.here for link in links))


def _lists(request: HttpRequest, models: tuple[str, ...]) -> Iterator[Link]:
    for label in models:
        model = apps.get_model(label)
        if admin.site.is_registered(model) and admin.site.get_model_admin(model).has_view_permission(request):
            if page := PAGES.get(label):
                url = reverse(page[1])
                yield Link(page[0], url, request.path.startswith(url))
            url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
            name = str(model._meta.verbose_name_plural)
            yield Link(name[:1].upper() + name[1:], url, request.path.startswith(url))


@register.simple_tag
def admin_contact() -> str:
    """Whom to ask for an account or for more rights."""
    return str(settings.ADMIN_CONTACT)


@register.filter
def ago(moment: datetime) -> str:
    """How long ago, or in how long, in the largest fitting unit; beyond a month, the day."""
    seconds = (now() - moment).total_seconds()
    span = abs(seconds)
    for below, unit, word in STEPS:
        if span < below:
            count = int(span // unit)
            length = f"{count} {'day' if (count, word) == (1, 'days') else word}"
            return "just now" if span < JUST_NOW else f"{length} ago" if seconds >= 0 else f"in {length}"
    return f"{moment.day} {moment:%b %Y}"


@register.filter
def exact(moment: datetime) -> str:
    """The moment in full, UTC."""
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


@register.filter
def clock(moment: datetime) -> str:
    """The time of day; with the day, where it isn't today."""
    same_day = moment.date() == now().date()
    return f"{moment:%H:%M:%S}" if same_day else f"{moment.day} {moment:%b %H:%M:%S}"


@register.filter
def visible(text: object) -> SafeString:
    """Text from outside: escaped, and with invisible and direction-changing characters shown by their numbers."""
    if isinstance(text, SafeString):
        return text
    return format_html_join("", "{}", ((_shown(char),) for char in str(text)))


def _shown(char: str) -> SafeString:
    if char in " \n" or (char.isprintable() and char not in HIDDEN):
        return conditional_escape(char)
    number = f"U+{ord(char):04X}"
    return format_html('<span class="invisible" title="an invisible character">{}</span>', number)


@register.filter
def named(event: Any) -> str:
    """What an event is called: its tool, else its kind."""
    return str(event.tool or event.get_kind_display())


@register.filter
def gist(event: Any) -> str:
    """One line about what was called: its SQL, else its parameters."""
    text = str(event.sql) or ", ".join(f"{key}={value}" for key, value in event.parameters.items())
    return text if len(text) <= 80 else text[:79] + "…"


@register.filter
def pretty(parameters: object) -> str:
    """Parameters as indented JSON."""
    return json.dumps(parameters, ensure_ascii=False, indent=2)


@register.filter
def duration(milliseconds: float | None) -> str:
    """How long it took."""
    if milliseconds is None:
        return NONE
    return f"{milliseconds / 1000:,.1f} s" if milliseconds >= 1000 else f"{milliseconds:.0f} ms"


@register.filter
def grouped(number: int | None) -> str:
    """A number with its thousands separated."""
    return NONE if number is None else f"{number:,}"


@register.filter
def size(count: int | None) -> str:
    """Bytes in kB or MB."""
    if count is None:
        return NONE
    if count < 1000:
        return f"{count} bytes"
    return f"{count / 1000:,.1f} kB" if count < 1_000_000 else f"{count / 1_000_000:,.1f} MB"
