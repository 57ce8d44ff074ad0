"""What a caller may do with a tool: a value, computed here and nowhere else. Pure: no I/O.

The narrowest of deployment, token and request wins. Later: the person's grant for the cluster, and decisions.
"""

from dataclasses import dataclass

from accounts.principal import Principal
from accounts.scopes import Scope
from mcpserver.tools.spec import Effect


@dataclass(frozen=True)
class Allow:
    """It may run."""


@dataclass(frozen=True)
class Refuse:
    """It may not, and the caller is told why."""

    reason: str


@dataclass(frozen=True)
class Hide:
    """It lies beyond what this deployment does at all: it answers as if it did not exist."""


@dataclass(frozen=True)
class Ceiling:
    """The deployment's own limit, and where its people go for more."""

    read_only: bool
    tokens_page: str


def verdict(
    scope: Scope | None,
    effect: Effect,
    principal: Principal,
    ceiling: Ceiling,
    *,
    request_read_only: bool,
    also: frozenset[Scope] = frozenset(),
) -> Allow | Refuse | Hide:
    """May this caller run a tool of this scope and effect? `also`: scopes that it needs beside the one."""
    changes = effect is not Effect.READS
    if changes and ceiling.read_only:
        return Hide()
    if scope is None:
        return Allow() if principal.scopes else Refuse("This token has no scopes.")
    if missing := sorted({scope, *also} - principal.scopes, key=list(Scope).index):
        return Refuse(
            f"This needs the scope {' and the scope '.join(missing)}, which this token lacks. Make one that has it at "
            f"{ceiling.tokens_page}."
        )
    if changes and principal.read_only:
        return Refuse(f"This token is read-only. Make one that is not at {ceiling.tokens_page}.")
    if changes and request_read_only:
        return Refuse("This request said read-only: send it without x-read-only or readonly to change anything.")
    return Allow()


def is_listed(found: Allow | Refuse | Hide) -> bool:
    """Whether tools/list shows the tool. A personal token can't gain scopes, so what it can't call is not shown."""
    return isinstance(found, Allow)
