"""PATCH /clusters/{id}: what the mask names, and nothing else."""

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse

from mcpserver.sandbox.api import cluster_rules, mask
from mcpserver.sandbox.api.answers import ApiError
from mcpserver.sandbox.api.cluster_resource import ONLY_FULL, resource
from mcpserver.sandbox.api.find import cluster_of
from mcpserver.sandbox.api.parameters import Parameters
from mcpserver.sandbox.api.shapes import Shape, read, record, refuse, text
from mcpserver.sandbox.cloud import Cloud
from mcpserver.sandbox.places import Cluster, Spec
from mcpserver.sandbox.specs import ORGANIZATION_LABEL, PROJECT_LABEL

_BODY: Final[Shape] = record({"cluster": record(cluster_rules.MUTABLE), "updateMask": text()}, required=("cluster",))
_SERVICE_LABELS: Final = (ORGANIZATION_LABEL, PROJECT_LABEL)


async def update_cluster(request: Request) -> JSONResponse:
    """The answer lacks the annotations."""
    Parameters.of(request, ())
    cloud: Cloud = request.app.state.cloud
    cluster = cluster_of(request)
    body = await read(request)
    paths = mask.parse(body.get("updateMask"))
    sent: dict[str, Any] = _BODY(body, "")["cluster"]
    with cloud.changing(cluster):
        cluster.spec = _changed(cluster, sent, paths)
        cluster.updated = cloud.moment()
    return JSONResponse(resource(cloud, cluster, *ONLY_FULL))


def _changed(cluster: Cluster, sent: dict[str, Any], paths: list[str]) -> Spec:
    old = cluster.spec
    new = mask.changed(old, sent, paths)
    new["labels"] = _labels(old["labels"], new["labels"])
    cluster_rules.only_one_plan(new)
    before, after = (spec.get("spendingLimit", {}).get("monthly", 0) for spec in (old, new))
    if before > 0 and after == 0:
        raise ApiError(400, "Scalable cluster can not set spending limit to 0.")
    return new


def _labels(old: dict[str, str], new: dict[str, str]) -> dict[str, str]:
    """Whether the service merges or replaces is not known; here it replaces. Its own labels stay."""
    for name in _SERVICE_LABELS:
        if new.get(name, old[name]) != old[name]:
            raise refuse(f"labels.{name}", "cannot be changed")
    return {**new, **{name: old[name] for name in _SERVICE_LABELS}}
