"""Judges SQL text, and returns a value. Pure: no Django, no I/O.

This first gate is coarse: it looks at the first word and at what shows the server's inside, and leaves the rest to a
login that can only read, which the caller must have. What it does not know it refuses.
"""

from mcpserver.sqlgate.fingerprint import fingerprint
from mcpserver.sqlgate.gate import Allow, Refuse, judge
from mcpserver.sqlgate.system import is_system_schema
from mcpserver.sqlgate.traces import leaves_traces

__all__ = ["Allow", "Refuse", "fingerprint", "is_system_schema", "judge", "leaves_traces"]
