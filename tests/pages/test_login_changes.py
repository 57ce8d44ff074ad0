"""SQL logins made, given new passwords and dropped in the console: who may, what is said, and what is asked first."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from audit.facts import NOBODY
from audit.kinds import Kind
from audit.models import Event
from mcpserver.grants.environments import set_environment
from mcpserver.grants.models import Environment
from mcpserver.vault.models import Role, SqlLogin, TidbCloudConnection
from mcpserver.vault.open import open_secret
from tests.pages.conftest import HOSTILE, TURNED
from tests.pages.far_end import cluster, nobody_listens
from tests.pages.test_markup import Page
from tests.unit.far_end import PRIVATE, PUBLIC, Answer, Asked, FarEnd, Step
from tidbmcp.lib.secrets import Secret

CLUSTERS, MAKE, LOGINS = "/admin/clusters/", "/admin/clusters/make-login/", "/admin/mcpserver/sqllogin/"
READER = "p.tidbmcp_reader"

pytestmark = pytest.mark.usefixtures("nothing_kept")


class Cloud:
    """One cluster, one branch, and SQL users. `status` is what changes get."""

    def __init__(self) -> None:
        self.users: dict[str, str] = {}
        self.made_as = READER
        self.status = 200

    def __call__(self, asked: Asked) -> Step:
        shop, branch = cluster("7", "shop", userPrefix="p"), {"branchId": "bran-1", "displayName": "try"}
        match asked.method, asked.path.split("/")[2:]:
            case "GET", [] if asked.path == "clusters":
                return Answer(body={"clusters": [shop]})
            case "GET", ["branches"]:
                return Answer(body={"branches": [branch]})
            case "GET", ["branches", _]:
                return Answer(body=branch | {"state": "ACTIVE", "userPrefix": "b"})
            case "GET", ["sqlUsers"]:
                users = [{"userName": user, "builtinRole": "role_readonly"} for user in self.users]
                return Answer(body={"sqlUsers": users})
            case "GET", _:
                return Answer(body=shop)
        if self.status != 200:
            return Answer(self.status)
        user = self.made_as if asked.method == "POST" else asked.path.rpartition("/")[2]
        if asked.method == "DELETE":
            del self.users[user]
        else:
            self.users[user] = asked.json["password"]
        return Answer(body={"userName": user})


@pytest.fixture
def cloud() -> Cloud:
    return Cloud()


@pytest.fixture
def far(cloud: Cloud) -> Iterator[FarEnd]:
    with FarEnd(cloud) as far_end:
        yield far_end


@pytest.fixture
def ours(far: FarEnd, db: None) -> TidbCloudConnection:
    row = TidbCloudConnection(name="ours", api_url=far.address, iam_url=far.address, public_key=PUBLIC)
    row.store(Secret(PRIVATE), NOBODY)
    return row


def stored(row: TidbCloudConnection, user: str = READER, **fields: Any) -> SqlLogin:
    login = SqlLogin(**{"connection": row, "cluster_id": "7", "role": Role.READONLY, "username": user} | fields)
    login.store(Secret("the old one"), NOBODY)
    return login


def make(client: Client, row: TidbCloudConnection, **fields: Any) -> Any:
    sent = {"connection": str(row.pk), "cluster": "7", "role": "role_readonly"} | fields
    return client.post(MAKE, {name: value for name, value in sent.items() if value is not None}, follow=True)


def act(client: Client, action: str, *logins: SqlLogin, **more: str) -> Any:
    sent = {"action": action, "_selected_action": [str(login.pk) for login in logins], **more}
    return client.post(LOGINS, sent, follow=True)


def said(page: Any) -> list[str]:
    return [str(message) for message in page.context["messages"]]


def staff(person: User, *codenames: str) -> None:
    User.objects.filter(pk=person.pk).update(is_staff=True)
    person.user_permissions.add(*Permission.objects.filter(codename__in=codenames))


def password_of(login: SqlLogin) -> str:
    fresh = SqlLogin.objects.select_related("connection").get(pk=login.pk)
    return open_secret(fresh, purpose="test", facts=NOBODY).reveal()


# The clusters page


def test_a_reader_that_is_missing_can_be_made_with_one_button(
    as_alice: Client, cloud: Cloud, ours: TidbCloudConnection
) -> None:
    page = as_alice.get(CLUSTERS).text
    assert f'action="{MAKE}"' in page
    assert "Make one" in page
    answer = make(as_alice, ours, page=3)
    assert answer.redirect_chain == [(f"{CLUSTERS}?page=3", 302)]
    assert said(answer) == [f"The user {READER} was made with role_readonly. It is stored as the reader login."]
    assert password_of(SqlLogin.objects.get()) == cloud.users[READER]
    assert "Make one" not in answer.text
    event = Event.objects.filter(kind=Kind.LOGIN_MADE).first()
    assert event
    assert event.person == "alice"


@pytest.mark.parametrize(
    ("status", "reason"),
    [(403, "may not do this"), (503, "did not say whether this was done"), (400, "does not take this request")],
)
def test_what_went_wrong_is_said_there(
    as_alice: Client, cloud: Cloud, ours: TidbCloudConnection, status: int, reason: str
) -> None:
    cloud.status = status
    answer = make(as_alice, ours, page=1)
    (message,) = said(answer)
    assert message.startswith("No login was stored. ")
    assert reason in message
    assert not SqlLogin.objects.exists()


def test_an_api_that_is_down_is_said(as_alice: Client, ours: TidbCloudConnection) -> None:
    ours.api_url = ours.iam_url = nobody_listens()
    ours.store(Secret(PRIVATE), NOBODY)
    assert said(make(as_alice, ours, page=1)) == [
        "No login was stored. TiDB Cloud (ours) did not answer. Try again in a moment."
    ]


def test_who_may_not_add_logins_is_offered_none(as_bob: Client, bob: User, ours: TidbCloudConnection) -> None:
    staff(bob, "view_tidbcloudconnection", "view_sqllogin")
    assert MAKE not in as_bob.get(CLUSTERS).text


def test_a_cluster_with_branches_leads_to_the_form_for_one(as_alice: Client, ours: TidbCloudConnection) -> None:
    link = f"{MAKE}?connection={ours.pk}&amp;cluster=7"
    assert f'<a href="{link}"' in as_alice.get(CLUSTERS).text
    form = as_alice.get(link.replace("&amp;", "&")).context["form"]
    assert (form["connection"].value(), form["cluster"].value(), form["role"].value()) == (
        str(ours.pk), "7", Role.READONLY,
    )  # fmt: skip


# The form


@pytest.mark.parametrize("branch", ["bran-1", "try"])
def test_a_branch_gets_its_own_by_the_form(
    as_alice: Client, cloud: Cloud, ours: TidbCloudConnection, branch: str
) -> None:
    answer = make(as_alice, ours, cluster="shop", branch=branch)
    assert answer.redirect_chain == [(LOGINS, 302)]
    login = SqlLogin.objects.get()
    assert (login.branch_id, login.username, password_of(login)) == (
        "bran-1", "b.tidbmcp_reader", cloud.users["b.tidbmcp_reader"],
    )  # fmt: skip


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no cluster": ({"cluster": ""}, "This field is required."),
    "no such cluster": ({"cluster": "shops"}, "There is no cluster &#x27;shops&#x27;"),
    "no such branch": ({"branch": "tries"}, "There are: try."),
    "no connection": ({"connection": None}, "This field is required."),
    "a connection that is none": ({"connection": "x"}, "is not a valid UUID"),
    "a role that is none": ({"role": "role_owner"}, "not one of the available choices"),
    "markup": ({"cluster": HOSTILE}, "There is no cluster &#x27;&lt;script&gt;"),
    "too long": ({"cluster": "x" * 65}, "at most 64 characters"),
}


@pytest.mark.parametrize(("fields", "reason"), WRONG.values(), ids=WRONG)
def test_the_form_says_what_is_wrong(
    as_alice: Client, ours: TidbCloudConnection, fields: dict[str, Any], reason: str
) -> None:
    answer = make(as_alice, ours, **fields)
    assert answer.status_code == 200
    assert reason in answer.text
    assert HOSTILE not in answer.text
    assert Page(answer.text).found == []
    assert not SqlLogin.objects.exists()


@pytest.mark.parametrize("page", ["x", "0", "-1"])
def test_a_page_that_is_none_is_no_form_of_ours(as_alice: Client, ours: TidbCloudConnection, page: str) -> None:
    assert make(as_alice, ours, page=page).status_code == 400
    assert not SqlLogin.objects.exists()


def test_a_user_of_a_strange_name_is_shown_as_text(as_alice: Client, cloud: Cloud, ours: TidbCloudConnection) -> None:
    cloud.made_as = f"p.{TURNED}{HOSTILE}"
    answer = make(as_alice, ours, page=1)
    assert "\u202e" not in said(answer)[0]
    assert HOSTILE not in answer.text


def test_nobody_makes_one_without_the_right_to(as_bob: Client, bob: User, ours: TidbCloudConnection) -> None:
    staff(bob, "view_tidbcloudconnection", "view_sqllogin", "change_sqllogin", "delete_sqllogin")
    assert as_bob.get(MAKE).status_code == 403
    assert make(as_bob, ours).status_code == 403
    assert not SqlLogin.objects.exists()


def test_nobody_makes_one_who_may_not_see_the_connections(
    as_bob: Client, bob: User, ours: TidbCloudConnection, far: FarEnd
) -> None:
    staff(bob, "view_sqllogin", "add_sqllogin", "change_sqllogin")
    assert as_bob.get(MAKE).status_code == 403
    assert make(as_bob, ours).status_code == 403
    assert MAKE not in as_bob.get(LOGINS).text
    staff(bob, "view_tidbcloudconnection")
    assert MAKE in as_bob.get(LOGINS).text
    assert as_bob.get(MAKE).status_code == 200
    assert far.asked == []


@pytest.mark.parametrize("branch", ["", "try"])
def test_who_may_only_add_takes_nobodys_password(
    as_bob: Client, bob: User, cloud: Cloud, ours: TidbCloudConnection, branch: str
) -> None:
    staff(bob, "view_tidbcloudconnection", "add_sqllogin")
    cloud.users = {READER: "known", "b.tidbmcp_reader": "known"}
    answer = make(as_bob, ours, branch=branch)
    assert "needs the permission &quot;Can change SQL login&quot;" in answer.text
    assert set(cloud.users.values()) == {"known"}
    staff(bob, "change_sqllogin")
    make(as_bob, ours, branch=branch)
    assert SqlLogin.objects.get().branch_id == ("bran-1" if branch else "")


def test_who_may_only_add_makes_one_and_lands_on_a_page_of_theirs(
    as_bob: Client, bob: User, ours: TidbCloudConnection
) -> None:
    staff(bob, "view_tidbcloudconnection", "add_sqllogin")
    answer = make(as_bob, ours)
    assert (answer.redirect_chain, answer.status_code) == ([(f"{CLUSTERS}?page=1", 302)], 200)
    assert "was made with role_readonly" in said(answer)[0]


@pytest.mark.parametrize("method", ["get", "post"])
def test_members_and_strangers_do_not_get_in(client: Client, as_bob: Client, db: None, method: str) -> None:
    for visitor in (client, as_bob):
        assert getattr(visitor, method)(MAKE).status_code in {302, 403}


def test_another_sites_form_makes_nothing(alice: User, ours: TidbCloudConnection, far: FarEnd) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice)
    assert make(strict, ours).status_code == 403
    assert far.asked == []


# The list


def test_the_list_leads_to_the_form(as_alice: Client, db: None) -> None:
    assert f'<a href="{MAKE}">Make a login…</a>' in as_alice.get(LOGINS).text


def test_logins_get_new_passwords(as_alice: Client, cloud: Cloud, ours: TidbCloudConnection) -> None:
    logins = [stored(ours), stored(ours, "p.tidbmcp_writer", role=Role.READWRITE)]
    cloud.users = {login.username: "the old one" for login in logins}
    answer = act(as_alice, "rotate_them", *logins)
    assert [password_of(login) for login in logins] == list(cloud.users.values())
    assert "the old one" not in cloud.users.values()
    assert len(said(answer)) == 2
    assert all(password not in answer.text for password in cloud.users.values())


def test_one_that_fails_does_not_hold_up_the_other(as_alice: Client, cloud: Cloud, ours: TidbCloudConnection) -> None:
    cloud.users = {"p.tidbmcp_writer": "the old one"}
    good, bad = stored(ours, "p.tidbmcp_writer", role=Role.READWRITE), stored(ours, "p.by_sql")
    answer = act(as_alice, "rotate_them", good, bad)
    assert password_of(good) == cloud.users["p.tidbmcp_writer"] != "the old one"
    assert any("The login p.by_sql on 7: TiDB Cloud tells of no user" in message for message in said(answer))


def test_dropping_asks_first(as_alice: Client, cloud: Cloud, far: FarEnd, ours: TidbCloudConnection) -> None:
    cloud.users = {READER: "the old one"}
    login, on_branch = stored(ours), stored(ours, "b.other", branch_id="bran-1", role=Role.ADMIN)
    page = act(as_alice, "drop_them", login, on_branch)
    assert far.asked == []
    assert SqlLogin.objects.count() == 2
    for text in (READER, "b.other", "bran-1", "db_query is refused then", "can’t be dropped", "Drop them", "Keep them"):
        assert text in page.text
    assert Page(page.text).found == []


def test_the_question_names_the_environment_and_shows_names_as_text(
    as_alice: Client, ours: TidbCloudConnection
) -> None:
    login = stored(ours, f"{TURNED}{HOSTILE}")
    page = act(as_alice, "drop_them", login).text
    assert '<span class="chip chip-production">production</span>' in page
    assert HOSTILE not in page
    assert "U+202E" in page
    set_environment(ours, "7", Environment.STAGING, name="shop", facts=NOBODY)
    page = act(as_alice, "drop_them", login).text
    assert '<span class="chip chip-plain">staging</span>' in page
    assert "chip-production" not in page


def test_it_drops_when_it_was_confirmed(as_alice: Client, cloud: Cloud, ours: TidbCloudConnection) -> None:
    cloud.users = {READER: "the old one"}
    answer = act(as_alice, "drop_them", stored(ours), confirmed="yes")
    assert said(answer) == [f"TiDB Cloud has dropped {READER}. {READER} on 7 is not stored here any more."]
    assert (cloud.users, SqlLogin.objects.count()) == ({}, 0)


def test_the_question_says_what_db_query_will_do(
    as_alice: Client, ours: TidbCloudConnection, settings: Settings
) -> None:
    settings.REQUIRE_READER_LOGIN = False
    text = act(as_alice, "drop_them", stored(ours)).text
    assert "db_query uses another login then, where one is stored; never for what is read-only" in text


@pytest.mark.parametrize("action", ["rotate_them", "drop_them"])
def test_not_too_many_at_once(as_alice: Client, far: FarEnd, ours: TidbCloudConnection, action: str) -> None:
    logins = [stored(ours, cluster_id=str(number)) for number in range(21)]
    assert "Select at most 20" in said(act(as_alice, action, *logins, confirmed="yes"))[0]
    assert far.asked == []


@pytest.mark.parametrize(("action", "codename"), [("rotate_them", "change_sqllogin"), ("drop_them", "delete_sqllogin")])
def test_an_action_is_for_those_who_have_its_right(
    as_bob: Client, bob: User, far: FarEnd, ours: TidbCloudConnection, action: str, codename: str
) -> None:
    login = stored(ours)
    others = {"view_sqllogin", "add_sqllogin", "change_sqllogin", "delete_sqllogin"} - {codename}
    staff(bob, *others)
    act(as_bob, action, login, confirmed="yes")
    assert far.asked == []
    bob.user_permissions.add(Permission.objects.get(codename=codename))
    act(as_bob, action, login, confirmed="yes")
    assert far.asked != []


# Where no reader is required


def test_pages_say_that_readers_are_not_required(
    as_alice: Client, ours: TidbCloudConnection, settings: Settings
) -> None:
    pages = ("/admin/", CLUSTERS, LOGINS)
    assert all("REQUIRE_READER_LOGIN" not in as_alice.get(page).text for page in pages)
    settings.REQUIRE_READER_LOGIN = False
    for page in pages:
        text = as_alice.get(page).text
        assert "REQUIRE_READER_LOGIN is off" in text
        assert "in a read-only transaction" in text
    (need,) = [need for need in as_alice.get("/admin/").context["needs"] if "READER" in need.text]
    assert (need.state, need.url) == ("ask", CLUSTERS)


def test_home_says_so_to_nobody_who_may_not_see_logins(as_bob: Client, bob: User, settings: Settings) -> None:
    settings.REQUIRE_READER_LOGIN = False
    staff(bob, "view_user")
    assert "REQUIRE_READER_LOGIN" not in as_bob.get("/admin/").text
    staff(bob, "view_sqllogin")
    (need,) = [need for need in as_bob.get("/admin/").context["needs"] if "READER" in need.text]
    assert need.url == LOGINS
