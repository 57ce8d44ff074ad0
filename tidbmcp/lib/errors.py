"""Errors with two halves: a calm sentence for the caller, and the reason for the log.

GatewayError
├─ Refused              the caller may not, or not like this
├─ NotFound             there is no such thing here
├─ BadInput             the caller can mend it
└─ Unavailable          a part that is needed is down; trying again later may help
   ├─ AuditUnavailable
   └─ VaultUnavailable
"""


class GatewayError(Exception):
    """`public` reaches the caller, `detail` only the log. `code` is one word for programs.

    `recorded` is what the audit keeps: `public`, unless that repeats what the caller wrote.
    """

    code = "error"
    outcome_unknown = False
    """Whether something may have happened all the same: somebody must look."""

    def __init__(self, public: str, *, detail: str = "", recorded: str = "") -> None:
        super().__init__(public)
        self.public = public
        self.detail = detail
        self.recorded = recorded or public


class Refused(GatewayError):
    """The caller may not do this, or not in this way."""

    code = "refused"


class NotFound(GatewayError):
    """There is no such thing, or none that this caller may know of."""

    code = "not_found"


class BadInput(GatewayError):
    """The call is wrong in a way that its sender can mend."""

    code = "bad_input"


class Unavailable(GatewayError):
    """Something that is needed is down."""

    code = "unavailable"


class AuditUnavailable(Unavailable):
    """What happened cannot be written down, so it does not happen."""

    code = "audit_unavailable"


class VaultUnavailable(Unavailable):
    """A stored secret cannot be opened."""

    code = "vault_unavailable"
