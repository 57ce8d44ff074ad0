"""SQL users on the IAM host: each is a real user of the database, with the rights of its role."""

import re
from typing import Any

import MySQLdb
import pytest

from tests.sandbox.wire import PASSWORD, Wire, ask_sql

OTHER = "An0ther-password!"


@pytest.fixture
def cluster(wire: Wire) -> dict[str, Any]:
    made = wire.cluster(rootPassword=PASSWORD)
    ask_sql(wire.connect(made), "CREATE TABLE test.notes (text VARCHAR(20))")
    return made


def create(wire: Wire, cluster: dict[str, Any], name: str, role: str, **more: Any) -> Any:
    body = {"userName": name, "authMethod": "mysql_native_password", "builtinRole": role, "password": PASSWORD, **more}
    return wire.post(f"/{cluster['name']}/sqlUsers", body, host="iam")


def rights(wire: Wire, cluster: dict[str, Any], user: str, password: str = PASSWORD) -> list[bool]:
    """Whether it can read, write and make tables."""
    connection = wire.connect(cluster, user, password)
    found = []
    for statement in (
        "SELECT * FROM test.notes",
        "INSERT INTO test.notes VALUES ('x')",
        "CREATE TABLE IF NOT EXISTS test.more (id INT)",
    ):
        try:
            ask_sql(connection, statement)
            found.append(True)
        except MySQLdb.OperationalError:
            found.append(False)
    return found


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("role_readonly", [True, False, False]),
        ("role_readwrite", [True, True, False]),
        ("role_admin", [True, True, True]),
    ],
)
def test_a_user_can_do_what_its_role_says(wire: Wire, cluster: dict[str, Any], role: str, may: list[bool]) -> None:
    made = create(wire, cluster, "app", role, autoPrefix=True)
    name = f"{cluster['userPrefix']}.app"
    assert made == {"userName": name, "authMethod": "mysql_native_password", "builtinRole": role, "customRoles": []}
    assert rights(wire, cluster, name) == may
    assert wire.get(f"/{cluster['name']}/sqlUsers/{name}", host="iam") == made


def test_without_auto_prefix_the_prefix_must_be_there(wire: Wire, cluster: dict[str, Any]) -> None:
    prefix = cluster["userPrefix"]
    made = create(wire, cluster, f"{prefix}.app", f"{prefix}.role_readonly", customRoles=["my_role"])
    assert (made["userName"], made["customRoles"]) == (f"{prefix}.app", ["my_role"])
    assert made["builtinRole"].endswith("role_readonly")
    assert rights(wire, cluster, f"{prefix}.app") == [True, False, False]
    create(wire, cluster, f"{prefix}.chief", "role_admin", autoPrefix=False)


def test_root_is_listed_and_cannot_be_deleted_or_demoted(wire: Wire, cluster: dict[str, Any]) -> None:
    root = f"{cluster['userPrefix']}.root"
    path = f"/{cluster['name']}/sqlUsers"
    listed = wire.get(path, host="iam")
    assert [(user["userName"], user["builtinRole"]) for user in listed["sqlUsers"]] == [(root, "role_admin")]
    assert "root" in wire.refused("DELETE", f"{path}/{root}", host="iam")
    assert "root" in wire.refused("PATCH", f"{path}/{root}", {"builtinRole": "role_readonly"}, host="iam")
    wire.patch(f"{path}/{root}", {"password": OTHER}, host="iam")
    assert rights(wire, cluster, root, OTHER) == [True, True, True]


def test_the_seeds_list_the_logins_that_they_came_with(wire: Wire) -> None:
    shop = wire.sandbox.cluster("shop")
    users = wire.get(f"/clusters/{shop['cluster_id']}/sqlUsers", host="iam")["sqlUsers"]
    assert {user["userName"]: user["builtinRole"] for user in users} == {
        shop["root"]["user"]: "role_admin",
        **{login["user"]: role for role, login in shop["logins"].items()},
    }


