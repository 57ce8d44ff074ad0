"""Serving a sandbox: both APIs in this process, the databases beside it, until a signal comes."""

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import uvicorn

from mcpserver.sandbox import facts as facts_file
from mcpserver.sandbox.api.app import Apps, build
from mcpserver.sandbox.api.connections import Protocol
from mcpserver.sandbox.clock import Clock
from mcpserver.sandbox.cloud import Cloud
from mcpserver.sandbox.config import Config
from mcpserver.sandbox.databases import programs
from mcpserver.sandbox.databases.fleet import Fleet
from mcpserver.sandbox.facts import Facts
from mcpserver.sandbox.prepare import Claimed, prepared_to_serve
from mcpserver.sandbox.seeding import plant
from mcpserver.sandbox.store import Store

logger = logging.getLogger(__name__)


def serve(folder: Path, config: Config | None = None) -> None:
    """Returns after SIGTERM or SIGINT, when every database has stopped. To be called in the main thread."""
    programs.check()
    os.umask(0o077)
    with prepared_to_serve(folder.absolute()) as claimed:
        asyncio.run(_serve(folder.absolute(), claimed, config or Config()))


async def _serve(folder: Path, claimed: Claimed, config: Config) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    store = Store(folder)
    clock = Clock(store.time_added(), store.note_time_added) if config.control else Clock()
    cloud = Cloud(store, Fleet(folder, config), clock, config)
    plant(store, claimed.facts)
    await cloud.load(store.places())
    _note_ports(folder, claimed.facts, cloud)
    apps = build(cloud, claimed.facts)
    servers = _servers(apps)
    serving = [
        asyncio.create_task(server.serve(sockets=[listener]))
        for server, listener in zip(servers, (claimed.api, claimed.iam), strict=True)
    ]
    logger.info("ready at %s", claimed.facts.api_url)
    await stop.wait()
    for server in servers:
        server.should_exit = True
    await asyncio.gather(cloud.stop(), *serving)
    logger.info("stopped")


def _note_ports(folder: Path, facts: Facts, cloud: Cloud) -> None:
    """A seed whose port was taken in the meantime has another one now."""
    ports = {place_id: cluster.port for place_id, cluster in cloud.clusters.items()}
    clusters = tuple(replace(seed, port=ports.get(seed.cluster_id, seed.port)) for seed in facts.clusters)
    if clusters != facts.clusters:
        facts_file.write(folder, replace(facts, clusters=clusters))


def _servers(apps: Apps) -> tuple["_Server", "_Server"]:
    serverless, iam = (
        uvicorn.Config(
            app,
            http=Protocol,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=60,
            timeout_graceful_shutdown=2,
        )
        for app in (apps.serverless, apps.iam)
    )
    return _Server(serverless), _Server(iam)


class _Server(uvicorn.Server):
    """uvicorn without its own handling of signals: they stop the whole sandbox, and it ends with 0."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
