"""What the API answers. Unknown fields are passed over; missing, null and unreadable ones are None.

Source: cluster.swagger.json, branch.swagger.json and iam.swagger.json of tidbcloud-cli (Apache-2.0).
"""

from typing import Annotated, Any, ClassVar, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidatorFunctionWrapHandler, field_validator
from pydantic.alias_generators import to_camel
from pydantic_core.core_schema import ValidationInfo

from tidbmcp.lib.visible import make_visible

ACTIVE: Final = "ACTIVE"
DELETED: Final = frozenset({"DELETED", "DELETING"})
"""States of what is going or gone. Any state that is not ACTIVE, new ones too, means "not ready"."""


TEXT_MOST: Final = 500
"""Characters of a text that the API tells."""

Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
"""Of a cluster or branch: digits, or `bran-` and letters."""


class Wire(BaseModel):
    """Tolerant towards the wire: a field that does not fit hides itself, and not the answer it stands in."""

    whole: ClassVar[frozenset[str]] = frozenset()
    """Fields that are the answer itself and must fit: half a list would pass for the whole."""
    exact: ClassVar[frozenset[str]] = frozenset()
    """Texts that go back as they came. Every other one is for people and models: visible, and not too long."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="ignore", coerce_numbers_to_str=True
    )

    @field_validator("*", mode="wrap")
    @classmethod
    def _default_where_it_does_not_fit(
        cls, value: Any, handler: ValidatorFunctionWrapHandler, info: ValidationInfo
    ) -> Any:
        field = cls.model_fields[info.field_name or ""]
        if value is None and not field.is_required():
            return field.get_default(call_default_factory=True)
        try:
            found = handler(value)
        except ValidationError:
            if field.is_required() or info.field_name in cls.whole:
                raise
            return field.get_default(call_default_factory=True)
        clean = isinstance(found, str) and info.field_name not in cls.exact
        return make_visible(found)[:TEXT_MOST] if clean else found


class Nothing(Wire):
    """An answer of which nothing is needed."""


class Region(Wire):
    """A place where clusters can be. `provider` is deprecated and can be null; `name` is what the API takes."""

    name: str | None = None
    region_id: str | None = None
    cloud_provider: str | None = None
    provider: str | None = None
    display_name: str | None = None
    service_plans: list[str] | None = None

    @property
    def id(self) -> str:
        """As in `aws-us-east-1`, from the name: `regionId` was seen as `us-east-1`."""
        return (self.name or "").removeprefix("regions/") or self.region_id or ""


class AuthorizedNetwork(Wire):
    """A range of addresses that may connect."""

    start_ip_address: str | None = None
    end_ip_address: str | None = None
    display_name: str | None = None


class Endpoint(Wire):
    """Where SQL is spoken."""

    host: str | None = None
    port: int | None = None
    disabled: bool | None = None
    authorized_networks: list[AuthorizedNetwork] | None = None


class PrivateService(Wire):
    """The cloud provider's side of a private endpoint."""

    service_name: str | None = None
    service_attachment_name: str | None = None
    availability_zone: list[str] | None = None


class PrivateEndpoint(Wire):
    """Where SQL is spoken inside a cloud provider's network."""

    host: str | None = None
    port: int | None = None
    aws: PrivateService | None = None
    gcp: PrivateService | None = None
    alicloud: PrivateService | None = None


class Endpoints(Wire):
    """Of a cluster or branch."""

    public: Endpoint | None = None
    private: PrivateEndpoint | None = None


class SpendingLimit(Wire):
    """In US cents a month. A zero may be left out on the wire."""

    monthly: int = 0


class BackupPolicy(Wire):
    """When backups are made (UTC, HH:mm) and for how many days they are kept."""

    start_time: str | None = None
    retention_days: int | None = None


class AutoScaling(Wire):
    """Of an Essential cluster, in request capacity units."""

    min_rcu: int | None = None
    max_rcu: int | None = None


class EncryptionConfig(Wire):
    """Encryption of the data beyond the usual."""

    enhanced_encryption_enabled: bool | None = None


class AuditLogConfig(Wire):
    """TiDB Cloud's own audit log of the database."""

    enabled: bool | None = None
    unredacted: bool | None = None


class Instance(Wire):
    """What clusters and branches have in common."""

    name: str | None = None
    display_name: str | None = None
    state: str | None = None
    user_prefix: str | None = None
    endpoints: Endpoints | None = None
    annotations: dict[str, str] | None = None
    created_by: str | None = None
    create_time: str | None = None
    update_time: str | None = None

    @property
    def public_endpoint(self) -> Endpoint | None:
        """Where SQL is spoken over the internet; None while there is none."""
        return self.endpoints.public if self.endpoints else None


class Cluster(Instance):
    """A cluster. Ids are texts: they are larger than a float holds. There is never a password in it."""

    cluster_id: Id
    region: Region | None = None
    version: str | None = None
    service_plan: str | None = None
    cluster_plan: str | None = None
    spending_limit: SpendingLimit | None = None
    automated_backup_policy: BackupPolicy | None = None
    auto_scaling: AutoScaling | None = None
    encryption_config: EncryptionConfig | None = None
    high_availability_type: str | None = None
    audit_log_config: AuditLogConfig | None = None
    labels: dict[str, str] | None = None

    @property
    def id(self) -> str:
        """Of the cluster."""
        return self.cluster_id

    @property
    def plan(self) -> str | None:
        """`Starter`, `Essential` and so on; `clusterPlan` is often null."""
        return self.service_plan or (self.cluster_plan.title() if self.cluster_plan else None)


class Branch(Instance):
    """A branch of a cluster, with an endpoint, a user prefix and users of its own."""

    branch_id: Id
    cluster_id: str | None = None
    parent_id: str | None = None
    parent_display_name: str | None = None
    parent_timestamp: str | None = None

    @property
    def id(self) -> str:
        """Of the branch."""
        return self.branch_id


class SqlUser(Wire):
    """A SQL user of a cluster; its name has the cluster's prefix. The role may come back with the prefix too."""

    exact = frozenset({"user_name"})

    user_name: str
    builtin_role: str | None = None
    custom_roles: list[str] = Field(default_factory=list)


class Project(Wire):
    """A project of an organization. This list alone is in snake case; times are seconds since 1970, as text."""

    model_config = ConfigDict(alias_generator=None)

    id: Id
    name: str | None = None
    org_id: str | None = None
    cluster_count: int | None = None
    create_timestamp: str | None = None


class RegionList(Wire):
    """The answer of GET /regions."""

    whole = frozenset({"regions"})

    regions: list[Region] = Field(default_factory=list)


class Page(Wire):
    """One page of a list; on the last one the token is absent or empty."""

    whole = frozenset({"next_page_token"})
    exact = frozenset({"next_page_token"})

    next_page_token: str | None = None
    total_size: int | None = None


class ClusterPage(Page):
    """The answer of GET /clusters."""

    whole = Page.whole | {"clusters"}

    clusters: list[Cluster] = Field(default_factory=list)


class BranchPage(Page):
    """The answer of GET /clusters/{id}/branches."""

    whole = Page.whole | {"branches"}

    branches: list[Branch] = Field(default_factory=list)


class SqlUserPage(Page):
    """The answer of GET /clusters/{id}/sqlUsers."""

    whole = Page.whole | {"sql_users"}

    sql_users: list[SqlUser] = Field(default_factory=list)


class ProjectPage(Page):
    """The answer of GET /projects."""

    whole = Page.whole | {"projects"}

    projects: list[Project] = Field(default_factory=list)
