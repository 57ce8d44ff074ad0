"""What a sandbox can be told: one frozen value, made at the start and handed down."""

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Config:
    """The defaults behave like the real service; `unlimited` takes its quotas away. Times are in seconds."""

    realm: str = "tidb.cloud"
    nonce_seconds: float = 300.0
    # How long a database may take to stop before it is killed. The whole sandbox is gone in about five seconds.
    stop_seconds: float = 3.0
    # A database to which nobody has been connected for so long is stopped; it comes back at the next connection.
    idle_seconds: float = 300.0
    create_seconds: float = 4.0
    """From CREATING to ACTIVE, on the sandbox's clock."""
    restore_seconds: float = 4.0
    """From RESTORING to ACTIVE, on the sandbox's clock."""
    late_fields: bool = True
    """Endpoints, user prefix and labels appear only when a cluster or branch is ACTIVE."""
    requests_per_minute: int | None = 100
    """For the key. None: no limit."""
    count_challenges: bool = False
    """Whether a request that only earns a challenge counts against the limit."""
    free_clusters: int | None = 5
    clusters: int | None = 100
    branches: int | None = 5
    """The most that can exist in the organization. None: no limit."""
    after_delete: int = 404
    """What a deleted cluster or branch answers afterwards: 404 or 403."""
    control: bool = False
    """Whether tests may set its clock, order faults and read what was asked, under `/_sandbox`."""

    @classmethod
    def unlimited(cls) -> Self:
        """For trying: no quotas and no rate limit."""
        return cls(requests_per_minute=None, free_clusters=None, clusters=None, branches=None)
