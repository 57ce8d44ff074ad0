"""What can go wrong with TiDB Cloud, each with a sentence for the caller.

CloudError
├─ CloudUnreachable   no answer, or one of a server in trouble (5xx): nothing was asked to change
│  └─ CloudSlow       no answer in time: asking again would only make the caller wait longer
├─ CloudUnclear       the same, after a change was asked for: it may have happened
├─ CloudUnauthorized  the key is not accepted (401)
├─ CloudForbidden     the key may not do this (403); deleted clusters answer so too
├─ CloudRejected      the request itself is wrong (400, and what is not offered)
│  └─ CloudPlan       the plan, a quota or an unpaid bill stands in the way (402, and some 400s)
├─ CloudConflict      not in this state, or it exists already (409)
├─ CloudNotFound      there is no such thing (404)
├─ CloudBusy          over the API's rate limit (429)
└─ CloudConfused      an answer that can't be understood
"""

from tidbmcp.lib.errors import GatewayError


class CloudError(GatewayError):
    """TiDB Cloud answered with an error."""

    code = "tidbcloud_error"


class CloudUnreachable(CloudError):
    """It did not answer, or is in trouble itself."""

    code = "tidbcloud_unreachable"


class CloudSlow(CloudUnreachable):
    """It did not answer in time."""

    code = "tidbcloud_slow"


class CloudUnclear(CloudError):
    """It was asked for a change and did not say whether it made it."""

    code = "tidbcloud_unclear"
    outcome_unknown = True


class CloudUnauthorized(CloudError):
    """It does not accept the key."""

    code = "tidbcloud_unauthorized"


class CloudForbidden(CloudError):
    """The key may not do this, or what it asks for is deleted."""

    code = "tidbcloud_forbidden"


class CloudRejected(CloudError):
    """The request itself is wrong."""

    code = "bad_input"


class CloudPlan(CloudRejected):
    """The plan, a quota or payment stands in the way."""

    code = "plan"


class CloudConflict(CloudError):
    """Something of this name exists, or the thing is in a state that does not allow this."""

    code = "conflict"


class CloudNotFound(CloudError):
    """It has no such thing."""

    code = "not_found"


class CloudBusy(CloudError):
    """Too many requests for this key."""

    code = "tidbcloud_busy"


class CloudConfused(CloudError):
    """Its answer can't be understood."""

    code = "tidbcloud_confused"


GONE = (CloudNotFound, CloudForbidden)
"""What a deleted cluster or branch answers: 404, and 403 was seen too."""
