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
    """The facts as written, and the sockets that hold the ports of the API."""

    facts: Facts
    api: socket.socket
    iam: socket.socket


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
    """The same, but the API's ports stay held, and nobody else can serve from this folder meanwhile."""
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
        iam = stack.enter_context(closing(ports.claim(recorded.iam_port if recorded else None)))
        facts = _with_ports(recorded, ports.port_of(api), ports.port_of(iam), _clusters(recorded))
        if facts != recorded:
            facts_file.write(folder, facts)
        yield Claimed(facts, api, iam)


def _clusters(recorded: Facts | None) -> tuple[ClusterFacts, ...]:
    """The seeds, each with a port that was free a moment ago. Whoever serves them takes it, or says another one."""
    known = {cluster.display_name: cluster for cluster in recorded.clusters} if recorded else {}
    clusters: list[ClusterFacts] = []
    with ExitStack() as stack:
        for seed in SEEDS:
            old = known.get(seed.display_name)
            port = ports.port_of(stack.enter_context(closing(ports.claim(old.port if old else None))))
            clusters.append(replace(old, port=port) if old else invent.cluster(seed.display_name, port))
    return tuple(clusters)


def _with_ports(recorded: Facts | None, api_port: int, iam_port: int, clusters: tuple[ClusterFacts, ...]) -> Facts:
    if recorded is None:
        return invent.facts(api_port, iam_port, clusters)
    return replace(
        recorded,
        api_url=invent.api_url(api_port),
        iam_url=invent.api_url(iam_port),
        bearer_token=recorded.bearer_token or invent.bearer_token(),
        clusters=clusters,
    )
