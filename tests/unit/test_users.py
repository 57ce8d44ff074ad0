"""Making and removing SQL users by the API: names, who may not be touched, and what stands where something fails."""

import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection as database

from accounts.models import User
from accounts.principal import Principal
from accounts.scopes import Scope
from audit.facts import NOBODY
from audit.kinds import Kind, Result
from audit.models import Event
from mcpserver import governor
from mcpserver.governor import Context, Outcome
from mcpserver.tools.find import forget_addresses
from mcpserver.tools.user_names import full_name, new_name
from mcpserver.vault.clients import close_clients
from mcpserver.vault.handed import HandedSecret, take
from mcpserver.vault.models import Role, SqlLogin, TidbCloudConnection
from tests.unit.far_end import DROP, PRIVATE, PUBLIC, Answer, Asked, Digest, FarEnd, Step
from tidbmcp.lib.errors import BadInput
from tidbmcp.lib.ids import new_id
from tidbmcp.lib.secrets import Secret
from tidbmcp.lib.threads import in_control_thread

pytestmark = pytest.mark.django_db(transaction=True)

ASKED: dict[str, Any] = {"cluster": "7", "user": "reports", "confirm": True}
CREATE, REMOVE = "db_create_user", "db_remove_user"
ENDPOINT = {"public": {"host": "gateway.example.com", "port": 4000}}


class Cloud:
    """A cluster with SQL users. `odd` answers instead, once each, by method; with `late`, after it was done all the same."""

    def __init__(self) -> None:
        self.cluster: dict[str, Any] = {
            "clusterId": "7", "displayName": "shop", "state": "ACTIVE", "userPrefix": "pre", "endpoints": ENDPOINT,
        }  # fmt: skip
        self.users: dict[str, str] = {"pre.root": "role_admin", "pre.reporter": "role_readonly"}
        self.passwords: dict[str, str] = {}
        self.odd: dict[str, Step] = {}
        self.late = False

    def __call__(self, asked: Asked) -> Step:
        if asked.method in self.odd and not self.late:
            return self.odd.pop(asked.method)
        answer = self.do(asked)
        return self.odd.pop(asked.method, answer)

    def do(self, asked: Asked) -> Step:
        user = asked.path.rpartition("/")[2]
        match asked.method, asked.path:
            case "GET", "clusters/7":
                return Answer(body=self.cluster)
            case "GET", "clusters/7/sqlUsers":
                users = [{"userName": name, "builtinRole": role} for name, role in self.users.items()]
                return Answer(body={"sqlUsers": users})
            case "POST", "clusters/7/sqlUsers":
                user = f"pre.{asked.json['userName']}"
                if user in self.users:
                    return Answer(409)
                self.users[user], self.passwords[user] = asked.json["builtinRole"], asked.json["password"]
                return Answer(body={"userName": user})
            case "DELETE", _ if user in self.users:
                del self.users[user]
                return Answer(body={"code": 200, "message": "ok"})
        return Answer(404)


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Cloud:
    monkeypatch.setattr("mcpserver.tidbcloud.host.PAUSE", 0.0)
    return Cloud()


@pytest.fixture
def far(cloud: Cloud) -> Iterator[FarEnd]:
    with FarEnd(cloud, Digest()) as far_end:
        yield far_end


@pytest.fixture(autouse=True)
async def fresh() -> AsyncIterator[None]:
    forget_addresses()
    yield
    await close_clients()


@pytest.fixture
def ours(far: FarEnd, db: None) -> TidbCloudConnection:
    row = TidbCloudConnection(name="ours", api_url=far.address, iam_url=far.address, public_key=PUBLIC)
    row.store(Secret(PRIVATE), NOBODY)
    return row


@pytest.fixture
def caller(bob: User, ours: TidbCloudConnection) -> Principal:
    return Principal(bob.pk, "bob", new_id(), "tmcp_bob", frozenset({Scope.ADMIN}), False)


async def call(caller: Principal, tool: str, **arguments: Any) -> Outcome:
    return await governor.call(caller, tool, ASKED | arguments, Context(NOBODY))


async def answer(caller: Principal, tool: str, **arguments: Any) -> dict[str, Any]:
    outcome = await call(caller, tool, **arguments)
    assert outcome.structured is not None, outcome.text
    return outcome.structured


async def refusal(caller: Principal, tool: str, **arguments: Any) -> str:
    outcome = await call(caller, tool, **arguments)
    assert outcome.is_error, outcome.text
    return outcome.text


def changes(far: FarEnd) -> list[str]:
    return [line for line in far.lines() if not line.startswith("GET")]


