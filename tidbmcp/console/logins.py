"""The SQL logins of clusters, for pages: which the vault holds, and which are still to be made."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from django.db.models import Q, QuerySet

from mcpserver.grants.environments import Pair
from mcpserver.vault.logins import GIVEN_UP
from mcpserver.vault.models import LoginsDue, Role, SqlLogin
from tidbmcp.lib.clock import now
from tidbmcp.lib.visible import make_visible

PROBLEM_MOST: Final = 300

LEFT: Final = "They were not made within a day, and are not tried any more."


@dataclass(frozen=True)
class Due:
    """Logins still to be made. `own`: for the cluster itself, not for a branch. `problem`: what went wrong, if anything."""

    own: bool
    problem: str = ""


@dataclass(frozen=True)
class Logins:
    """Of one cluster. `roles`: of the logins for the cluster itself, from least to most."""

    roles: list[Role]
    on_branches: int
    due: Due | None = None

    @property
    def reader_missing(self) -> bool:
        """Whether somebody has to add one: it is not there, and is not being made."""
        being_made = self.due is not None and self.due.own and not self.due.problem
        return Role.READONLY not in self.roles and not being_made


def logins_of(pairs: list[Pair]) -> dict[Pair, Logins]:
    """Of each of these clusters."""
    held, due = _held(pairs), _due(pairs)
    return {
        pair: Logins(
            [role for role in Role if (role, "") in held[pair]],
            sum(1 for _, branch_id in held[pair] if branch_id),
            due.get(pair),
        )
        for pair in pairs
    }


def in_trouble() -> QuerySet[LoginsDue]:
    """Those due that went wrong so far, or are not tried any more."""
    return LoginsDue.objects.filter(~Q(problem="") | Q(asked_at__lte=now() - GIVEN_UP))


def _held(pairs: list[Pair]) -> dict[Pair, list[tuple[str, str]]]:
    """Role and branch of each login."""
    held: dict[Pair, list[tuple[str, str]]] = defaultdict(list)
    rows = SqlLogin.objects.filter(**_among(pairs))
    for pk, cluster_id, role, branch_id in rows.values_list("connection_id", "cluster_id", "role", "branch_id"):
        held[pk, cluster_id].append((role, branch_id))
    return held


def _due(pairs: list[Pair]) -> dict[Pair, Due]:
    """One for each cluster that has any: with a problem before one without, the cluster's own before a branch's."""
    found: dict[Pair, list[Due]] = defaultdict(list)
    for row in LoginsDue.objects.filter(**_among(pairs)):
        problem = row.problem or (LEFT if row.asked_at <= now() - GIVEN_UP else "")
        found[row.connection_id, row.cluster_id].append(Due(not row.branch_id, make_visible(problem[:PROBLEM_MOST])))
    return {pair: max(several, key=lambda due: (bool(due.problem), due.own)) for pair, several in found.items()}


def _among(pairs: list[Pair]) -> dict[str, set[object]]:
    """A filter that a few rows too many may pass."""
    return {"connection_id__in": {pk for pk, _ in pairs}, "cluster_id__in": {cluster_id for _, cluster_id in pairs}}
