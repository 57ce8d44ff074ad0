"""What is true of a tool, said in one place; and the registry, in which a name stands once."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Final, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from accounts.principal import Principal
from accounts.scopes import Scope
from audit.facts import Facts
from mcpserver.tools.json_schema import flat_schema


class Effect(StrEnum):
    """What a tool does to the world, from nothing to the worst."""

    READS = "reads"
    CREATES = "creates"
    CHANGES = "changes"
    DESTROYS = "destroys"


class Arguments(BaseModel):
    """A tool's arguments. Unknown ones are refused; so is a number where a text belongs."""

    model_config = ConfigDict(extra="forbid", strict=True, str_strip_whitespace=True)


class NoArguments(Arguments):
    """None."""


ClusterRef = Annotated[str, Field(min_length=1, max_length=100, description="Cluster: its id or exact display name.")]
BranchRef = Annotated[
    str | None,
    Field(
        min_length=1,
        max_length=100,
        description="Branch: its id or exact display name; else the cluster itself.",
    ),
]
PageSize = Annotated[int, Field(ge=1, le=100, description="Rows a page.")]
PageToken = Annotated[str | None, Field(max_length=2000, description="next_page_token of the page before.")]


Progress = Callable[[float, float, str], Awaitable[None]]
"""Told to a caller that waits: how far, of how much, and a sentence."""


async def unseen(done: float, total: float, message: str) -> None:
    """For callers that don't ask for progress."""


@dataclass
class Call:
    """One call on its way. A tool notes what the audit should know beside the arguments.

    `pending` says what was asked for whose outcome is not known yet, `happened` what stands even if the caller goes away.
    `noted` is kept beside the arguments, `sql` where the statements are none of them: it may hold literals, which the audit
    takes out.
    """

    principal: Principal
    facts: Facts
    read_only: bool
    progress: Progress = unseen
    pending: str = ""
    happened: str = ""
    cluster: str = ""
    cluster_id: str = ""
    branch: str = ""
    rows: int | None = None
    cut: bool = False
    noted: dict[str, str] = field(default_factory=dict)
    sql: str = ""


A = TypeVar("A", bound=Arguments)
Run = Callable[[Call, A], Awaitable[dict[str, Any]]]


@dataclass(frozen=True)
class Tool(Generic[A]):
    """Everything that is true of a tool. `run` answers what fits `output`; it raises GatewayError with a public sentence."""

    name: str
    title: str
    description: str
    scope: Scope | None
    """What opens it; None: any scope does."""
    effect: Effect
    arguments: type[A]
    output: type[BaseModel]
    run: Run[A] = field(repr=False)
    also: frozenset[Scope] = frozenset()
    """What it needs beside `scope`: all of them."""

    @cached_property
    def input_schema(self) -> dict[str, Any]:
        """JSON Schema of its arguments."""
        return flat_schema(self.arguments, "validation")

    @cached_property
    def output_schema(self) -> dict[str, Any]:
        """JSON Schema of its answer."""
        return flat_schema(self.output, "serialization")


TOOLS: Final[dict[str, Tool[Any]]] = {}
"""By name, in the order in which tools/list shows them."""


def tool(
    name: str,
    *,
    title: str,
    description: str,
    scope: Scope | None,
    effect: Effect,
    arguments: type[A],
    output: type[BaseModel],
    also: frozenset[Scope] = frozenset(),
) -> Callable[[Run[A]], Run[A]]:
    """Register the function as a tool. The same name twice stops the import."""

    def register(run: Run[A]) -> Run[A]:
        if name in TOOLS:
            raise ValueError(f"two tools are named {name}")
        TOOLS[name] = Tool(name, title, description, scope, effect, arguments, output, run, also)
        return run

    return register
