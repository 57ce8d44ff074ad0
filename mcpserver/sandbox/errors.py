"""The one error of the sandbox: a sentence for the person who started it."""


class SandboxError(Exception):
    """The sandbox cannot go on. Its text names no password and no key."""
