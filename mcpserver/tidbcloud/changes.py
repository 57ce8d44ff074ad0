"""What can be asked of the API: bodies of requests, and the rules that are checked before anything is sent.

Source: the patterns of cluster.swagger.json of tidbcloud-cli (Apache-2.0).
"""

from typing import Any, Final, TypedDict

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from mcpserver.tidbcloud.types import Branch, Cluster

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


class Scaling(Sent):
    """Request capacity units of an Essential cluster; not together with a spending limit."""

    min_rcu: int
    max_rcu: int


class Encryption(Sent):
    """Encryption of the data beyond the usual."""

    enhanced_encryption_enabled: bool


class Network(Sent):
    """A range of addresses that may connect."""

    start_ip_address: str
    end_ip_address: str
    display_name: str


class PublicEndpoint(Sent):
    """Who may connect over the internet. The list is replaced as a whole."""

    disabled: bool | None = None
    authorized_networks: list[Network] | None = None


class NewEndpoints(Sent):
    """Of a cluster."""

    public: PublicEndpoint


class DatabaseAudit(Sent):
    """TiDB Cloud's own audit log of the database."""

    enabled: bool | None = None
    unredacted: bool | None = None


class NewCluster(Sent):
    """POST /clusters: the body is the cluster itself. No root password: none is made, and nobody needs one here."""

    display_name: str
    region: RegionName
    spending_limit: Limit | None = None
    automated_backup_policy: Backup | None = None
    endpoints: NewEndpoints | None = None
    encryption_config: Encryption | None = None
    high_availability_type: str | None = None
    auto_scaling: Scaling | None = None
    labels: dict[str, str] | None = None

    def fits(self, cluster: Cluster) -> bool:
        """Whether it may be what was asked for: of this name and in this region."""
        region = cluster.region.name if cluster.region else None
        return cluster.display_name == self.display_name and region in (None, self.region.name)


class NewBranch(Sent):
    """POST /clusters/{id}/branches. The parent is the cluster where none is given; times are RFC 3339. No root password."""

    display_name: str
    parent_id: str | None = None
    parent_timestamp: str | None = None

    def fits(self, branch: Branch, cluster_id: str) -> bool:
        """Whether it may be what was asked for: of this name and this parent."""
        parents = (None, self.parent_id or cluster_id)
        return branch.display_name == self.display_name and branch.parent_id in parents


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
    endpoints: NewEndpoints | None = None
    auto_scaling: Scaling | None = None
    audit_log_config: DatabaseAudit | None = None

    def patch(self) -> "Patch":
        """The body, with the mask that the API requires: only what stands in it is changed."""
        cluster = self.body()
        return {"cluster": cluster, "updateMask": ",".join(path for name in cluster for path in _paths(name, cluster))}

    def is_in(self, cluster: Cluster) -> bool:
        """Whether the cluster is as this change would have it."""
        return _within(self.body(), cluster.model_dump(by_alias=True))


def _paths(name: str, cluster: dict[str, Any]) -> list[str]:
    """As official clients name them: the parts of a public endpoint one by one."""
    match name:
        case "spendingLimit":
            return ["spendingLimit.monthly"]
        case "endpoints":
            return [f"endpoints.public.{part}" for part in cluster[name]["public"]]
        case _:
            return [name]


def _within(wanted: Any, found: Any) -> bool:
    """Whether all that is wanted is there; a zero may be left out on the wire."""
    if isinstance(wanted, dict):
        return all(_within(value, (found or {}).get(name)) for name, value in wanted.items())
    return bool(wanted == found) or (not wanted and found is None)


class Patch(TypedDict):
    """PATCH /clusters/{id}."""

    cluster: dict[str, Any]
    updateMask: str
