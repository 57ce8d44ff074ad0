"""A reader on a real database: made, used, given a new password, dropped; on the command line, for a cluster and a branch."""

import re
from collections.abc import Iterator
from typing import Any

import MySQLdb
import pytest

from tests.stack import Stack

CLUSTER = "northwind-freight"
ASKED = {"cluster": CLUSTER, "sql": "SELECT CURRENT_USER()"}
OPENED = (
    "from mcpserver.models import SqlLogin; from mcpserver.vault.open import open_secret; from audit.facts import NOBODY;"
    "row = SqlLogin.objects.select_related('connection').get(username={!r});"
    "print(open_secret(row, purpose='look in a test', facts=NOBODY).reveal())"
)


@pytest.fixture
def cluster(stack: Stack) -> Iterator[dict[str, Any]]:
    """One whose own reader is put aside, so that it has none."""
    cluster = stack.sandbox.cluster(CLUSTER)
    rows = f"SqlLogin.objects.filter(cluster_id={cluster['cluster_id']!r}, branch_id='', role={{!r}})"
    move = f"from mcpserver.models import SqlLogin; {rows}.update(role={{!r}})"
    stack.manage("shell", "-v0", "-c", move.format("role_readonly", "put aside"))
    yield cluster
    stack.manage(
        "shell", "-v0", "-c", f"from mcpserver.models import SqlLogin; {rows}.delete()".format("role_readonly")
    )
    stack.manage("shell", "-v0", "-c", move.format("put aside", "role_readonly"))


def who(stack: Stack, **more: str) -> str:
    """The user that db_query runs as."""
    return str(stack.answer("db_query", ASKED | more)["rows"][0][0]).partition("@")[0]


def log_in(cluster: dict[str, Any], user: str, password: str) -> None:
    MySQLdb.connect(host=cluster["host"], port=cluster["port"], user=user, password=password).close()


def password_of(stack: Stack, user: str) -> str:
    return stack.manage("shell", "-v0", "-c", OPENED.format(user)).strip()


def test_a_reader_is_made_used_given_a_new_password_and_dropped(stack: Stack, cluster: dict[str, Any]) -> None:
    user, prefix = f"{cluster['user_prefix']}.tidbmcp_reader", ("sql_login", "--cluster", CLUSTER)
    assert "reader login" in stack.refusal("db_query", ASKED)

    assert f"{user} was made with role_readonly" in stack.manage(prefix[0], "create", *prefix[1:])
    assert who(stack) == user
    first = password_of(stack, user)
    log_in(cluster, user, first)

    assert f"{user} on {cluster['cluster_id']} has a new password" in stack.manage(prefix[0], "rotate", *prefix[1:])
    with pytest.raises(MySQLdb.OperationalError, match="Access denied"):
        log_in(cluster, user, first)
    assert who(stack) == user
    second = password_of(stack, user)
    log_in(cluster, user, second)

    assert user in stack.manage(prefix[0], "list", *prefix[1:])
    assert f"TiDB Cloud has dropped {user}" in stack.manage(prefix[0], "drop", *prefix[1:])
    with pytest.raises(MySQLdb.OperationalError, match="Access denied"):
        log_in(cluster, user, second)
    assert "reader login" in stack.refusal("db_query", ASKED)
    assert user not in stack.manage(prefix[0], "list", *prefix[1:])

    stack.manage("local_setup")  # as a trial does when it starts again
    assert "role_readonly" not in stack.manage(prefix[0], "list", *prefix[1:], "--role", "role_readonly")

    steps = stack.events("kind LIKE 'login.%' AND cluster_id = ?", cluster["cluster_id"])
    assert [(event["kind"], event["result"]) for event in steps] == [
        (f"login.{what}", result) for what in ("made", "rotated", "dropped") for result in ("started", "ok")
    ]
    everything = str(stack.events()) + "".join(stack.log)
    assert not [password for password in (first, second) if password in everything]


def test_a_branch_has_a_reader_of_its_own(stack: Stack, cluster: dict[str, Any]) -> None:
    where = ["--cluster", CLUSTER, "--branch", "readers"]
    stack.manage("sql_login", "create", "--cluster", CLUSTER)
    stack.answer("tidbcloud_create_branch", {"cluster": CLUSTER, "display_name": "readers", "wait": True})
    try:
        stack.manage("sql_login", "drop", *where)
        assert "reader login" in stack.refusal("db_query", ASKED | {"branch": "readers"})
        made = stack.manage("sql_login", "create", *where)
        found = re.search(r"(\S+\.tidbmcp_reader) came with the branch", made)
        assert found
        assert who(stack, branch="readers") == found[1]
        stack.manage("sql_login", "rotate", *where)
        assert who(stack, branch="readers") == found[1]
        assert "a password now that nobody knows" in stack.manage("sql_login", "drop", *where)
        assert who(stack) == f"{cluster['user_prefix']}.tidbmcp_reader"
    finally:
        gone = {"cluster": CLUSTER, "branch": "readers", "confirm": True, "confirm_name": "readers"}
        stack.answer("tidbcloud_delete_branch", gone)
        stack.manage("sql_login", "drop", "--cluster", CLUSTER)


def test_one_that_sql_made_meanwhile_is_left_alone(stack: Stack, cluster: dict[str, Any]) -> None:
    user, root = f"{cluster['user_prefix']}.tidbmcp_reader", cluster["root"]
    connection = MySQLdb.connect(
        host=cluster["host"], port=cluster["port"], user=root["user"], password=root["password"], autocommit=True
    )
    try:
        connection.cursor().execute(f"CREATE USER '{user}'@'%' IDENTIFIED BY 'A-passw0rd-by-SQL'")
        with pytest.raises(AssertionError, match="made by SQL"):
            stack.manage("sql_login", "create", "--cluster", CLUSTER)
        log_in(cluster, user, "A-passw0rd-by-SQL")
    finally:
        connection.cursor().execute(f"DROP USER '{user}'@'%'")
        connection.close()
