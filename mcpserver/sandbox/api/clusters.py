"""GET /clusters and GET /clusters/{id}."""

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse

from mcpserver.sandbox.api import regions
from mcpserver.sandbox.api.answers import ApiError
from mcpserver.sandbox.api.paging import Pager
from mcpserver.sandbox.api.parameters import Parameters
from mcpserver.sandbox.cloud import ORGANIZATION, PROJECT, Cloud, Cluster

_VIEWS: Final = ("BASIC", "FULL")
_NOT_YET: Final = ("filter", "orderBy")
# Which fields BASIC leaves out is not documented; clients that want annotations are known to ask for FULL.
_ONLY_FULL: Final = ("annotations",)


async def list_clusters(request: Request) -> JSONResponse:
    """Oldest first, a page at a time."""
    cloud: Cloud = request.app.state.cloud
    pager: Pager = request.app.state.pager
    parameters = Parameters.of(request, ("pageSize", "pageToken", "skip", *_NOT_YET))
    for name in _NOT_YET:
        if parameters.text(name):
            raise ApiError(501, f"The sandbox does not have {name} yet.")
    page = pager.page("clusters", list(cloud.clusters.values()), parameters)
    answer: dict[str, Any] = {"clusters": [resource(cluster) for cluster in page.items]}
    if page.items:  # past the end there is no token; on the last page it is empty
        answer["nextPageToken"] = page.next_token
    return JSONResponse({**answer, "totalSize": len(cloud.clusters)})


async def get_cluster(request: Request) -> JSONResponse:
    """One cluster. Documents differ on the view that is meant when none is sent; here it is FULL."""
    cloud: Cloud = request.app.state.cloud
    view = Parameters.of(request, ("view",)).choice("view", _VIEWS, default="FULL")
    cluster = cloud.clusters.get(request.path_params["cluster_id"])
    if cluster is None:
        raise ApiError(404, "cluster not found")
    hidden = _ONLY_FULL if view == "BASIC" else ()
    return JSONResponse({name: value for name, value in resource(cluster).items() if name not in hidden})


def resource(cluster: Cluster) -> dict[str, Any]:
    """A cluster on the wire, in full."""
    return {
        "name": f"clusters/{cluster.cluster_id}",
        "clusterId": cluster.cluster_id,
        "displayName": cluster.display_name,
        "region": regions.resource(cluster.region),
        "spendingLimit": {"monthly": 0},
        "automatedBackupPolicy": {"startTime": "07:00", "retentionDays": 1},
        "endpoints": _endpoints(cluster),
        "rootPassword": "",  # input only; the real service sends it back empty
        "encryptionConfig": {"enhancedEncryptionEnabled": False},
        "highAvailabilityType": "ZONAL",
        "version": "v8.5.3",
        "createdBy": cluster.created_by,
        "userPrefix": cluster.user_prefix,
        "state": "ACTIVE",
        "labels": {"tidb.cloud/organization": ORGANIZATION, "tidb.cloud/project": PROJECT},
        "annotations": {
            "tidb.cloud/has-set-password": "true",
            "tidb.cloud/available-features": "DISABLE_PUBLIC_LB,DELEGATE_USER",
        },
        "createTime": cluster.create_time,
        "updateTime": cluster.update_time,
        "clusterPlan": "STARTER",
        "servicePlan": "Starter",
    }


def _endpoints(cluster: Cluster) -> dict[str, Any]:
    everywhere = {
        "startIpAddress": "0.0.0.0",  # noqa: S104 - an address range in an answer; nothing listens there
        "endIpAddress": "255.255.255.255",
        "displayName": "Allow_all_public_connections",
    }
    return {
        "public": {
            "host": cluster.host,
            "port": cluster.port,
            "disabled": False,
            "authorizedNetworks": [everywhere],
        },
        "private": {
            "host": f"gateway01-privatelink.{cluster.region.code}.prod.aws.tidbcloud.com",
            "port": 4000,
            "aws": {
                "serviceName": f"com.amazonaws.vpce.{cluster.region.code}.vpce-svc-0a51c7e0d93b64f28",
                "availabilityZone": ["use1-az1"],
            },
        },
    }
