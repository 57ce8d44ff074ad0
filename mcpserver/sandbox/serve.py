"""Serving a sandbox: the API in this process, the databases beside it, until a signal comes."""

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import uvicorn

from mcpserver.sandbox.api.app import build
from mcpserver.sandbox.api.digest import ApiKey
from mcpserver.sandbox.cloud import Cloud
from mcpserver.sandbox.config import Config
from mcpserver.sandbox.databases import programs
from mcpserver.sandbox.databases.server import DatabaseServer
from mcpserver.sandbox.facts import Facts
from mcpserver.sandbox.prepare import Claimed, prepared_to_serve

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
    api = _Api(_api_config(claimed.facts, config))
    serving = asyncio.create_task(api.serve(sockets=[claimed.api]))
    databases = [
        DatabaseServer(cluster, folder / cluster.cluster_id, claimed.databases[cluster.cluster_id], config.stop_seconds)
        for cluster in claimed.facts.clusters
    ]
    for database in databases:
        database.watch()
    logger.info("ready at %s", claimed.facts.api_url)
    await stop.wait()
    api.should_exit = True
    await asyncio.gather(serving, *(database.stop() for database in databases))
    logger.info("stopped")


def _api_config(facts: Facts, config: Config) -> uvicorn.Config:
    return uvicorn.Config(
        build(Cloud.of(facts), ApiKey(facts.public_key, facts.private_key), config),
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=60,
        timeout_graceful_shutdown=2,
    )


class _Api(uvicorn.Server):
    """uvicorn without its own handling of signals: they stop the whole sandbox, and it ends with 0."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
