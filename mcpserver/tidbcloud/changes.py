"""What can be asked of the API: bodies of requests, and the rules that are checked before anything is sent.

Source: the patterns of cluster.swagger.json of tidbcloud-cli (Apache-2.0).
"""

from typing import Any, Final, TypedDict

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from mcpserver.tidbcloud.types import Cluster

CLUSTER_NAME: Final = r"^[A-Za-z0-9][-A-Za-z0-9]{2,62}[A-Za-z0-9]$"
START_TIME: Final = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
RESERVED_LABELS: Final = "tidb.cloud/"
"""Labels that the service sets itself: the organization and the project."""


class Sent(BaseModel):
    """A body in camelCase; what is None is not in it."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid")

    def body(self) -> dict[str, Any]:
        """As JSON."""
        return self.model_dump(by_alias=True, exclude_none=True)


class RegionName(Sent):
    """A region, by its name: `regions/aws-us-east-1`."""

    name: str


class Limit(Sent):
    """USD cents a month; 0 means the free quota only."""

    monthly: int


class Backup(Sent):
    """When (UTC, HH:mm) and for how many days."""

    start_time: str | None = None
    retention_days: int | None = None


class NewCluster(Sent):
    """POST /clusters: the body is the cluster itself. No root password: none is made, and nobody needs one here."""

    display_name: str
    region: RegionName
    spending_limit: Limit | None = None
    labels: dict[str, str] | None = None


class NewBranch(Sent):
    """POST /clusters/{id}/branches. The parent is the cluster where none is given; times are RFC 3339."""

    display_name: str
    parent_id: str | None = None
    parent_timestamp: str | None = None


class NewSqlUser(Sent):
    """POST /clusters/{id}/sqlUsers: the service adds the prefix to the name, and to the role where it has one."""

    user_name: str
    builtin_role: str
    password: str
    auth_method: str = "mysql_native_password"
    auto_prefix: bool = True


class ClusterChange(Sent):
    """What a PATCH may change here. What is None stays."""

    display_name: str | None = None
    spending_limit: Limit | None = None
    labels: dict[str, str] | None = None
    automated_backup_policy: Backup | None = None

    def patch(self) -> "Patch":
        """The body, with the mask that the API requires: only what stands in it is changed."""
        cluster = self.body()
        paths = ["spendingLimit.monthly" if name == "spendingLimit" else name for name in cluster]
        return {"cluster": cluster, "updateMask": ",".join(paths)}

    def is_in(self, cluster: Cluster) -> bool:
        """Whether the cluster is as this change would have it."""
        limit, backup = cluster.spending_limit, cluster.automated_backup_policy
        wanted = self.automated_backup_policy
        return (
            self.display_name in (None, cluster.display_name)
            and (self.spending_limit is None or (limit.monthly if limit else 0) == self.spending_limit.monthly)
            and (self.labels or {}).items() <= (cluster.labels or {}).items()
            and (
                wanted is None
                or wanted.model_dump(exclude_none=True).items() <= (backup or Backup()).model_dump().items()
            )
        )


class Patch(TypedDict):
    """PATCH /clusters/{id}."""

    cluster: dict[str, Any]
    updateMask: str
