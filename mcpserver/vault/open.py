"""The one place where stored secrets are opened. Every opening is an event; so is every one that fails."""

import logging

from django.conf import settings

from audit.facts import Facts
from audit.kinds import Kind, Result
from audit.models import record
from mcpserver.vault.binding import Moved
from mcpserver.vault.models import Sealed
from tidbmcp.lib.errors import VaultUnavailable
from tidbmcp.lib.keyring import CannotOpen
from tidbmcp.lib.secrets import Secret

logger = logging.getLogger(__name__)


def open_secret(row: Sealed, *, purpose: str, facts: Facts) -> Secret:
    """The row's secret, for one purpose, said in a few words. Blocking.

    Raises VaultUnavailable where the ring has no key for it or it was stored for another row, address or user, and
    AuditUnavailable where the opening can't be written down (then the secret stays closed).
    """
    about = {"kind": row.kind, "which": str(row), "purpose": purpose}
    try:
        secret = row.binding().unseal(settings.VAULT_RING, row.sealed)
    except (CannotOpen, Moved) as error:
        moved = isinstance(error, Moved)
        why = "stored for another address, user or row" if moved else "no key of the ring opens it"
        logger.error("vault: %s %s for %s: %s", row.kind, row, purpose, why)  # noqa: TRY400 - no traceback tells more
        record(Kind.VAULT_REFUSED, Result.ERROR, facts, parameters=about, error=why)
        raise VaultUnavailable(
            f"The stored secret of {row} can't be opened. Ask {settings.ADMIN_CONTACT} to enter it again.", detail=why
        ) from None
    record(Kind.VAULT_OPENED, facts=facts, parameters=about)
    return secret
