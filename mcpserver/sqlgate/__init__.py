"""Judges SQL text, and returns a value. Pure: no Django, no I/O.

This first gate is coarse: it looks at the first word, and leaves the rest to a login that can only read, which the
caller must have. What it does not know it refuses.
"""

from mcpserver.sqlgate.fingerprint import digest, is_system_schema, without_literals
from mcpserver.sqlgate.gate import Allow, Refuse, judge

__all__ = ["Allow", "Refuse", "digest", "is_system_schema", "judge", "without_literals"]
