"""A client library in a process of its own, which takes orders as lines of JSON and answers with lines."""

import json
import subprocess
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any

from tests.clients.client import PATIENCE, Answer, Client, Failed, Told


class Driver:
    """The process. It keeps one connection at a time, and any number of calls on it."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self._name = command[-1]
        self._number = 0
        self._news: dict[int, SimpleQueue[dict[str, Any]]] = defaultdict(SimpleQueue)
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, encoding="utf-8")
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def order(self, do: str, **options: Any) -> Any:
        return self.done(self.send(do, **options))

    def send(self, do: str, **options: Any) -> int:
        self._number += 1
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"id": self._number, "do": do, **options}) + "\n")
        self._process.stdin.flush()
        return self._number

    def done(self, number: int, told: Told | None = None) -> Any:
        """What came of an order. Raises Failed."""
        while True:
            try:
                news = self._news[number].get(timeout=PATIENCE)
            except Empty:
                raise AssertionError(f"{self._name} says nothing for {PATIENCE} s") from None
            if "failed" in news:
                raise Failed(news["failed"]["message"], news["failed"]["code"])
            if "done" in news:
                return news["done"]
            if told is not None:
                told(news["progress"])

    def end(self) -> None:
        with self._process:
            assert self._process.stdin
            self._process.stdin.close()
            self._process.wait(PATIENCE)
            self._reader.join(PATIENCE)

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            news = json.loads(line)
            self._news[news["id"]].put(news)


@dataclass
class DrivenClient(Client):
    """A connection of a driver; `order` is what to say to connect with a token."""

    driver: Driver
    order: Callable[[str], dict[str, Any]]
    _revision: str | None = None

    def revision(self) -> str | None:
        return self._revision

    def tools(self) -> list[str]:
        return list(self.driver.order("list"))

    def begin(self, tool: str, arguments: Mapping[str, Any], *, progress: bool = False) -> int:
        return self.driver.send("call", tool=tool, arguments=dict(arguments), progress=progress)

    def wait(self, number: int, told: Told | None = None) -> Answer:
        return Answer(**self.driver.done(number, told))

    def cancel(self, number: int) -> None:
        self.driver.order("cancel", of=number)

    def _connect(self, token: str) -> None:
        self._revision = self.driver.order("connect", **self.order(token))

    def _close(self) -> list[str]:
        return list(self.driver.order("close"))
