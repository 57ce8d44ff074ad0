"""What can go wrong with TiDB Cloud, each with a sentence for the caller.

CloudError
├─ CloudUnreachable   no answer: down, slow, or not to be found
├─ CloudRefused       the key is not accepted (401) or may not do this (403)
├─ CloudRejected      the request itself is wrong (400)
├─ CloudNotFound      there is no such thing (404)
├─ CloudBusy          over the API's rate limit (429)
└─ CloudConfused      an answer that can't be understood
"""

from tidbmcp.lib.errors import GatewayError


class CloudError(GatewayError):
    """TiDB Cloud answered with an error."""

    code = "tidbcloud_error"


class CloudUnreachable(CloudError):
    """It did not answer."""

    code = "tidbcloud_unreachable"


class CloudRefused(CloudError):
    """It does not accept the key, or the key may not do this."""

    code = "tidbcloud_refused"


class CloudRejected(CloudError):
    """The request itself is wrong."""

    code = "bad_input"


class CloudNotFound(CloudError):
    """It has no such thing."""

    code = "not_found"


class CloudBusy(CloudError):
    """Too many requests for this key."""

    code = "tidbcloud_busy"


class CloudConfused(CloudError):
    """Its answer can't be understood."""

    code = "tidbcloud_confused"
