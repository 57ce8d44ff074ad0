"""The TiDB Cloud API, asynchronous. One client holds one key; make it through the vault."""

from collections.abc import AsyncIterator, Awaitable
from typing import Final, TypeVar

from mcpserver.tidbcloud.auth import Credentials
from mcpserver.tidbcloud.budget import Budget
from mcpserver.tidbcloud.changes import ClusterChange, NewBranch, NewCluster, NewSqlUser
from mcpserver.tidbcloud.copies import Copies
from mcpserver.tidbcloud.errors import CloudConfused
from mcpserver.tidbcloud.host import Host
from mcpserver.tidbcloud.pages import pages_of
from mcpserver.tidbcloud.paths import PAGE_MOST, branch_path, cluster_path, page_query, step
from mcpserver.tidbcloud.types import (
    Branch,
    BranchPage,
    Cluster,
    ClusterPage,
    Nothing,
    Project,
    ProjectPage,
    Region,
    RegionList,
    SqlUser,
    SqlUserPage,
)
from mcpserver.tidbcloud.unclear import change_it, delete, make, remove
from tidbmcp.lib.secrets import Secret

T = TypeVar("T", Cluster, Branch)

TIMEOUT: Final = 15.0
"""Seconds for an answer."""


class TidbCloud:
    """One organization's or project's clusters, as its key sees them. Methods raise CloudError's family."""

    def __init__(
        self, *, name: str, api_url: str, iam_url: str, credentials: Credentials, timeout: float = TIMEOUT
    ) -> None:
        self.name = name
        budget = Budget(name)
        self._api = Host(name, api_url, credentials, budget, timeout)
        self._iam = Host(name, iam_url, credentials, budget, timeout)
        self.copies = Copies(self._api)

    async def close(self) -> None:
        """Close its connections."""
        await self._api.close()
        await self._iam.close()

    # Projects, regions and clusters

    async def all_projects(self) -> AsyncIterator[Project]:
        """Every project that the key sees."""
        async for page in pages_of(lambda token: self._iam.read("projects", ProjectPage, page_query(token))):
            for project in page.projects:
                yield project

    async def list_regions(self, *, cloud_provider: str | None = None, plan: str | None = None) -> list[Region]:
        """All regions, or those of a provider (`aws`, `gcp`, `azure`, `alicloud`) or for a plan (`Starter`, `Essential`)."""
        params = {name: value for name, value in (("cloudProvider", cloud_provider), ("servicePlan", plan)) if value}
        return (await self._api.read("regions", RegionList, params)).regions

    async def list_clusters(
        self, *, page_size: int, page_token: str | None = None, skip: int = 0, display_name: str | None = None
    ) -> ClusterPage:
        """One page of clusters, in the API's order, which is oldest first. A token wants the rest as it was."""
        params = page_query(page_token, page_size) | ({"skip": str(skip)} if skip else {})
        params |= {"filter": f'displayName="{display_name}"'} if display_name else {}
        return await self._api.read("clusters", ClusterPage, params)

    async def all_clusters(self, *, display_name: str | None = None) -> AsyncIterator[Cluster]:
        """Every cluster, or every one of this name, page by page."""

        def ask(token: str | None) -> Awaitable[ClusterPage]:
            return self.list_clusters(page_size=PAGE_MOST, page_token=token, display_name=display_name)

        async for page in pages_of(ask):
            for cluster in page.clusters:
                yield cluster

    async def get_cluster(self, cluster_id: str) -> Cluster:
        """One cluster by its id, with everything the API tells. CloudNotFound where there is none."""
        return _this(cluster_id, await self._api.read(cluster_path(cluster_id), Cluster, {"view": "FULL"}))

    async def create_cluster(self, wanted: NewCluster) -> Cluster:
        """Ask for a cluster; it is CREATING for a while. CloudUnclear where nobody can say whether it will be there.

        There is no idempotency key, so an unclear answer is never followed by a second request, but by a look.
        """

        async def like_it() -> list[Cluster]:
            return [one async for one in self.all_clusters(display_name=wanted.display_name) if wanted.fits(one)]

        return await make(
            f"cluster {wanted.display_name!r}",
            lambda: self._api.change("POST", "clusters", Cluster, wanted.body()),
            like_it,
        )

    async def update_cluster(self, cluster_id: str, change: ClusterChange) -> Cluster:
        """Change what is given, and nothing else. The answer has no annotations."""
        return await change_it(
            lambda: self._api.change("PATCH", cluster_path(cluster_id), Cluster, dict(change.patch())),
            lambda: self.get_cluster(cluster_id),
            change.is_in,
        )

    async def delete_cluster(self, cluster_id: str) -> Cluster | None:
        """Delete it, with all its data. The cluster as it goes, or None where it was gone already."""

        return await delete(
            lambda: self._api.change("DELETE", cluster_path(cluster_id), Cluster),
            lambda: self.get_cluster(cluster_id),
        )

    async def set_root_password(self, cluster_id: str, password: Secret) -> None:
        """Set the password of the cluster's root user. None is ever made or told by the API."""
        await self._api.change("PUT", f"{cluster_path(cluster_id)}/password", Nothing, {"password": password.reveal()})

    # Branches

    async def list_branches(
        self, cluster_id: str, *, page_size: int = PAGE_MOST, page_token: str | None = None
    ) -> BranchPage:
        """One page of a cluster's branches."""
        return await self._api.read(
            f"{cluster_path(cluster_id)}/branches", BranchPage, page_query(page_token, page_size)
        )

    async def all_branches(self, cluster_id: str) -> AsyncIterator[Branch]:
        """Every branch of a cluster, page by page."""
        async for page in pages_of(lambda token: self.list_branches(cluster_id, page_token=token)):
            for branch in page.branches:
                yield branch

    async def get_branch(self, cluster_id: str, branch_id: str) -> Branch:
        """One branch with everything the API tells. CloudNotFound where there is none."""
        return _this(branch_id, await self._api.read(branch_path(cluster_id, branch_id), Branch, {"view": "FULL"}))

    async def create_branch(self, cluster_id: str, wanted: NewBranch) -> Branch:
        """Ask for a branch, as `create_cluster` does for a cluster."""

        async def like_it() -> list[Branch]:
            return [branch async for branch in self.all_branches(cluster_id) if wanted.fits(branch, cluster_id)]

        return await make(
            f"branch {wanted.display_name!r}",
            lambda: self._api.change("POST", f"{cluster_path(cluster_id)}/branches", Branch, wanted.body()),
            like_it,
        )

    async def delete_branch(self, cluster_id: str, branch_id: str) -> Branch | None:
        """Delete it, with all its data. The branch as it goes, or None where it was gone already."""

        return await delete(
            lambda: self._api.change("DELETE", branch_path(cluster_id, branch_id), Branch),
            lambda: self.get_branch(cluster_id, branch_id),
        )

    async def reset_branch(self, cluster_id: str, branch_id: str) -> Branch:
        """Make a branch's data those of its parent as they are now. It is RESTORING for a while."""
        return await self._api.change("POST", f"{branch_path(cluster_id, branch_id)}:reset", Branch)

    async def set_branch_password(self, cluster_id: str, branch_id: str, user: str, password: Secret) -> None:
        """Set the password of a SQL user of a branch; `user` has the branch's prefix."""
        path = f"{branch_path(cluster_id, branch_id)}/sqlUsers/{step(user)}"
        await self._api.change("PATCH", path, Nothing, {"password": password.reveal()})

    # SQL users of a cluster, on the IAM host

    async def all_sql_users(self, cluster_id: str) -> AsyncIterator[SqlUser]:
        """Every SQL user that the API tells of, page by page."""

        def ask(token: str | None) -> Awaitable[SqlUserPage]:
            return self._iam.read(f"{cluster_path(cluster_id)}/sqlUsers", SqlUserPage, page_query(token))

        async for page in pages_of(ask):
            for user in page.sql_users:
                yield user

    async def create_sql_user(self, cluster_id: str, name: str, role: str, password: Secret) -> SqlUser:
        """Make a user with a built-in role. The name is without the prefix; the answer's has it."""
        wanted = NewSqlUser(user_name=name, builtin_role=role, password=password.reveal())
        return await self._iam.change("POST", f"{cluster_path(cluster_id)}/sqlUsers", SqlUser, wanted.body())

    async def set_sql_password(self, cluster_id: str, user: str, password: Secret) -> None:
        """Set the password of a SQL user of a cluster; `user` has the cluster's prefix."""
        path = f"{cluster_path(cluster_id)}/sqlUsers/{step(user)}"
        await self._iam.change("PATCH", path, Nothing, {"password": password.reveal()})

    async def delete_sql_user(self, cluster_id: str, user: str) -> bool:
        """Delete a SQL user of a cluster; `user` has the cluster's prefix. False where there is none that the API tells of."""
        path = f"{cluster_path(cluster_id)}/sqlUsers/{step(user)}"

        async def is_there() -> bool:
            return user in [one.user_name async for one in self.all_sql_users(cluster_id)]

        return await remove(lambda: self._iam.change("DELETE", path, Nothing), is_there)


def _this(wanted: str, found: T) -> T:
    """What was asked for, and nothing else that is answered instead."""
    if found.id != wanted:
        raise CloudConfused(
            "TiDB Cloud answered with another thing than was asked for.", detail=f"{wanted!r}: {found.id}"
        )
    return found
