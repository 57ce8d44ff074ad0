"""No page has anything that the content security policy would stop: inline style or script, or another host."""

import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import Group
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from accounts.models import AccessToken
from audit.models import Event

TEMPLATES = Path(settings.BASE_DIR) / "templates"
OUTSIDE = ("http:", "https:", "//")


class Page(HTMLParser):
    """Collects what the policy would stop."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.found += [f"{tag} {name}" for name in values if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in values and values.get("type") != "application/json"):
            self.found.append(f"inline {tag}")
        loaded = (
            values.get("src") if tag in {"script", "img", "iframe"} else values.get("href") if tag == "link" else ""
        )
        if (loaded or "").startswith(OUTSIDE) or (values.get("href") or "").startswith("javascript:"):
            self.found.append(f"{tag} from {loaded}")


def addresses(token: AccessToken, event: Event, group: Group) -> Iterator[str]:
    yield from ("/", "/me/tokens/", "/accounts/logout/", "/accounts/inactive/", "/accounts/password/change/")
    yield from ("/accounts/reauthenticate/", "/nowhere/", reverse("admin:index"), reverse("admin:make_login"))
    yield reverse("admin:audit_call", args=[event.call_id])
    objects = {AccessToken: token, Event: event, Group: group, type(token.owner): token.owner}
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield from (reverse(f"{name}_changelist"), reverse(f"{name}_changelist") + "?q=x", reverse(f"{name}_add"))
        yield reverse(f"{name}_add") + "?_popup=1"
        if shown := objects.get(model):
            yield from (reverse(f"{name}_{page}", args=[shown.pk]) for page in ("change", "delete", "history"))
    yield reverse("admin:auth_user_password_change", args=[token.owner.pk])


def test_no_page_has_inline_style_or_script(
    as_alice: Client, token_of_bob: AccessToken, call: Callable[..., Event]
) -> None:
    event, group = call(sql="SELECT 1", parameters={"a": 1}), Group.objects.create(name="readers")
    for address in addresses(token_of_bob, event, group):
        answer = as_alice.get(address)
        assert answer.status_code in {200, 403, 404}, address
        assert Page(answer.text).found == [], address


def test_nor_have_those_that_strangers_see(client: Client, db: None) -> None:
    for address in ("/", "/accounts/login/", "/nowhere/"):
        assert Page(client.get(address).text).found == []
    for name in ("400.html", "403.html", "403_csrf.html", "429.html", "500.html"):
        assert Page(render_to_string(name)).found == []


def test_nor_has_the_page_with_a_new_token(as_bob: Client) -> None:
    made = as_bob.post("/me/tokens/", {"name": "Cursor", "scopes": ["mcp:read"], "lifetime": "30"})
    assert Page(made.text).found == []


@pytest.mark.parametrize(
    "template", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: str(path.relative_to(TEMPLATES))
)
def test_no_template_marks_text_as_safe(template: Path) -> None:
    assert (
        re.findall(r"{%\s*autoescape off|\|\s*safe\b", template.read_text().replace("field.help_text|safe", "")) == []
    )


def test_our_sheet_loads_nothing_from_elsewhere() -> None:
    sheet = Path(str(finders.find("console/console.css"))).read_text()
    imports = re.findall(r'url\("?([^")]+)"?\)', sheet)
    assert imports
    assert all(address.startswith("../admin/css/") for address in imports)
