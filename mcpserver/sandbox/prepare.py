"""Preparing a sandbox: folder, ports, ids, keys and passwords are settled before anything runs."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from mcpserver.sandbox import facts as facts_file
from mcpserver.sandbox import folder as folders
from mcpserver.sandbox import invent, ports
from mcpserver.sandbox.errors import SandboxError
from mcpserver.sandbox.facts import ClusterFacts, Facts
from mcpserver.sandbox.seeds import SEEDS


@dataclass(frozen=True)
class Claimed:
    """The facts as written, and the sockets that hold every port in them."""

    facts: Facts
    api: socket.socket
    databases: dict[str, socket.socket]


def prepare(folder: Path) -> Facts:
    """Settle the facts and let go of the ports. Doing it again keeps ids, keys and passwords."""
    folders.make_private(folder)
    with folders.writing(folder), folders.serving(folder) as free:
        recorded = facts_file.read(folder)
        if recorded and not free:
            return recorded  # a sandbox runs here: the ports are taken by itself
        with _claim(folder, recorded) as claimed:
            return claimed.facts


@contextmanager
def prepared_to_serve(folder: Path) -> Iterator[Claimed]:
    """The same, but every port stays held, and nobody else can serve from this folder meanwhile."""
    folders.make_private(folder)
    with ExitStack() as stack:
        with folders.writing(folder):
            if not stack.enter_context(folders.serving(folder)):
                raise SandboxError(f"A sandbox is already running from {folder}.")
            claimed = stack.enter_context(_claim(folder, facts_file.read(folder)))
        yield claimed


@contextmanager
def _claim(folder: Path, recorded: Facts | None) -> Iterator[Claimed]:
    with ExitStack() as stack:
        api = stack.enter_context(closing(ports.claim(recorded.api_port if recorded else None)))
        known = {cluster.display_name: cluster for cluster in recorded.clusters} if recorded else {}
        clusters: list[ClusterFacts] = []
        databases: dict[str, socket.socket] = {}
        for seed in SEEDS:
            old = known.get(seed.display_name)
            listener = stack.enter_context(closing(ports.claim(old.port if old else None)))
            port = ports.port_of(listener)
            cluster = replace(old, port=port) if old else invent.cluster(seed.display_name, port)
            clusters.append(cluster)
            databases[cluster.cluster_id] = listener
        facts = _with_ports(recorded, ports.port_of(api), tuple(clusters))
        if facts != recorded:
            facts_file.write(folder, facts)
        yield Claimed(facts, api, databases)


def _with_ports(recorded: Facts | None, api_port: int, clusters: tuple[ClusterFacts, ...]) -> Facts:
    if recorded is None:
        return invent.facts(api_port, clusters)
    return replace(recorded, api_url=invent.api_url(api_port), clusters=clusters)
