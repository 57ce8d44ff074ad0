"""The configuration as the start prints it: every setting of `.env.example`, secrets taken out."""

from collections.abc import Iterator
from typing import Final

from django.conf import settings

SHOWN: Final = (
    "PRODUCTION", "DEBUG", "SITE_URL", "ALLOWED_HOSTS", "MCP_ALLOWED_ORIGINS", "ADMIN_CONTACT", "MCP_READ_ONLY",
    "REQUIRE_READER_LOGIN", "MCP_MAX_BODY_BYTES", "RATE_LIMIT_PER_ADDRESS", "TIDBCLOUD_TIMEOUT_SECONDS",
    "SQL_MAX_ROWS", "SQL_MAX_BYTES", "SQL_MAX_TOKENS", "SQL_MAX_SECONDS",
    "SQL_MAX_WRITE_ROWS", "SQL_MAX_WRITE_SECONDS", "SCHEMA_CHANGE_HOURS", "SQL_TLS_CA", "LOG_LEVEL",
)  # fmt: skip
COUNTED: Final = ("SECRET_KEY_FALLBACKS", "VAULT_KEYS")


def summary() -> Iterator[str]:
    """Lines `NAME = value`; of keys only how many there are."""
    for name in SHOWN:
        yield f"{name} = {getattr(settings, name)!r}"
    for name in COUNTED:
        yield f"{name} ({len(getattr(settings, name))} keys)"
    yield f"SECRET_KEY (of {len(settings.SECRET_KEY)} characters)"
    database = settings.DATABASES["default"]
    where = (
        database["NAME"] if not database.get("HOST") else f"{database['HOST']}:{database['PORT']}/{database['NAME']}"
    )
    yield f"DATABASE_URL = {database['ENGINE']} {where}"
    scheme, separator, _ = settings.CELERY_BROKER_URL.partition("://")
    yield f"CELERY_BROKER_URL: {scheme if separator else 'not understood'}"
