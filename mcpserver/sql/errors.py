"""What can go wrong with SQL, each with a sentence for the caller.

SqlError
├─ SqlUnreachable    the server can't be reached, or does not accept the login
├─ SqlBusy           it was not started: too much else runs
├─ SqlLost           the connection broke while the statement ran
├─ SqlRejected       the server refuses the statement: its own message is the caller's to read
├─ SqlTooLong        it ran over its time and was stopped
├─ SqlTooMany        it would change more rows than it may, and was rolled back
├─ SqlUnknown        it was sent, and nobody can say whether it counts
└─ SqlUnsafe         the login or session is not as reading requires
"""

from tidbmcp.lib.errors import GatewayError


class SqlError(GatewayError):
    """Something went wrong with SQL."""

    code = "sql_error"


class SqlUnreachable(SqlError):
    """The server can't be reached, or does not accept the login."""

    code = "sql_unreachable"


class SqlBusy(SqlError):
    """It was not started, because too much else runs."""

    code = "sql_busy"


class SqlLost(SqlError):
    """The connection broke while the statement ran."""

    code = "sql_connection_lost"


class SqlRejected(SqlError):
    """The server refuses the statement."""

    code = "sql_rejected"


class SqlTooLong(SqlError):
    """It ran over its time and was stopped."""

    code = "sql_timeout"


class SqlTooMany(SqlError):
    """It would have changed more rows than it may, and was rolled back."""

    code = "sql_too_many_rows"


class SqlUnknown(SqlError):
    """It was sent, and nobody can say whether it counts: somebody must look."""

    code = "sql_outcome_unknown"
    outcome_unknown = True


class SqlUnsafe(SqlError):
    """The login can do more than read, or the session is not as it must be."""

    code = "sql_unsafe"
