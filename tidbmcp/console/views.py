"""The landing page, and what stands at /mcp where the site is served without ASGI."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt

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
