"""The product on a MariaDB as its control database, and with two TiDB Cloud connections side by side."""

import csv
import io
from collections.abc import Iterator

import httpx2
import MySQLdb
import pytest

from tests.stack import Stack, running_stack

SECOND = """
from mcpserver.models import TidbCloudConnection as T
from tidbmcp.lib.secrets import Secret
from audit.facts import NOBODY
first = T.objects.get(name="sandbox")
T(name="second", api_url=first.api_url, public_key=first.public_key).store(Secret({key!r}), NOBODY)
"""


@pytest.fixture(scope="module")
def on_mysql(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Its control database stands in a server of the other product's sandbox."""
    cluster = stack.sandbox.cluster("northwind-freight")
    root = cluster["root"]
    connection = MySQLdb.connect(
        host=cluster["host"], port=cluster["port"], user=root["user"], password=root["password"]
    )
    connection.cursor().execute("CREATE DATABASE control CHARACTER SET utf8mb4")
    connection.close()
    url = f"mysql://{root['user']}:{root['password']}@{cluster['host']}:{cluster['port']}/control"
    with running_stack(tmp_path_factory.mktemp("on-mysql"), DATABASE_URL=url) as product:
        yield product


def test_calls_are_answered_and_recorded_there(on_mysql: Stack) -> None:
    assert on_mysql.query("SELECT 40 + 2")["structuredContent"]["rows"] == [[42]]
    assert on_mysql.query("SELECT nope")["isError"]
    rows = list(csv.DictReader(io.StringIO(on_mysql.manage("audit_export", "--format", "csv", "--tool", "db_query"))))
    assert [(row["result"], row["sql"]) for row in rows] == [("error", "SELECT nope"), ("ok", "SELECT ? + ?")]


def test_lists_go_over_both_connections_page_by_page(on_mysql: Stack) -> None:
    on_mysql.manage("shell", "-v0", "-c", SECOND.format(key=on_mysql.sandbox.facts["private_key"]))
    seen, token = [], None
    for size in (1, 3, 2, 1):
        page = on_mysql.call("tidbcloud_list_clusters", {"page_size": size, "page_token": token})["result"][
            "structuredContent"
        ]
        seen += [(row["connection"], row["display_name"]) for row in page["clusters"]]
        token = page["next_page_token"]
        if token is None:
            break
    names = ["shop", "northwind-freight"]
    assert seen == [(connection, name) for connection in ("sandbox", "second") for name in names]


def test_a_cluster_that_two_connections_see_is_one(on_mysql: Stack) -> None:
    cluster_id = on_mysql.sandbox.cluster("northwind-freight")["cluster_id"]
    for wanted in ("northwind-freight", cluster_id):
        found = on_mysql.answer("tidbcloud_get_cluster", {"cluster": wanted})
        assert (found["connection"], found["cluster_id"]) == ("sandbox", cluster_id)  # it holds the logins


def test_pages_keep_their_connections_to_the_control_database(stack: Stack, on_mysql: Stack) -> None:
    cluster = stack.sandbox.cluster("northwind-freight")
    root = cluster["root"]

    def connections() -> int:
        watcher = MySQLdb.connect(
            host=cluster["host"], port=cluster["port"], user=root["user"], password=root["password"]
        )
        cursor = watcher.cursor()
        cursor.execute("SHOW GLOBAL STATUS LIKE 'Connections'")
        number = int(cursor.fetchone()[1])
        watcher.close()
        return number

    before = connections()
    for _ in range(50):
        assert httpx2.get(f"{on_mysql.url}/api/health", trust_env=False).status_code == 200
    assert connections() - before < 10
