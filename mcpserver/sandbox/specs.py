"""What a cluster is when its caller does not say: the defaults of every part that can be said."""

from typing import Any, Final

from mcpserver.sandbox.places import Spec
from mcpserver.sandbox.regions import ORGANIZATION, PROJECTS

ORGANIZATION_LABEL: Final = "tidb.cloud/organization"
PROJECT_LABEL: Final = "tidb.cloud/project"


def filled(sent: Spec) -> Spec:
    """Complete. What was sent is taken as it is; with `autoScaling` it is an Essential cluster."""
    essential = "autoScaling" in sent
    spec: Spec = {"displayName": sent["displayName"], "region": sent["region"]}
    if essential:
        spec["autoScaling"] = sent["autoScaling"]
    else:
        spec["spendingLimit"] = {"monthly": 0, **sent.get("spendingLimit", {})}
    spec["automatedBackupPolicy"] = {"startTime": "07:00", "retentionDays": 1, **sent.get("automatedBackupPolicy", {})}
    spec["endpoints"] = {"public": {**public_to_all(), **sent.get("endpoints", {}).get("public", {})}}
    spec["encryptionConfig"] = {"enhancedEncryptionEnabled": False, **sent.get("encryptionConfig", {})}
    spec["highAvailabilityType"] = sent.get("highAvailabilityType", "REGIONAL" if essential else "ZONAL")
    spec["labels"] = {ORGANIZATION_LABEL: ORGANIZATION, PROJECT_LABEL: PROJECTS[0].project_id, **sent.get("labels", {})}
    if "auditLogConfig" in sent:
        spec["auditLogConfig"] = sent["auditLogConfig"]
    return spec


def public_to_all() -> dict[str, Any]:
    """A public endpoint that everybody can reach, as far as the network goes."""
    everywhere = {
        "startIpAddress": "0.0.0.0",  # noqa: S104 - an address range in an answer; nothing listens there
        "endIpAddress": "255.255.255.255",
        "displayName": "Allow_all_public_connections",
    }
    return {"disabled": False, "authorizedNetworks": [everywhere]}
