"""Members' own pages: one's tokens."""

from typing import cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms import TokenForm
from accounts.models import AccessToken, User
from accounts.tokens import TokenText
from audit.facts import facts_of
from tidbmcp.lib.clock import now


@never_cache
@require_http_methods(["GET", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """One's tokens, and the form for a new one. The new token is in the answer to the POST, and nowhere else."""
    form = TokenForm(request.POST or None)
    made = _make(request, form) if request.method == "POST" and form.is_valid() else None
    moment = now()
    own = AccessToken.objects.filter(owner=cast("User", request.user))
    context = {
        "form": TokenForm() if made else form,
        "made": made,
        "mcp_url": settings.SITE_URL + reverse("mcp"),
        "tokens": [(token, token.state(moment)) for token in own],
    }
    return render(request, "accounts/tokens.html", context)


def _make(request: HttpRequest, form: TokenForm) -> TokenText:
    lifetime = form.cleaned_data["lifetime"]
    _, text = AccessToken.make(
        cast("User", request.user),
        name=form.cleaned_data["name"],
        scopes=form.cleaned_data["scopes"],
        read_only=form.cleaned_data["read_only"],
        expires_at=now() + lifetime if lifetime else None,
        facts=facts_of(request),
    )
    return text


@require_POST
def revoke(request: HttpRequest, token_id: UUID) -> HttpResponse:
    """Revoke one's own token; a stranger's is not found."""
    user = cast("User", request.user)
    token = get_object_or_404(AccessToken, pk=token_id, owner=user)
    if token.revoke(facts_of(request)):
        messages.success(request, f"The token {token.lookup}… is revoked: the next call with it is refused.")
    return redirect("accounts:tokens")
