"""The facts of one sandbox, as they stand in its sandbox.json: address, keys, clusters and logins."""

import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import urlsplit

from mcpserver.sandbox.errors import SandboxError

FILE_NAME: Final = "sandbox.json"
HOST: Final = "127.0.0.1"
ROLES: Final = ("role_readonly", "role_readwrite", "role_admin")


@dataclass(frozen=True)
class Login:
    """A SQL user."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class ClusterFacts:
    """A cluster: its names, where it listens and who can log in."""

    cluster_id: str
    display_name: str
    user_prefix: str
    host: str
    port: int
    root: Login
    logins: dict[str, Login]

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Fails on missing and on unknown fields."""
        logins = {role: Login(**data["logins"][role]) for role in ROLES}
        return cls(**{**data, "root": Login(**data["root"]), "logins": logins})


@dataclass(frozen=True)
class Facts:
    """All of it. The field names are those of the file."""

    api_url: str
    iam_url: str
    public_key: str
    private_key: str = field(repr=False)
    bearer_token: str = field(repr=False)
    clusters: tuple[ClusterFacts, ...]

    @property
    def api_port(self) -> int | None:
        """The port in `api_url`."""
        return urlsplit(self.api_url).port

    @property
    def iam_port(self) -> int | None:
        """The port in `iam_url`. None in a file from before there was one."""
        return urlsplit(self.iam_url).port

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Fails on missing and on unknown fields, but for two that older files do not have."""
        data = {"iam_url": "", "bearer_token": "", **data}
        return cls(**{**data, "clusters": tuple(ClusterFacts.from_json(cluster) for cluster in data["clusters"])})


def read(folder: Path) -> Facts | None:
    """None when nothing is recorded yet. A file that cannot be understood stops the start."""
    try:
        return Facts.from_json(json.loads((folder / FILE_NAME).read_text()))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise SandboxError(f"{folder / FILE_NAME} cannot be read; remove the folder to start anew.") from error


def write(folder: Path, facts: Facts) -> None:
    """Readers see the old file or the new one, never half of one."""
    draft = folder / f".{FILE_NAME}.{secrets.token_hex(4)}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(asdict(facts), file, indent=2)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(folder / FILE_NAME)
