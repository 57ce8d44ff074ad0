"""Every operation that TiDB Cloud documents for Starter and Essential. What the sandbox does not have answers 501."""

from typing import Final

Operations = tuple[tuple[str, str], ...]
"""Paths and their methods."""

_C: Final = "/clusters/{cluster_id}"
_BRANCH: Final = f"{_C}/branches/{{branch_id}}"
_USER: Final = f"{_C}/sqlUsers/{{user_name}}"
_EXPORT: Final = f"{_C}/exports/{{export_id}}"
_FEED: Final = f"{_C}/changefeeds/{{changefeed_id}}"
_RULE: Final = f"{_C}/auditLog/filterRules/{{rule_id}}"
_MIGRATION: Final = f"{_C}/migrations/{{migration_id}}"
_LINK: Final = f"{_C}/privateLinkConnections/{{connection_id}}"

# A path with a verb (`:reset`) stands before the same path without, whose last part would swallow it.
SERVERLESS_OPERATIONS: Final[Operations] = (
    ("/regions", "GET"),
    ("/regions:listCloudProviders", "GET"),
    ("/clusters", "GET POST"),
    ("/clusters:batchCreate", "POST"),
    ("/clusters:batchGet", "GET"),
    ("/clusters:restore", "POST"),
    (_C, "GET PATCH DELETE"),
    (f"{_C}/password", "PUT"),
    (f"{_C}/branches", "GET POST"),
    (f"{_BRANCH}:reset", "POST"),
    (_BRANCH, "GET DELETE"),
    (f"{_BRANCH}/sqlUsers/{{user_name}}", "PATCH"),
    ("/backups", "GET"),
    ("/backups/{backup_id}", "GET DELETE"),
    (f"{_C}/exports", "GET POST"),
    (f"{_EXPORT}:cancel", "POST"),
    (f"{_EXPORT}:download", "POST"),
    (_EXPORT, "GET DELETE"),
    (f"{_EXPORT}/files:download", "POST"),
    (f"{_EXPORT}/files", "GET"),
    (f"{_C}/imports", "GET POST"),
    (f"{_C}/imports:startUpload", "POST"),
    (f"{_C}/imports:completeUpload", "POST"),
    (f"{_C}/imports:cancelUpload", "POST"),
    (f"{_C}/imports/{{import_id}}:cancel", "POST"),
    (f"{_C}/imports/{{import_id}}", "GET"),
    (f"{_C}/auditLog/config", "GET PATCH"),
    (f"{_C}/auditLog/files", "GET"),
    (f"{_C}/auditLog/files:download", "POST"),
    (f"{_C}/auditLog/filterRules", "GET POST"),
    (_RULE, "GET PATCH DELETE"),
    (f"{_C}/changefeeds", "GET POST"),
    (f"{_C}/changefeeds:test", "POST"),
    (f"{_C}/changefeeds:describeSchemaTable", "POST"),
    (f"{_C}/changefeeds/privateLinkEndpoint", "GET POST DELETE"),
    (f"{_FEED}:start", "POST"),
    (f"{_FEED}:stop", "POST"),
    (_FEED, "GET PATCH DELETE"),
    (f"{_C}/migrations", "GET POST"),
    (f"{_MIGRATION}:pause", "POST"),
    (f"{_MIGRATION}:resume", "POST"),
    (_MIGRATION, "GET DELETE"),
    (f"{_C}/migrationPrechecks", "POST"),
    (f"{_C}/migrationPrechecks/{{precheck_id}}", "GET DELETE"),
    (f"{_C}/privateLinkConnections", "GET POST"),
    (f"{_C}/privateLinkConnections:getAvailabilityZones", "GET"),
    (f"{_LINK}:attachDomains", "POST"),
    (f"{_LINK}:detachDomains", "POST"),
    (_LINK, "GET DELETE"),
)
IAM_OPERATIONS: Final[Operations] = (
    (f"{_C}/dbuser", "GET"),
    (f"{_C}/sqlUsers", "GET POST"),
    (_USER, "GET PATCH DELETE"),
    ("/projects", "GET"),
    ("/apikeys", "GET POST"),
    ("/members", "GET"),
    ("/auditLogs", "GET"),
)
IAM_WITHOUT_VERSION: Final[Operations] = (
    ("/customerSignupUrl", "POST"),
    ("/mspCustomers", "GET"),
    ("/mspCustomers/{customer_org_id}", "GET"),
)
"""For partners, and not under `/v1beta1`."""
