"""Addresses. `/mcp` stands here so that `reverse("mcp")` works; under ASGI it is answered before Django."""

from allauth.account import views as sign_in
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path

from tidbmcp.console import handed, views
from tidbmcp.console.api import api_urls

handler404 = "tidbmcp.console.views.not_found"

urlpatterns = [
    path("", views.landing, name="landing"),
    path("mcp", views.mcp, name="mcp"),
    path("api/", api_urls()),
    path("admin/", admin.site.urls),
    path("me/passwords/<uuid:handed_id>/", handed.password, name="password_page"),
    path("me/", include("accounts.urls")),
    # Those of allauth's pages that this product has: no signing up, no mail.
    path("accounts/login/", login_not_required(sign_in.login), name="account_login"),
    path("accounts/logout/", login_not_required(sign_in.logout), name="account_logout"),
    path("accounts/inactive/", login_not_required(sign_in.account_inactive), name="account_inactive"),
    path("accounts/reauthenticate/", sign_in.reauthenticate, name="account_reauthenticate"),
    path("accounts/password/change/", sign_in.password_change, name="account_change_password"),
]
