"""One SQL login at a time: made, given a new password, dropped; and what is said where that goes wrong."""

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from typing import Any

import pytest
from django.db import OperationalError
from django.db import connection as database

from audit.facts import Facts
from audit.kinds import Kind, Result
from audit.models import Event
from mcpserver.tidbcloud.errors import CloudForbidden, CloudNotFound, CloudUnclear, CloudUnreachable
from mcpserver.vault.clients import ask_once
from mcpserver.vault.login_changes import NotStored, drop_login, make_login, rotate_login
from mcpserver.vault.logins import GIVEN_UP, Place, note_due
from mcpserver.vault.models import LoginsDue, Role, SqlLogin, TidbCloudConnection
from mcpserver.vault.open import open_secret
from tests.unit.far_end import DROP, PRIVATE, PUBLIC, Answer, Asked, Digest, FarEnd, Step
from tidbmcp.lib.clock import now
from tidbmcp.lib.errors import GatewayError, NotFound, Refused, Unavailable, VaultUnavailable
from tidbmcp.lib.secrets import Secret

pytestmark = pytest.mark.django_db

ALICE = Facts(request_id="r1", person="alice")
POLICY = re.compile(r"(?=.*[a-z])(?=.*[A-Z])(?=.*\d)(?=.*[^A-Za-z0-9]).{8,64}")
READER, BRANCH_READER = "pre.tidbmcp_reader", "bpre.tidbmcp_reader"
LOST: dict[str, Step] = {"dropped": DROP, "500": Answer(500), "noise": Answer(200, "noise")}


class Cloud:
    """A cluster and a branch with SQL users, as both hosts tell of them. `odd` answers instead, once each, by method and
    path; with `late`, after it was done all the same. `meanwhile` runs before the answer to a change.
    """

    def __init__(self) -> None:
        self.cluster: dict[str, Any] = {"clusterId": "7", "state": "ACTIVE", "userPrefix": "pre"}
        self.branch: dict[str, Any] = {"branchId": "bran-1", "state": "ACTIVE", "userPrefix": "bpre"}
        self.users: dict[str, dict[str, Any]] = {"pre.root": {"builtinRole": "role_admin"}}
        self.passwords: dict[str, str] = {BRANCH_READER: "of the parent"}
        self.odd: dict[str, Step] = {}
        self.late = False
        self.meanwhile: Callable[[], object] = lambda: None

    def __call__(self, asked: Asked) -> Step:
        key = next((key for key in self.odd if f"{asked.method} {asked.path}".startswith(key)), "")
        if key and not self.late:
            return self.odd.pop(key)
        answer = self.do(asked)
        if asked.method != "GET":
            self.meanwhile()
        return self.odd.pop(key) if key else answer

    def do(self, asked: Asked) -> Step:
        user = asked.path.rpartition("/")[2]
        match asked.method, asked.path:
            case "GET", "clusters/7":
                return Answer(body=self.cluster)
            case "GET", "clusters/7/branches/bran-1":
                return Answer(body=self.branch)
            case "GET", "clusters/7/sqlUsers":
                return Answer(body={"sqlUsers": [{"userName": name, **more} for name, more in self.users.items()]})
            case "POST", "clusters/7/sqlUsers":
                user = f"pre.{asked.json['userName']}"
                self.users[user] = {"builtinRole": f"pre.{asked.json['builtinRole']}"}
                self.passwords[user] = asked.json["password"]
                return Answer(body={"userName": user})
            case "PATCH", path:
                known = self.passwords if "/branches/" in path else self.users
                if user not in known:
                    return Answer(404)
                self.passwords[user] = asked.json["password"]
                return Answer(body={"userName": user})
            case "DELETE", _ if user in self.users:
                del self.users[user], self.passwords[user]
                return Answer(body={"code": 200, "message": "ok"})
        return Answer(404)


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
def place(far: FarEnd, db: None) -> Place:
    row = TidbCloudConnection(name="ours", api_url=far.address, iam_url=far.address, public_key=PUBLIC)
    row.store(Secret(PRIVATE), ALICE)
    return Place(row, "7")


