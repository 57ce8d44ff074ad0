"""The product with a second's patience for clients that do not take their answers: `tests.impatient:application`."""

from mcpserver import splice
from tidbmcp.asgi import application

splice.PATIENCE = 1.0  # type: ignore[misc]

__all__ = ["application"]
