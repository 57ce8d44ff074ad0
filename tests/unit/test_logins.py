"""SQL logins of what was made through the gateway: made once, stored sealed, and healed after a crash."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any

import pytest

from audit.facts import Facts
from audit.kinds import Kind, Result
from audit.models import Event
from mcpserver import tasks
from mcpserver.tidbcloud.errors import CloudError, CloudForbidden, CloudUnclear, CloudUnreachable
from mcpserver.vault import logins
from mcpserver.vault.clients import close_clients
from mcpserver.vault.logins import Place, make_logins
from mcpserver.vault.models import LoginsDue, Role, SqlLogin, TidbCloudConnection
from mcpserver.vault.open import open_secret
from tests.unit.far_end import DROP, PRIVATE, PUBLIC, Answer, Asked, Digest, FarEnd, Step
from tidbmcp.lib.clock import now
from tidbmcp.lib.errors import Unavailable
from tidbmcp.lib.secrets import Secret
from tidbmcp.lib.threads import in_control_thread

pytestmark = pytest.mark.django_db(transaction=True)

ALICE = Facts(request_id="r1", person="alice")
POLICY = re.compile(r"(?=.*[a-z])(?=.*[A-Z])(?=.*\d)(?=.*[^A-Za-z0-9]).{8,64}")
NAMES = ["pre.tidbmcp_reader", "pre.tidbmcp_writer", "pre.tidbmcp_owner"]
BRANCH_USERS = ["bpre.tidbmcp_reader", "bpre.tidbmcp_writer", "bpre.tidbmcp_owner"]


class Cloud:
    """One cluster and one branch with SQL users, as the two hosts tell of them. `odd` answers first where it wants to."""

    def __init__(self) -> None:
        self.cluster: dict[str, Any] = {"clusterId": "7", "state": "ACTIVE", "userPrefix": "pre"}
        self.branch: dict[str, Any] = {"branchId": "bran-1", "state": "ACTIVE", "userPrefix": "bpre"}
        self.users: dict[str, str] = {"pre.root": "unknown"}
        self.branch_users: dict[str, str] = dict.fromkeys(["bpre.root", *BRANCH_USERS], "unknown")
        self.roles: dict[str, str] = {}
        self.odd: dict[str, list[Step]] = {}
        """By method, or method and last step of the path: what is answered instead, once each; it was done all the same."""

    def __call__(self, asked: Asked) -> Step:
        answer = self.do(asked)
        for key in (f"{asked.method} {asked.path}", asked.method):
            if self.odd.get(key):
                return self.odd[key].pop(0)
        return answer

    def do(self, asked: Asked) -> Step:
        last = asked.path.rpartition("/")[2]
        match asked.method, asked.path:
            case "GET", "clusters/7":
                return Answer(body=self.cluster)
            case "GET", "clusters/7/branches/bran-1":
                return Answer(body=self.branch)
            case "GET", "clusters/7/sqlUsers":
                return Answer(body={"sqlUsers": [{"userName": user} for user in self.users]})
            case "POST", "clusters/7/sqlUsers":
                return self.make(asked.json)
            case "PATCH", path:
                users = self.branch_users if path.startswith("clusters/7/branches/bran-1/sqlUsers/") else self.users
                if last not in users:
                    return Answer(404)
                users[last] = asked.json["password"]
                return Answer(body={"userName": last})
        return Answer(404)

    def make(self, wanted: dict[str, Any]) -> Answer:
        user = f"pre.{wanted['userName']}" if wanted["autoPrefix"] else wanted["userName"]
        self.users[user], self.roles[user] = wanted["password"], wanted["builtinRole"]
        return Answer(body={"userName": user, "builtinRole": f"pre.{wanted['builtinRole']}"})


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mcpserver.tidbcloud.host.PAUSE", 0.0)


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


@pytest.fixture
def place(connection: TidbCloudConnection) -> Place:
    return Place(connection, "7")


async def due_for(place: Place, parent: str = "") -> LoginsDue:
    await in_control_thread(logins.note_due, place, "alice", parent)
    due = await in_control_thread(logins.due_of, place)
    assert due
    return due


async def stored(place: Place) -> dict[str, tuple[str, str]]:
    """User and password by role, opened."""

    def opened() -> dict[str, tuple[str, str]]:
        rows = SqlLogin.objects.filter(**place.key()).select_related("connection")
        return {row.role: (row.username, open_secret(row, purpose="test", facts=ALICE).reveal()) for row in rows}

    return await in_control_thread(opened)


async def still_due() -> list[LoginsDue]:
    return await in_control_thread(lambda: list(LoginsDue.objects.select_related("connection")))


async def events(*kinds: str) -> list[Event]:
    return await in_control_thread(lambda: list(Event.objects.filter(kind__in=kinds).order_by("pk")))


# Of a cluster


async def test_a_cluster_gets_a_user_for_each_role_and_the_vault_their_passwords(cloud: Cloud, place: Place) -> None:
    assert await make_logins(await due_for(place), ALICE)
    found = await stored(place)
    assert found == {role.value: (user, cloud.users[user]) for role, user in zip(logins.USERS, NAMES, strict=True)}
    assert cloud.roles == dict(zip(NAMES, ["role_readonly", "role_readwrite", "role_admin"], strict=True))
    assert await in_control_thread(logins.held, place) == [role.value for role in Role]
    assert await still_due() == []


async def test_the_service_is_asked_to_add_the_prefix(cloud: Cloud, far: FarEnd, place: Place) -> None:
    await make_logins(await due_for(place), ALICE)
    posts = [asked.json for asked in far.served if asked.method == "POST"]
    assert [(post["userName"], post["autoPrefix"]) for post in posts] == [
        ("tidbmcp_reader", True),
        ("tidbmcp_writer", True),
        ("tidbmcp_owner", True),
    ]


async def test_passwords_fit_the_policy_and_stand_nowhere_but_sealed(
    cloud: Cloud, place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await make_logins(await due_for(place), ALICE)
    passwords = {cloud.users[user] for user in NAMES}
    assert len(passwords) == 3
    assert all(POLICY.fullmatch(password) for password in passwords)
    rows = await in_control_thread(
        lambda: [
            str(row) for model in (SqlLogin, Event, LoginsDue, TidbCloudConnection) for row in model.objects.values()
        ]
    )
    shown = "\n".join([*rows, caplog.text, *(str(vars(record)) for record in caplog.records)])
    assert "tidbmcp_reader" in shown
    assert not [password for password in [*passwords, PRIVATE] if password in shown]


async def test_every_storing_is_an_event_of_who_asked(place: Place) -> None:
    await make_logins(await due_for(place), ALICE)
    found = [event for event in await events(Kind.VAULT_STORED) if event.parameters["kind"] == "sql-password"]
    assert [(event.person, event.parameters["which"]) for event in found] == [
        ("alice", f"{user} on 7") for user in NAMES
    ]


@pytest.mark.parametrize(
    "cluster",
    [{"state": state} for state in ("CREATING", "RESTORING", "MAINTENANCE", "PAUSED", "SOMETHING_NEW", None)]
    + [{"userPrefix": None}, {"userPrefix": ""}],
    ids=str,
)
async def test_what_is_not_ready_gets_nothing_and_may_be_tried_again_at_once(
    cloud: Cloud, far: FarEnd, place: Place, cluster: dict[str, Any]
) -> None:
    ready = cloud.cluster
    cloud.cluster = ready | cluster
    assert not await make_logins(await due_for(place), ALICE)
    assert {asked.method for asked in far.served} == {"GET"}
    (due,) = await in_control_thread(logins.all_due)
    assert due.problem == ""
    cloud.cluster = ready
    assert await make_logins(due, ALICE)
    assert len(await stored(place)) == 3


async def test_a_403_does_not_mean_that_it_is_gone(cloud: Cloud, place: Place) -> None:
    cloud.odd["GET clusters/7"] = [Answer(403)]
    with pytest.raises(CloudForbidden):
        await make_logins(await due_for(place), ALICE)
    assert ["may not do this" in due.problem for due in await still_due()] == [True]


async def test_waiting_is_no_failing(cloud: Cloud, place: Place) -> None:
    ready = dict(cloud.cluster)
    cloud.cluster["state"] = "CREATING"
    for _ in range(6):
        await make_logins(await due_for(place), ALICE)
    cloud.cluster = ready
    cloud.odd["POST"] = [Answer(503)]
    with pytest.raises(CloudUnclear):
        await make_logins(await due_for(place), ALICE)
    (due,) = await still_due()
    assert due.not_before - now() <= logins.PAUSE


async def test_the_intent_is_on_record_before_the_first_change_and_the_end_after(place: Place) -> None:
    await make_logins(await due_for(place), ALICE)
    began, ended = await events(Kind.LOGINS_MADE)
    assert (began.result, ended.result, began.person) == (Result.STARTED, Result.OK, "alice")
    assert began.call_id == ended.call_id is not None
    (first, *_) = [one for one in await events(Kind.VAULT_STORED) if one.parameters["kind"] == "sql-password"]
    assert began.id < first.id < ended.id


async def test_of_two_at_once_one_works_and_the_other_leaves_it_alone(far: FarEnd, place: Place) -> None:
    due = await due_for(place)
    done = await asyncio.gather(*(make_logins(due, ALICE) for _ in range(4)))
    assert sorted(done) == [False, False, False, True]
    assert [asked.method for asked in far.served].count("POST") == 3


async def test_what_another_process_has_claimed_is_not_touched(far: FarEnd, place: Place) -> None:
    due = await due_for(place)
    await in_control_thread(LoginsDue.objects.update, not_before=now() + timedelta(minutes=1))
    assert not await make_logins(due, ALICE)
    assert far.asked == []
    assert await in_control_thread(logins.all_due) == []


async def test_a_user_that_a_crash_left_without_a_login_gets_a_new_password(
    cloud: Cloud, far: FarEnd, place: Place
) -> None:
    cloud.users["pre.tidbmcp_reader"] = "the lost one"
    await make_logins(await due_for(place), ALICE)
    assert (await stored(place))["role_readonly"] == ("pre.tidbmcp_reader", cloud.users["pre.tidbmcp_reader"])
    assert cloud.users["pre.tidbmcp_reader"] != "the lost one"
    lines = [line for line in far.lines() if not line.startswith("GET")]
    assert lines == ["PATCH clusters/7/sqlUsers/pre.tidbmcp_reader", *["POST clusters/7/sqlUsers"] * 2]


@pytest.mark.parametrize("answer", [DROP, Answer(500), Answer(200, "noise")], ids=["dropped", "500", "noise"])
async def test_an_answer_that_got_lost_is_healed_at_the_next_try(cloud: Cloud, place: Place, answer: Step) -> None:
    cloud.odd["POST"] = [answer]
    with pytest.raises(CloudUnclear):
        await make_logins(await due_for(place), ALICE)
    (due,) = await still_due()
    assert due.problem
    assert due.not_before > now()
    await in_control_thread(LoginsDue.objects.update, not_before=now())
    assert await make_logins(due, ALICE)
    assert {user: cloud.users[user] for user in NAMES} == dict((await stored(place)).values())


async def test_what_is_stored_already_is_left_as_it_is(cloud: Cloud, place: Place) -> None:
    await make_logins(await due_for(place), ALICE)
    before = await stored(place)
    await make_logins(await due_for(place), ALICE)
    assert await stored(place) == before


async def test_what_another_connection_to_the_same_cloud_holds_is_left_as_it_is(
    cloud: Cloud, far: FarEnd, connection: TidbCloudConnection, place: Place
) -> None:
    other = TidbCloudConnection(name="another", api_url=far.address, iam_url=far.address, public_key=PUBLIC)
    await in_control_thread(other.store, Secret(PRIVATE), ALICE)
    held = SqlLogin(**Place(other, "7").key(), role=Role.READONLY, username=NAMES[0])
    await in_control_thread(held.store, Secret("p"), ALICE)
    await make_logins(await due_for(place), ALICE)
    assert sorted(cloud.users) == sorted(["pre.root", *NAMES[1:]])
    assert "role_readonly" not in await stored(place)


async def test_a_login_that_a_person_has_stored_meanwhile_stays_and_that_is_said(
    cloud: Cloud, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, person = logins._store, SqlLogin(**place.key(), role=Role.READONLY, username=NAMES[0])

    def overtaken(*asked: Any) -> None:
        person.store(Secret("a person's"), ALICE)
        monkeypatch.setattr(logins, "_store", real)
        real(*asked)

    monkeypatch.setattr(logins, "_store", overtaken)
    with pytest.raises(Unavailable, match="Somebody else stored the reader login at the same moment"):
        await make_logins(await due_for(place), ALICE)
    assert await stored(place) == {"role_readonly": (NAMES[0], "a person's")}
    (due,) = await still_due()
    assert "Give it a new password once more" in due.problem
    await in_control_thread(LoginsDue.objects.update, not_before=now())
    assert await make_logins(due, ALICE)
    assert (await stored(place))["role_readonly"] == (NAMES[0], "a person's")
    assert len(await stored(place)) == 3


async def test_a_cloud_in_trouble_is_told_and_tried_later_and_later(cloud: Cloud, place: Place) -> None:
    due, pauses = await due_for(place), []
    for _ in range(4):
        cloud.odd["GET"] = [Answer(503)] * 3
        with pytest.raises(CloudUnreachable):
            await make_logins(due, ALICE)
        (due,) = await still_due()
        pauses.append(due.not_before - now())
        await in_control_thread(LoginsDue.objects.update, not_before=now())
    assert due.problem == "TiDB Cloud (ours) is in trouble (503). Try again later."
    assert pauses == sorted(pauses)
    assert pauses[-1] > 4 * pauses[0]


@pytest.mark.parametrize("state", ["DELETED", "DELETING", 404])
async def test_what_was_deleted_meanwhile_is_due_no_more(cloud: Cloud, far: FarEnd, place: Place, state: Any) -> None:
    if isinstance(state, int):
        cloud.odd["GET clusters/7"] = [Answer(state)]
    cloud.cluster["state"] = state
    await make_logins(await due_for(place), ALICE)
    assert await still_due() == []
    assert {asked.method for asked in far.served} == {"GET"}


@pytest.mark.parametrize("status", [403, 404])
@pytest.mark.parametrize("where", ["GET clusters/7/sqlUsers", "POST"])
async def test_a_key_that_may_not_make_users_is_said_and_stays_due(
    cloud: Cloud, place: Place, where: str, status: int
) -> None:
    cloud.odd[where] = [Answer(status)]
    with pytest.raises(CloudError):
        await make_logins(await due_for(place), ALICE)
    (due,) = await still_due()
    assert due.problem


# Of a branch


@pytest.fixture
async def branch(connection: TidbCloudConnection, place: Place) -> Place:
    await make_logins(await due_for(place), ALICE)
    return Place(connection, "7", "bran-1")


async def test_a_branch_gets_the_parents_users_under_its_own_prefix(cloud: Cloud, place: Place, branch: Place) -> None:
    assert await make_logins(await due_for(branch), ALICE)
    found = await stored(branch)
    assert dict(found.values()) == {user: cloud.branch_users[user] for user in BRANCH_USERS}
    assert not set(found.values()) & set((await stored(place)).values())
    assert (cloud.branch_users["bpre.root"], await still_due()) == ("unknown", [])
    assert all(POLICY.fullmatch(password) for _, password in found.values())


async def test_a_branch_of_a_branch_gets_that_branchs_users(
    cloud: Cloud, connection: TidbCloudConnection, branch: Place
) -> None:
    parent = Place(connection, "7", "bran-0")
    only = SqlLogin(**parent.key(), role=Role.READONLY, username="other.by_hand")
    await in_control_thread(only.store, Secret("p"), ALICE)
    cloud.branch_users["bpre.by_hand"] = "unknown"
    await make_logins(await due_for(branch, "bran-0"), ALICE)
    assert await stored(branch) == {"role_readonly": ("bpre.by_hand", cloud.branch_users["bpre.by_hand"])}


async def test_a_user_that_the_branch_does_not_have_is_said_and_tried_again(cloud: Cloud, branch: Place) -> None:
    del cloud.branch_users["bpre.tidbmcp_writer"]
    assert await make_logins(await due_for(branch), ALICE)
    assert [user for user, _ in (await stored(branch)).values()] == ["bpre.tidbmcp_owner", "bpre.tidbmcp_reader"]
    (due,) = await still_due()
    assert due.problem == "the branch has no user bpre.tidbmcp_writer"
    cloud.branch_users["bpre.tidbmcp_writer"] = "unknown"
    await in_control_thread(LoginsDue.objects.update, not_before=now())
    await make_logins(due, ALICE)
    assert len(await stored(branch)) == 3
    assert await still_due() == []


async def test_a_parent_without_logins_is_waited_for(
    cloud: Cloud, far: FarEnd, connection: TidbCloudConnection
) -> None:
    place = Place(connection, "7", "bran-1")
    assert await make_logins(await due_for(place), ALICE)
    assert await stored(place) == {}
    assert [due.problem for due in await still_due()] == [logins.NO_PARENT]
    assert {asked.method for asked in far.served} == {"GET"}


# What is forgotten, and who works on what is due


@pytest.mark.parametrize(("branch_id", "left"), [("bran-1", ["7"]), (None, [])], ids=["a branch", "a cluster"])
async def test_what_was_deleted_is_forgotten_with_an_event_for_each(
    connection: TidbCloudConnection, place: Place, branch: Place, branch_id: str | None, left: list[str]
) -> None:
    await make_logins(await due_for(branch), ALICE)
    await due_for(Place(connection, "7", branch_id or ""))
    other = Place(connection, "8")
    await in_control_thread(SqlLogin(**other.key(), role=Role.ADMIN, username="x.y").store, Secret("p"), ALICE)
    await in_control_thread(logins.forget_logins, connection, "7", branch_id, ALICE)
    assert {where for where in (place, branch) if await stored(where)} == ({place} if left else set())
    assert len(await stored(other)) == 1
    assert await still_due() == []
    gone = [event.parameters["which"] for event in await events(Kind.VAULT_FORGOTTEN)]
    users = sorted(f"{user} on bran-1" for user in BRANCH_USERS) + ([] if left else [f"{user} on 7" for user in NAMES])
    assert sorted(gone) == sorted(users)


async def test_what_is_due_is_noted_once(place: Place) -> None:
    await due_for(place)
    await due_for(place)
    assert len(await still_due()) == 1


async def test_what_is_a_day_old_is_given_up(place: Place) -> None:
    await due_for(place)
    await in_control_thread(LoginsDue.objects.update, asked_at=now() - timedelta(hours=25))
    assert await in_control_thread(logins.all_due) == []


async def test_the_worker_makes_what_is_due_and_one_that_fails_holds_up_no_other(
    cloud: Cloud, connection: TidbCloudConnection, place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    bad = TidbCloudConnection(name="bad", api_url=connection.api_url, iam_url=connection.iam_url, public_key="wrong")
    await in_control_thread(bad.store, Secret("wrong"), ALICE)
    first = await due_for(Place(bad, "7"))
    second = await due_for(place)
    await tasks._make_all([first, second])
    assert len(await stored(place)) == 3
    assert [due.connection_id for due in await still_due()] == [bad.pk]
    assert "does not accept the key of the connection bad" in caplog.text
