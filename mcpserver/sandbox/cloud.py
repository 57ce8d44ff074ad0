"""What exists in this TiDB Cloud, and how it comes and goes: its clusters and branches, each with a database."""

import asyncio
import contextlib
import copy
import logging
import secrets
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Final

from mcpserver.sandbox.clock import Clock
from mcpserver.sandbox.config import Config
from mcpserver.sandbox.databases.fleet import Account, Fleet
from mcpserver.sandbox.errors import Gone, SandboxError
from mcpserver.sandbox.places import Branch, Cluster, Place, SqlUser
from mcpserver.sandbox.store import Store

logger = logging.getLogger(__name__)

STATES: Final = ("CREATING", "ACTIVE", "RESTORING", "DELETED")
_LOCKED: Final = ("users", "has_password", "pending", "root_password")
"""The fields that are changed only by who works on the database."""


class Cloud:
    """Everything, as one API key sees it."""

    def __init__(self, store: Store, fleet: Fleet, clock: Clock, config: Config) -> None:
        self.clusters: dict[str, Cluster] = {}
        self.branches: dict[str, Branch] = {}
        self.deleted: set[str] = set()
        self.clock = clock
        self.config = config
        self.fleet = fleet
        self.store = store
        self._locks: dict[str, asyncio.Lock] = {}
        self._fillings: dict[str, asyncio.Task[None]] = {}
        self._last = 0.0

    def moment(self) -> float:
        """Now, and never the same twice: the order of a list is the order of creation."""
        self._last = max(self.clock.now(), self._last + 1e-6)
        return self._last

    def state(self, place: Place) -> str:
        """One of STATES."""
        if not self.has(place):
            return "DELETED"
        busy = place.pending or self.clock.now() < place.ready_at
        return place.phase if busy else "ACTIVE"

    def has(self, place: Place) -> bool:
        """False once it is deleted."""
        kept = self.clusters if isinstance(place, Cluster) else self.branches
        return kept.get(place.place_id) is place

    def branches_of(self, cluster: Cluster) -> list[Branch]:
        """In no order."""
        return [branch for branch in self.branches.values() if branch.cluster_id == cluster.place_id]

    def children_of(self, branch: Branch) -> list[Branch]:
        """The branches made from this one."""
        return [child for child in self.branches.values() if child.parent_id == branch.place_id]

    def parent_of(self, branch: Branch) -> Cluster | Branch:
        """A parent lives as long as its children."""
        return self.branches.get(branch.parent_id) or self.clusters[branch.parent_id]

    async def load(self, places: Iterable[Place]) -> None:
        """What a start finds. What was going on when the sandbox stopped goes on."""
        for place in places:
            self._keep(place)
        while orphans := [branch for branch in self.branches.values() if not self._has_parent(branch)]:
            for branch in orphans:
                del self.branches[branch.place_id]
                self.store.throw_away(branch.place_id)
        everything: list[Place] = [*self.clusters.values(), *self.branches.values()]
        for place in everything:
            place.ready_at = min(place.ready_at, self.clock.now() + self.config.create_seconds)
            if self.store.has_data(place.place_id):
                _forget_passwords(place)
            await self._open(place)

    async def add(self, *places: Place) -> None:
        """All of them, or none. They count from the first moment on."""
        batch = secrets.token_hex(8) if len(places) > 1 else ""
        for place in places:
            place.batch = batch
            self._keep(place)
        try:
            for place in places:
                await self._open(place)
            if batch:
                self.store.note_whole(batch)
        except BaseException:
            await self.remove(*places)
            raise
        if not all(self.has(place) for place in places):
            raise Gone

    async def remove(self, *places: Place) -> None:
        """Nobody finds them afterwards, their servers stop, and their folders go. A parent stands before its children."""
        for place in places:
            (self.clusters if isinstance(place, Cluster) else self.branches).pop(place.place_id, None)
            self.deleted.add(place.place_id)
            self.store.forget(place)
        for place in reversed(places):
            await self._stop_filling(place)
            async with self._lock(place):
                await self.fleet.close(place.place_id)
            self._locks.pop(place.place_id, None)

    def restore(self, branch: Branch) -> None:
        """Begin to give it the data that its parent has now."""
        with self.changing(branch):
            branch.phase, branch.pending = "RESTORING", True
            branch.updated = self.moment()
            branch.ready_at = branch.updated + self.config.restore_seconds
        self._start_filling(branch)

    @contextlib.asynccontextmanager
    async def working_on(self, *places: Place) -> AsyncIterator[None]:
        """One at a time works on the database of a place. Ends by saving; a parent stands before its children."""
        async with contextlib.AsyncExitStack() as stack:
            for place in places:
                await stack.enter_async_context(self._lock(place))
            if not all(self.has(place) for place in places):
                raise Gone
            for place in places:
                stack.enter_context(self.changing(place, *_LOCKED))
            yield
            for place in places:
                _forget_passwords(place)  # to work on a database is to have made it

    @contextlib.contextmanager
    def changing(self, place: Place, *names: str) -> Iterator[None]:
        """Ends by saving. After an error these fields, or all, are as they were, in memory and in the file."""
        before = {name: copy.deepcopy(value) for name, value in vars(place).items() if name in names or not names}
        try:
            yield
            self.save(place)
        except BaseException:
            vars(place).update(before)
            with contextlib.suppress(OSError):  # the error that is raised says more
                self.save(place)
            raise

    def save(self, place: Place) -> None:
        """Keep it as it is now, if it was not deleted meanwhile."""
        if self.has(place):
            self.store.save(place)

    async def stop(self) -> None:
        """No database afterwards. What is pending goes on at the next start."""
        for place_id in list(self._fillings):
            await self._stop_filling(self.branches[place_id])
        await self.fleet.stop()

    async def _open(self, place: Place) -> None:
        async with self._lock(place):
            accounts = [user.account() for user in place.users if user.password]
            seed = place.seed if isinstance(place, Cluster) and accounts else ""
            place.port = await self.fleet.open(place.place_id, accounts, port=place.port or None, seed=seed)
            if isinstance(place, Cluster):
                place.pending = False
            self.save(place)
        if isinstance(place, Branch) and place.pending and self.has(place):
            self._start_filling(place)

    def _keep(self, place: Place) -> None:
        self._last = max(self._last, place.created)
        if isinstance(place, Cluster):
            self.clusters[place.place_id] = place
        elif isinstance(place, Branch):
            self.branches[place.place_id] = place

    def _has_parent(self, branch: Branch) -> bool:
        found = branch.parent_id in self.branches or branch.parent_id in self.clusters
        return found and branch.cluster_id in self.clusters

    def _lock(self, place: Place) -> asyncio.Lock:
        return self._locks.setdefault(place.place_id, asyncio.Lock())

    def _start_filling(self, branch: Branch) -> None:
        self._fillings[branch.place_id] = asyncio.create_task(self._fill(branch, self.parent_of(branch)))

    async def _stop_filling(self, place: Place) -> None:
        if task := self._fillings.pop(place.place_id, None):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _fill(self, branch: Branch, parent: Place) -> None:
        """What fails is tried once more. A branch without data goes then; one with data keeps those that it had."""
        try:
            filled = await self._filled(branch, parent) or await self._filled(branch, parent)
        finally:
            if self._fillings.get(branch.place_id) is asyncio.current_task():
                del self._fillings[branch.place_id]
        if filled:
            return
        if branch.phase == "CREATING":
            logger.error("%s is removed", branch.place_id)
            await self.remove(branch)
        else:
            logger.error("%s keeps its data", branch.place_id)
            branch.pending = False
            self.save(branch)

    async def _filled(self, branch: Branch, parent: Place) -> bool:
        """False when it failed and would be worth another attempt."""
        prefixes = (parent.user_prefix, branch.user_prefix)
        try:
            async with self.working_on(parent, branch):
                await self.fleet.copy(parent.place_id, branch.place_id, prefixes)
                branch.users = [_renamed(user, *prefixes) for user in parent.users]
                branch.has_password = parent.has_password
                if branch.root_password:
                    await self.fleet.give_owner(branch.place_id, Account(branch.root, branch.root_password, "root"))
                    branch.root_password, branch.has_password = "", True
                branch.pending = False
        except Gone:
            return True
        except (OSError, SandboxError) as error:
            logger.error("%s could not be filled: %s", branch.place_id, error)  # noqa: TRY400 - the sentence says it all
            return False
        return True


def _forget_passwords(place: Place) -> None:
    for user in place.users:
        user.password = ""


def _renamed(user: SqlUser, old: str, new: str) -> SqlUser:
    role = user.role.replace(f"{old}.", f"{new}.", 1)
    return SqlUser(f"{new}.{user.name.removeprefix(f'{old}.')}", role, list(user.custom_roles))
