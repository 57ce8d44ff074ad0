"""Schemas over branches, through the product: compared, prepared on a branch, applied to the parent."""

from collections.abc import Iterator
from typing import Any

import MySQLdb
import pytest

from tests.journeys.test_clusters import api
from tests.stack import Stack, running_stack


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    options = ("--control", "--unlimited", "--set", "create_seconds=0")
    with running_stack(tmp_path_factory.mktemp("schemas"), *options) as stack:
        yield stack


def branch(own: Stack, name: str) -> dict[str, Any]:
    """A branch of the shop that is ready."""
    return own.answer("tidbcloud_create_branch", {"cluster": "shop", "display_name": name, "wait": True})


def run(own: Stack, place: dict[str, Any], *statements: str) -> None:
    """As its root, on a connection of the test's own."""
    user, password = f"{place['user_prefix']}.root", "A-password-of-the-test-1"
    with api(own) as client:
        inner = f"/branches/{place['branch_id']}/sqlUsers/{user}" if place.get("branch_id") else "/password"
        path = f"/clusters/{place['cluster_id']}{inner}"
        answer = (client.patch if place.get("branch_id") else client.put)(path, json={"password": password})
        assert answer.status_code == 200, answer.text
    connection = MySQLdb.connect(
        host=place["host"], port=place["port"], user=user, password=password, database="shop", autocommit=True
    )
    for statement in statements:
        connection.cursor().execute(statement)
    connection.close()


def test_a_branch_is_compared_with_its_cluster_and_with_another_branch(own: Stack) -> None:
    place = branch(own, "compared")
    same = own.answer("compare_schema", {"cluster": "shop", "database": "shop", "to_branch": "compared"})
    assert (same["equal"], same["differences"], same["statements"]) == (True, [], [])
    run(own, place, "ALTER TABLE orders ADD COLUMN `no``te` VARCHAR(9) FIRST", "DROP VIEW monthly_sales")
    found = own.answer("compare_schema", {"cluster": "shop", "database": "shop", "to_branch": "compared"})
    assert [(one["change"], one["kind"], one["name"]) for one in found["differences"]] == [
        ("added", "column", "no`te"),
        ("removed", "view", "monthly_sales"),
    ]
    assert found["statements"][0] == "DROP VIEW `monthly_sales`"
    assert found["statements"][1].startswith("ALTER TABLE `orders` ADD COLUMN `no``te` varchar(9)")
    back = own.answer("compare_schema", {"cluster": "shop", "database": "shop", "from_branch": "compared"})
    assert "ALTER TABLE `orders` DROP COLUMN `no``te`" in back["statements"]
    run(own, place, *back["statements"])
    assert own.answer("compare_schema", {"cluster": "shop", "database": "shop", "to_branch": "compared"})["equal"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "Name two places"),
        ({"from_branch": "x", "to_branch": "x"}, "Name two places"),
        ({"to_branch": "nope"}, "There is no branch 'nope'"),
        ({"to_branch": "there", "database": "nope"}, "There is no table in a database 'nope' in either place"),
        ({"to_branch": "there", "database": "mysql"}, "is not open here"),
    ],
)
def test_what_can_not_be_compared_is_refused(own: Stack, arguments: dict[str, str], words: str) -> None:
    if (
        arguments.get("to_branch") == "there"
        and own.call("tidbcloud_get_branch", {"cluster": "shop", "branch": "there"})["result"]["isError"]
    ):
        branch(own, "there")
    assert words in own.refusal("compare_schema", {"cluster": "shop", "database": "shop", **arguments})
