"""The errors of the sandbox."""


class SandboxError(Exception):
    """The sandbox cannot go on. A sentence for the person who started it; its text names no password and no key."""


class WrongUser(SandboxError):
    """A SQL user is there who should not be, or not there who should: somebody changed them by SQL."""


class KeptOut(SandboxError):
    """The server does not know the sandbox any more, or gives it fewer rights: somebody changed that by SQL."""


class Gone(Exception):
    """The cluster or branch was deleted while something waited to work on it."""
