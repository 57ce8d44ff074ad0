"""Secrets that an answer repeats: struck out before anybody reads, logs or quotes it. Pure: no I/O."""

import json
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import quote

from tidbmcp.lib.redaction import REMOVED
from tidbmcp.lib.secrets import Secret

SHORTEST: Final = 6
"""Characters: what is shorter would be found in any text."""


def secrets_in(body: dict[str, Any] | None) -> list[Secret]:
    """The passwords of a request's body."""
    return [Secret(value) for name, value in (body or {}).items() if "password" in name.lower() and value]


def strike(text: str, secrets: Iterable[Secret]) -> str:
    """The text without them, as they are or as JSON or an address would write them."""
    for secret in secrets:
        plain = secret.reveal()
        if len(plain) < SHORTEST:
            continue
        for form in {plain, json.dumps(plain)[1:-1], quote(plain, safe="")}:
            text = text.replace(form, REMOVED)
    return text
