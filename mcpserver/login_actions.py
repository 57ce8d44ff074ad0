"""What the list of SQL logins can do to several of them: new passwords, and dropping after a question."""

from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from audit.facts import Facts, facts_of
from mcpserver.grants.environments import labels_of
from mcpserver.grants.models import Environment
from mcpserver.vault.login_changes import drop_login, rotate_login
from mcpserver.vault.models import Role, SqlLogin
from tidbmcp.lib.errors import GatewayError
from tidbmcp.lib.visible import make_visible

AT_ONCE: Final = 20
"""Logins: each takes several requests to TiDB Cloud, which takes 100 a minute for a key, while somebody waits."""


class LoginActions(admin.ModelAdmin[SqlLogin]):
    """A mixin of the admin of SQL logins."""

    @admin.action(description="Give it a new password", permissions=["change"])
    def rotate_them(self, request: HttpRequest, rows: QuerySet[SqlLogin]) -> None:
        """At once: agents go on with the new one."""
        if self._few_enough(request, rows):
            self._each(request, rows, rotate_login)

    @admin.action(description="Drop it in TiDB Cloud and here…", permissions=["delete"])
    def drop_them(self, request: HttpRequest, rows: QuerySet[SqlLogin]) -> HttpResponse | None:
        """Asks first: the page sends the same again, with a word."""
        if not self._few_enough(request, rows):
            return None
        if request.POST.get("confirmed") == "yes":
            self._each(request, rows, drop_login)
            return None
        logins = list(rows.select_related("connection"))
        labels = labels_of([(login.connection_id, login.cluster_id) for login in logins])
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "logins": [
                (login, labels.get((login.connection_id, login.cluster_id), Environment.PRODUCTION)) for login in logins
            ],
            "production": Environment.PRODUCTION,
            "reader": Role.READONLY,
            "after": "db_query is refused then"
            if settings.REQUIRE_READER_LOGIN
            else "db_query uses another login then, where one is stored; never for what is read-only",
            "action_checkbox_name": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/mcpserver/sqllogin/drop.html", context)

    def _few_enough(self, request: HttpRequest, rows: QuerySet[SqlLogin]) -> bool:
        if few := rows.count() <= AT_ONCE:
            return few
        self.message_user(request, f"Select at most {AT_ONCE} logins for this. Nothing was changed.", messages.ERROR)
        return False

    def _each(self, request: HttpRequest, rows: QuerySet[SqlLogin], change: Callable[[SqlLogin, Facts], str]) -> None:
        """One that fails does not hold up the others."""
        facts = facts_of(request)
        for row in rows.select_related("connection"):
            name = make_visible(str(row))
            try:
                self.message_user(request, change(row, facts), messages.SUCCESS)
            except GatewayError as error:
                self.message_user(request, f"The login {name}: {error.public}", messages.ERROR)
