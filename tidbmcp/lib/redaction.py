"""Takes secrets out of what is written down: by the name of a field, and by the shape of a text."""

import logging
import re
from typing import Final

REMOVED: Final = "[redacted]"

SECRET_NAMES: Final = re.compile(
    r"passw|passphrase|^pw$|^pwd$|secret|token(?!_prefix$|s?_left$)|credential|authorization|^auth$|cookie|signature"
    r"|api.?key|private.?key|access.?key|encryption.?key|vault.?key|session.?id|^otp$|^pin$|connection.?string|^dsn$",
    re.IGNORECASE,
)
"""Names of fields whose value is never written down."""

PAGE_TOKEN: Final = "page_token"  # noqa: S105 - the name of an argument
"""The one argument whose name looks like a secret's and is none."""

_QUOTED: Final = r"\"(?:[^\"\\]|\\[\s\S])*+\"?|'(?:[^'\\]|\\[\s\S]|'')*+'?"
"""A quoted text, escapes and all; where its end was cut off, the rest."""

_ASSIGNED: Final = (
    r"(?:passw(?:or)?d|passphrase|pwd|secret|token|api[_-]?key|private[_-]?key|access[_-]?key)[\w.-]{0,64}+"
    rf"\\*[\"']?\s*+(?::=|=>|=|:)\s*+(?:\\+\"[^\"]*+\"?|b?(?:{_QUOTED})|[^\s,;&\"']+)"
)

# Every shape is linear: text from people we do not know comes through here, such as their User-Agent.
_SHAPES: Final = re.compile(
    "|".join(
        (
            r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)",
            r"tmcp_[0-9A-Za-z]{10,}",
            r"\bDigest\s+\w+=[^\r\n]*",
            r"\b(?:Bearer|Basic|Negotiate)\s+[^\s,;]{6,}",
            rf"\b(?:(?:proxy-)?authorization|(?:set-)?cookie)[\"']?\s*+[:=]\s*+(?:{_QUOTED}|[^\r\n]+)",
            r"(?<![\w-])eyJ[\w-]{6,}+\.[\w-]+(?:\.[\w-]*)?",
            r"\b(?:AKIA|ASIA)[0-9A-Z]{12,}",
            r"\b(?:gh[pousr]_|github_pat_|glpat-|xox[abeoprs]-|sk-|pk-|rk_live_|sk_live_|hf_|npm_|pypi-|dop_v1_|AIza)[\w-]{10,}",
            r"\bgAAAA[\w=-]{20,}",
            r"(?<=://)[^/\s:@]*:(?!\d{1,5}/)[^\s\"'<>]{1,300}(?=@)",
            rf"\bIDENTIFIED\s+(?:(?:WITH|VIA)\s+\S+\s+)?(?:BY|AS|USING)\s+(?:PASSWORD\s+)?(?:{_QUOTED}|\S+)",
            rf"\bSET\s+PASSWORD\b[^=;]{{0,200}}=\s*(?:{_QUOTED}|\S+)",
            rf"\bPASSWORD\s*\(\s*(?:{_QUOTED})",
            r"--[\w-]{0,32}passw(?:or)?d[\w-]{0,32}\s+\S+",
            r"(?<![\w:/])[\w.%-]{1,64}:[^\s@]{1,300}@(?:tcp|unix)\(",
            _ASSIGNED,
        )
    ),
    re.IGNORECASE,
)
"""Shapes that are secrets wherever they stand: tokens, keys, passwords in addresses, in assignments and in SQL."""


def redact_text(text: str) -> str:
    """The text with everything taken out that has a secret's shape."""
    return _SHAPES.sub(_removed, text)


def _removed(match: re.Match[str]) -> str:
    found = match.group()
    if found.startswith("tmcp_"):
        return f"{found[:13]}…{REMOVED}"  # the look-up part stays: it names the token and opens nothing
    return REMOVED


def redact(value: object) -> object:
    """A JSON-like value with secrets taken out, deep into lists and objects; keys are looked at too."""
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, dict):
        return {redact_text(str(key)): _redact_field(str(key), inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [redact(inner) for inner in value]
    return value


def _redact_field(name: str, value: object) -> object:
    if name == PAGE_TOKEN or not SECRET_NAMES.search(name) or value is None or isinstance(value, bool):
        return redact(value)
    return REMOVED


class RedactingFormatter(logging.Formatter):
    """The last word on every log line, tracebacks included."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the library's name
        """The message on one line: what comes from outside begins no line of its own."""
        return super().formatMessage(record).replace("\r", "\\r").replace("\n", "\\n")

    def format(self, record: logging.LogRecord) -> str:
        """One record as a line, without what has a secret's shape."""
        return redact_text(super().format(record))
