"""What the tests ask of a client, whatever it is made of."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

PATIENCE = 40.0
"""Seconds that a client may take for anything; one that hangs fails its test."""

Told = Callable[[dict[str, Any]], None]


class Failed(Exception):
    """The client reports a failure instead of a result: what it says, and its code where it gives one."""

    def __init__(self, message: str, code: object = None) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Answer:
    """A tool's result, as the client hands it to whoever uses it."""

    is_error: bool
    text: str
    structured: dict[str, Any] | None


class Client(ABC):
    """One client, connected with one token at a time."""

    token = ""

    def connect(self, token: str) -> None:
        if self.token:
            self.close()
        self._connect(token)
        self.token = token

    def close(self) -> list[str]:
        """Leave, whatever is under way. The requests that went out and what they got, where the client can tell."""
        self.token = ""
        return self._close()

    def call(self, tool: str, arguments: Mapping[str, Any] | None = None, told: Told | None = None) -> Answer:
        """Raises Failed. `told` gets each piece of news about progress."""
        return self.wait(self.begin(tool, arguments or {}, progress=told is not None), told)

    @abstractmethod
    def revision(self) -> str | None:
        """What was agreed on, where the client tells it."""

    @abstractmethod
    def tools(self) -> list[str]: ...

    @abstractmethod
    def begin(self, tool: str, arguments: Mapping[str, Any], *, progress: bool = False) -> int:
        """Start a call. Its number."""

    @abstractmethod
    def wait(self, number: int, told: Told | None = None) -> Answer:
        """The end of a call. Raises Failed."""

    @abstractmethod
    def cancel(self, number: int) -> None:
        """What the client does when its user presses stop."""

    @abstractmethod
    def _connect(self, token: str) -> None: ...

    @abstractmethod
    def _close(self) -> list[str]: ...
