"""Judges SQL text, and returns a value. Pure: no Django, no I/O, no library but Python's own.

A strict lexer reads the text (`tokens`), lists say what is open (`lists`), and what is sent to a server is the rendering of
the accepted tokens. What it does not know it refuses: decision 0011 says why it is a lexer and not a parser.
"""

from mcpserver.sqlgate.explained import judge_explained
from mcpserver.sqlgate.fingerprint import fingerprint
from mcpserver.sqlgate.gate import judge
from mcpserver.sqlgate.statements import Kind, Statement, classify
from mcpserver.sqlgate.system import is_system_schema, may_be_default
from mcpserver.sqlgate.verdicts import Allow, Refuse
from mcpserver.sqlgate.writing import Write, judge_writes

__all__ = [
    "Allow",
    "Kind",
    "Refuse",
    "Statement",
    "Write",
    "classify",
    "fingerprint",
    "is_system_schema",
    "judge",
    "judge_explained",
    "judge_writes",
    "may_be_default",
]
