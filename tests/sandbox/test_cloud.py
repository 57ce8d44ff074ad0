"""What happens when things come and go at the same time, or are cut short: with databases that can be held up."""

import asyncio
import copy
import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from mcpserver.sandbox import invent
from mcpserver.sandbox.clock import Clock
from mcpserver.sandbox.cloud import Cloud
from mcpserver.sandbox.config import Config
from mcpserver.sandbox.databases.fleet import Account, Fleet
from mcpserver.sandbox.errors import Gone, SandboxError
from mcpserver.sandbox.places import Cluster, SqlUser
from mcpserver.sandbox.regions import REGIONS
from mcpserver.sandbox.specs import filled
from mcpserver.sandbox.store import Store


class HeldFleet(Fleet):
    """Opening and closing begin, and go on when they are let."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, Config())
        self.began = asyncio.Event()
        self.go_on = asyncio.Event()
        self.fails_after = 1_000

    async def open(self, place: str, accounts: Sequence[Account], *, port: int | None = None, seed: str = "") -> int:
        await self._hold()
        if self.fails_after == 0:
            raise SandboxError("No free port was found.")
        self.fails_after -= 1
        return await super().open(place, accounts, port=port, seed=seed)

    async def close(self, place: str) -> None:
        await self._hold()
        await super().close(place)

    async def _hold(self) -> None:
        self.began.set()
        await self.go_on.wait()


@pytest.fixture
def fleet(tmp_path: Path) -> HeldFleet:
    return HeldFleet(tmp_path)


@pytest.fixture
def cloud(tmp_path: Path, fleet: HeldFleet) -> Cloud:
    return Cloud(Store(tmp_path), fleet, Clock(), Config())


def new_cluster(cloud: Cloud) -> Cluster:
    prefix = invent.user_prefix()
    moment = cloud.moment()
    return Cluster(
        place_id=invent.cluster_id(),
        user_prefix=prefix,
        created_by="apikey-A",
        created=moment,
        updated=moment,
        phase="CREATING",
        ready_at=moment,
        users=[SqlUser(f"{prefix}.root", "role_admin", password=invent.password())],
        spec=filled({"displayName": "orders", "region": REGIONS[0].name}),
    )


def kept(folder: Path) -> list[str]:
    """What the next start would find."""
    return [place.place_id for place in Store(folder).places()]


def left(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_a_cluster_counts_and_is_creating_before_its_database_is_there(cloud: Cloud, fleet: HeldFleet) -> None:
    cluster = new_cluster(cloud)
    adding = asyncio.create_task(cloud.add(cluster))
    await fleet.began.wait()
    assert (list(cloud.clusters), cloud.state(cluster)) == ([cluster.place_id], "CREATING")
    fleet.go_on.set()
    await adding
    assert cloud.state(cluster) == "ACTIVE"
    await cloud.stop()


async def test_a_cluster_can_be_deleted_while_it_is_made(tmp_path: Path, cloud: Cloud, fleet: HeldFleet) -> None:
    cluster = new_cluster(cloud)
    adding = asyncio.create_task(cloud.add(cluster))
    await fleet.began.wait()
    removing = asyncio.create_task(cloud.remove(cluster))
    fleet.go_on.set()
    with pytest.raises(Gone):
        await adding
    await removing
    assert (cloud.state(cluster), kept(tmp_path), left(tmp_path)) == ("DELETED", [], [])


async def test_a_deletion_that_is_cut_short_is_a_deletion(tmp_path: Path, cloud: Cloud, fleet: HeldFleet) -> None:
    fleet.go_on.set()
    cluster = new_cluster(cloud)
    await cloud.add(cluster)
    assert kept(tmp_path) == [cluster.place_id]
    fleet.go_on.clear()
    fleet.began.clear()
    removing = asyncio.create_task(cloud.remove(cluster))
    await fleet.began.wait()
    assert kept(tmp_path) == []
    fleet.go_on.set()
    await removing


async def test_of_a_batch_that_fails_nothing_stays(tmp_path: Path, cloud: Cloud, fleet: HeldFleet) -> None:
    fleet.go_on.set()
    fleet.fails_after = 2
    with pytest.raises(SandboxError):
        await cloud.add(*(new_cluster(cloud) for _ in range(4)))
    assert (cloud.clusters, kept(tmp_path), left(tmp_path)) == ({}, [], [])
    assert fleet.running() == set()


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    def fill() -> None:
        def full(*_: object, **__: object) -> None:
            raise OSError("No space left on device")

        monkeypatch.setattr(json, "dump", full)

    return fill


async def test_what_cannot_be_kept_is_not_changed(
    tmp_path: Path, cloud: Cloud, fleet: HeldFleet, full_disk: Callable[[], None]
) -> None:
    fleet.go_on.set()
    cluster = new_cluster(cloud)
    await cloud.add(cluster)
    before = copy.deepcopy(cluster)
    full_disk()
    with pytest.raises(OSError, match="No space"), cloud.changing(cluster):
        cluster.spec["labels"]["env"] = "prod"
    with pytest.raises(OSError, match="No space"):
        async with cloud.working_on(cluster):
            cluster.users.append(SqlUser("a1.app", "role_readonly"))
    assert cluster == before
    assert list(Store(tmp_path).places()) == [before]
    assert [path.name for path in Store(tmp_path).home(cluster.place_id).iterdir()] == ["cluster.json"]
    await cloud.stop()


async def test_of_work_that_fails_nothing_stays(tmp_path: Path, cloud: Cloud, fleet: HeldFleet) -> None:
    fleet.go_on.set()
    cluster = new_cluster(cloud)
    await cloud.add(cluster)
    before = copy.deepcopy(cluster)

    async def work() -> None:
        async with cloud.working_on(cluster):
            cluster.users.append(SqlUser("a1.app", "role_readonly"))
            cloud.save(cluster)
            raise SandboxError("The database refused.")

    with pytest.raises(SandboxError):
        await work()
    assert [cluster, *Store(tmp_path).places()] == [before, before]
    await cloud.stop()


async def test_of_a_batch_that_is_cut_short_nothing_is_there_at_the_next_start(
    tmp_path: Path, cloud: Cloud, fleet: HeldFleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet.go_on.set()
    note = cloud.store.note_whole

    def look_before(batch: str) -> None:
        shutil.copytree(tmp_path, tmp_path / "copy")  # what a kill at this moment would leave
        note(batch)

    monkeypatch.setattr(cloud.store, "note_whole", look_before)
    batch = [new_cluster(cloud) for _ in range(3)]
    await cloud.add(*batch)
    assert [kept(tmp_path / "copy"), kept(tmp_path)] == [[], sorted(cluster.place_id for cluster in batch)]
    assert left(tmp_path / "copy") == []
    await cloud.stop()


async def test_work_on_a_database_that_goes_meanwhile_is_told_so(cloud: Cloud, fleet: HeldFleet) -> None:
    fleet.go_on.set()
    cluster = new_cluster(cloud)
    await cloud.add(cluster)

    async def work() -> None:
        async with cloud.working_on(cluster):
            raise AssertionError("there is nothing to work on")

    async with cloud.working_on(cluster):
        removing = asyncio.create_task(cloud.remove(cluster))
        waiting = asyncio.create_task(work())
    with pytest.raises(Gone):
        await waiting
    await removing