async def ended() -> tuple[str, str]:
    row = await in_control_thread(lambda: Event.objects.filter(kind=Kind.CALL_FINISHED).first())
    assert row
    return row.result, row.error


async def password_kept() -> str:
    row = await in_control_thread(lambda: HandedSecret.objects.select_related("owner").get())
    secret = await in_control_thread(take, row, NOBODY)
    assert secret
    return secret.reveal()


# Made


@pytest.mark.parametrize("given", ["reports", "pre.reports"], ids=["without its prefix", "with it"])
async def test_a_user_is_made_and_its_password_kept_for_who_asked(cloud: Cloud, caller: Principal, given: str) -> None:
    made = await answer(caller, CREATE, user=given)
    row = await in_control_thread(HandedSecret.objects.get)
    assert made["user"] == row.username == "pre.reports"
    assert made["password_page"] == f"http://testserver/me/passwords/{row.pk}/"
    assert made["expires_at"] == f"{row.expires_at:%Y-%m-%dT%H:%M:%SZ}"
    assert (made["status"], made["action"], made["role"]) == ("done", None, "role_readonly")
    assert "signed in as bob" in made["next_step"]
    assert (row.owner_id, row.host, row.port, row.cluster_name) == (
        caller.person_id,
        "gateway.example.com",
        4000,
        "shop",
    )
    assert cloud.users["pre.reports"] == "role_readonly"
    assert await password_kept() == cloud.passwords["pre.reports"]


@pytest.mark.parametrize("role", [role.value for role in Role])
async def test_it_has_the_role_that_was_asked_for(cloud: Cloud, caller: Principal, role: str) -> None:
    assert (await answer(caller, CREATE, role=role))["role"] == cloud.users["pre.reports"] == role


async def test_the_password_is_in_no_answer_log_or_record(cloud: Cloud, caller: Principal, caplog: Any) -> None:
    caplog.set_level(logging.DEBUG)
    made = await call(caller, CREATE, reason="for the dashboard")
    everything = made.text + caplog.text + str(await in_control_thread(lambda: list(Event.objects.values_list())))
    assert cloud.passwords["pre.reports"] not in everything
    assert "for the dashboard" in everything


async def test_intent_and_outcome_are_on_record(caller: Principal) -> None:
    await answer(caller, CREATE)
    kinds = await in_control_thread(lambda: list(Event.objects.order_by("pk").values_list("kind", "tool", "cluster")))
    assert kinds[1] == ("call.started", CREATE, "7")
    assert kinds[-1] == ("call.finished", CREATE, "shop")


# Removed


@pytest.mark.parametrize("given", ["reporter", "pre.reporter"])
async def test_a_user_is_removed(cloud: Cloud, caller: Principal, given: str) -> None:
    gone = await answer(caller, REMOVE, user=given)
    assert (gone["user"], gone["status"]) == ("pre.reporter", "done")
    assert list(cloud.users) == ["pre.root"]


async def test_a_password_that_waits_goes_with_its_user(caller: Principal) -> None:
    await answer(caller, CREATE)
    await answer(caller, REMOVE)
    assert (await in_control_thread(HandedSecret.objects.get)).state() == "over"


async def test_one_that_is_not_there_is_told_with_what_is_near(far: FarEnd, caller: Principal) -> None:
    said = await refusal(caller, REMOVE, user="reportr")
    assert "There is no user pre.reportr on shop. Near it: reporter." in said
    assert changes(far) == []


# Refused