def test_password_and_role_can_change(wire: Wire, cluster: dict[str, Any]) -> None:
    name = create(wire, cluster, "app", "role_readwrite", autoPrefix=True)["userName"]
    path = f"/{cluster['name']}/sqlUsers/{name}"
    assert wire.patch(path, {"password": OTHER}, host="iam")["builtinRole"] == "role_readwrite"
    assert rights(wire, cluster, name, OTHER) == [True, True, False]
    with pytest.raises(MySQLdb.OperationalError, match="Access denied"):
        wire.connect(cluster, name, PASSWORD)
    changed = wire.patch(path, {"builtinRole": f"{cluster['userPrefix']}.role_readonly"}, host="iam")
    assert changed["builtinRole"].endswith("role_readonly")
    assert rights(wire, cluster, name, OTHER) == [True, False, False]
    assert wire.patch(path, {"customRoles": ["one"]}, host="iam")["customRoles"] == ["one"]
    assert wire.patch(path, {}, host="iam")["customRoles"] == ["one"]


def test_a_deleted_user_cannot_log_in_and_can_be_made_again(wire: Wire, cluster: dict[str, Any]) -> None:
    name = create(wire, cluster, "app", "role_readwrite", autoPrefix=True)["userName"]
    path = f"/{cluster['name']}/sqlUsers/{name}"
    assert wire.delete(path, host="iam") == {"code": 200, "message": "ok"}
    with pytest.raises(MySQLdb.OperationalError, match="Access denied"):
        wire.connect(cluster, name)
    for method, body in (("GET", None), ("PATCH", {"password": OTHER}), ("DELETE", None)):
        assert wire.refused(method, path, body, status=404, host="iam") == "sql user not found"
    create(wire, cluster, "app", "role_readonly", autoPrefix=True)
    assert rights(wire, cluster, name) == [True, False, False]


def test_a_name_is_there_once(wire: Wire, cluster: dict[str, Any]) -> None:
    create(wire, cluster, "app", "role_readonly", autoPrefix=True)
    body = {"userName": "app", "autoPrefix": True, "builtinRole": "role_admin", "password": PASSWORD}
    message = wire.refused("POST", f"/{cluster['name']}/sqlUsers", body, status=409, host="iam")
    assert message == "sql user already exists"


def test_users_come_a_hundred_a_page_by_name(wire: Wire, cluster: dict[str, Any]) -> None:
    names = sorted(f"{cluster['userPrefix']}.{name}" for name in ("app", "report", "root"))
    for name in ("report", "app"):
        create(wire, cluster, name, "role_readonly", autoPrefix=True)
    path = f"/{cluster['name']}/sqlUsers"
    for query in ("", "?pageSize=0", "?pageSize=100", "?pageSize=500"):
        answer = wire.get(path + query, host="iam")
        assert ([user["userName"] for user in answer["sqlUsers"]], answer["nextPageToken"]) == (names, "")
    first = wire.get(f"{path}?pageSize=2", host="iam")
    second = wire.get(f"{path}?pageSize=2&pageToken={first['nextPageToken']}", host="iam")
    assert [user["userName"] for user in first["sqlUsers"] + second["sqlUsers"]] == names
    wire.refused("GET", f"{path}?pageSize=3&pageToken={first['nextPageToken']}", host="iam")


