"""Settings for tests: everything is said here, so that neither the environment nor `.local` of this machine matters."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

TEMPORARY = Path(tempfile.mkdtemp(prefix="tidbmcp-tests-"))
atexit.register(shutil.rmtree, TEMPORARY, ignore_errors=True)
for name in (
    "SECRET_KEY_FALLBACKS", "MCP_READ_ONLY", "REQUIRE_READER_LOGIN", "MCP_ALLOWED_ORIGINS", "RATE_LIMIT_PER_ADDRESS", "DEBUG",
):  # fmt: skip
    os.environ.pop(name, None)
os.environ.update(
    {
        "PRODUCTION": "false",
        "LOCAL_FOLDER": str(TEMPORARY),
        "SITE_URL": "http://testserver",
        "ALLOWED_HOSTS": "testserver,127.0.0.1,localhost",
        "SECRET_KEY": "a key for tests, which opens nothing anywhere else, of sufficient length",
        "VAULT_KEYS": "dGVzdHMgdGVzdHMgdGVzdHMgdGVzdHMgdGVzdHMgdGU=",
        "DATABASE_URL": f"sqlite:///{TEMPORARY / 'control.sqlite3'}",
        "CELERY_BROKER_URL": "memory://",
    }
)

from tidbmcp.settings import *  # noqa: E402, F403
from tidbmcp.settings import DATABASES, STORAGES  # noqa: E402

DATABASES["default"]["TEST"] = {"NAME": str(TEMPORARY / "test.sqlite3")}
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
