"""Copies of data: backups and what is restored from them, exports, imports.

No tool calls these yet: they are for restore points before what can't be undone, and for moving data.

Source: br.swagger.json, export.swagger.json and import.swagger.json of tidbcloud-cli (Apache-2.0). Not on every plan.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

from pydantic import AliasChoices, Field

from mcpserver.tidbcloud.host import Host
from mcpserver.tidbcloud.pages import pages_of
from mcpserver.tidbcloud.paths import cluster_path, page_query, step
from mcpserver.tidbcloud.types import Id, Nothing, Page, Wire


class Backup(Wire):
    """A daily backup of a cluster."""

    backup_id: Id
    cluster_id: str | None = None
    create_time: str | None = None


class Restored(Wire):
    """The cluster that holds what was restored. Whether that is a new one is not documented."""

    cluster_id: Id


class Export(Wire):
    """State is RUNNING, SUCCEEDED, FAILED, CANCELED, DELETED or EXPIRED. Its target, which may hold keys, is not read."""

    export_id: Id
    state: str | None = None
    reason: str | None = None
    display_name: str | None = None
    create_time: str | None = None
    complete_time: str | None = None
    snapshot_time: str | None = None
    expire_time: str | None = None


class Import(Wire):
    """State is PREPARING, IMPORTING, COMPLETED, FAILED, CANCELING or CANCELED. Sizes are bytes, as text."""

    import_id: Id = Field(validation_alias=AliasChoices("importId", "id"))
    state: str | None = None
    message: str | None = None
    total_size: str | None = None
    complete_percent: int | None = None
    create_time: str | None = None
    complete_time: str | None = None


class BackupPage(Page):
    """The answer of GET /backups."""

    whole = Page.whole | {"backups"}

    backups: list[Backup] = Field(default_factory=list)


class ExportPage(Page):
    """The answer of GET /clusters/{id}/exports."""

    whole = Page.whole | {"exports"}

    exports: list[Export] = Field(default_factory=list)


class ImportPage(Page):
    """The answer of GET /clusters/{id}/imports."""

    whole = Page.whole | {"imports"}

    imports: list[Import] = Field(default_factory=list)


class Copies:
    """As one connection's key may make and see them. Methods raise CloudError's family."""

    def __init__(self, api: Host) -> None:
        self._api = api

    async def backups(self, cluster_id: str) -> AsyncIterator[Backup]:
        """Every backup of a cluster."""
        of = {"clusterId": cluster_id}
        async for page in pages_of(lambda token: self._api.read("backups", BackupPage, of | page_query(token))):
            for backup in page.backups:
                yield backup

    async def restore_backup(self, backup_id: str) -> Restored:
        """Restore a backup."""
        return await self._restore({"snapshot": {"backupId": backup_id}})

    async def restore_to(self, cluster_id: str, moment: datetime) -> Restored:
        """Restore a cluster as it was at a moment with a zone, at least a minute ago. Not on a free cluster."""
        time = moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
        return await self._restore({"pointInTime": {"clusterId": cluster_id, "backupTime": time}})

    async def exports(self, cluster_id: str) -> AsyncIterator[Export]:
        """Every export of a cluster."""
        path = f"{cluster_path(cluster_id)}/exports"
        async for page in pages_of(lambda token: self._api.read(path, ExportPage, page_query(token))):
            for export in page.exports:
                yield export

    async def export(self, cluster_id: str, *, tables: list[str], file_type: str = "CSV") -> Export:
        """Export tables, each as `database.table`, to files that TiDB Cloud keeps for two days."""
        body = {
            "exportOptions": {"fileType": file_type, "filter": {"table": {"patterns": tables}}},
            "target": {"type": "LOCAL"},
        }
        return await self._api.change("POST", f"{cluster_path(cluster_id)}/exports", Export, body)

    async def cancel_export(self, cluster_id: str, export_id: str) -> Export:
        """Stop an export. One that was just made may be refused with a 500 for a moment."""
        return await self._api.change("POST", f"{cluster_path(cluster_id)}/exports/{step(export_id)}:cancel", Export)

    async def imports(self, cluster_id: str) -> AsyncIterator[Import]:
        """Every import into a cluster."""
        path = f"{cluster_path(cluster_id)}/imports"
        async for page in pages_of(lambda token: self._api.read(path, ImportPage, page_query(token))):
            for found in page.imports:
                yield found

    async def cancel_import(self, cluster_id: str, import_id: str) -> None:
        """Stop an import."""
        await self._api.change("POST", f"{cluster_path(cluster_id)}/imports/{step(import_id)}:cancel", Nothing)

    async def _restore(self, what: dict[str, Any]) -> Restored:
        return await self._api.change("POST", "clusters:restore", Restored, what)
