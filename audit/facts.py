"""Who asks, through what, from where: what every event of one request has in common."""

from dataclasses import asdict, dataclass
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest


@dataclass(frozen=True)
class Facts:
    """Copied into events as text, so that the record outlives the people and tokens in it. Any of it may be empty."""

    request_id: str = ""
    call_id: UUID | None = None
    person: str = ""
    token: str = ""
    client_name: str = ""
    client_version: str = ""
    address: str = ""

    def fields(self) -> dict[str, Any]:
        """As fields of an event."""
        return asdict(self)


NOBODY: Final = Facts()
"""For what happens without a request, such as a command."""


def facts_of(request: HttpRequest) -> Facts:
    """Of a page's request. The address is the socket's, or what a trusted proxy told the server."""
    user = getattr(request, "user", None)
    return Facts(
        request_id=str(getattr(request, "scope", {}).get("request_id", "")),
        person=user.get_username() if user is not None else "",
        address=request.META.get("REMOTE_ADDR", ""),
        client_name=request.headers.get("user-agent", ""),
    )