@pytest.fixture
def branch(place: Place) -> Place:
    return Place(place.connection, "7", "bran-1")


@pytest.fixture
def other(place: Place) -> Place:
    """The same, as a second key knows it."""
    about = place.connection
    row = TidbCloudConnection(name="another", api_url=about.api_url, iam_url=about.iam_url, public_key=PUBLIC)
    row.store(Secret(PRIVATE), ALICE)
    return Place(row, "7")


@pytest.fixture
def elsewhere(db: None) -> Place:
    row = TidbCloudConnection(name="elsewhere", api_url="https://cloud.example", iam_url="https://iam.example")
    row.store(Secret(PRIVATE), ALICE)
    return Place(row, "7")


def made(place: Place, role: Role = Role.READONLY) -> SqlLogin:
    make_login(place, role, ALICE)
    return the_login(place, role)


def the_login(place: Place, role: Role = Role.READONLY) -> SqlLogin:
    return SqlLogin.objects.select_related("connection").get(**place.key(), role=role)


def raised(change: Callable[[], object]) -> GatewayError:
    with pytest.raises(GatewayError) as caught:
        change()
    return caught.value


def entered(place: Place, user: str, role: Role = Role.READONLY) -> SqlLogin:
    row = SqlLogin(**place.key(), role=role, username=user)
    row.store(Secret("typed in"), ALICE)
    return row


def password_of(login: SqlLogin) -> str:
    return open_secret(login, purpose="test", facts=ALICE).reveal()


def changes(far: FarEnd) -> list[str]:
    return [line for line in far.lines() if not line.startswith("GET")]


def outcomes(kind: Kind) -> list[str]:
    """What is on record, in order."""
    return list(Event.objects.filter(kind=kind).order_by("pk").values_list("result", flat=True))


# Made


def test_a_cluster_gets_a_reader_and_the_vault_its_password(cloud: Cloud, far: FarEnd, place: Place) -> None:
    said = make_login(place, Role.READONLY, ALICE)
    login = the_login(place)
    assert (login.username, password_of(login)) == (READER, cloud.passwords[READER])
    assert cloud.users[READER] == {"builtinRole": "pre.role_readonly"}
    assert POLICY.fullmatch(cloud.passwords[READER])
    assert said == f"The user {READER} was made with role_readonly. It is stored as the reader login."
    assert changes(far) == ["POST clusters/7/sqlUsers"]


def test_another_role_has_a_user_of_its_own(cloud: Cloud, place: Place) -> None:
    assert made(place, Role.READWRITE).username == "pre.tidbmcp_writer"
    assert cloud.users["pre.tidbmcp_writer"] == {"builtinRole": "pre.role_readwrite"}


@pytest.mark.parametrize("role", ["role_readonly", "pre.role_readonly"])
def test_a_reader_that_is_there_and_not_in_the_vault_gets_a_new_password(
    cloud: Cloud, far: FarEnd, place: Place, role: str
) -> None:
    cloud.users[READER], cloud.passwords[READER] = {"builtinRole": role, "customRoles": None}, "the lost one"
    said = make_login(place, Role.READONLY, ALICE)
    assert password_of(the_login(place)) == cloud.passwords[READER] != "the lost one"
    assert "was there already" in said
    assert changes(far) == [f"PATCH clusters/7/sqlUsers/{READER}"]


@pytest.mark.parametrize(
    "more",
    [
        {"builtinRole": "role_readwrite"},
        {"builtinRole": "pre.role_admin"},
        {"builtinRole": None},
        {},
        {"builtinRole": "role_readonly", "customRoles": ["payroll"]},
    ],
    ids=str,
)
def test_one_that_may_have_other_rights_is_left_alone(
    cloud: Cloud, far: FarEnd, place: Place, more: dict[str, Any]
) -> None:
    cloud.users[READER] = more
    with pytest.raises(Refused, match="already, and it has another role than role_readonly"):
        make_login(place, Role.READONLY, ALICE)
    assert changes(far) == []
    assert outcomes(Kind.LOGIN_MADE) == [Result.STARTED, Result.REFUSED]


