"""The admin site: one sign-in, one sign-out and one password page with the rest, by allauth; and our first page."""

from typing import Any

from allauth.account import views as sign_in
from allauth.account.decorators import secure_admin_login
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path


class ConsoleSite(AdminSite):
    """Operators' pages."""

    site_header = site_title = "tidbmcp"
    index_title = "Home"
    site_url = "/me/tokens/"
    enable_nav_sidebar = False

    def get_urls(self) -> list[Any]:
        """Our own pages stand before the lists of models."""
        from tidbmcp.console import clusters, making  # the site is made before there are models

        own = [
            path("clusters/", self.admin_view(clusters.clusters), name="clusters"),
            path("clusters/label/", self.admin_view(clusters.label), name="label_cluster"),
            path("clusters/make-login/", self.admin_view(making.make), name="make_login"),
        ]
        return own + super().get_urls()

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """What needs the reader, figures, and what happened last."""
        from tidbmcp.console.home import home  # the site is made before there are models

        return super().index(request, {**home(request), **(extra_context or {})})

    def app_index(self, request: HttpRequest, app_label: str, extra_context: Any = None) -> Any:
        """A redirect: the bar takes the place of an app's page."""
        return redirect("admin:index")

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send who isn't signed in to the one sign-in page."""
        response: HttpResponse = secure_admin_login(super().login)(request, extra_context=extra_context)
        return response

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """The one page to sign out."""
        return sign_in.logout(request)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """A redirect to the one page to change a password."""
        return redirect("account_change_password")
