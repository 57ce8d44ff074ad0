"""DATABASE_URL to Django's DATABASES entry: sqlite, MySQL or MariaDB by Django's own backend, TiDB by django-tidb."""

from pathlib import Path
from typing import Any, Final
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

ENGINES: Final = {"mysql": "django.db.backends.mysql", "tidb": "django_tidb"}
DEFAULT_PORTS: Final = {"mysql": 3306, "tidb": 4000}


def parse(url: str) -> dict[str, Any]:
    """`sqlite:///relative.db`, `sqlite:////absolute.db`, `mysql://user:password@host:port/name?ssl_ca=/path`, `tidb://...`.

    ValueError, with a sentence that never repeats the address (it holds a password), for anything else.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError("this is not an address; write sqlite:///file, mysql://... or tidb://...") from None
    if parts.scheme == "sqlite" and not (parts.netloc or parts.query or parts.fragment):
        return _sqlite(parts.path)
    if parts.scheme in ENGINES and parts.hostname and parts.path.strip("/"):
        return _server(parts, port)
    raise ValueError(
        "write sqlite:///file, mysql://user:password@host:port/name or tidb://user:password@host:port/name"
    )


def _sqlite(path: str) -> dict[str, Any]:
    name = unquote(path.removeprefix("/"))
    if not name:
        raise ValueError("sqlite:/// needs a file's path after it")
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": Path(name).absolute(),
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            # Write locks are taken at the start: a read that turns into a write could not wait for its turn.
            "transaction_mode": "IMMEDIATE",
            "timeout": 5,
            # WAL with NORMAL survives every crash of a process; a power cut may take the last moments with it.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON",
        },
    }


def _server(parts: SplitResult, port: int | None) -> dict[str, Any]:
    options: dict[str, Any] = {
        "charset": "utf8mb4",
        "connect_timeout": 10,
        "read_timeout": 30,
        "write_timeout": 30,
        "init_command": "SET sql_mode='STRICT_TRANS_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO'",
    }
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    if set(query) - {"ssl_ca"} or "" in query.values():
        raise ValueError("only ssl_ca=/path is known after the question mark")
    if "ssl_ca" in query:
        options |= {"ssl_mode": "VERIFY_IDENTITY", "ssl": {"ca": query["ssl_ca"]}}
    return {
        "ENGINE": ENGINES[parts.scheme],
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname,
        "PORT": str(port or DEFAULT_PORTS[parts.scheme]),
        "CONN_MAX_AGE": 300,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }
