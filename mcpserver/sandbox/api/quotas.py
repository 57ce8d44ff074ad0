"""How much of everything an organization may have."""

from collections.abc import Sequence

from mcpserver.sandbox.api.answers import ApiError
from mcpserver.sandbox.cloud import Cloud
from mcpserver.sandbox.places import Cluster


def check_clusters(cloud: Cloud, new: Sequence[Cluster]) -> None:
    """Whether these can be added."""
    everything = [*cloud.clusters.values(), *new]
    if _over(len(everything), cloud.config.clusters):
        raise ApiError(400, "the number of clusters has reached the cluster limit of the organization")
    if any(cluster.free for cluster in new):
        check_free(cloud, sum(cluster.free for cluster in everything))


def check_free(cloud: Cloud, count: int) -> None:
    """Whether there can be so many free clusters."""
    if _over(count, cloud.config.free_clusters):
        raise ApiError(400, "the number of free clusters has reached the limit; set a spending limit to create more")


def check_branches(cloud: Cloud) -> None:
    """Whether there can be one more."""
    if _over(len(cloud.branches) + 1, cloud.config.branches):
        raise ApiError(400, "the number of branches has reached the limit")


def _over(count: int, limit: int | None) -> bool:
    return limit is not None and count > limit
