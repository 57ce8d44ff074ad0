"""Writes `.local/env`, the settings of a trial on one machine: `python -m tidbmcp.local FOLDER PORT`.

Run before Django has settings, so it needs nothing but the standard library. Keys are made once and kept.
"""

import base64
import os
import secrets
import sys
from pathlib import Path


def settings(folder: Path, port: int) -> dict[str, str]:
    """A trial's settings, keys made fresh."""
    return {
        "PRODUCTION": "false",
        "SECRET_KEY": secrets.token_urlsafe(64),
        "VAULT_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "DATABASE_URL": f"sqlite:///{folder / 'tidbmcp.sqlite3'}",
        "SITE_URL": f"http://127.0.0.1:{port}",
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "RATE_LIMIT_PER_ADDRESS": "1000000",
        "ADMIN_CONTACT": "the person who runs this trial",
    }


def write(folder: Path, port: int) -> None:
    """Write the file, readable by its owner only; what stood there stays, but for the port in the site's address."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / "env"
    lines = path.read_text().splitlines() if path.exists() else []
    kept = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    fresh = settings(folder.absolute(), port)
    merged = fresh | kept | {"SITE_URL": fresh["SITE_URL"]}
    draft = folder / "env.new"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.writelines(f"{name}={value}\n" for name, value in merged.items())
    draft.replace(path)


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]))
