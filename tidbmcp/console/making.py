"""Making a SQL login by TiDB Cloud's API: a form for clusters and branches, and the button on the clusters page."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from audit.facts import facts_of
from mcpserver.vault.login_changes import make_login
from mcpserver.vault.models import Role, SqlLogin, TidbCloudConnection
from mcpserver.vault.places import place_named
from tidbmcp.lib.errors import GatewayError


class WantedForm(forms.Form):
    """Where, and for which role. `page`: of the clusters page, where its button was pressed."""

    connection = forms.ModelChoiceField(TidbCloudConnection.objects.all(), empty_label=None)
    cluster = forms.CharField(max_length=64, help_text="Id, or exact name.")
    branch = forms.CharField(
        max_length=64,
        required=False,
        help_text="Id, or exact name, of a branch of it; empty for the cluster itself. A branch gets no new user: it keeps "
        "the one that it came with, under a password of its own.",
    )
    role = forms.TypedChoiceField(choices=Role.choices, coerce=Role, initial=Role.READONLY)
    page = forms.IntegerField(min_value=1, required=False, widget=forms.HiddenInput)


@never_cache
@require_http_methods(["GET", "POST"])
def make(request: HttpRequest) -> HttpResponse:
    """The form, for who may add logins and see connections. A POST makes the login, and leads back to where it was asked for.

    Who may not change logins makes new users alone: a new password locks out whoever has the old one.
    """
    logins, connections = (admin.site.get_model_admin(model) for model in (SqlLogin, TidbCloudConnection))
    if not (logins.has_add_permission(request) and connections.has_view_permission(request)):
        raise PermissionDenied
    if request.method == "GET":
        return _page(request, WantedForm(initial=_prefilled(request)))
    form = WantedForm(request.POST)
    if not form.is_valid():
        if "page" in form.errors:
            raise BadRequest("a login to make: the form is not one of this page")
        return _page(request, form)
    page = form.cleaned_data["page"]
    try:
        messages.success(request, _made(request, form.cleaned_data))
    except GatewayError as error:
        if page is None:
            form.add_error(None, error.public)
            return _page(request, form)
        messages.error(request, f"No login was stored. {error.public}")
    if page is None and logins.has_view_permission(request):
        return redirect("admin:mcpserver_sqllogin_changelist")
    return redirect(f"{reverse('admin:clusters')}?page={page or 1}")


def _made(request: HttpRequest, wanted: dict[str, Any]) -> str:
    facts = facts_of(request)
    place = place_named([wanted["connection"]], wanted["cluster"], wanted["branch"], facts)
    may_change = admin.site.get_model_admin(SqlLogin).has_change_permission(request)
    return make_login(place, wanted["role"], facts, may_take_over=may_change)


def _prefilled(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET[name] for name in ("connection", "cluster", "branch") if name in request.GET}


def _page(request: HttpRequest, form: WantedForm) -> HttpResponse:
    context = {**admin.site.each_context(request), "form": form}
    return render(request, "console/make_login.html", context)
