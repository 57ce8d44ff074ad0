"""The clients that are run, one row each: how it is made, what it says, and what it can't do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.clients.client import Client
from tests.clients.programs import Programs


@dataclass(frozen=True)
class Kind:
    """A client in one of its ways to run."""

    name: str
    make: Callable[[Programs], Client]
    revision: str | None
    """What it speaks; None where it does not tell."""
    stop_reaches: bool
    """Whether its user's stop closes the call's stream. Else it sends `notifications/cancelled`."""
    begins: str = "initialize"
    """Its first request, as the audit has it."""
    greets: frozenset[str] = frozenset()
    """Its first requests and what they get, where it tells them."""
    on_401: str = "This token is not accepted: it is mistyped, expired or revoked. Make one at "
    """What its user reads when the token is no longer good."""
    cannot: Mapping[str, str] = field(default_factory=dict)
    """A behaviour, and why there is none."""

    def __str__(self) -> str:
        return self.name


HANDSHAKE = frozenset({"POST initialize 200", "POST notifications/initialized 202", "POST tools/list 200"})
WITH_GET = HANDSHAKE | {"GET 405"}
"""It asks for a stream of news, is told that there is none, and goes on."""

INSPECTOR_CANNOT = {
    "progress": "its command line prints the result and nothing before it",
    "unknown": "it looks into tools/list first and says itself that there is no such tool",
}
NO_OAUTH = "Dynamic Client Registration rejected (HTTP 404)"
"""mcp-remote answers a 401 by signing in, which this server does not offer."""


def _python(revision: str) -> Kind:
    return Kind(
        f"python-{revision}",
        lambda programs: programs.python(revision),
        revision,
        stop_reaches=False,
        greets=HANDSHAKE,
    )


def _typescript(version: int, mode: str, revision: str, **more: Any) -> Kind:
    driver = f"sdk{version}.mjs"
    return Kind(f"typescript-{version}-{mode}", lambda programs: programs.typescript(driver, mode), revision, **more)


def _inspector(era: str, revision: str, **more: Any) -> Kind:
    return Kind(
        f"inspector-{era}",
        lambda programs: programs.inspector(era),
        revision,
        stop_reaches=True,
        cannot=INSPECTOR_CANNOT,
        **more,
    )


def _mcp_remote(protocol: str, **more: Any) -> Kind:
    return Kind(
        f"mcp-remote-{protocol}",
        lambda programs: programs.mcp_remote(protocol),
        None,
        stop_reaches=False,
        on_401=NO_OAUTH,
        **more,
    )


KINDS = [
    Kind(
        "python-2026-07-28",
        lambda programs: programs.python("2026-07-28"),
        "2026-07-28",
        stop_reaches=True,
        begins="tools/list",
        greets=frozenset({"POST tools/list 200"}),
    ),
    _python("2025-11-25"),
    _python("2025-06-18"),
    _python("2025-03-26"),
    _python("2024-11-05"),
    _typescript(1, "legacy", "2025-11-25", stop_reaches=False, greets=WITH_GET),
    _typescript(2, "legacy", "2025-11-25", stop_reaches=False, greets=WITH_GET),
    _typescript(
        2,
        "auto",
        "2026-07-28",
        stop_reaches=True,
        begins="server/discover",
        greets=frozenset({"POST server/discover 200", "POST tools/list 200"}),
    ),
    _inspector("legacy", "2025-11-25"),
    _inspector("modern", "2026-07-28", begins="server/discover", on_401="the server requires authorization (HTTP 401)"),
    _mcp_remote("legacy"),
    _mcp_remote("auto", begins="server/discover"),
]
