"""What production may not start with: system checks with ids. Commands run them, and so does the server's start."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register, run_checks
from django.core.checks import Warning as CheckWarning
from django.core.exceptions import ImproperlyConfigured
from django.http.request import validate_host

from mcpserver.addresses import is_loopback

TAG: Final = "tidbmcp"
LEAST_KEY: Final = 50


@register(TAG)
def production_is_safe(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Errors that stop a production start; nothing for a trial on this machine."""
    return list(_unsafe()) if settings.PRODUCTION else []


def _unsafe() -> Iterator[CheckMessage]:
    site = urlsplit(settings.SITE_URL)
    if settings.DEBUG:
        yield Error("DEBUG shows settings and code to strangers.", hint="Set DEBUG=false.", id="tidbmcp.E001")
    if "*" in settings.ALLOWED_HOSTS:
        yield Error("ALLOWED_HOSTS=* allows DNS rebinding.", hint="Name the site's hosts.", id="tidbmcp.E002")
    if site.scheme != "https":
        yield Error("Tokens would travel in clear.", hint="Set SITE_URL to an https:// address.", id="tidbmcp.E003")
    if not validate_host(site.hostname or "", settings.ALLOWED_HOSTS):
        yield Error("SITE_URL's host is not served.", hint="Add it to ALLOWED_HOSTS.", id="tidbmcp.E004")
    if "*" in settings.MCP_ALLOWED_ORIGINS:
        yield Error("MCP_ALLOWED_ORIGINS=* lets every page call.", hint="Name the origins.", id="tidbmcp.E006")
    if not Path(settings.SQL_TLS_CA).is_file():
        hint = "Install ca-certificates, or set SQL_TLS_CA to a file of authorities."
        yield Error("SQL servers can't be verified: SQL_TLS_CA is no file.", hint=hint, id="tidbmcp.E007")
    if any(len(key) < LEAST_KEY for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)):
        hint = f"Use at least {LEAST_KEY} characters of randomness."
        yield Error("SECRET_KEY, or one of its fall-backs, is short enough to guess.", hint=hint, id="tidbmcp.E005")


@register(TAG, deploy=True)
def control_database_is_reached_safely(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """A warning where the audit would travel to another machine in clear."""
    database = settings.DATABASES["default"]
    if is_loopback(database.get("HOST") or "localhost") or "ssl" in database.get("OPTIONS", {}):
        return []
    hint = "Add ?ssl_ca=/path/to/ca.pem to DATABASE_URL, unless the network between is yours alone."
    return [CheckWarning("The control database is reached without TLS.", hint=hint, id="tidbmcp.W001")]


@register(TAG, deploy=True)
def readers_are_required(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """A warning where production lets db_query use a login that may write."""
    if settings.REQUIRE_READER_LOGIN or not settings.PRODUCTION:
        return []
    hint = "Make readers (manage.py sql_login create), then take REQUIRE_READER_LOGIN=false away."
    return [CheckWarning("Reads may run as SQL logins that can write.", hint=hint, id="tidbmcp.W002")]


def refuse_unsafe() -> None:
    """Raise ImproperlyConfigured, with every reason, where production would start with an unsafe setting."""
    if errors := run_checks(tags=[TAG]):
        raise ImproperlyConfigured(" ".join(f"{error.msg} {error.hint} ({error.id})" for error in errors))
