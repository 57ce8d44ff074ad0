"""From an HTTP answer that is not 200 to an error with a sentence. Pure: no I/O.

Decided by the HTTP status; `code` in the body has three meanings on one host and is a text on the other.
"""

import json
import re
from typing import Any, Final

import httpx2

from mcpserver.tidbcloud.errors import (
    CloudBusy,
    CloudConflict,
    CloudError,
    CloudForbidden,
    CloudNotFound,
    CloudPlan,
    CloudRejected,
    CloudUnauthorized,
    CloudUnclear,
    CloudUnreachable,
)
from tidbmcp.lib.redaction import redact_text
from tidbmcp.lib.visible import make_visible

SAID_MOST: Final = 300
RESET_MOST: Final = 60
"""Seconds: the limit is one of a minute."""

_WRONG: Final = frozenset({400, 422})
# What refusals by plan were seen to say (capacity and quota come as 400): ti-cli, drive9.
_PLAN_WORDS: Final = re.compile(
    r"quota|capacity|payment|credit|billing|free cluster|spending limit|cluster limit|has reached the limit",
    re.IGNORECASE,
)
_NOT_TAKEN: Final = (CloudRejected, "TiDB Cloud ({name}) does not take this request.")
_SENTENCES: Final[dict[int, tuple[type[CloudError], str]]] = {
    400: _NOT_TAKEN,
    422: _NOT_TAKEN,
    401: (
        CloudUnauthorized,
        "TiDB Cloud does not accept the key of the connection {name}. An admin can test it in the console.",
    ),
    403: (
        CloudForbidden,
        "The key of the connection {name} may not do this, or what it asks for is deleted. "
        "An admin can look at the key's role in TiDB Cloud.",
    ),
    404: (CloudNotFound, "TiDB Cloud ({name}) has no such thing."),
    409: (CloudConflict, "TiDB Cloud ({name}) can't do this now."),
    429: (
        CloudBusy,
        "TiDB Cloud takes no more requests for the connection {name} now; try again in {seconds} seconds.",
    ),
    501: (CloudRejected, "TiDB Cloud ({name}) does not offer this here."),
}
_TROUBLE: Final[dict[bool, tuple[type[CloudError], str]]] = {
    True: (CloudUnclear, "TiDB Cloud ({name}) failed ({status}) and did not say whether this was done."),
    False: (CloudUnreachable, "TiDB Cloud ({name}) is in trouble ({status}). Try again later."),
}
"""By whether a change was asked for."""
_NOT_DESCRIBED: Final[tuple[type[CloudError], str]] = (
    CloudUnclear,
    "TiDB Cloud ({name}) gave an answer ({status}) that does not say whether this was done.",
)
"""A success other than the 200 that the API describes."""
_TOO_MANY: Final = re.compile(r"number of|has reached|reached the|too many|at most|quota exceeded")
_PAID_TO_FREE: Final = "can not set spending limit to 0"


def refusal(name: str, asked: str, response: httpx2.Response, *, changing: bool) -> CloudError:
    """The error for this answer. `name` is the connection's, `asked` is method and path for the log."""
    said, status = message_of(response), response.status_code
    detail = f"{asked}: {status} {said or response.content[:200]!r} ({trace_of(response)})"
    quoted = f' TiDB Cloud says: "{said}"' if said else ""
    if status == httpx2.codes.PAYMENT_REQUIRED or (status in _WRONG and _PLAN_WORDS.search(said)):
        return CloudPlan(f"{plan_sentence(said)}{quoted}", detail=detail)
    if changing and response.is_success:
        about, sentence = _NOT_DESCRIBED
    elif status >= httpx2.codes.INTERNAL_SERVER_ERROR and status != httpx2.codes.NOT_IMPLEMENTED:
        about, sentence = _TROUBLE[changing]
    else:
        about, sentence = _SENTENCES.get(
            status, (CloudError, "TiDB Cloud ({name}) gave an answer that is not expected here.")
        )
    seconds = reset_of(response) if status == httpx2.codes.TOO_MANY_REQUESTS else 0
    said_too = quoted if about in {CloudRejected, CloudConflict} else ""
    return about(sentence.format(name=name, status=status, seconds=seconds) + said_too, detail=detail)


def plan_sentence(said: str) -> str:
    """A refusal by the plan, in the words of who asked."""
    words = said.lower()
    if _PAID_TO_FREE in words:
        return (
            "A cluster with a spending limit can't go back to 0 (free): give a limit above 0, "
            "or make a new free cluster and move the data."
        )
    if "payment" in words or "credit" in words or "billing" in words:
        return "TiDB Cloud wants to be paid for this first: ask whoever pays for TiDB Cloud."
    if _TOO_MANY.search(words) and "branch" in words:
        return "The plan allows no more branches: delete one that is done with, or ask TiDB Cloud for more."
    if _TOO_MANY.search(words) and "cluster" in words:
        return (
            "The plan allows no more clusters like this: give spending_limit_monthly_usd_cents for a paid one, "
            "delete one that is done with, or ask whoever pays for TiDB Cloud."
        )
    return "The plan of this organization does not allow this: ask whoever pays for TiDB Cloud."


def message_of(response: httpx2.Response) -> str:
    """What the API says went wrong, of either error family, fit to be shown; empty where it says nothing readable."""
    try:
        body = json.loads(response.content)
    except (ValueError, RecursionError):
        return ""
    found = _message(body)
    return make_visible(redact_text(found))[:SAID_MOST] if found else ""


def _message(body: Any) -> str:
    """google.rpc.Status has `message`; the IAM host `error`, a text or an object with one; OAuth `error`."""
    if not isinstance(body, dict):
        return ""
    for value in (body.get("message"), body.get("error")):
        if isinstance(value, str) and value:
            return value
        if isinstance(value, dict) and isinstance(value.get("message"), str):
            return str(value["message"])
    return ""


def reset_of(response: httpx2.Response) -> int:
    """Seconds until the key may be used again, as the server says."""
    wait = response.headers.get("x-ratelimit-reset", "")
    return min(int(wait), RESET_MOST) if wait.isascii() and wait.isdigit() and len(wait) < 6 else RESET_MOST


def trace_of(response: httpx2.Response) -> str:
    """The id by which TiDB Cloud's support finds a request, for the log."""
    return make_visible(response.headers.get("x-debug-trace-id", "no trace id"))[:100]
