"""Django's settings, from the environment; `.env.example` says what each one is for.

What is not said is production, and production does not start with an unsafe setting (tidbmcp.checks). `make run` writes
`.local/env`, which says that a trial is none; what the environment says beats it, and PRODUCTION=true never reads it.
"""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import django_stubs_ext

from tidbmcp import database
from tidbmcp.lib import env, keyring

django_stubs_ext.monkeypatch()  # Django's generic classes can be written with their types at run time too

BASE_DIR = Path(__file__).resolve().parent.parent
LOCAL_FOLDER = Path(os.environ.get("LOCAL_FOLDER") or BASE_DIR / ".local")
if not env.env_bool("PRODUCTION", default=False):
    env.load_file(LOCAL_FOLDER / "env")
PRODUCTION = env.env_bool("PRODUCTION", default=True)
DEBUG = env.env_bool("DEBUG", default=False)

# Who is asked, and under which names
SITE_URL = env.env_str("SITE_URL").rstrip("/")
ALLOWED_HOSTS = env.env_list("ALLOWED_HOSTS")
MCP_ALLOWED_ORIGINS = env.env_list("MCP_ALLOWED_ORIGINS", "")
CSRF_TRUSTED_ORIGINS = [SITE_URL]
ADMIN_CONTACT = env.env_str("ADMIN_CONTACT", "your team's tidbmcp admin")

# Keys
SECRET_KEY = env.env_str("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.env_list("SECRET_KEY_FALLBACKS", "")
VAULT_KEYS = env.env_list("VAULT_KEYS")
VAULT_RING = env.checked("VAULT_KEYS", keyring.read_keys, VAULT_KEYS)

# What agents may do here, and how much
MCP_READ_ONLY = env.env_bool("MCP_READ_ONLY", default=False)
REQUIRE_READER_LOGIN = env.env_bool("REQUIRE_READER_LOGIN", default=True)
MCP_MAX_BODY_BYTES = env.env_int("MCP_MAX_BODY_BYTES", 4 * 1024 * 1024, least=1024)
RATE_LIMIT_PER_ADDRESS = env.env_int("RATE_LIMIT_PER_ADDRESS", 1000, least=1)
TIDBCLOUD_TIMEOUT_SECONDS = env.env_int("TIDBCLOUD_TIMEOUT_SECONDS", 15, least=1, most=120)
SQL_MAX_ROWS = env.env_int("SQL_MAX_ROWS", 1000, least=1)
SQL_MAX_BYTES = env.env_int("SQL_MAX_BYTES", 1024 * 1024, least=1024)
SQL_MAX_TOKENS = env.env_int("SQL_MAX_TOKENS", 25_000, least=100)
SQL_MAX_SECONDS = env.env_int("SQL_MAX_SECONDS", 30, least=1, most=1800)
SCHEMA_CHANGE_HOURS = env.env_int("SCHEMA_CHANGE_HOURS", 24, least=1, most=168)
SQL_MAX_WRITE_ROWS = env.env_int("SQL_MAX_WRITE_ROWS", 10_000, least=1)
SQL_MAX_WRITE_SECONDS = env.env_int("SQL_MAX_WRITE_SECONDS", 60, least=1, most=1800)
SQL_TLS_CA = env.env_str("SQL_TLS_CA", "/etc/ssl/certs/ca-certificates.crt")

DATABASES: dict[str, dict[str, Any]] = {
    "default": env.checked("DATABASE_URL", database.parse, env.env_str("DATABASE_URL"))
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    # Per process. The default of 300 entries would forget addresses under load, and with them their limits.
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 100_000}},
}

INSTALLED_APPS = [
    "tidbmcp.console.apps.ConsoleAdminConfig",
    "tidbmcp.console",
    "mcpserver",
    "accounts",
    "audit",
    "allauth",
    "allauth.account",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "ninja",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "tidbmcp.urls"
ASGI_APPLICATION = "tidbmcp.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Sign-in: allauth, by name and password; nobody signs up, an admin makes the accounts
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "accounts:tokens"

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / ".static"
STATICFILES_DIRS = [BASE_DIR / "templates" / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
}

# HTTPS and headers for every path are the business of tidbmcp.http, before Django; it replaces headers of the same name
SECURE_REFERRER_POLICY = "same-origin"
SILENCED_SYSTEM_CHECKS = [
    "security.W002",  # X-Frame-Options comes from tidbmcp.http
    "security.W004",  # so does HSTS, for this host alone: what else the domain serves is not ours to say
    "security.W008",  # and the way to HTTPS, which machines are never redirected on
]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Background work
CELERY_BROKER_URL = env.env_str("CELERY_BROKER_URL", "filesystem://localhost/")
if CELERY_BROKER_URL.startswith("filesystem:"):
    # For one machine, and only for wake-ups: a worker that is killed after reading a message has lost it.
    _queue = str(LOCAL_FOLDER / "celery" / "queue")
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": _queue,
        "data_folder_out": _queue,
        "control_folder": str(LOCAL_FOLDER / "celery" / "control"),
    }
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE = {
    "sweep-schema-changes": {
        "task": "mcpserver.tasks.sweep_schema_changes",
        "schedule": timedelta(minutes=1),
    },
    "make-logins": {"task": "mcpserver.tasks.make_logins", "schedule": timedelta(seconds=20)},
    "wipe-handed-passwords": {
        "task": "mcpserver.tasks.wipe_handed_passwords",
        "schedule": timedelta(minutes=30),
    },
    "forget-request-keys": {"task": "mcpserver.tasks.forget_request_keys", "schedule": timedelta(hours=1)},
    "forget-ended-sessions": {"task": "accounts.tasks.forget_ended_sessions", "schedule": timedelta(days=1)},
}

LOG_LEVEL = env.env_str("LOG_LEVEL", "INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "tidbmcp.lib.redaction.RedactingFormatter",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
        "uvicorn": {"handlers": [], "propagate": True},
        "uvicorn.error": {"handlers": [], "propagate": True},
        "uvicorn.access": {"handlers": [], "propagate": False},
        "mcp": {"level": "WARNING"},
        "httpx2": {"level": "WARNING"},
        "httpcore2": {"level": "WARNING"},  # its lines would hold the far end's headers
    },
}
