"""GET /projects, on the IAM host. In snake case, as the real one."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

from mcpserver.sandbox.api.paging import MAXIMUM_SIZE, Pager
from mcpserver.sandbox.api.parameters import Parameters
from mcpserver.sandbox.cloud import Cloud
from mcpserver.sandbox.regions import ORGANIZATION, PROJECTS, Project
from mcpserver.sandbox.specs import PROJECT_LABEL


async def list_projects(request: Request) -> JSONResponse:
    """Oldest first. A hundred a page when no size is sent."""
    cloud: Cloud = request.app.state.cloud
    pager: Pager = request.app.state.pager
    parameters = Parameters.of(request, ("pageSize", "pageToken"))
    page = pager.page(PROJECTS, parameters, lambda project: project.project_id, default_size=MAXIMUM_SIZE)
    projects = [_resource(cloud, project) for project in page.items]
    return JSONResponse({"projects": projects, "nextPageToken": page.next_token})


def _resource(cloud: Cloud, project: Project) -> dict[str, Any]:
    labels = [cluster.spec["labels"][PROJECT_LABEL] for cluster in cloud.clusters.values()]
    return {
        "id": project.project_id,
        "name": project.name,
        "org_id": ORGANIZATION,
        "cluster_count": labels.count(project.project_id),
        "user_count": 1,
        "create_timestamp": str(project.created),
        "aws_cmek_enabled": False,
    }
