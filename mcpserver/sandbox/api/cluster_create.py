"""POST /clusters, and POST /clusters:batchCreate."""

from collections.abc import Sequence
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse

from mcpserver.sandbox import invent
from mcpserver.sandbox.api import cluster_rules, quotas
from mcpserver.sandbox.api.cluster_resource import resource
from mcpserver.sandbox.api.parameters import Parameters
from mcpserver.sandbox.api.shapes import Shape, array, read, record, refuse
from mcpserver.sandbox.cloud import Cloud
from mcpserver.sandbox.places import Cluster, Spec, SqlUser
from mcpserver.sandbox.specs import filled

BATCH: Final = 1000
_ONE: Final = record({"cluster": cluster_rules.created}, required=("cluster",))
_BATCH: Final[Shape] = record({"requests": array(_ONE)}, required=("requests",))


async def create_cluster(request: Request) -> JSONResponse:
    """The body is the cluster itself."""
    Parameters.of(request, ())
    cloud: Cloud = request.app.state.cloud
    (cluster,) = await _create(request, [cluster_rules.created(await read(request))])
    return JSONResponse(resource(cloud, cluster))


async def batch_create(request: Request) -> JSONResponse:
    """All of them, or none."""
    Parameters.of(request, ())
    cloud: Cloud = request.app.state.cloud
    sent: list[dict[str, Spec]] = _BATCH(await read(request), "")["requests"]
    if not 1 <= len(sent) <= BATCH:
        raise refuse("requests", f"must hold 1 to {BATCH}")
    clusters = await _create(request, [one["cluster"] for one in sent])
    return JSONResponse({"clusters": [resource(cloud, cluster) for cluster in clusters]})


async def _create(request: Request, specs: Sequence[Spec]) -> list[Cluster]:
    cloud: Cloud = request.app.state.cloud
    clusters = [_cluster(cloud, dict(spec), request.state.caller) for spec in specs]
    quotas.check_clusters(cloud, clusters)
    await cloud.add(*clusters)
    return clusters


def _cluster(cloud: Cloud, sent: dict[str, Any], caller: str) -> Cluster:
    """Without a root password, root has one that nobody is told."""
    password = sent.pop("rootPassword", "")
    prefix = invent.user_prefix()
    moment = cloud.moment()
    return Cluster(
        place_id=invent.cluster_id(),
        user_prefix=prefix,
        created_by=caller,
        created=moment,
        updated=moment,
        phase="CREATING",
        ready_at=moment + cloud.config.create_seconds,
        has_password=bool(password),
        users=[SqlUser(f"{prefix}.root", "role_admin", password=password or invent.password())],
        spec=filled(sent),
    )
