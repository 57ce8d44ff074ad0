"""The update mask of a cluster: the paths that may be in it, and what becomes of the values they name."""

import copy
from typing import Any, Final

from mcpserver.sandbox.api.answers import ApiError
from mcpserver.sandbox.places import Spec

PATHS: Final = (
    "displayName",
    "labels",
    "spendingLimit",
    "spendingLimit.monthly",
    "automatedBackupPolicy",
    "automatedBackupPolicy.startTime",
    "automatedBackupPolicy.retentionDays",
    "endpoints",
    "endpoints.public",
    "endpoints.public.disabled",
    "endpoints.public.authorizedNetworks",
    "auditLogConfig",
    "auditLogConfig.enabled",
    "auditLogConfig.unredacted",
    "autoScaling",
    "autoScaling.minRcu",
    "autoScaling.maxRcu",
)


def parse(mask: object) -> list[str]:
    """The paths of a mask, which is a string with commas."""
    if not isinstance(mask, str) or not mask.strip():
        raise ApiError(400, "update_mask is required")
    paths = [path.strip() for path in mask.split(",")]
    for path in paths:
        if path not in PATHS:
            raise ApiError(400, f"invalid update_mask: {path} is unknown or cannot be changed")
    return paths


def changed(spec: Spec, sent: dict[str, Any], paths: list[str]) -> Spec:
    """A copy with the values of these paths. Objects are merged; lists and labels are replaced."""
    result = copy.deepcopy(spec)
    for path in paths:
        *way, last = path.split(".")
        source, target = sent, result
        for name in way:
            source = source.get(name, {})
            target = target.setdefault(name, {})
        if last not in source:
            raise ApiError(400, f"invalid cluster: update_mask names {path}, which is not there")
        target[last] = _merged(target.get(last), source[last]) if last != "labels" else source[last]
    return result


def _merged(old: Any, new: Any) -> Any:
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return new
    return {**old, **{name: _merged(old.get(name), value) for name, value in new.items()}}