@pytest.mark.parametrize("tool", [CREATE, REMOVE])
@pytest.mark.parametrize(
    ("user", "why"),
    [
        ("root", "belongs to whoever made the cluster"),
        ("pre.root", "belongs to whoever made the cluster"),
        ("ROOT", "belongs to whoever made the cluster"),
        ("pre.Root", "belongs to whoever made the cluster"),
        ("other.root", "belongs to whoever made the cluster"),
        ("tidbmcp_reader", "login of the gateway's own"),
        ("pre.tidbmcp_owner", "login of the gateway's own"),
        ("TIDBMCP_writer", "login of the gateway's own"),
        ("bpre.tidbmcp_reader", "login of the gateway's own"),
        ("shop_reader", "login of the gateway's own"),
        ("pre.shop_reader", "login of the gateway's own"),
        ("pre.Shop_Reader", "login of the gateway's own"),
        ("on_a_branch", "login of the gateway's own"),
        ("by_another_key", "login of the gateway's own"),
        ("no_prefix", "login of the gateway's own"),
        ("mysql.sys", "name of the server's own"),
        ("mariadb.sys", "name of the server's own"),
        ("cloud_admin", "name of the server's own"),
        ("pre.role_admin", "name of the server's own"),
    ],
)
async def test_nobody_touches_these(
    far: FarEnd, cloud: Cloud, caller: Principal, ours: TidbCloudConnection, tool: str, user: str, why: str
) -> None:
    def stored() -> None:
        other = TidbCloudConnection(name="other", api_url=far.address, iam_url=far.address, public_key=PUBLIC)
        other.store(Secret(PRIVATE), NOBODY)
        for row, branch, name, role in (
            (ours, "", "pre.shop_reader", "role_readonly"),
            (ours, "", "no_prefix", "role_admin"),
            (ours, "bran-1", "bpre.on_a_branch", "role_readonly"),
            (other, "", "pre.by_another_key", "role_readonly"),
        ):
            login = SqlLogin(connection=row, cluster_id="7", branch_id=branch, role=role, username=name)
            login.store(Secret("theirs"), NOBODY)

    await in_control_thread(stored)
    cloud.users |= {full_name("pre", user): "role_readonly"}
    assert why in await refusal(caller, tool, user=user)
    assert changes(far) == []
    assert (await ended())[0] == Result.REFUSED


@pytest.mark.parametrize(
    "user", ["x' OR '1'='1", "a`b", "a b", "-x", "ü", "a\nb", "%", "", "x" * 65, "a/../b", "a\x00"]
)
@pytest.mark.parametrize("tool", [CREATE, REMOVE])
async def test_odd_names_are_refused_before_anything_is_asked(
    far: FarEnd, caller: Principal, tool: str, user: str
) -> None:
    assert "user" in await refusal(caller, tool, user=user)
    assert far.asked == []


@pytest.mark.parametrize(
    ("user", "why"),
    [
        ("other.reports", "A dot ends a prefix, and the prefix of this one is pre"),
        ("pre.a.b", "A dot ends a prefix"),
        ("pre.", "letters, digits, _ and -"),
        ("pre.-x", "letters, digits, _ and -"),
        ("a@b", "letters, digits, _ and -"),
        ("x" * 29, "TiDB takes 32 characters, so 28 are left"),
        ("pre." + "x" * 29, "TiDB takes 32 characters, so 28 are left"),
    ],
)
async def test_a_new_name_must_fit_behind_the_prefix(far: FarEnd, caller: Principal, user: str, why: str) -> None:
    assert why in await refusal(caller, CREATE, user=user)
    assert changes(far) == []


def test_the_longest_name_that_fits_is_taken() -> None:
    assert new_name("pre", "x" * 28) == "x" * 28
    assert new_name("", "x" * 32) == "x" * 32
    with pytest.raises(BadInput, match="there is no prefix here"):
        new_name("", "pre.x")


async def test_one_that_is_there_is_neither_taken_over_nor_reset(far: FarEnd, cloud: Cloud, caller: Principal) -> None:
    said = await refusal(caller, CREATE, user="reporter")
    assert "There is a user pre.reporter already: it is left as it is" in said
    assert changes(far) == []
    assert not await in_control_thread(HandedSecret.objects.exists)


async def test_one_that_the_api_does_not_list_is_left_as_it_is(cloud: Cloud, caller: Principal) -> None:
    cloud.odd["POST"] = Answer(409, {"message": "sql user already exists"})
    assert "There is a user pre.reports already" in await refusal(caller, CREATE)
    assert not await in_control_thread(HandedSecret.objects.exists)


@pytest.mark.parametrize(
    ("tool", "user", "would"),
    [
        (
            CREATE,
            "reports",
            "It would make the SQL user pre.reports with role_readonly, which may read every database, on shop.",
        ),
        (REMOVE, "reporter", "It would remove the SQL user pre.reporter with its rights from shop."),
    ],
)
async def test_without_confirm_it_only_tells(far: FarEnd, caller: Principal, tool: str, user: str, would: str) -> None:
    assert would in await refusal(caller, tool, user=user, confirm=False)
    assert changes(far) == []


@pytest.mark.parametrize("tool", [CREATE, REMOVE])
async def test_confirm_can_not_be_left_out(far: FarEnd, caller: Principal, tool: str) -> None:
    outcome = await governor.call(caller, tool, {"cluster": "7", "user": "reports"}, Context(NOBODY))
    assert "confirm" in outcome.text
    assert far.asked == []


