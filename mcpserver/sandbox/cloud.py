"""What exists in this TiDB Cloud: its regions and clusters, as values. The API only shows them."""

from dataclasses import dataclass
from typing import Final, Self

from mcpserver.sandbox.facts import ClusterFacts, Facts
from mcpserver.sandbox.seeds import seed_named

ORGANIZATION: Final = "1372813089209061633"
PROJECT: Final = "1372813089454525346"


@dataclass(frozen=True)
class Region:
    """A place where clusters can be."""

    cloud_provider: str
    code: str
    title: str
    service_plans: tuple[str, ...]
    provider: str | None = None
    """Deprecated, and null for some regions of the real service too."""

    @property
    def region_id(self) -> str:
        """As in `regions/aws-us-east-1`."""
        return f"{self.cloud_provider}-{self.code}"


@dataclass(frozen=True)
class Cluster:
    """A Starter cluster. Every one here is active."""

    cluster_id: str
    display_name: str
    region: Region
    host: str
    port: int
    user_prefix: str
    created_by: str
    create_time: str
    update_time: str

    @property
    def list_key(self) -> str:
        """Oldest first."""
        return f"{self.create_time}/{self.cluster_id}"


@dataclass(frozen=True)
class Cloud:
    """Everything, as one API key sees it."""

    regions: tuple[Region, ...]
    clusters: dict[str, Cluster]

    @classmethod
    def of(cls, facts: Facts) -> Self:
        """What the facts of a sandbox say exists."""
        clusters = (_cluster(cluster, f"apikey-{facts.public_key}") for cluster in facts.clusters)
        return cls(REGIONS, {cluster.cluster_id: cluster for cluster in clusters})


REGIONS: Final = (
    Region("aws", "us-east-1", "N. Virginia (us-east-1)", ("Starter", "Essential"), "aws"),
    Region("aws", "us-west-2", "Oregon (us-west-2)", ("Starter", "Essential"), "aws"),
    Region("aws", "eu-central-1", "Frankfurt (eu-central-1)", ("Starter", "Essential"), "aws"),
    Region("aws", "ap-northeast-1", "Tokyo (ap-northeast-1)", ("Starter", "Essential")),
    Region("aws", "ap-southeast-1", "Singapore (ap-southeast-1)", ("Starter", "Essential"), "aws"),
    Region("alicloud", "ap-southeast-1", "Singapore (ap-southeast-1)", ("Starter", "Essential", "Premium")),
)


def _cluster(facts: ClusterFacts, created_by: str) -> Cluster:
    seed = seed_named(facts.display_name)
    return Cluster(
        cluster_id=facts.cluster_id,
        display_name=facts.display_name,
        region=REGIONS[0],
        host=facts.host,
        port=facts.port,
        user_prefix=facts.user_prefix,
        created_by=created_by,
        create_time=seed.create_time,
        update_time=seed.update_time,
    )
