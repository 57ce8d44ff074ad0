"""`manage.py sql_login`: clusters and branches by id or name, and a sentence for everything that goes wrong."""

from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from audit.facts import NOBODY
from audit.kinds import Kind
from audit.models import Event
from mcpserver.vault.models import Role, SqlLogin, TidbCloudConnection
from tests.unit.far_end import PRIVATE, PUBLIC, Answer, Asked, Digest, FarEnd, Step
from tidbmcp.lib.secrets import Secret

pytestmark = pytest.mark.django_db

SHOP, SECOND, TWIN = "10001", "10002", "10003"
READER = "p.tidbmcp_reader"


def cluster(cluster_id: str, name: str, state: str = "ACTIVE") -> dict[str, Any]:
    return {"clusterId": cluster_id, "displayName": name, "state": state, "userPrefix": "p"}


def branch(branch_id: str, name: str, state: str = "ACTIVE") -> dict[str, Any]:
    return {"branchId": branch_id, "displayName": name, "state": state, "userPrefix": "b"}


CLUSTERS = [cluster(SHOP, "shop"), cluster(SECOND, "twin"), cluster(TWIN, "twin"), cluster("10004", "gone", "DELETED")]
BRANCHES = [
    branch("bran-1", "try"),
    branch("bran-2", "same"),
    branch("bran-3", "same"),
    branch("bran-4", "old", "DELETED"),
]


def organization(asked: Asked) -> Step:
    """Changes are taken, whatever they are."""
    steps = asked.path.split("/")
    match asked.method, steps:
        case "GET", ["clusters"]:
            return Answer(body={"clusters": CLUSTERS})
        case "GET", ["clusters", wanted]:
            found = [one for one in CLUSTERS if one["clusterId"] == wanted]
            return Answer(body=found[0]) if found else Answer(403)
        case "GET", ["clusters", _, "branches"]:
            return Answer(body={"branches": BRANCHES if steps[1] == SHOP else []})
        case "GET", ["clusters", _, "branches", wanted]:
            return Answer(body=next(one for one in BRANCHES if one["branchId"] == wanted))
        case "GET", ["clusters", _, "sqlUsers"]:
            return Answer(body={"sqlUsers": [{"userName": READER, "builtinRole": "role_readonly"}]})
    return Answer(body={"userName": READER})


@pytest.fixture
def far() -> Iterator[FarEnd]:
    with FarEnd(organization, Digest()) as far_end:
        yield far_end


def connect(name: str, far: FarEnd) -> TidbCloudConnection:
    row = TidbCloudConnection(name=name, api_url=far.address, iam_url=far.address, public_key=PUBLIC)
    row.store(Secret(PRIVATE), NOBODY)
    return row


@pytest.fixture
def ours(far: FarEnd, db: None) -> TidbCloudConnection:
    return connect("ours", far)


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("sql_login", *arguments, stdout=out)
    return out.getvalue().strip()


@pytest.mark.parametrize("named", ["shop", SHOP])
@pytest.mark.parametrize(("branches", "branch_id"), [([], ""), (["try"], "bran-1"), (["bran-1"], "bran-1")], ids=str)
def test_it_makes_rotates_and_drops_by_id_or_name(
    ours: TidbCloudConnection, named: str, branches: list[str], branch_id: str
) -> None:
    where = ["--cluster", named, *(["--branch", *branches] if branches else [])]
    assert "is stored as the reader login" in run("create", *where)
    login = SqlLogin.objects.get()
    assert (login.cluster_id, login.branch_id, login.role) == (SHOP, branch_id, Role.READONLY)
    assert "has a new password" in run("rotate", *where)
    assert "not stored here any more" in run("drop", *where)
    assert not SqlLogin.objects.exists()


def test_another_role_can_be_said(ours: TidbCloudConnection) -> None:
    assert "p.tidbmcp_reader" in run("create", "--cluster", "shop", "--role", "role_readwrite")
    assert SqlLogin.objects.get().role == Role.READWRITE


def test_events_say_that_it_was_the_command(ours: TidbCloudConnection) -> None:
    run("create", "--cluster", "shop")
    events = Event.objects.filter(kind__in=[Kind.LOGIN_MADE, Kind.VAULT_OPENED])
    assert {event.client_name.partition(",")[0] for event in events} == {"manage.py sql_login"}


