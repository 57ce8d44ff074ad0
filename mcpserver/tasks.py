"""Celery's edge of mcpserver: what goes on when nobody waits for it."""

import logging

from asgiref.sync import async_to_sync
from celery import shared_task

from audit.facts import NOBODY
from mcpserver.changes import record as changes
from mcpserver.changes.models import SchemaChange
from mcpserver.changes.sweep import remove_branch
from mcpserver.request_keys import record as request_keys
from mcpserver.vault import handed, logins
from mcpserver.vault.clients import close_clients
from mcpserver.vault.models import LoginsDue
from tidbmcp.lib.errors import GatewayError

logger = logging.getLogger(__name__)


@shared_task
def make_logins() -> None:
    """Make the SQL logins of clusters and branches that have become ready. Every few seconds, by beat."""
    if due := logins.all_due():
        async_to_sync(_make_all)(due)


@shared_task
def wipe_handed_passwords() -> None:
    """Wipe passwords that were made for somebody who did not come for them. By beat."""
    handed.wipe_expired(NOBODY)


@shared_task
def sweep_schema_changes() -> None:
    """End schema changes that are over, and remove the branches of those. Every minute, by beat."""
    changes.settle(NOBODY)
    if due := changes.to_sweep():
        async_to_sync(_sweep_all)(due)


@shared_task
def forget_request_keys() -> None:
    """Remove the record of calls with a `request_key` that is older than a day. Every hour, by beat."""
    request_keys.forget_old()


async def _make_all(rows: list[LoginsDue]) -> None:
    try:
        for row in rows:
            try:
                await logins.make_logins(row, NOBODY)
            except GatewayError as error:
                logger.warning("%s: %s (%s)", row, error.public, error.detail)
            except Exception:
                # One that fails in a way nobody thought of must not keep the others waiting.
                logger.exception("%s could not be made", row)
    finally:
        await close_clients()


async def _sweep_all(rows: list[SchemaChange]) -> None:
    try:
        for row in rows:
            try:
                await remove_branch(row, NOBODY)
            except GatewayError as error:
                logger.warning("the branch of %s: %s (%s)", row, error.public, error.detail)
            except Exception:
                # One that fails in a way nobody thought of must not keep the others waiting.
                logger.exception("the branch of %s could not be removed", row)
    finally:
        await close_clients()
