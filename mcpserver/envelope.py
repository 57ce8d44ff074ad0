"""A look at the JSON-RPC body before the SDK gets it: which method, which client. Pure: no I/O."""

from dataclasses import dataclass
from typing import Any, Final

import orjson
from mcp_types import CLIENT_INFO_META_KEY
from mcp_types.jsonrpc import INVALID_REQUEST, PARSE_ERROR

MOST_DEEP: Final = 100
MOST_VALUES: Final = 20_000
COMMAS_MOST: Final = 200_000
"""Levels of nesting, and values in all; honest calls have a handful."""


@dataclass(frozen=True)
class Envelope:
    """What the gate needs to know of a well-formed request or notification."""

    method: str
    tool: str = ""
    client_name: str = ""
    client_version: str = ""


@dataclass(frozen=True)
class Fault:
    """A body that is not one request or notification. `code` is JSON-RPC's."""

    code: int
    sentence: str


def read_envelope(body: bytes) -> Envelope | Fault:
    """The method and what it says of its sender, or what is wrong."""
    if body.count(b",") > COMMAS_MOST:
        return Fault(INVALID_REQUEST, "The body holds too many values.")
    try:
        message = orjson.loads(body)
    except orjson.JSONDecodeError:
        return Fault(PARSE_ERROR, "The body is not valid JSON.")
    if isinstance(message, list):
        return Fault(INVALID_REQUEST, "Batches are not served: send one JSON-RPC message in each POST.")
    if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
        return Fault(INVALID_REQUEST, 'The body must be one JSON-RPC 2.0 object, with "jsonrpc": "2.0".')
    method, params = message.get("method"), message.get("params", {})
    if not isinstance(method, str) or not method:
        return Fault(
            INVALID_REQUEST, "The message has no method: this server sends no requests, so it takes no answers."
        )
    if not isinstance(params, dict):
        return Fault(INVALID_REQUEST, "params must be an object.")
    if _too_much(message):
        return Fault(INVALID_REQUEST, f"The body is nested deeper than {MOST_DEEP} levels, or holds too many values.")
    if "id" in message and (isinstance(message["id"], bool) or not isinstance(message["id"], str | int)):
        return Fault(INVALID_REQUEST, "id must be a text or a whole number.")
    return _envelope(method, params)


def _envelope(method: str, params: dict[str, Any]) -> Envelope:
    meta = params.get("_meta")
    claimed = params.get("clientInfo") if method == "initialize" else None
    if claimed is None and isinstance(meta, dict):
        claimed = meta.get(CLIENT_INFO_META_KEY)
    client = claimed if isinstance(claimed, dict) else {}
    tool = params.get("name") if method == "tools/call" else None
    return Envelope(method[:100], *(_text(value) for value in (tool, client.get("name"), client.get("version"))))


def _text(value: object) -> str:
    return value[:100] if isinstance(value, str) else ""


def _too_much(message: object) -> bool:
    level: list[Any] = [message]
    values = 0
    for _ in range(MOST_DEEP):
        values += sum(len(node) for node in level)
        if values > MOST_VALUES:
            return True
        inner = [v for node in level for v in (node.values() if isinstance(node, dict) else node)]
        level = [node for node in inner if isinstance(node, dict | list)]
        if not level:
            return False
    return True
