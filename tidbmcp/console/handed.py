"""The page on which somebody sees, once, the password of a SQL user that was made for them."""

from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from audit.facts import facts_of
from mcpserver.sql.session import needs_tls
from mcpserver.vault.handed import HandedSecret, take
from tidbmcp.lib.errors import GatewayError
from tidbmcp.lib.secrets import Secret


@never_cache
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest, handed_id: UUID) -> HttpResponse:
    """What it is, and a button; only the POST shows it, so that a preview of the link does not. A stranger finds nothing."""
    row = get_object_or_404(HandedSecret, pk=handed_id, owner=cast("User", request.user))
    if request.method == "GET":
        return _page(request, row)
    try:
        secret = take(row, facts_of(request))
    except GatewayError as error:
        row.refresh_from_db()
        return _page(request, row, problem=error.public, status=503)
    row.refresh_from_db()
    return _page(request, row, secret)


def _page(
    request: HttpRequest, row: HandedSecret, secret: Secret | None = None, *, problem: str = "", status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        "handed": row,
        "state": row.state(),
        "problem": problem,
        "encrypted": needs_tls(row.host),
        "password": secret.reveal() if secret else None,
    }
    return render(request, "console/password.html", context, status=status)
