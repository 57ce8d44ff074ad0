"""The record of calls with a `request_key`. Blocking; database errors pass through."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import orjson
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from mcpserver.request_keys.models import RequestKey, State
from tidbmcp.lib.clock import now

KEPT: Final = timedelta(days=1)


@dataclass(frozen=True)
class Asked:
    """A call of a token with its key. Two are the same where their arguments are."""

    call_id: UUID
    token_id: UUID
    tool: str
    key: str
    arguments: Mapping[str, Any]

    @property
    def lookup(self) -> str:
        """Of the token, the tool and the key."""
        return _digest([str(self.token_id), self.tool, self.key])

    @property
    def digest(self) -> str:
        """Of the arguments."""
        return _digest(self.arguments)


def claim(asked: Asked) -> RequestKey | None:
    """None where this call is the first, and may run; else the row of the first."""
    RequestKey.objects.filter(lookup=asked.lookup, begun_at__lt=now() - KEPT).delete()
    about = {"arguments": asked.digest, "call_id": asked.call_id}
    row, is_new = RequestKey.objects.get_or_create(lookup=asked.lookup, defaults=about)
    return None if is_new else row


def settle(asked: Asked, state: State, told: str) -> None:
    """How the call ended."""
    _own(asked).update(state=state, told=told)


def release(asked: Asked) -> None:
    """Nothing was done: the same key may be tried again."""
    _own(asked).delete()


def _own(asked: Asked) -> QuerySet[RequestKey]:
    """This call's row, and no other's with the same key."""
    return RequestKey.objects.filter(lookup=asked.lookup, call_id=asked.call_id)


def forget_old() -> None:
    """Remove what is older than a day."""
    RequestKey.objects.filter(begun_at__lt=now() - KEPT).delete()


def _digest(value: object) -> str:
    """Keyed, because arguments may hold what is easily guessed."""
    text = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    return salted_hmac("mcpserver.request_keys", text, algorithm="sha256").hexdigest()
