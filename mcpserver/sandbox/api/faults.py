"""Faults that tests order: what goes wrong, for which requests, and how often."""

import asyncio
import contextlib
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from starlette.types import Scope

from mcpserver.sandbox.api.digest import Verdict

# Answered instead of the request being served.
INSTEAD: Final = (
    "rate_limited", "internal_error", "unavailable_html", "forbidden", "payment_required", "conflict", "not_json",
    "redirect", "dropped_before_apply",
)  # fmt: skip
# The request is served, and its answer comes late or never.
AFTERWARDS: Final = ("slow", "dropped_after_apply")
# The request is served, and its answer looks unusual.
CHANGES: Final = ("empty_spending_limit", "null_provider", "unknown_fields", "null_cluster_plan")
# Right credentials are answered as if they were not.
VERDICTS: Final = {"stale_nonce": Verdict.STALE, "unauthorized": Verdict.REFUSED}
NAMES: Final = (*INSTEAD, *AFTERWARDS, *CHANGES, *VERDICTS)


@dataclass
class Fault:
    """One order. It meets only requests that hold the key."""

    name: str
    method: str = ""
    path: re.Pattern[str] = field(default_factory=lambda: re.compile(""))
    times: int = 1
    seconds: float = 1.0
    """How long `slow` takes, in real time, and what `rate_limited` says to wait."""

    def meets(self, scope: Scope) -> bool:
        """Whether this request is meant."""
        return self.method in ("", scope["method"]) and self.path.search(scope["path"]) is not None


class Faults:
    """All that are ordered, in order."""

    def __init__(self) -> None:
        self._ordered: list[Fault] = []
        self._called_off = asyncio.Event()

    def order(self, fault: Fault) -> None:
        """From the next request on."""
        self._ordered.append(fault)

    def clear(self) -> None:
        """Everything goes well from now on, and who waits waits no longer."""
        self._ordered.clear()
        self._called_off.set()
        self._called_off = asyncio.Event()

    async def called_off(self, within: float) -> None:
        """Wait until then, or until everything goes well."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._called_off.wait()

    def verdict(self, scope: Scope) -> Verdict | None:
        """What right credentials are taken for."""
        fault = self.take(scope, VERDICTS)
        return VERDICTS[fault.name] if fault else None

    def take(self, scope: Scope, names: Collection[str]) -> Fault | None:
        """The first fault of these kinds that this request meets. It is used up by that."""
        for fault in self._ordered:
            if fault.name in names and fault.meets(scope):
                fault.times -= 1
                if fault.times <= 0:
                    self._ordered.remove(fault)
                return fault
        return None
