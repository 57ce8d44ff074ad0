"""The clusters page: what every connection reaches, live, with its environment, which is set here."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from audit.facts import facts_of
from mcpserver.grants.environments import labels_of, set_environment
from mcpserver.grants.models import Environment
from mcpserver.tidbcloud.types import Cluster
from mcpserver.vault.models import LoginsDue, Role, SqlLogin, TidbCloudConnection
from tidbmcp.console.asking import Branches, Known
from tidbmcp.console.inventory import Inventory, Shown, forget
from tidbmcp.console.logins import Logins, logins_of
from tidbmcp.console.telling import asked_at, count_told, problem_told
from tidbmcp.console.templatetags.console import visible
from tidbmcp.lib.visible import make_visible

ROWS: Final = 25

NAME_MOST: Final = 200
WORD_MOST: Final = 40
STATE_MOST: Final = 20
"""Characters of a name, a word such as a region, and a state: what the API says is not trusted to be short."""

MARKS: Final = {"ACTIVE": "ok", "MAINTENANCE": "ask", "INACTIVE": "ask"}
"""The colour of a state; every other state has none, nor has one that may be another by now."""

Place = tuple[TidbCloudConnection, Cluster, Known]


@dataclass(frozen=True)
class Row:
    """A cluster as the page shows it. `as_of`: when it was so, where the connection fails since."""

    connection: TidbCloudConnection
    cluster_id: str
    name: str
    plan: str
    region: str
    state: str
    mark: str
    branches: Branches
    logins: Logins
    environment: Environment
    labelled: bool
    add_reader: str
    as_of: datetime | None


class LabelForm(forms.Form):
    """What the small form of a row sends."""

    connection = forms.ModelChoiceField(TidbCloudConnection.objects.all())
    cluster_id = forms.CharField(max_length=64, strip=False)
    environment = forms.TypedChoiceField(choices=Environment.choices, coerce=Environment)
    page = forms.IntegerField(min_value=1, required=False)


@never_cache
@require_http_methods(["GET", "POST"])
def clusters(request: HttpRequest) -> HttpResponse:
    """The page; a POST asks TiDB Cloud again."""
    connections = _connections(request)
    if request.method == "POST":
        if not forget(connections):
            messages.info(
                request, "TiDB Cloud was asked a few seconds ago. Agents share its limit of 100 requests a minute."
            )
        return redirect("admin:clusters")
    inventory = Inventory(facts_of(request))
    known = inventory.clusters(connections)
    places = [(row, cluster, known[row.pk]) for row in connections for cluster in known[row.pk].clusters]
    page = Paginator(places, ROWS).get_page(request.GET.get("page"))
    told, not_told = count_told(known.values())
    context = {
        **admin.site.each_context(request),
        "connections": connections,
        "total": len(places),
        "told": told,
        "not_told": not_told,
        "asked_at": asked_at(known.values()),
        "problems": [problem_told(found) for found in known.values() if found.problem],
        "page": page,
        "rows": list(_rows(page, inventory.branches(_shown(page)))),
        "environments": Environment,
        "may_label": request.user.has_perm("mcpserver.change_clusterenvironment"),
        "may_connect": admin.site.get_model_admin(TidbCloudConnection).has_add_permission(request),
        "may_see_logins": admin.site.get_model_admin(SqlLogin).has_view_permission(request),
        "may_see_due": admin.site.get_model_admin(LoginsDue).has_view_permission(request),
        "reader": Role.READONLY,
        "readers_required": settings.REQUIRE_READER_LOGIN,
        "may_add_logins": admin.site.get_model_admin(SqlLogin).has_add_permission(request),
    }
    return render(request, "console/clusters.html", context)


@require_POST
def label(request: HttpRequest) -> HttpResponse:
    """Set the environment of a cluster that its connection knows, or knew when it last answered."""
    connections = _connections(request)
    if not request.user.has_perm("mcpserver.change_clusterenvironment"):
        raise PermissionDenied
    form = LabelForm(request.POST)
    if not form.is_valid():
        raise BadRequest("a label for a cluster: the form is not one of this page")
    connection, cluster_id, environment, page = (form.cleaned_data[name] for name in form.fields)
    known = Inventory(facts_of(request)).clusters(row for row in connections if row == connection)[connection.pk]
    cluster = next((cluster for cluster in known.clusters if cluster.cluster_id == cluster_id), None)
    if cluster is None:
        why = known.problem or f"{connection.name} has no such cluster any more."
        messages.error(request, f"The environment was not set. {why}")
    else:
        name = _name(cluster)
        changed = set_environment(connection, cluster_id, environment, name=name, facts=facts_of(request))
        word = "is now" if changed else "was already"
        messages.success(request, format_html("<bdi>{}</bdi> {} {}.", visible(name), word, environment.label))
    return redirect(f"{reverse('admin:clusters')}?page={page or 1}")


def _connections(request: HttpRequest) -> list[TidbCloudConnection]:
    if not admin.site.get_model_admin(TidbCloudConnection).has_view_permission(request):
        raise PermissionDenied
    return list(TidbCloudConnection.objects.order_by("name"))


def _shown(page: Page[Place]) -> list[Shown]:
    ids: dict[UUID, list[str]] = defaultdict(list)
    rows = {row.pk: (row, known) for row, _, known in page}
    for row, cluster, _ in page:
        ids[row.pk].append(cluster.cluster_id)
    return [(row, known, ids[pk]) for pk, (row, known) in rows.items()]


def _rows(page: Page[Place], branches: dict[UUID, dict[str, Branches]]) -> Iterator[Row]:
    pairs = [(row.pk, cluster.cluster_id) for row, cluster, _ in page]
    labels, logins = labels_of(pairs), logins_of(pairs)
    for connection, cluster, known in page:
        pair = (connection.pk, cluster.cluster_id)
        prefilled = {"connection": connection.pk, "cluster_id": cluster.cluster_id, "role": Role.READONLY.value}
        yield Row(
            connection,
            cluster.cluster_id,
            _name(cluster),
            _word(cluster.service_plan or cluster.cluster_plan).capitalize(),
            _word(cluster.region.name or cluster.region.display_name if cluster.region else None),
            _word(cluster.state, STATE_MOST).lower() or "unknown",
            "plain" if known.old else MARKS.get(cluster.state or "", "plain"),
            branches[connection.pk][cluster.cluster_id],
            logins[pair],
            labels.get(pair, Environment.PRODUCTION),
            pair in labels,
            f"{reverse('admin:mcpserver_sqllogin_add')}?{urlencode(prefilled)}",
            known.at if known.old else None,
        )


def _name(cluster: Cluster) -> str:
    return _short(cluster.display_name or cluster.cluster_id, NAME_MOST)


def _word(text: str | None, most: int = WORD_MOST) -> str:
    """A word of the API, fit to be shown anywhere."""
    return make_visible(_short((text or "").removeprefix("regions/"), most))


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
