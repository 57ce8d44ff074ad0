"""kombu's file transport, in which a file is there only when it is whole.

kombu 5.6 makes a file before it writes it, and reads without asking for its lock: who looks in that moment reads nothing, and
ends with a JSONDecodeError; and what it reads it moves to the folder for temporary files first, maybe on another disk. Here
files are written beside their place, and put there or taken away by their name.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty
from typing import Any
from uuid import uuid4

from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps, loads

logger = logging.getLogger(__name__)


class Channel(filesystem.Channel):
    """Queues in a folder, and the lists that say which ones there are in another."""

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:
        stem = f"{round(time.monotonic() * 1000)}_{uuid4()}"
        _write(Path(self.data_folder_out) / f"{stem}.{queue}.msg", payload)

    def _get(self, queue: str) -> Any:
        """The oldest. What can't be read is passed over: nothing here relies on a message, beat sends it again."""
        for path in sorted(Path(self.data_folder_in).iterdir()):
            if path.name.partition(".")[2] != f"{queue}.msg":
                continue
            taken = path.with_name(f"{path.name}.taken")
            try:
                path.rename(taken)
            except FileNotFoundError:
                continue  # somebody else was quicker
            text = taken.read_text()
            taken.unlink()
            try:
                return loads(text)
            except ValueError:
                logger.warning("a message of the queue %s could not be read, and is passed over", queue)
        raise Empty

    def get_table(self, exchange: str) -> Any:
        """Which queues there are. A list that can't be read is written anew by whoever binds a queue next."""
        try:
            return super().get_table(exchange)
        except ValueError:
            logger.warning("the list of queues of %s could not be read", exchange)
            return []

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        bound = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        with self._alone():
            queues = self.get_table(exchange)
            if bound not in queues:
                _write(self._exchange_file(exchange), [bound, *queues])

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Of two that bind at once, one after the other."""
        self.control_folder.mkdir(exist_ok=True)
        with (self.control_folder / "lock").open("w") as held:
            filesystem.lock(held, filesystem.LOCK_EX)
            yield


def _write(path: Path, content: Any) -> None:
    part = path.with_name(f"{uuid4()}.part")
    part.write_text(dumps(content))
    part.replace(path)


class Transport(filesystem.Transport):
    """For `filesystem://`."""

    Channel = Channel


TRANSPORT_ALIASES["filesystem"] = f"{__name__}:Transport"
