"""Regions of TiDB Cloud."""

from typing import Any

from pydantic import BaseModel

from accounts.scopes import Scope
from mcpserver.tidbcloud.client import TidbCloud
from mcpserver.tidbcloud.types import Region
from mcpserver.tools.connections import Missing, ask_all, connections
from mcpserver.tools.find import near_names
from mcpserver.tools.page_tokens import ListArguments, Start, read_token, write_token
from mcpserver.tools.spec import Call, Effect, tool
from tidbmcp.lib.errors import BadInput


class RegionRow(BaseModel):
    """One region."""

    region_id: str
    name: str
    display_name: str | None
    cloud_provider: str | None
    service_plans: list[str]
    connections: list[str]


class RegionAnswer(BaseModel):
    """A page of regions, and the connections that are missing from it."""

    regions: list[RegionRow]
    next_page_token: str | None
    missing: list[Missing]


@tool(
    "tidbcloud_list_regions",
    title="List regions",
    description=(
        "Lists the regions where TiDB Cloud clusters can be. Use it before creating a cluster: region_id is what "
        "tidbcloud_create_cluster takes. Cheap."
    ),
    scope=Scope.READ,
    effect=Effect.READS,
    arguments=ListArguments,
    output=RegionAnswer,
)
async def list_regions(call: Call, arguments: ListArguments) -> dict[str, Any]:
    """The API has no pages of regions: they are made here. A region is one row, with the connections that have it."""
    answers = await ask_all(await connections(), call.facts, lambda client: client.list_regions())
    if not answers.given:
        raise answers.failed[0][1]
    joined: dict[str, dict[str, Any]] = {}
    for row, regions in answers.given:
        for region in regions:
            joined.setdefault(region.id, _row(region))["connections"].append(row.name)
    start = read_token(arguments.page_token, Start).start if arguments.page_token else 0
    page = list(joined.values())[start : start + arguments.page_size]
    more = start + len(page) < len(joined)
    call.rows = len(page)
    return {
        "regions": page,
        "next_page_token": write_token(Start(start=start + len(page))) if more else None,
        "missing": [one.model_dump() for one in answers.missing],
    }


async def find_region(client: TidbCloud, wanted: str) -> str:
    """The API's name of a region, given its region_id or name. BadInput, with what is near, where there is none."""
    regions = await client.list_regions()
    for region in regions:
        if region.name and wanted in (region.id, region.name):
            return region.name
    near = near_names(wanted.removeprefix("regions/"), [region.id for region in regions])
    raise BadInput(f"There is no region {wanted!r}.{near} tidbcloud_list_regions lists all.")


def _row(region: Region) -> dict[str, Any]:
    return {
        "region_id": region.id,
        "name": region.name or "",
        "display_name": region.display_name,
        "cloud_provider": region.cloud_provider,
        "service_plans": region.service_plans or [],
        "connections": [],
    }
