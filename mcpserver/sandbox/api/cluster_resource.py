"""A cluster on the wire."""

from typing import Any, Final

from mcpserver.sandbox.api.regions import resource as region_resource
from mcpserver.sandbox.clock import shown
from mcpserver.sandbox.cloud import Cloud
from mcpserver.sandbox.facts import HOST
from mcpserver.sandbox.places import Cluster, Place
from mcpserver.sandbox.regions import BY_NAME, Region

# Which fields BASIC leaves out is not documented; clients that want annotations are known to ask for FULL.
ONLY_FULL: Final = ("annotations",)
_LATE: Final = ("endpoints", "userPrefix", "labels")


def resource(cloud: Cloud, cluster: Cluster, *hidden: str) -> dict[str, Any]:
    """As the API shows it now, without the fields that are hidden."""
    spec, state = cluster.spec, cloud.state(cluster)
    full = {
        "name": f"clusters/{cluster.place_id}",
        "clusterId": cluster.place_id,
        **spec,
        "region": region_resource(BY_NAME[spec["region"]]),
        "endpoints": endpoints(cluster, spec["endpoints"]["public"], BY_NAME[spec["region"]]),
        "rootPassword": "",  # input only; the real service sends it back empty
        "version": "v8.5.3",
        "createdBy": cluster.created_by,
        "userPrefix": cluster.user_prefix,
        "state": state,
        "annotations": annotations(cluster, late=is_late(cloud, cluster)),
        "createTime": shown(cluster.created),
        "updateTime": shown(update_time(cloud, cluster)),
        "clusterPlan": "ESSENTIAL" if cluster.essential else "STARTER",
        "servicePlan": "Essential" if cluster.essential else "Starter",
    }
    left_out = {*hidden, *(_LATE if is_late(cloud, cluster) else ()), *(("endpoints",) if state == "DELETED" else ())}
    return {name: value for name, value in full.items() if name not in left_out}


def is_late(cloud: Cloud, place: Place) -> bool:
    """Whether it is too new to say where it is."""
    return cloud.config.late_fields and cloud.state(place) == "CREATING"


def update_time(cloud: Cloud, place: Place) -> float:
    """Becoming active is a change, too."""
    return max(place.updated, place.ready_at) if cloud.state(place) == "ACTIVE" else place.updated


def annotations(place: Place, *, late: bool) -> dict[str, str]:
    """Whether somebody has chosen a password for root, and what the service offers."""
    said = {"tidb.cloud/has-set-password": "true" if place.has_password else "false"}
    return said if late else {**said, "tidb.cloud/available-features": "DISABLE_PUBLIC_LB,DELEGATE_USER"}


def endpoints(place: Place, public: dict[str, Any], region: Region) -> dict[str, Any]:
    """The public one is where its database is. Nobody can reach the private one."""
    service = {
        "serviceName": f"com.amazonaws.vpce.{region.code}.vpce-svc-0a51c7e0d93b64f28",
        "availabilityZone": ["az1"],
    }
    return {
        "public": {"host": HOST, "port": place.port, **public},
        "private": {
            "host": f"gateway01-privatelink.{region.code}.prod.{region.cloud_provider}.tidbcloud.com",
            "port": 4000,
            region.cloud_provider: service,
        },
    }
