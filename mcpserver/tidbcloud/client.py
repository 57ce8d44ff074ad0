"""The TiDB Cloud API over HTTP Digest, asynchronous. One client holds one key; make it through the vault."""

from typing import Final, TypeVar
from urllib.parse import quote

import httpx2
from pydantic import ValidationError

from mcpserver.tidbcloud.errors import (
    CloudBusy,
    CloudConfused,
    CloudError,
    CloudNotFound,
    CloudRefused,
    CloudRejected,
    CloudUnreachable,
)
from mcpserver.tidbcloud.types import BranchPage, Cluster, ClusterPage, Region, RegionList, Wire
from tidbmcp.lib.secrets import Secret
from tidbmcp.lib.version import VERSION

W = TypeVar("W", bound=Wire)

TIMEOUT: Final = httpx2.Timeout(15, connect=5)
USER_AGENT: Final = f"tidbmcp/{VERSION}"


class TidbCloud:
    """One organization's or project's clusters, as its API key sees them. Methods raise CloudError's family."""

    def __init__(self, *, name: str, api_url: str, public_key: str, private_key: Secret) -> None:
        self.name = name
        self._http = httpx2.AsyncClient(
            base_url=api_url.rstrip("/") + "/",
            auth=httpx2.DigestAuth(public_key, private_key.reveal()),
            headers={"User-Agent": USER_AGENT, "Accept": "application/json"},
            timeout=TIMEOUT,
            trust_env=False,
        )

    async def close(self) -> None:
        """Close its connections."""
        await self._http.aclose()

    async def list_regions(self) -> list[Region]:
        """All regions."""
        return (await self._get("regions", RegionList)).regions

    async def list_clusters(self, *, page_size: int, page_token: str | None = None) -> ClusterPage:
        """One page of clusters, oldest first."""
        params = {"pageSize": str(page_size)} | ({"pageToken": page_token} if page_token else {})
        return await self._get("clusters", ClusterPage, params)

    async def get_cluster(self, cluster_id: str) -> Cluster:
        """One cluster by its id, with everything the API tells. CloudNotFound where there is none."""
        return await self._get(f"clusters/{quote(cluster_id, safe='')}", Cluster, {"view": "FULL"})

    async def list_branches(self, cluster_id: str, *, page_token: str | None = None) -> BranchPage:
        """One page of a cluster's branches."""
        params = {"pageSize": "100"} | ({"pageToken": page_token} if page_token else {})
        return await self._get(f"clusters/{quote(cluster_id, safe='')}/branches", BranchPage, params)

    async def _get(self, path: str, kind: type[W], params: dict[str, str] | None = None) -> W:
        try:
            response = await self._http.get(path, params=params)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise CloudUnreachable(
                f"TiDB Cloud ({self.name}) did not answer. Try again in a moment.", detail=f"GET {path}: {error!r}"
            ) from error
        if response.status_code != httpx2.codes.OK:
            raise self._error(path, response)
        try:
            return kind.model_validate_json(response.content)
        except ValidationError as error:
            raise CloudConfused(
                f"TiDB Cloud ({self.name}) gave an answer that can't be understood.",
                detail=f"GET {path}: {error.error_count()} fields do not fit {kind.__name__}",
            ) from error

    def _error(self, path: str, response: httpx2.Response) -> CloudError:
        """The error for a status. The API's own text goes to the log only."""
        detail = f"GET {path}: {response.status_code} {response.text[:300]}"
        match response.status_code:
            case 400:
                return CloudRejected(
                    f"TiDB Cloud ({self.name}) does not take this request. If a page_token was given, leave it out.",
                    detail=detail,
                )
            case 401 | 403:
                return CloudRefused(
                    f"TiDB Cloud does not accept the API key of {self.name}, or the key may not see this. "
                    "An admin can test the connection in the console.",
                    detail=detail,
                )
            case 404:
                return CloudNotFound(f"TiDB Cloud ({self.name}) has no such thing.", detail=detail)
            case 501:
                return CloudRejected(f"TiDB Cloud ({self.name}) does not offer this here.", detail=detail)
            case 429:
                wait = response.headers.get("x-ratelimit-reset", "60")
                after = f"{wait} seconds" if wait.isdigit() else "a minute"
                return CloudBusy(f"TiDB Cloud takes no more requests for {self.name} now; wait {after}.", detail=detail)
            case _:
                return CloudError(
                    f"TiDB Cloud ({self.name}) answered {response.status_code}. Try again later.", detail=detail
                )