def test_one_that_the_api_does_not_list_is_said_to_be_there(cloud: Cloud, place: Place) -> None:
    cloud.odd["POST"] = Answer(409, {"message": "sql user already exists"})
    with pytest.raises(Refused, match="made by SQL"):
        make_login(place, Role.READONLY, ALICE)


def test_what_the_vault_holds_is_not_made_twice(cloud: Cloud, far: FarEnd, place: Place) -> None:
    made(place)
    asked = len(far.asked)
    with pytest.raises(Refused, match=f"There is a reader login already: {READER} on 7"):
        make_login(place, Role.READONLY, ALICE)
    assert len(far.asked) == asked


@pytest.mark.parametrize("about", [{"state": "CREATING"}, {"state": None}, {"userPrefix": None}], ids=str)
def test_what_is_not_ready_gets_none(cloud: Cloud, far: FarEnd, place: Place, about: dict[str, Any]) -> None:
    cloud.cluster |= about
    with pytest.raises(Unavailable, match="ACTIVE"):
        make_login(place, Role.READONLY, ALICE)
    assert changes(far) == []


@pytest.mark.parametrize(
    "gone", [Answer(404), Answer(body={"clusterId": "7", "state": "DELETED"})], ids=["404", "state"]
)
def test_what_was_deleted_gets_none(cloud: Cloud, far: FarEnd, place: Place, gone: Answer) -> None:
    cloud.odd["GET clusters/7"] = gone
    with pytest.raises(CloudNotFound):
        make_login(place, Role.READONLY, ALICE)
    assert changes(far) == []


def test_what_the_gateway_makes_by_itself_is_left_to_it_while_it_tries(far: FarEnd, place: Place, other: Place) -> None:
    note_due(place, "bob")
    for problem in ("", "It went wrong."):
        LoginsDue.objects.update(problem=problem)
        for one in (place, other):
            with pytest.raises(Refused, match="by itself just now"):
                make_login(one, Role.READONLY, ALICE)
    assert far.asked == []
    LoginsDue.objects.update(asked_at=now() - GIVEN_UP)
    assert made(place).username == READER


# Under several connections


@pytest.mark.parametrize(
    ("user", "role"), [("pre.by_hand", Role.READONLY), (READER, Role.ADMIN)], ids=["its role", "its user"]
)
def test_what_another_connection_holds_is_not_taken_over(
    cloud: Cloud, far: FarEnd, place: Place, other: Place, user: str, role: Role
) -> None:
    cloud.users[READER], cloud.passwords[READER] = {"builtinRole": "role_readonly"}, "typed in"
    entered(other, user, role)
    with pytest.raises(Refused, match=f"login {user} on 7 is stored under the connection another"):
        make_login(place, Role.READONLY, ALICE)
    assert far.asked == []


def test_a_branchs_user_that_another_role_holds_is_not_taken_over(far: FarEnd, place: Place, branch: Place) -> None:
    entered(place, "pre.shop")
    entered(branch, "bpre.shop", Role.READWRITE)
    with pytest.raises(Refused, match=r"There is a writer login already: bpre\.shop"):
        make_login(branch, Role.READONLY, ALICE)
    assert far.asked == []


@pytest.mark.parametrize("change", [rotate_login, drop_login])
def test_a_user_that_is_stored_twice_is_left_alone(
    far: FarEnd, place: Place, other: Place, change: Callable[[SqlLogin, Facts], str]
) -> None:
    login = entered(place, "pre.shop")
    entered(other, "pre.shop", Role.READWRITE)
    with pytest.raises(Refused, match=r"is stored as writer under the connection another, too"):
        change(login, ALICE)
    assert far.asked == []
    SqlLogin.objects.exclude(pk=login.pk).update(cluster_id="8")
    with pytest.raises(NotFound) if change is rotate_login else nullcontext():
        change(login, ALICE)
    assert far.asked != []