GOOD = {"userName": "app", "autoPrefix": True, "builtinRole": "role_readonly", "password": PASSWORD}
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no name": ({"userName": None}, "userName"),
    "an empty name": ({"userName": ""}, "userName"),
    "a name with a quote": ({"userName": "a'b"}, "userName"),
    "a name with a space": ({"userName": "a b"}, "userName"),
    "a name that is too long": ({"userName": "seventeen-letters"}, "userName"),
    "no prefix": ({"autoPrefix": False}, "user name must start with the prefix"),
    "no prefix, and nothing said": ({"autoPrefix": None}, "user name must start with the prefix"),
    "no role": ({"builtinRole": None}, "builtinRole"),
    "an unknown role": ({"builtinRole": "role_owner"}, "builtinRole"),
    "another way to log in": ({"authMethod": "tidb_auth_token"}, "authMethod"),
    "no password": ({"password": None}, "password"),
    "a short password": ({"password": "short"}, "password"),
    "roles that are no list": ({"customRoles": "my_role"}, "customRoles"),
    "an unknown field": ({"username": "app"}, "username"),
}


@pytest.mark.parametrize(("changed", "named"), REFUSED.values(), ids=REFUSED.keys())
def test_a_user_is_refused_with(wire: Wire, changed: dict[str, Any], named: str) -> None:
    path = f"/clusters/{wire.sandbox.cluster('shop')['cluster_id']}/sqlUsers"
    assert named in wire.refused("POST", path, {**GOOD, **changed}, host="iam")
    assert len(wire.get(path, host="iam")["sqlUsers"]) == 4


@pytest.mark.parametrize("role", ["role_readonly", "{prefix}.role_admin", "wrong.role_readonly", "{prefix}."])
def test_without_auto_prefix_a_role_carries_the_prefix_but_for_admin(wire: Wire, role: str) -> None:
    shop = wire.sandbox.cluster("shop")
    prefix = shop["user_prefix"]
    body = {**GOOD, "autoPrefix": False, "userName": f"{prefix}.app", "builtinRole": role.format(prefix=prefix)}
    assert "builtinRole" in wire.refused("POST", f"/clusters/{shop['cluster_id']}/sqlUsers", body, host="iam")


def test_users_that_were_changed_by_sql_are_found_out(wire: Wire, cluster: dict[str, Any]) -> None:
    prefix, path = cluster["userPrefix"], f"/{cluster['name']}/sqlUsers"
    create(wire, cluster, "app", "role_readonly", autoPrefix=True)
    root = wire.connect(cluster)
    ask_sql(root, f"DROP USER '{prefix}.app'@'%'")
    ask_sql(root, f"CREATE USER '{prefix}.other'@'%'")
    for body in ({"password": OTHER}, {"builtinRole": "role_admin"}):
        message = wire.refused("PATCH", f"{path}/{prefix}.app", body, status=404, host="iam")
        assert message == "sql user not found"
    message = wire.refused("POST", path, {**GOOD, "userName": "other"}, status=409, host="iam")
    assert message == "sql user already exists"
    assert f"{prefix}.other" not in str(wire.get(path, host="iam"))
    wire.delete(f"{path}/{prefix}.app", host="iam")
    create(wire, cluster, "app", "role_readwrite", autoPrefix=True)
    assert rights(wire, cluster, f"{prefix}.app") == [True, True, False]


def test_whoever_sends_the_sandbox_away_gets_another_server(wire: Wire, cluster: dict[str, Any]) -> None:
    root = wire.connect(cluster)
    grants = str(ask_sql(root, "SELECT DISTINCT grantee FROM information_schema.user_privileges"))
    keeper = re.search(r"'sandbox-keeper-\w+'@'[\d.]+'", grants)
    assert keeper
    ask_sql(root, f"DROP USER {keeper[0]}")
    create(wire, cluster, "app", "role_admin", autoPrefix=True)
    assert rights(wire, cluster, f"{cluster['userPrefix']}.app") == [True, True, True]
    with pytest.raises(MySQLdb.OperationalError):
        ask_sql(root, "SELECT 1")


def test_a_cluster_that_is_not_ready_has_no_users_to_make(wire: Wire) -> None:
    made = wire.post("/clusters", {"displayName": "orders", "region": {"name": "regions/aws-us-east-1"}})
    assert "CREATING" in wire.refused("POST", f"/{made['name']}/sqlUsers", GOOD, host="iam")
