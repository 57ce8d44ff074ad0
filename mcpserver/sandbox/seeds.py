"""The clusters that every sandbox starts with, oldest first, and where their data comes from."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from mcpserver.sandbox.data import freight, shop


@dataclass(frozen=True)
class Seed:
    """One of them."""

    display_name: str
    create_time: str
    update_time: str
    statements: Callable[[str], Iterator[str]]
    """SQL that makes the databases. It is given the account that owns the views."""


SEEDS: Final = (
    Seed("shop", "2025-03-11T08:24:17Z", "2026-02-02T10:05:40Z", shop.statements),
    Seed("northwind-freight", "2025-09-30T15:41:03Z", "2026-01-19T06:12:55Z", freight.statements),
)


def seed_named(display_name: str) -> Seed:
    """The seed of a cluster that the sandbox started with."""
    return next(seed for seed in SEEDS if seed.display_name == display_name)
