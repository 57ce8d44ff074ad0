"""The landing page, what stands at /mcp where the site is served without ASGI, and what stands nowhere."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.defaults import page_not_found

WITHOUT_ASGI = "MCP is served by tidbmcp.asgi only: start the site with an ASGI server, such as uvicorn."


@login_not_required
def landing(request: HttpRequest) -> HttpResponse:
    """What this is, how to connect, and what to mind."""
    return render(request, "console/landing.html", {"mcp_url": settings.SITE_URL + reverse("mcp")})


@csrf_exempt
@login_not_required
def mcp(request: HttpRequest) -> HttpResponse:
    """503: under ASGI this address never gets here."""
    error = {"jsonrpc": "2.0", "id": None, "error": {"code": -32603, "message": WITHOUT_ASGI}}
    return JsonResponse(error, status=503)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A page for browsers. Clients that look for OAuth here, or for MCP elsewhere, can read no page: they show this."""
    if "text/html" in request.headers.get("accept", ""):
        return page_not_found(request, exception)
    mcp_url, tokens = settings.SITE_URL + reverse("mcp"), settings.SITE_URL + reverse("accounts:tokens")
    sentence = (
        f"There is nothing here. MCP is at {mcp_url}, with a token from {tokens} in the header Authorization; "
        "there is no OAuth on this server. A token that is refused is mistyped, expired or revoked."
    )
    return JsonResponse({"error": "not_found", "error_description": sentence}, status=404)
