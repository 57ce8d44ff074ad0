"""The errors of the sandbox."""


class SandboxError(Exception):
    """The sandbox cannot go on. A sentence for the person who started it; its text names no password and no key."""


class Gone(Exception):
    """The cluster or branch was deleted while something waited to work on it."""
