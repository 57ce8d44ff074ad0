"""Facts about a web request that an event keeps."""

from django.http import HttpRequest


def facts_of(request: HttpRequest) -> dict[str, str]:
    """Request id, address and User-Agent. The address is the socket's, or what a trusted proxy told the server."""
    return {
        "request_id": str(getattr(request, "scope", {}).get("request_id", "")),
        "address": request.META.get("REMOTE_ADDR", ""),
        "client_name": request.headers.get("user-agent", ""),
    }
