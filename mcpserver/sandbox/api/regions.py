"""GET /regions and GET /regions:listCloudProviders."""

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse

from mcpserver.sandbox.api.parameters import Parameters
from mcpserver.sandbox.regions import REGIONS, Region

SERVICE_PLANS: Final = ("Starter", "Essential", "Premium", "BYOC")


async def list_regions(request: Request) -> JSONResponse:
    """All regions, or those of a cloud provider or with a service plan."""
    parameters = Parameters.of(request, ("cloudProvider", "servicePlan"))
    provider = parameters.text("cloudProvider")
    plan = parameters.choice("servicePlan", SERVICE_PLANS)
    found = (
        region
        for region in REGIONS
        if provider in ("", region.cloud_provider) and (not plan or plan in region.service_plans)
    )
    return JSONResponse({"regions": [{**resource(region), "servicePlans": region.service_plans} for region in found]})


async def list_cloud_providers(request: Request) -> JSONResponse:
    """Each once, in the order of the regions."""
    Parameters.of(request, ())
    return JSONResponse({"cloudProviders": list(dict.fromkeys(region.cloud_provider for region in REGIONS))})


def resource(region: Region) -> dict[str, Any]:
    """A region as a cluster names it: without the service plans."""
    return {
        "name": region.name,
        "regionId": region.region_id,
        "cloudProvider": region.cloud_provider,
        "displayName": region.title,
        "provider": region.provider,
    }
