"""What is left of a key's requests: TiDB Cloud takes 100 a minute for a key, whichever of its hosts they go to."""

from time import monotonic

import httpx2

from mcpserver.tidbcloud.errors import CloudBusy
from mcpserver.tidbcloud.refusals import reset_of


class Budget:
    """Of one key, in this process: once it is used up, asking on would only be refused there."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._closed_until = 0.0

    def note(self, response: httpx2.Response) -> None:
        """What an answer says of it."""
        used_up = response.headers.get("x-ratelimit-remaining-minute") == "0"
        if used_up or response.status_code == httpx2.codes.TOO_MANY_REQUESTS:
            self._closed_until = monotonic() + reset_of(response)

    def left(self) -> float:
        """Seconds until requests are taken again; 0 for now."""
        return max(0.0, self._closed_until - monotonic())

    def refuse_while_used_up(self, asked: str) -> None:
        """Raise CloudBusy instead of sending what would be refused."""
        if left := self.left():
            raise CloudBusy(
                f"TiDB Cloud takes no more requests for the connection {self._name} now; "
                f"try again in {int(left) + 1} seconds.",
                detail=f"{asked}: not sent, the budget is used up",
            )
