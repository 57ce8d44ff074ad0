"""All connections side by side: each is asked, and one that fails hides nothing of the others."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, NamedTuple, TypeVar

from django.conf import settings
from pydantic import BaseModel

from audit.facts import Facts
from mcpserver.tidbcloud.client import TidbCloud
from mcpserver.vault.clients import all_connections, cloud
from mcpserver.vault.models import TidbCloudConnection
from tidbmcp.lib.errors import AuditUnavailable, BadInput, GatewayError, Unavailable
from tidbmcp.lib.threads import in_control_thread

T = TypeVar("T")


class Missing(BaseModel):
    """A connection that could not be asked, and why: what it knows is not in the answer."""

    connection: str
    problem: str


class Answers(NamedTuple, Generic[T]):
    """What the connections said, in their order; and which of them said nothing."""

    given: list[tuple[TidbCloudConnection, T]]
    failed: list[tuple[TidbCloudConnection, GatewayError]]

    @property
    def missing(self) -> list[Missing]:
        """For the answer of a tool."""
        return [Missing(connection=row.name, problem=error.public) for row, error in self.failed]


async def connections() -> list[TidbCloudConnection]:
    """All connections; Unavailable, with what to do, where there is none."""
    rows = await in_control_thread(all_connections)
    if not rows:
        raise Unavailable(
            f"No TiDB Cloud connection is set up yet. Ask {settings.ADMIN_CONTACT} to add one in the console."
        )
    return rows


async def ask_all(
    rows: list[TidbCloudConnection], facts: Facts, ask: Callable[[TidbCloud], Awaitable[T | None]]
) -> Answers[T]:
    """Ask them all at once; None is no answer. Raises what the one connection raises where there is but one."""
    said = await asyncio.gather(*(_ask(row, facts, ask, alone=len(rows) == 1) for row in rows))
    answers: Answers[T] = Answers([], [])
    for row, (answer, error) in zip(rows, said, strict=True):
        if error is not None:
            answers.failed.append((row, error))
        elif answer is not None:
            answers.given.append((row, answer))
    return answers


async def ask_until(
    rows: list[TidbCloudConnection], facts: Facts, ask: Callable[[TidbCloud], Awaitable[T | None]]
) -> Answers[T]:
    """Ask them all at once until the first one has something: who is slow holds nobody up."""
    tasks = {asyncio.ensure_future(_ask(row, facts, ask, alone=len(rows) == 1)): row for row in rows}
    answers: Answers[T] = Answers([], [])
    try:
        while tasks and not answers.given:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                row, (answer, error) = tasks.pop(task), task.result()
                if error is not None:
                    answers.failed.append((row, error))
                elif answer is not None:
                    answers.given.append((row, answer))
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return answers


async def _ask(
    row: TidbCloudConnection, facts: Facts, ask: Callable[[TidbCloud], Awaitable[T | None]], *, alone: bool
) -> tuple[T | None, GatewayError | None]:
    try:
        return await ask(await cloud(row, facts)), None
    except AuditUnavailable:
        raise  # not the connection's fault: nothing may go on
    except GatewayError as error:
        if alone:
            raise
        return None, error


async def the_connection(name: str | None) -> TidbCloudConnection:
    """The connection of this name, or the only one. BadInput, with the names, where that is not clear."""
    rows = await connections()
    found = [row for row in rows if name in (None, row.name)]
    if len(found) == 1:
        return found[0]
    names = ", ".join(row.name for row in rows)
    if name is None:
        raise BadInput(f"There are {len(rows)} connections: say which one as connection, one of {names}.")
    raise BadInput(f"There is no connection {name!r}. There are: {names}.")