@pytest.mark.parametrize("role", ["role_root", "ROLE_ADMIN", "", "pre.role_admin", 1, None])
async def test_an_unknown_role_is_refused(far: FarEnd, caller: Principal, role: Any) -> None:
    assert "role" in await refusal(caller, CREATE, role=role)
    assert far.asked == []


@pytest.mark.parametrize("tool", [CREATE, REMOVE])
@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"scopes": frozenset(Scope) - {Scope.ADMIN}}, "needs the scope mcp:admin"),
        ({"read_only": True}, "is read-only"),
    ],
    ids=["scope", "read-only"],
)
async def test_it_takes_the_scope_and_a_token_that_may_change(
    far: FarEnd, caller: Principal, tool: str, change: dict[str, Any], why: str
) -> None:
    assert why in await refusal(replace(caller, **change), tool)
    assert far.asked == []


@pytest.mark.parametrize("tool", [CREATE, REMOVE])
async def test_what_is_not_ready_is_left_alone(far: FarEnd, cloud: Cloud, caller: Principal, tool: str) -> None:
    cloud.cluster["state"] = "CREATING"
    assert "wait until it is ACTIVE" in await refusal(caller, tool)
    assert changes(far) == []


# What goes wrong


@pytest.fixture
def no_keeping(db: None) -> Iterator[None]:
    """A database that keeps no password."""
    drop = "DROP TRIGGER IF EXISTS no_keeping"
    with database.cursor() as cursor:
        cursor.execute(drop)
        cursor.execute(
            "CREATE TRIGGER no_keeping BEFORE INSERT ON mcpserver_handedsecret BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        )
    yield
    with database.cursor() as cursor:
        cursor.execute(drop)


@pytest.mark.usefixtures("no_keeping")
async def test_a_password_that_can_not_be_kept_takes_its_user_along(
    cloud: Cloud, far: FarEnd, caller: Principal
) -> None:
    said = await refusal(caller, CREATE)
    assert "Nothing was made" in said
    assert "disk full" not in said
    assert "pre.reports" not in cloud.users
    assert changes(far) == ["POST clusters/7/sqlUsers", "DELETE clusters/7/sqlUsers/pre.reports"]
    assert (await ended())[0] == Result.ERROR


@pytest.mark.usefixtures("no_keeping")
@pytest.mark.parametrize("step", [Answer(403), DROP], ids=["403", "lost"])
async def test_where_the_user_stays_behind_that_is_said(cloud: Cloud, caller: Principal, step: Step) -> None:
    cloud.odd["DELETE"] = step
    said = await refusal(caller, CREATE)
    assert "pre.reports was made" in said
    assert "may be there still" in said
    assert (await ended())[0] == Result.UNKNOWN


@pytest.mark.parametrize("step", [DROP, Answer(500)], ids=["dropped", "500"])
async def test_a_lost_answer_to_the_making_is_looked_for(cloud: Cloud, caller: Principal, step: Step) -> None:
    cloud.odd["POST"], cloud.late = step, True
    await answer(caller, CREATE)
    assert await password_kept() == cloud.passwords["pre.reports"]


async def test_a_making_of_which_nobody_knows_is_unknown(cloud: Cloud, caller: Principal) -> None:
    cloud.odd["POST"] = DROP
    said = await refusal(caller, CREATE)
    assert "nobody knows its password" in said
    assert (await ended())[0] == Result.UNKNOWN
    assert not await in_control_thread(HandedSecret.objects.exists)


async def test_a_removal_of_which_nobody_knows_is_unknown(cloud: Cloud, caller: Principal) -> None:
    cloud.odd["DELETE"] = DROP
    assert "still there" in await refusal(caller, REMOVE, user="reporter")
    assert (await ended())[0] == Result.UNKNOWN


@pytest.mark.parametrize("tool", [CREATE, REMOVE])
async def test_a_cloud_that_does_not_want_to_changes_nothing(cloud: Cloud, caller: Principal, tool: str) -> None:
    cloud.odd |= {"POST": Answer(403), "DELETE": Answer(403)}
    await refusal(caller, tool, user="reporter" if tool == REMOVE else "reports")
    assert (await ended())[0] == Result.ERROR
    assert not await in_control_thread(HandedSecret.objects.exists)


async def test_where_the_api_knows_no_users_it_takes_an_owner_login(
    cloud: Cloud, far: FarEnd, caller: Principal
) -> None:
    do = cloud.do
    cloud.do = lambda asked: Answer(404) if "sqlUsers" in asked.path else do(asked)  # type: ignore[method-assign]
    assert "No owner login" in await refusal(caller, CREATE)
    assert changes(far) == []
