"""Clusters and branches, as they are kept. What a cluster was asked to be is kept in the form of the wire."""

from dataclasses import dataclass, field, fields
from typing import Any, Self

from mcpserver.sandbox.databases.fleet import Account

Spec = dict[str, Any]
"""The part of a cluster that a caller can say: `displayName`, `region` (its name), `spendingLimit`, `labels`, ..."""


@dataclass
class SqlUser:
    """A SQL user that the API knows."""

    name: str
    role: str
    """As it was sent: with the prefix or without."""
    custom_roles: list[str] = field(default_factory=list)
    password: str = field(default="", repr=False)
    """Only until the data is there: it is made with these users at the first connection."""

    def account(self) -> Account:
        """The user as the databases take it. Root owns everything."""
        owner = self.name.rpartition(".")[2] == "root"
        return Account(self.name, self.password, "root" if owner else self.role.rpartition(".")[2])


@dataclass(kw_only=True)
class Place:
    """A cluster or a branch: a database with an address, a prefix and users of its own."""

    place_id: str
    user_prefix: str
    created_by: str
    created: float
    updated: float
    phase: str
    """What goes on until `ready_at`, and for as long as it is `pending`: CREATING or RESTORING."""
    ready_at: float
    pending: bool = True
    """Its data is not what it should be yet."""
    has_password: bool = False
    batch: str = ""
    """Those it was made with, all or none of which are there. Empty when it was made alone."""
    port: int = 0
    users: list[SqlUser] = field(default_factory=list)

    @property
    def list_key(self) -> str:
        """Oldest first."""
        return f"{self.created:020.6f}/{self.place_id}"

    @property
    def root(self) -> str:
        """The name of its root user."""
        return f"{self.user_prefix}.root"

    def user(self, name: str) -> SqlUser | None:
        """The user of this name, with the prefix."""
        return next((user for user in self.users if user.name == name), None)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Fails on missing and on unknown fields."""
        unknown = data.keys() - {part.name for part in fields(cls)}
        if unknown:
            raise ValueError(f"unknown fields: {unknown}")
        return cls(**{**data, "users": [SqlUser(**user) for user in data["users"]]})


@dataclass(kw_only=True)
class Cluster(Place):
    """A Starter cluster, or with `autoScaling` an Essential one."""

    spec: Spec
    seed: str = ""
    """The name of the seed that its first data come from."""

    @property
    def display_name(self) -> str:
        """Not unique."""
        return str(self.spec["displayName"])

    @property
    def essential(self) -> bool:
        """Whether its plan is Essential."""
        return "autoScaling" in self.spec

    @property
    def free(self) -> bool:
        """Whether it counts as one of the free clusters."""
        return not self.essential and self.spec["spendingLimit"]["monthly"] == 0


@dataclass(kw_only=True)
class Branch(Place):
    """A copy of a cluster or of another branch of it."""

    display_name: str
    cluster_id: str
    parent_id: str
    parent_timestamp: str = ""
    root_password: str = field(default="", repr=False)
    """Asked for, and not set yet."""
