"""What a sandbox can be told: one frozen value, made at the start and handed down."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Config:
    """New switches (quotas, faults, clocks) become fields here, with a default that behaves like the real service."""

    realm: str = "tidb.cloud"
    nonce_seconds: float = 300.0
    # How long a database may take to stop before it is killed. The whole sandbox is gone in about five seconds.
    stop_seconds: float = 3.0