REFUSED = {
    "no cluster": (["create"], "Say which cluster"),
    "a branch and no cluster": (["list", "--branch", "try"], "Say which cluster"),
    "a name that is not there": (["create", "--cluster", "shops"], "no cluster 'shops' that these connections may see: ours"),
    "an id that is not there": (["create", "--cluster", "999"], "no cluster '999'"),
    "one that was deleted": (["create", "--cluster", "gone"], "no cluster 'gone'"),
    "one that was deleted, by id": (["create", "--cluster", "10004"], "no cluster '10004'"),
    "what can't be a name": (["create", "--cluster", 'x" OR displayName="shop'], "no cluster"),
    "a name of two": (["create", "--cluster", "twin"], "10002 (ours), 10003 (ours)"),
    "a branch that is not there": (["create", "--cluster", "shop", "--branch", "tries"], "There are: try, same, same."),
    "a branch that was deleted": (["create", "--cluster", "shop", "--branch", "old"], "no branch 'old'"),
    "a branch of a cluster without": (["create", "--cluster", SECOND, "--branch", "try"], "It has none."),
    "a branch name of two": (["create", "--cluster", "shop", "--branch", "same"], "one of bran-2, bran-3"),
    "a connection that is not there": (["list", "--connection", "theirs"], "There are: ours."),
    "nothing to rotate": (["rotate", "--cluster", "shop"], "No reader login is stored for 10001."),
    "nothing to drop": (["drop", "--cluster", "shop", "--branch", "try"], "No reader login is stored for bran-1."),
}  # fmt: skip


@pytest.mark.parametrize(("arguments", "said"), REFUSED.values(), ids=REFUSED)
def test_it_says_what_is_wrong(far: FarEnd, ours: TidbCloudConnection, arguments: list[str], said: str) -> None:
    with pytest.raises(CommandError) as caught:
        run(*arguments)
    assert said in str(caught.value)
    assert {asked.method for asked in far.served} <= {"GET"}


def test_without_a_connection_it_says_so(db: None) -> None:
    with pytest.raises(CommandError, match="No TiDB Cloud connection is stored yet"):
        run("list")


def test_the_connection_that_holds_the_logins_is_taken_where_two_see_the_cluster(
    far: FarEnd, ours: TidbCloudConnection
) -> None:
    other = connect("another", far)
    SqlLogin(connection=ours, cluster_id=SHOP, role=Role.ADMIN, username="p.owner").store(Secret("x"), NOBODY)
    run("create", "--cluster", "shop")
    assert SqlLogin.objects.get(role=Role.READONLY).connection == ours
    with pytest.raises(CommandError, match="is stored under the connection ours"):
        run("create", "--cluster", "shop", "--connection", "another")
    assert not SqlLogin.objects.filter(connection=other).exists()


def test_a_connection_that_does_not_answer_stops_it_unless_another_one_is_named(
    far: FarEnd, ours: TidbCloudConnection
) -> None:
    with FarEnd(lambda asked: Answer(401), Digest()) as closed:
        connect("closed", closed)
        with pytest.raises(CommandError, match="does not accept the key of the connection closed"):
            run("create", "--cluster", "shop")
        assert not SqlLogin.objects.exists()
        run("create", "--cluster", "shop", "--connection", "ours")


def test_the_list_says_what_is_stored_and_asks_nobody_for_an_id(far: FarEnd, ours: TidbCloudConnection) -> None:
    for cluster_id, branch_id, role in (
        (SHOP, "", Role.READONLY),
        (SHOP, "bran-1", Role.ADMIN),
        (SECOND, "", Role.ADMIN),
    ):
        row = SqlLogin(connection=ours, cluster_id=cluster_id, branch_id=branch_id, role=role, username=f"u-{role}")
        row.store(Secret("planted"), NOBODY)
    assert len(run("list").splitlines()) == 3
    assert len(run("list", "--cluster", SHOP).splitlines()) == 2
    assert run("list", "--role", "role_readonly").startswith(f"ours  {SHOP}  -  role_readonly  u-role_readonly  20")
    assert run("list", "--cluster", "999") == "No login is stored there."
    assert far.asked == []
    assert len(run("list", "--cluster", "shop").splitlines()) == 2
    assert "bran-1" in run("list", "--cluster", "shop", "--branch", "try")
    assert "planted" not in run("list")
