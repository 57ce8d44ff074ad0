"""Schema changes that were prepared: from state to state, once; and their branches, swept until they are gone."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any

import pytest

from audit.facts import NOBODY, Facts
from audit.models import Event
from mcpserver import tasks
from mcpserver.changes import record
from mcpserver.changes.models import SchemaChange, State
from mcpserver.changes.sweep import remove_branch
from mcpserver.tidbcloud.errors import CloudConflict, CloudUnauthorized, CloudUnclear
from mcpserver.tools.schema_apply import _claim
from mcpserver.vault.clients import close_clients
from mcpserver.vault.models import LoginsDue, Role, SqlLogin, TidbCloudConnection
from tests.unit.far_end import PRIVATE, PUBLIC, Answer, Asked, Digest, FarEnd, Step
from tidbmcp.lib.clock import now
from tidbmcp.lib.secrets import Secret
from tidbmcp.lib.threads import in_control_thread

pytestmark = pytest.mark.django_db(transaction=True)

ALICE = Facts(request_id="r1", person="alice")
HOUR = timedelta(hours=1)


class Cloud:
    """A cluster with branches; a deleted one is DELETING until it is looked at again. `odd` answers first."""

    def __init__(self) -> None:
        self.branches: list[dict[str, Any]] = [{"branchId": "b-1", "displayName": "other", "state": "ACTIVE"}]
        self.deletions: list[str] = []
        self.odd: dict[str, list[Step]] = {}
        self.gone = self.slow = False

    def __call__(self, asked: Asked) -> Step:
        if self.odd.get(asked.method):
            return self.odd[asked.method].pop(0)
        match asked.method, asked.path:
            case "GET", "clusters":
                return Answer(body={"clusters": []})
            case "GET", "clusters/7/branches":
                return Answer(404) if self.gone else Answer(body={"branches": self.branches})
            case "GET", path if found := self.found(path):
                return Answer(body=found)
            case "DELETE", path:
                wanted = path.rpartition("/")[2]
                self.deletions.append(wanted)
                found = next(one for one in self.branches if one["branchId"] == wanted)
                found["state"] = "DELETING" if self.slow else "DELETED"
                return Answer(body=found)
        return Answer(404)

    def found(self, path: str) -> dict[str, Any] | None:
        return next((one for one in self.branches if path == f"clusters/7/branches/{one['branchId']}"), None)

    def add(self, change: SchemaChange, branch_id: str = "b-2") -> None:
        self.branches.append({"branchId": branch_id, "displayName": change.branch_name, "state": "ACTIVE"})


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mcpserver.tidbcloud.host.PAUSE", 0.0)
    monkeypatch.setattr("mcpserver.tidbcloud.unclear.LOOK_AGAIN", 0.0)


@pytest.fixture
def cloud() -> Cloud:
    return Cloud()


@pytest.fixture
def far(cloud: Cloud) -> Iterator[FarEnd]:
    with FarEnd(cloud, Digest()) as far_end:
        yield far_end


@pytest.fixture
async def connection(far: FarEnd) -> AsyncIterator[TidbCloudConnection]:
    row = TidbCloudConnection(name="ours", api_url=far.address, iam_url=far.address, public_key=PUBLIC)
    await in_control_thread(row.store, Secret(PRIVATE), ALICE)
    yield row
    await close_clients()


def new(connection: TidbCloudConnection, **fields: Any) -> SchemaChange:
    change = record.begin(
        connection=connection, cluster_id="7", cluster_name="shop", database="shop", statements=["A", "B"],
        requester_id=1, requester="alice", token="tmcp_x",
    )  # fmt: skip
    SchemaChange.objects.filter(pk=change.pk).update(**fields)
    return SchemaChange.objects.select_related("connection").get(pk=change.pk)


async def made(connection: TidbCloudConnection, **fields: Any) -> SchemaChange:
    return await in_control_thread(new, connection, **fields)


async def again(change: SchemaChange) -> SchemaChange:
    """As it is stored, due at once."""
    await in_control_thread(SchemaChange.objects.filter(pk=change.pk).update, not_before=now())
    return await in_control_thread(SchemaChange.objects.select_related("connection").get, pk=change.pk)


def events(kind: str) -> list[tuple[str, str]]:
    return list(Event.objects.filter(kind=kind).order_by("id").values_list("result", "person"))


async def test_it_is_found_by_its_own_person_only(connection: TidbCloudConnection) -> None:
    change = await made(connection)
    assert await in_control_thread(record.of, str(change.pk), 1) == change
    for wanted, person in ((str(change.pk), 2), ("nonsense", 1), ("0191f3c0-0000-7000-8000-000000000000", 1)):
        assert await in_control_thread(record.of, wanted, person) is None


@pytest.mark.parametrize(
    ("state", "late", "taken"),
    [(state, late, state is State.READY and not late) for state in State for late in (False, True)],
)
async def test_only_what_is_ready_and_in_time_is_taken_and_that_once(
    connection: TidbCloudConnection, state: State, late: bool, taken: bool
) -> None:
    change = await made(connection, state=state, expires_at=now() + (-HOUR if late else HOUR))
    assert await in_control_thread(record.claim, change) is taken
    assert await in_control_thread(record.claim, change) is False


async def test_what_is_not_as_it_was_prepared_is_not_taken(connection: TidbCloudConnection) -> None:
    for altered in ({"statements": ["A", "DROP TABLE orders"]}, {"database": "other"}, {"cluster_id": "8"}):
        change = await made(connection, state=State.READY, **altered)
        assert await in_control_thread(record.claim, change) is False
        assert (await again(change)).state == State.READY


async def test_who_goes_away_while_taking_it_leaves_it_ready(
    connection: TidbCloudConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = await made(connection, state=State.READY)
    begun, go = threading.Event(), threading.Event()

    def slow(row: SchemaChange) -> bool:
        begun.set()
        go.wait(10)
        return record.claim(row)

    monkeypatch.setattr("mcpserver.tools.schema_apply.claim", slow)
    taking = asyncio.create_task(_claim(change))
    await asyncio.to_thread(begun.wait, 10)
    taking.cancel()
    go.set()
    with pytest.raises(asyncio.CancelledError):
        await taking
    stored = await again(change)
    assert (stored.state, stored.decided_at) == (State.READY, None)


async def test_of_many_that_take_it_at_once_one_does(connection: TidbCloudConnection) -> None:
    change = await made(connection, state=State.READY)
    taken = await asyncio.gather(*(in_control_thread(record.claim, change) for _ in range(6)))
    assert sorted(taken) == [False] * 5 + [True]


async def test_a_step_is_taken_from_its_own_state_only(connection: TidbCloudConnection) -> None:
    change = await made(connection, state=State.FAILED)
    assert not await in_control_thread(record.move, change, State.PREPARING, State.READY)
    assert (await again(change)).state == State.FAILED


SETTLED: dict[str, tuple[dict[str, Any], State, str | None]] = {
    "ready in time": ({"state": State.READY}, State.READY, None),
    "ready and over": ({"state": State.READY, "expires_at": now() - HOUR}, State.EXPIRED, "ok"),
    "being prepared": ({"state": State.PREPARING}, State.PREPARING, None),
    "prepared by nobody": ({"state": State.PREPARING, "created_at": now() - 2 * HOUR}, State.FAILED, "error"),
    "being applied": ({"state": State.APPLYING, "decided_at": now()}, State.APPLYING, None),
    "applied by nobody": ({"state": State.APPLYING, "decided_at": now() - 2 * HOUR}, State.UNKNOWN, "unknown"),
    "applied": ({"state": State.APPLIED, "expires_at": now() - HOUR}, State.APPLIED, None),
}


@pytest.mark.parametrize("what", SETTLED)
async def test_what_is_over_is_ended_with_an_event_and_never_run(connection: TidbCloudConnection, what: str) -> None:
    fields, expected, result = SETTLED[what]
    change = await made(connection, **fields)
    for _ in range(2):
        await in_control_thread(record.settle, NOBODY)
    assert (await again(change)).state == expected
    assert await in_control_thread(events, "change.ended") == ([(result, "alice")] if result else [])


@pytest.mark.parametrize(
    ("state", "late", "swept"),
    [
        (State.PREPARING, True, False),
        (State.READY, True, False),
        (State.APPLYING, True, False),
        (State.APPLIED, False, True),
        (State.FAILED, False, True),
        (State.EXPIRED, False, True),
        (State.UNKNOWN, False, False),
        (State.UNKNOWN, True, True),
    ],
)
async def test_a_branch_is_swept_when_it_is_of_no_more_use(
    connection: TidbCloudConnection, state: State, late: bool, swept: bool
) -> None:
    await made(connection, state=state, expires_at=now() + (-HOUR if late else HOUR))
    assert bool(await in_control_thread(record.to_sweep)) is swept


async def test_it_is_asked_for_once_and_looked_for_until_it_is_gone(
    connection: TidbCloudConnection, cloud: Cloud
) -> None:
    change = await made(connection, state=State.FAILED, branch_id="b-2")
    cloud.add(change)
    cloud.slow = True
    assert not await remove_branch(change, ALICE)
    assert not await remove_branch(change, ALICE)  # not due yet
    assert not await remove_branch(await again(change), ALICE)  # still going
    cloud.branches.pop()
    assert await remove_branch(await again(change), ALICE)
    assert cloud.deletions == ["b-2"]
    assert await in_control_thread(events, "change.swept") == [("started", "alice"), ("ok", "alice")]
    assert (await again(change)).branch_gone_at
    assert await in_control_thread(record.to_sweep) == []


async def test_the_logins_of_the_branch_go_and_those_of_its_cluster_stay(
    connection: TidbCloudConnection, cloud: Cloud
) -> None:
    def store(branch_id: str) -> None:
        about = {"connection": connection, "cluster_id": "7", "branch_id": branch_id}
        SqlLogin(**about, role=Role.ADMIN, username="pre.owner").store(Secret("x"), ALICE)
        LoginsDue.objects.create(**about, asked_by="alice")

    for branch_id in ("", "b-1", "b-2"):
        await in_control_thread(store, branch_id)
    change = await made(connection, state=State.APPLIED, branch_id="b-2")
    cloud.add(change)
    assert await remove_branch(change, ALICE)
    left = await in_control_thread(
        lambda: list(SqlLogin.objects.order_by("branch_id").values_list("branch_id", flat=True))
    )
    assert left == ["", "b-1"]
    assert await in_control_thread(LoginsDue.objects.count) == 2


async def test_one_whose_id_never_came_is_found_by_its_name_and_may_come_late(
    connection: TidbCloudConnection, cloud: Cloud
) -> None:
    change = await made(connection, state=State.FAILED, ended_at=now())
    assert not await remove_branch(change, ALICE)
    cloud.add(change)
    assert await remove_branch(await again(change), ALICE)
    assert cloud.deletions == ["b-2"]
    never = await made(connection, state=State.FAILED, ended_at=now() - HOUR)
    assert await remove_branch(never, ALICE)
    assert cloud.deletions == ["b-2"]


@pytest.mark.parametrize("status", [404, 403])
async def test_with_its_cluster_it_is_gone(connection: TidbCloudConnection, cloud: Cloud, status: int) -> None:
    cloud.odd["GET"] = [Answer(status)]
    change = await made(connection, state=State.FAILED, branch_id="b-2")
    assert await remove_branch(change, ALICE)
    assert cloud.deletions == []


async def test_where_the_key_is_refused_nobody_knows_and_it_is_tried_again(
    connection: TidbCloudConnection, cloud: Cloud
) -> None:
    cloud.odd["GET"] = [Answer(403), Answer(401)]
    change = await made(connection, state=State.FAILED, branch_id="b-2")
    with pytest.raises(CloudUnauthorized):
        await remove_branch(change, ALICE)
    stored = await in_control_thread(SchemaChange.objects.get, pk=change.pk)
    assert (stored.branch_gone_at, stored.tries) == (None, 1)
    assert stored.not_before > now()


@pytest.mark.parametrize(
    ("status", "raised", "result"), [(503, CloudUnclear, "unknown"), (409, CloudConflict, "error")]
)
async def test_a_deletion_that_fails_is_on_record_and_tried_again(
    connection: TidbCloudConnection, cloud: Cloud, status: int, raised: type[Exception], result: str
) -> None:
    cloud.odd["DELETE"] = [Answer(status)]
    change = await made(connection, state=State.FAILED, branch_id="b-2")
    cloud.add(change)
    with pytest.raises(raised):
        await remove_branch(change, ALICE)
    assert await remove_branch(await again(change), ALICE)
    assert [one for one, _ in await in_control_thread(events, "change.swept")] == ["started", result, "started", "ok"]


def test_the_worker_sweeps_what_is_over_and_one_that_fails_stops_no_other(
    cloud: Cloud, far: FarEnd, caplog: pytest.LogCaptureFixture
) -> None:
    row = TidbCloudConnection(name="ours", api_url=far.address, iam_url=far.address, public_key=PUBLIC)
    row.store(Secret(PRIVATE), ALICE)
    broken = TidbCloudConnection(name="broken", api_url=far.address, iam_url=far.address, public_key="nobody")
    broken.store(Secret("nothing"), ALICE)
    new(broken, state=State.FAILED, branch_id="b-9")
    change = new(row, state=State.READY, branch_id="b-2", expires_at=now() - HOUR)
    new(broken, state=State.FAILED, branch_id="b-8")
    cloud.add(change)
    tasks.sweep_schema_changes()
    change.refresh_from_db()
    assert (change.state, bool(change.branch_gone_at)) == (State.EXPIRED, True)
    assert cloud.deletions == ["b-2"]
    assert "could not be removed" not in caplog.text
