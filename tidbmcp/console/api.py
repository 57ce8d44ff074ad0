"""The REST API (django-ninja). For now: whether the product is well."""

from collections.abc import Callable
from typing import Literal, cast

from django.contrib.auth.decorators import login_not_required
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver
from ninja import NinjaAPI, Schema, Status

api = NinjaAPI(title="tidbmcp", version="1", urls_namespace="api", docs_url=None, openapi_url=None)


class Health(Schema):
    """What a load balancer asks for."""

    status: Literal["ok", "down"]
    database: Literal["ok", "down"]


@api.get("/health", response={200: Health, 503: Health}, url_name="health")
def health(request: HttpRequest) -> Status[dict[str, str]]:
    """200 where the control database answers; 503, with the part that is down, where not."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return Status(503, {"status": "down", "database": "down"})
    return Status(200, {"status": "ok", "database": "ok"})


def api_urls() -> tuple[list[URLPattern | URLResolver], str, str]:
    """The API's addresses. Its callers hold tokens, not sessions: signing in is not asked of them here."""
    patterns, app_name, namespace = api.urls
    for pattern in patterns:
        pattern.callback = login_not_required(cast("Callable[..., HttpResponse]", pattern.callback))
    return patterns, app_name, namespace
