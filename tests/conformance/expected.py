"""What the suite asks of a server, and this one has not: every check that may fail, each with its reason."""

NO_RESOURCES = "no resources and prompts are declared, so 'Method not found' is the answer that the protocol asks for"
ITS_OWN_TOOLS = "the suite brings a server with tools of its own to call, which this product does not have"
NO_SESSIONS = "the server is stateless on purpose, so that any process serves any request"

MAY_FAIL: dict[tuple[str, str, str], str] = {
    ("2025-11-25", "resources-list", "resources-list"): NO_RESOURCES,
    ("2025-11-25", "prompts-list", "prompts-list"): NO_RESOURCES,
    ("2025-11-25", "server-sse-multiple-streams", "server-sse-multiple-streams-session"): NO_SESSIONS,
    ("2026-07-28", "resources-list", "resources-list"): NO_RESOURCES,
    ("2026-07-28", "prompts-list", "prompts-list"): NO_RESOURCES,
    ("2026-07-28", "caching", "sep-2549-prompts-list-caching-hints"): NO_RESOURCES,
    ("2026-07-28", "caching", "sep-2549-resources-list-caching-hints"): NO_RESOURCES,
    ("2026-07-28", "caching", "sep-2549-resources-templates-list-caching-hints"): NO_RESOURCES,
    ("2026-07-28", "caching", "sep-2549-resources-read-caching-hints"): NO_RESOURCES,
    ("2026-07-28", "sep-2164-resource-not-found", "sep-2164-error-code"): NO_RESOURCES,
    ("2026-07-28", "sep-2164-resource-not-found", "sep-2164-data-uri"): NO_RESOURCES,
    ("2026-07-28", "server-stateless", "sep-2575-server-rejects-undeclared-capability"): ITS_OWN_TOOLS,
    ("2026-07-28", "server-stateless", "sep-2575-missing-capability-http-400"): ITS_OWN_TOOLS,
    ("2026-07-28", "server-stateless", "sep-2575-http-server-no-independent-requests-on-stream"): ITS_OWN_TOOLS,
    ("2026-07-28", "server-stateless", "sep-2575-server-no-log-without-loglevel"): ITS_OWN_TOOLS,
    ("2026-07-28", "server-stateless", "sep-2575-server-sends-subscription-ack"): "nothing of this server changes that is subscribed to",
    ("2026-07-28", "server-stateless", "sep-2575-server-tags-subscription-id"): "nothing of this server changes that is subscribed to",
    ("2026-07-28", "server-stateless", "sep-2575-server-honors-notification-filter"): "nothing of this server changes that is subscribed to",
    ("2026-07-28", "server-stateless", "sep-2575-server-sends-prompts-list-changed-on-subscription"): NO_RESOURCES,
    ("2026-07-28", "server-stateless", "sep-2575-server-sends-tools-list-changed-on-subscription"): "tools/list is not to be cached (ttlMs 0)",
    ("2026-07-28", "input-required-result-ignore-extra-params", "sep-2322-ignore-unexpected-params"): ITS_OWN_TOOLS,
}  # fmt: skip
"""By revision, scenario and check."""

RUN: dict[str, list[str]] = {
    "2025-11-25": [
        "server-initialize",
        "server-session-lifecycle",
        "ping",
        "tools-list",
        "server-sse-multiple-streams",
        "resources-list",
        "prompts-list",
        "dns-rebinding-protection",
    ],
    "2026-07-28": [
        "server-stateless",
        "tools-list",
        "caching",
        "dns-rebinding-protection",
        "sep-2164-resource-not-found",
        "server-sse-multiple-streams",
        "resources-list",
        "prompts-list",
        "input-required-result-unsupported-methods",
        "input-required-result-ignore-extra-params",
        "input-required-result-validate-input",
        "http-header-validation",
    ],
}
"""Scenarios by revision. The authorization server's are left out: there is no OAuth."""

LEFT_OUT: dict[str, list[str]] = {
    ITS_OWN_TOOLS: [
        "tools-call-",
        "json-schema-2020-12",
        "elicitation-",
        "http-custom-header-server-validation",
        "input-required-result-",
    ],
    NO_RESOURCES: ["resources-", "prompts-", "completion-complete", "logging-set-level"],
    NO_SESSIONS: ["server-sse-polling"],
}
"""Scenarios that ask for what is not here, by how their names begin."""