def test_a_login_that_another_connection_stored_meanwhile_stays(
    place: Place, other: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask_and_be_overtaken(*asked: Any) -> object:
        made = ask_once(*asked)
        entered(other, READER)
        return made

    monkeypatch.setattr("mcpserver.vault.login_changes.ask_once", ask_and_be_overtaken)
    with pytest.raises(NotStored, match="Somebody else stored this login at the same moment"):
        make_login(place, Role.READONLY, ALICE)
    assert not SqlLogin.objects.filter(**place.key()).exists()


def test_another_cloud_may_have_a_cluster_of_the_same_number(
    cloud: Cloud, place: Place, branch: Place, elsewhere: Place
) -> None:
    entered(elsewhere, "pre.shop_reader")
    assert made(branch).username == BRANCH_READER
    assert made(place).username == READER


def test_who_may_not_take_over_makes_new_users_alone(cloud: Cloud, far: FarEnd, place: Place, branch: Place) -> None:
    for one in (place, branch):
        cloud.users[READER], cloud.passwords[READER] = {"builtinRole": "role_readonly"}, "known"
        with pytest.raises(Refused, match="needs the permission"):
            make_login(one, Role.READONLY, ALICE, may_take_over=False)
    assert changes(far) == []
    del cloud.users[READER]
    make_login(place, Role.READONLY, ALICE, may_take_over=False)
    assert the_login(place).username == READER


# Of a branch


def test_a_branch_gets_the_user_it_came_with_under_a_password_of_its_own(
    cloud: Cloud, far: FarEnd, place: Place, branch: Place
) -> None:
    of_cluster = made(place)
    login = made(branch)
    assert (login.username, password_of(login)) == (BRANCH_READER, cloud.passwords[BRANCH_READER])
    assert password_of(login) not in ("of the parent", password_of(of_cluster))
    assert changes(far)[1:] == [f"PATCH clusters/7/branches/bran-1/sqlUsers/{BRANCH_READER}"]


def test_a_branchs_role_is_said_to_be_unchecked(branch: Place) -> None:
    assert "Its role was not checked" in make_login(branch, Role.READONLY, ALICE)


@pytest.mark.parametrize(
    ("parent", "user"), [("7", "bpre.shop_reader"), ("bran-0", "bpre.other"), (None, "bpre.shop_reader")]
)
def test_it_is_the_like_of_what_is_stored_for_the_parent(
    cloud: Cloud, place: Place, branch: Place, parent: str | None, user: str
) -> None:
    entered(place, "pre.shop_reader")
    entered(Place(place.connection, "7", "bran-0"), "xpre.other")
    cloud.branch["parentId"] = parent
    cloud.passwords[user] = "of the parent"
    assert made(branch).username == user


def test_the_parents_root_is_nobodys_like(cloud: Cloud, place: Place, branch: Place) -> None:
    entered(place, "pre.root")
    assert made(branch).username == BRANCH_READER


def test_a_branch_without_the_user_is_refused_and_told_why(cloud: Cloud, branch: Place) -> None:
    del cloud.passwords[BRANCH_READER]
    with pytest.raises(Refused, match=f"has no user {BRANCH_READER}, and TiDB Cloud has no call that makes one"):
        make_login(branch, Role.READONLY, ALICE)
    assert outcomes(Kind.LOGIN_MADE) == [Result.STARTED, Result.REFUSED]


# Given a new password


@pytest.mark.parametrize("where", ["cluster", "branch"])
def test_a_new_password_is_set_and_stored(cloud: Cloud, place: Place, branch: Place, where: str) -> None:
    login = made(branch if where == "branch" else place)
    before, stored_at = password_of(login), login.stored_at
    said = rotate_login(login, ALICE)
    after = the_login(branch if where == "branch" else place)
    assert before != password_of(after) == cloud.passwords[login.username]
    assert (after.pk, after.stored_at > stored_at) == (login.pk, True)
    assert said.startswith(f"The login {login} has a new password")


def test_one_that_was_typed_in_can_have_one_too(cloud: Cloud, place: Place) -> None:
    cloud.users["pre.shop_reader"] = {"builtinRole": "role_readonly"}
    rotate_login(entered(place, "pre.shop_reader"), ALICE)
    assert password_of(the_login(place)) == cloud.passwords["pre.shop_reader"]


@pytest.mark.parametrize("user", ["pre.by_sql", "no_prefix"])
@pytest.mark.parametrize("where", ["cluster", "branch"])
def test_a_user_that_the_api_does_not_know_keeps_its_password(
    far: FarEnd, place: Place, branch: Place, user: str, where: str
) -> None:
    login = entered(branch if where == "branch" else place, user)
    with pytest.raises(NotFound, match=f"tells of no user {user}.*by SQL"):
        rotate_login(login, ALICE)
    assert password_of(login) == "typed in"
    assert outcomes(Kind.LOGIN_ROTATED) == [Result.STARTED, Result.REFUSED]


@pytest.mark.parametrize("change", [rotate_login, drop_login])
def test_root_is_left_alone(far: FarEnd, place: Place, change: Callable[[SqlLogin, Facts], str]) -> None:
    login = entered(place, "pre.root", Role.ADMIN)
    with pytest.raises(Refused, match="pre.root belongs to whoever made the cluster"):
        change(login, ALICE)
    assert far.asked == []


# Dropped


def test_a_user_is_dropped_and_the_vault_forgets_it(cloud: Cloud, far: FarEnd, place: Place) -> None:
    said = drop_login(made(place), ALICE)
    assert list(cloud.users) == ["pre.root"]
    assert not SqlLogin.objects.exists()
    assert said == f"TiDB Cloud has dropped {READER}. {READER} on 7 is not stored here any more."
    assert [event.parameters["which"] for event in Event.objects.filter(kind=Kind.VAULT_FORGOTTEN)] == [
        f"{READER} on 7"
    ]


def test_one_that_is_gone_already_is_forgotten(cloud: Cloud, far: FarEnd, place: Place) -> None:
    said = drop_login(entered(place, "pre.by_sql"), ALICE)
    assert "tells of no user pre.by_sql" in said
    assert not SqlLogin.objects.exists()
    assert changes(far) == []


def test_a_branchs_user_gets_a_password_that_nobody_knows(cloud: Cloud, far: FarEnd, branch: Place) -> None:
    login = made(branch)
    known = password_of(login)
    said = drop_login(login, ALICE)
    assert cloud.passwords[BRANCH_READER] != known
    assert "no call that drops a user of a branch" in said
    assert not SqlLogin.objects.exists()


@pytest.mark.parametrize("where", ["cluster", "branch"])
def test_what_was_deleted_with_its_users_is_forgotten(cloud: Cloud, place: Place, branch: Place, where: str) -> None:
    login = entered(branch if where == "branch" else place, READER)
    cloud.odd["GET clusters/7/sqlUsers"] = cloud.odd["PATCH"] = Answer(404)
    assert "tells of no user" in drop_login(login, ALICE)
    assert not SqlLogin.objects.exists()


def test_what_the_gateway_would_make_again_is_not_dropped(far: FarEnd, place: Place) -> None:
    login = made(place)
    note_due(place, "bob")
    with pytest.raises(Refused, match="would make this one again"):
        drop_login(login, ALICE)
    assert changes(far) == ["POST clusters/7/sqlUsers"]


# What goes wrong


@pytest.mark.parametrize("answer", LOST.values(), ids=LOST)
def test_a_lost_answer_to_the_making_is_unknown_and_mended_by_asking_again(
    cloud: Cloud, place: Place, answer: Step
) -> None:
    cloud.odd["POST"], cloud.late = answer, True
    with pytest.raises(CloudUnclear, match="Ask for the same again"):
        make_login(place, Role.READONLY, ALICE)
    assert outcomes(Kind.LOGIN_MADE) == [Result.STARTED, Result.UNKNOWN]
    assert password_of(made(place)) == cloud.passwords[READER]


@pytest.mark.parametrize("answer", LOST.values(), ids=LOST)
@pytest.mark.parametrize("where", ["cluster", "branch"])
def test_a_lost_answer_to_a_new_password_is_unknown_and_mended_by_asking_again(
    cloud: Cloud, place: Place, branch: Place, answer: Step, where: str
) -> None:
    login = made(branch if where == "branch" else place)
    cloud.odd["PATCH"], cloud.late = answer, True
    with pytest.raises(CloudUnclear, match="given a new password once more"):
        rotate_login(login, ALICE)
    assert password_of(login) != cloud.passwords[login.username]
    rotate_login(login, ALICE)
    assert password_of(login) == cloud.passwords[login.username]
    assert outcomes(Kind.LOGIN_ROTATED) == [Result.STARTED, Result.UNKNOWN, Result.STARTED, Result.OK]


@pytest.mark.parametrize("answer", LOST.values(), ids=LOST)
def test_a_lost_answer_to_the_dropping_is_looked_for(cloud: Cloud, place: Place, answer: Step) -> None:
    login = made(place)
    cloud.odd["DELETE"], cloud.late = answer, True
    assert "has dropped" in drop_login(login, ALICE)


def test_a_dropping_of_which_nobody_knows_leaves_the_login_stored(cloud: Cloud, place: Place) -> None:
    login = made(place)
    cloud.odd["DELETE"] = DROP
    with pytest.raises(CloudUnclear, match="still there"):
        drop_login(login, ALICE)
    assert the_login(place) == login
    assert outcomes(Kind.LOGIN_DROPPED) == [Result.STARTED, Result.UNKNOWN]


@pytest.mark.parametrize(("status", "error"), [(403, CloudForbidden), (503, CloudUnreachable)])
@pytest.mark.parametrize("change", [rotate_login, drop_login])
def test_a_cloud_that_does_not_want_to_changes_nothing(
    cloud: Cloud,
    far: FarEnd,
    place: Place,
    change: Callable[[SqlLogin, Facts], str],
    status: int,
    error: type[GatewayError],
) -> None:
    login = made(place)
    far.script = lambda asked: Answer(status)
    with pytest.raises(error):
        change(login, ALICE)
    assert password_of(the_login(place)) == cloud.passwords[READER]
    kind = Kind.LOGIN_ROTATED if change is rotate_login else Kind.LOGIN_DROPPED
    assert outcomes(kind) == [Result.STARTED, Result.ERROR]


def breaking(statement: str) -> Callable[[], object]:
    """A database that refuses this statement on the table of logins."""

    def meanwhile() -> None:
        with database.cursor() as cursor:
            cursor.execute(
                f"CREATE TEMP TRIGGER no_{statement} BEFORE {statement} ON mcpserver_sqllogin "
                "BEGIN SELECT RAISE(ABORT, 'planted'); END"
            )

    return meanwhile


def mend(statement: str) -> None:
    with database.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER no_{statement}")


def test_a_password_that_was_set_and_could_not_be_stored_is_said_and_mended_by_asking_again(
    cloud: Cloud, place: Place
) -> None:
    breaking("INSERT")()
    with pytest.raises(NotStored, match=f"took the new password of {READER}, and it could not be stored here"):
        make_login(place, Role.READONLY, ALICE)
    assert outcomes(Kind.LOGIN_MADE) == [Result.STARTED, Result.UNKNOWN]
    mend("INSERT")
    login = made(place)
    breaking("UPDATE")()
    with pytest.raises(NotStored, match="could not be stored here"):
        rotate_login(login, ALICE)
    mend("UPDATE")
    rotate_login(the_login(place), ALICE)
    assert password_of(the_login(place)) == cloud.passwords[READER]


def test_a_vault_that_cannot_seal_what_was_set_leaves_an_unknown_outcome(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*asked: object) -> None:
        raise VaultUnavailable("no key")

    monkeypatch.setattr(SqlLogin, "store", fails)
    with pytest.raises(NotStored, match="could not be stored here"):
        make_login(place, Role.READONLY, ALICE)
    assert outcomes(Kind.LOGIN_MADE) == [Result.STARTED, Result.UNKNOWN]


@pytest.mark.parametrize(("change", "kind"), [(rotate_login, Kind.LOGIN_ROTATED), (drop_login, Kind.LOGIN_DROPPED)])
def test_a_look_that_fails_is_an_outcome_too(
    far: FarEnd, place: Place, monkeypatch: pytest.MonkeyPatch, change: Callable[[SqlLogin, Facts], str], kind: Kind
) -> None:
    def fails(*asked: object) -> None:
        raise OperationalError("gone away")

    login = entered(place, READER)
    monkeypatch.setattr("mcpserver.vault.login_changes.refuse_shared", fails)
    with pytest.raises(Unavailable, match="own database did not answer"):
        change(login, ALICE)
    assert outcomes(kind) == [Result.STARTED, Result.ERROR]
    assert far.asked == []


ODD = "pre.\N{RIGHT-TO-LEFT OVERRIDE}shop"


@pytest.mark.parametrize("change", [rotate_login, drop_login])
def test_a_name_that_turns_the_text_around_is_made_visible(
    cloud: Cloud, place: Place, change: Callable[[SqlLogin, Facts], str]
) -> None:
    login = entered(place, ODD)
    said = [str(raised(lambda: rotate_login(login, ALICE)))]
    cloud.users["pre.\N{RIGHT-TO-LEFT OVERRIDE}shop"] = {}
    said.append(str(raised(lambda: make_login(place, Role.READONLY, ALICE))))
    said.append(change(login, ALICE))
    assert all("U+202E" in sentence and ODD not in sentence for sentence in said)


def test_a_login_that_could_not_be_removed_is_said_and_mended_by_asking_again(cloud: Cloud, place: Place) -> None:
    login = made(place)
    breaking("DELETE")()
    with pytest.raises(NotStored, match="is gone in TiDB Cloud, and is still stored here"):
        drop_login(login, ALICE)
    mend("DELETE")
    drop_login(the_login(place), ALICE)
    assert not SqlLogin.objects.exists()


def test_of_two_at_once_the_later_is_told_that_the_other_was_there(cloud: Cloud, place: Place) -> None:
    login = made(place)
    rotate_login(the_login(place), ALICE)
    kept = password_of(the_login(place))
    with pytest.raises(NotStored, match="Somebody else stored this login at the same moment"):
        rotate_login(login, ALICE)  # as it was read before
    assert password_of(the_login(place)) == kept


# On record


def test_intent_and_outcome_name_who_asked_and_what_for(place: Place) -> None:
    login = made(place)
    rotate_login(login, ALICE)
    drop_login(login, ALICE)
    for kind in (Kind.LOGIN_MADE, Kind.LOGIN_ROTATED, Kind.LOGIN_DROPPED):
        began, ended = Event.objects.filter(kind=kind).order_by("pk")
        assert (began.result, ended.result, began.person, ended.person) == (Result.STARTED, Result.OK, "alice", "alice")
        assert began.call_id == ended.call_id is not None
        assert (ended.cluster_id, ended.request_id) == ("7", "r1")
        assert ended.parameters["role"] == "role_readonly"
        between = Event.objects.filter(call_id=began.call_id, pk__gt=began.pk, pk__lt=ended.pk)
        assert {Kind.VAULT_OPENED} < set(between.values_list("kind", flat=True))


def test_no_password_stands_anywhere_but_sealed(
    cloud: Cloud, place: Place, branch: Place, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    said, seen = [make_login(place, Role.READONLY, ALICE)], {cloud.passwords[READER]}
    said.append(rotate_login(the_login(place), ALICE))
    seen.add(cloud.passwords[READER])
    said += [make_login(branch, Role.READONLY, ALICE), drop_login(the_login(place), ALICE)]
    seen.add(cloud.passwords[BRANCH_READER])
    rows = [str(row) for model in (SqlLogin, Event, TidbCloudConnection) for row in model.objects.values()]
    shown = "\n".join([*said, *rows, caplog.text, *(str(vars(entry)) for entry in caplog.records)])
    assert READER in shown
    assert len(seen) == 3
    assert not [password for password in [*seen, PRIVATE] if password in shown]
