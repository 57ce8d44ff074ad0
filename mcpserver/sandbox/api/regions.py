"""GET /regions."""

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse

from mcpserver.sandbox.api.parameters import Parameters
from mcpserver.sandbox.cloud import Cloud, Region

SERVICE_PLANS: Final = ("Starter", "Essential", "Premium", "BYOC")


async def list_regions(request: Request) -> JSONResponse:
    """All regions, or those of a cloud provider or with a service plan."""
    cloud: Cloud = request.app.state.cloud
    parameters = Parameters.of(request, ("cloudProvider", "servicePlan"))
    provider = parameters.text("cloudProvider")
    plan = parameters.choice("servicePlan", SERVICE_PLANS)
    found = (
        region
        for region in cloud.regions
        if provider in ("", region.cloud_provider) and (not plan or plan in region.service_plans)
    )
    return JSONResponse({"regions": [{**resource(region), "servicePlans": region.service_plans} for region in found]})


def resource(region: Region) -> dict[str, Any]:
    """A region as a cluster names it: without the service plans."""
    return {
        "name": f"regions/{region.region_id}",
        "regionId": region.region_id,
        "cloudProvider": region.cloud_provider,
        "displayName": region.title,
        "provider": region.provider,
    }
