"""What the API answers, as far as the tools need it. Unknown fields are passed over, missing ones are None.

Source: cluster.swagger.json of tidbcloud-cli (Apache-2.0), resources Cluster and Region.
"""

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class Wire(BaseModel):
    """Tolerant towards the wire: fields may be new, missing or null."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="ignore", coerce_numbers_to_str=True
    )


class Region(Wire):
    """A place where clusters can be."""

    name: str | None = None
    region_id: str | None = None
    cloud_provider: str | None = None
    display_name: str | None = None
    service_plans: list[str] | None = None


class Endpoint(Wire):
    """Where SQL is spoken."""

    host: str | None = None
    port: int | None = None
    disabled: bool | None = None


class Endpoints(Wire):
    """Of a cluster."""

    public: Endpoint | None = None


class SpendingLimit(Wire):
    """In US cents a month."""

    monthly: int | None = None


class Cluster(Wire):
    """A cluster. Ids are texts: they are larger than a float holds."""

    cluster_id: str
    display_name: str | None = None
    region: Region | None = None
    state: str | None = None
    service_plan: str | None = None
    cluster_plan: str | None = None
    version: str | None = None
    user_prefix: str | None = None
    endpoints: Endpoints | None = None
    spending_limit: SpendingLimit | None = None
    labels: dict[str, str] | None = None
    created_by: str | None = None
    create_time: str | None = None
    update_time: str | None = None


class Branch(Wire):
    """A branch of a cluster, with an endpoint and users of its own."""

    branch_id: str
    display_name: str | None = None
    state: str | None = None
    endpoints: Endpoints | None = None


class BranchPage(Wire):
    """The answer of GET /clusters/{id}/branches."""

    branches: list[Branch] = Field(default_factory=list)
    next_page_token: str | None = None


class RegionList(Wire):
    """The answer of GET /regions."""

    regions: list[Region] = Field(default_factory=list)


class ClusterPage(Wire):
    """The answer of GET /clusters."""

    clusters: list[Cluster] = Field(default_factory=list)
    next_page_token: str | None = None
