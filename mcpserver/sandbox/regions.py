"""Where clusters can be, and the organization and projects they belong to."""

from dataclasses import dataclass
from typing import Final


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

    @property
    def name(self) -> str:
        """As a cluster names it."""
        return f"regions/{self.region_id}"


REGIONS: Final = (
    Region("aws", "us-east-1", "N. Virginia (us-east-1)", ("Starter", "Essential"), "aws"),
    Region("aws", "us-west-2", "Oregon (us-west-2)", ("Starter", "Essential"), "aws"),
    Region("aws", "eu-central-1", "Frankfurt (eu-central-1)", ("Starter", "Essential"), "aws"),
    Region("aws", "ap-northeast-1", "Tokyo (ap-northeast-1)", ("Starter", "Essential")),
    Region("aws", "ap-southeast-1", "Singapore (ap-southeast-1)", ("Starter", "Essential"), "aws"),
    Region("alicloud", "ap-southeast-1", "Singapore (ap-southeast-1)", ("Starter", "Essential", "Premium")),
)
BY_NAME: Final = {region.name: region for region in REGIONS}


@dataclass(frozen=True)
class Project:
    """A part of the organization. The first one is where a cluster goes that names none."""

    project_id: str
    name: str
    created: int


ORGANIZATION: Final = "1372813089209061633"
PROJECTS: Final = (
    Project("1372813089454525346", "default project", 1_741_000_000),
    Project("1372813089454573901", "experiments", 1_752_000_000),
)
