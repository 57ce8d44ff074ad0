"""What both ways of starting a sandbox share: a few log lines on stderr."""

import logging


def log_to_stderr() -> None:
    """The sandbox's own lines, and whatever uvicorn has to warn of."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("sandbox: %(message)s"))
    for name, level in (("mcpserver.sandbox", logging.INFO), ("uvicorn", logging.WARNING)):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(level)
        logger.propagate = False
