"""All database servers of a sandbox, one for each cluster and branch, by the id of the place."""

import asyncio
import re
import resource
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from mcpserver.sandbox import ports
from mcpserver.sandbox.config import Config
from mcpserver.sandbox.databases import accounts as users
from mcpserver.sandbox.databases import folder as homes
from mcpserver.sandbox.databases.accounts import Account
from mcpserver.sandbox.databases.place import Place
from mcpserver.sandbox.databases.workshop import Workshop
from mcpserver.sandbox.errors import SandboxError
from mcpserver.sandbox.seeds import SEEDS, seed_named

__all__ = ["Account", "Fleet"]

_NAME: Final = re.compile("[A-Za-z0-9][-A-Za-z0-9]{0,63}")
_TEMPLATE: Final = "template"
_SOCKETS: Final = 16_384


class Fleet:
    """Servers on demand. `place` is a cluster id or branch id; its home is `folder / place`."""

    def __init__(self, folder: Path, config: Config) -> None:
        self._folder = folder
        self._config = config
        self._workshop = Workshop(folder / _TEMPLATE)
        self._places: dict[str, Place] = {}
        _allow_many_sockets()
        homes.sweep(folder)

    async def open(self, place: str, accounts: Sequence[Account], *, port: int | None = None, seed: str = "") -> int:
        """Listen for this place and answer the port (the given one if it is free). No server runs yet.

        Where there is no data, it is made at the first connection: these accounts, and the seed's databases.
        """
        home = self._home(place)
        founding = _founding(accounts, seed)
        if place in self._places:
            raise SandboxError("This database is open already.")
        homes.sweep(home)
        listener = ports.claim(port)
        self._places[place] = Place(home, listener, founding, self._workshop, self._config)
        self._places[place].watch()
        return ports.port_of(listener)

    async def copy(self, source: str, target: str, prefixes: tuple[str, str]) -> None:
        """Replace the data of `target`, which is open, by those of `source` as they are now.

        Accounts come along, with the first prefix replaced by the second, and keep their passwords.
        """
        if source == target:
            raise SandboxError("A database cannot be a copy of itself.")
        copied = self._opened(source)
        replaced = self._opened(target)
        await replaced.run(replaced.copy_from(copied, prefixes))

    async def close(self, place: str) -> None:
        """Stop its server, let go of the port, remove its folder."""
        home = self._home(place)
        if place in self._places:
            await self._places[place].close(quickly=True)
            self._places.pop(place, None)
        await asyncio.to_thread(homes.remove, home)

    async def create_user(self, place: str, account: Account) -> None:
        """A real user with the rights of the role. Starts the server if need be."""
        await self._tell(place, users.creation(account))

    async def change_user(self, place: str, user: str, *, password: str | None = None, role: str | None = None) -> None:
        """Another password, or another role; what is None stays. With another role its connections are closed."""
        await self._tell(place, users.change(user, password, role))

    async def give_owner(self, place: str, account: Account) -> None:
        """Root with this password, there or not."""
        await self._tell(place, users.owner(account.user, account.password))

    async def drop_user(self, place: str, user: str) -> None:
        """The user is gone, and its connections are closed."""
        await self._tell(place, users.removal(user))

    def running(self) -> set[str]:
        """Places whose server runs now."""
        return {name for name, place in self._places.items() if place.runs}

    async def stop(self) -> None:
        """No server afterwards; folders stay."""
        await asyncio.gather(*(place.close(quickly=False) for place in self._places.values()))
        self._places.clear()

    async def _tell(self, place: str, statements: Iterator[str]) -> None:
        told = self._opened(place)
        if script := list(statements):
            await told.run(told.tell(script))

    def _opened(self, place: str) -> Place:
        if place not in self._places:
            raise SandboxError("There is no such database.")
        return self._places[place]

    def _home(self, place: str) -> Path:
        if not _NAME.fullmatch(place) or place == _TEMPLATE:
            raise SandboxError("This cannot be the name of a database.")
        return self._folder / place


def _founding(accounts: Sequence[Account], seed: str) -> Callable[[], Iterator[str]]:
    """What is wrong with them is said now, not at the first connection."""
    first = list(users.founding(accounts))
    owner = next((users.name(account.user) for account in accounts if account.role == "root"), None)
    if seed and (seed not in {known.display_name for known in SEEDS} or owner is None):
        raise SandboxError("There is no such seed, or no root to own it.")

    def statements() -> Iterator[str]:
        yield from first
        if seed and owner:
            yield from seed_named(seed).statements(owner)
        yield "CREATE DATABASE test"

    return statements


def _allow_many_sockets() -> None:
    """A thousand places are a thousand sockets."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _SOCKETS if hard == resource.RLIM_INFINITY else min(_SOCKETS, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
