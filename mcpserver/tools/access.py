"""Who the caller is here, and what they may do."""

from typing import Any

from django.conf import settings
from pydantic import BaseModel

from mcpserver.tidbcloud.client import TidbCloud
from mcpserver.tidbcloud.types import Cluster
from mcpserver.tools.clusters import cluster_rows
from mcpserver.tools.connections import Missing, ask_all, connections
from mcpserver.tools.reader import is_read_only
from mcpserver.tools.spec import Call, Effect, NoArguments, tool
from tidbmcp.lib.errors import AuditUnavailable, GatewayError

CLUSTERS_MOST = 20


class ReachableCluster(BaseModel):
    """One cluster."""

    cluster_id: str
    display_name: str | None
    environment: str
    connection: str


class LimitsAnswer(BaseModel):
    """The server's limits for one result, and for one call that changes rows."""

    max_rows: int
    max_bytes: int
    max_tokens: int
    max_seconds: int
    max_write_rows: int
    max_write_seconds: int


class AccessAnswer(BaseModel):
    """Who asks, and what is open to them."""

    person: str
    token_prefix: str
    scopes: list[str]
    read_only: bool
    read_only_because: list[str]
    clusters: list[ReachableCluster]
    clusters_left_out: bool
    reader_login_required: bool
    limits: LimitsAnswer
    ask_for_more: str
    missing: list[Missing]
    problem: str | None


@tool(
    "my_access",
    title="My access",
    description=(
        "Shows who you are here, which scopes and clusters you have, whether you are read-only, the limits, and whom to ask for "
        "more. Use it after a refusal, or when unsure what is open to you. Cheap."
    ),
    scope=None,
    effect=Effect.READS,
    arguments=NoArguments,
    output=AccessAnswer,
)
async def my_access(call: Call, arguments: NoArguments) -> dict[str, Any]:
    """A TiDB Cloud that is down does not hide the rest: `missing` and `problem` say so."""
    reasons = {
        "this deployment": settings.MCP_READ_ONLY,
        "the token": call.principal.read_only,
        "the request": call.read_only,
    }
    clusters, missing, problem = await _clusters(call)
    return {
        "person": call.principal.person,
        "token_prefix": call.principal.token,
        "scopes": sorted(call.principal.scopes),
        "read_only": any(reasons.values()),
        "read_only_because": [reason for reason, holds in reasons.items() if holds],
        "clusters": clusters[:CLUSTERS_MOST],
        "clusters_left_out": len(clusters) > CLUSTERS_MOST,
        "reader_login_required": settings.REQUIRE_READER_LOGIN or is_read_only(call),
        "limits": {
            "max_rows": settings.SQL_MAX_ROWS,
            "max_bytes": settings.SQL_MAX_BYTES,
            "max_tokens": settings.SQL_MAX_TOKENS,
            "max_seconds": settings.SQL_MAX_SECONDS,
            "max_write_rows": settings.SQL_MAX_WRITE_ROWS,
            "max_write_seconds": settings.SQL_MAX_WRITE_SECONDS,
        },
        "ask_for_more": f"Ask {settings.ADMIN_CONTACT}. Tokens are made at {settings.SITE_URL}/me/tokens/.",
        "missing": missing,
        "problem": problem,
    }


async def _clusters(call: Call) -> tuple[list[dict[str, Any]], list[dict[str, Any]], str | None]:
    try:
        answers = await ask_all(await connections(), call.facts, _some)
    except AuditUnavailable:
        raise
    except GatewayError as error:
        return [], [], error.public
    found = [(row, cluster) for row, clusters in answers.given for cluster in clusters]
    rows = await cluster_rows(found[: CLUSTERS_MOST + 1])
    shown = [{name: row[name] for name in ReachableCluster.model_fields} for row in rows]
    return shown, [missing.model_dump() for missing in answers.missing], None


async def _some(client: TidbCloud) -> list[Cluster]:
    """As many as are shown, and one more: one request."""
    return (await client.list_clusters(page_size=CLUSTERS_MOST + 1)).clusters
