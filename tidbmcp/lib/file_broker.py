"""kombu's file transport, in which a message is there only when it is whole.

kombu 5.6 makes a message's file before it writes it, and reads without asking for its lock: a worker that looks in that
moment reads nothing, and ends with a JSONDecodeError. So a message is written beside the queue and put there by its name.
"""

import logging
import time
from pathlib import Path
from queue import Empty
from typing import Any, Final
from uuid import uuid4

from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps

logger = logging.getLogger(__name__)

LOOKS: Final = 5
PAUSE: Final = 0.02
"""Seconds between two looks at a list of queues that another process is just writing."""


class Channel(filesystem.Channel):
    """A queue in a folder."""

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:
        stem = f"{round(time.monotonic() * 1000)}_{uuid4()}"
        whole = Path(self.data_folder_out) / f"{stem}.{queue}.msg"
        part = whole.with_name(f"{stem}.part")
        part.write_text(dumps(payload))
        part.replace(whole)

    def _get(self, queue: str) -> Any:
        """The next one. What can't be read is passed over: nothing here relies on a message, beat sends it again."""
        try:
            return super()._get(queue)
        except ValueError:
            logger.warning("a message of the queue %s could not be read, and is passed over", queue)
            raise Empty from None

    def get_table(self, exchange: str) -> Any:
        """Which queues there are, also while another process begins the list."""
        for _ in range(LOOKS - 1):
            try:
                return super().get_table(exchange)
            except ValueError:
                time.sleep(PAUSE)
        return super().get_table(exchange)


class Transport(filesystem.Transport):
    """For `filesystem://`."""

    Channel = Channel


TRANSPORT_ALIASES["filesystem"] = f"{__name__}:Transport"
