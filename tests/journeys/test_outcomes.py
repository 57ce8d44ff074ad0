"""Writes that do not go straight: the answer to COMMIT is lost, another transaction crosses, the time is over."""

import threading
from collections.abc import Iterator

import MySQLdb
import pytest

from tests.journeys.test_execute import SPEND, asked, ended, make_accounts, rows
from tests.journeys.test_sql import as_root, running
from tests.stack import Stack, running_stack, wait_until

UNKNOWN = "COMMIT was sent and its answer did not come"
FOREVER = "(SELECT COUNT(*) FROM shop.customers a, shop.customers b, shop.customers c, shop.customers d)"


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("outcomes")
    with running_stack(folder, application="tests.lossy:application", SQL_MAX_WRITE_SECONDS="3") as stack:
        yield stack


@pytest.fixture(autouse=True)
def accounts(own: Stack) -> None:
    make_accounts(own)


def test_a_lost_answer_to_commit_is_unknown_on_record_and_never_repeated(own: Stack) -> None:
    call = asked([SPEND], request_key="once")
    assert UNKNOWN in own.refusal("db_execute", call)
    assert (ended(own)["result"], "COMMIT" in ended(own)["error"]) == ("unknown", True)
    assert rows(own)[0] == (1, 99, "ann")  # the server did it, once
    again = own.refusal("db_execute", call)
    assert "The outcome of the first call with this request_key is unknown" in again
    assert "It was not run again" in again
    assert (rows(own)[0], ended(own)["result"]) == ((1, 99, "ann"), "unknown")


def test_a_dry_run_sends_no_commit(own: Stack) -> None:
    assert own.answer("db_execute", asked([SPEND], dry_run=True))["committed"] is False
    assert rows(own)[0] == (1, 100, "ann")


def test_over_its_time_it_is_killed_and_rolled_back(own: Stack) -> None:
    slow = f"UPDATE accounts SET money = money + {FOREVER} WHERE id = 1"
    assert "ran over its 3 s and was stopped and rolled back" in own.refusal("db_execute", asked([SPEND, slow]))
    assert rows(own)[0] == (1, 100, "ann")
    wait_until(lambda: running(own, "shop.customers d") == 0, "the server has let it go")


def test_a_deadlock_is_tried_again_and_that_is_said(stack: Stack) -> None:
    """On the product with a whole wire."""
    make_accounts(stack)
    cluster = stack.sandbox.cluster("shop")
    other = MySQLdb.connect(
        host=cluster["host"], port=cluster["port"], user=cluster["root"]["user"], password=cluster["root"]["password"]
    )
    other.query("UPDATE trial.accounts SET money = money + 1 WHERE id >= 2")  # more rows than ours: ours is given up
    answers = []
    call = asked([SPEND, "UPDATE accounts SET money = money + 1 WHERE id = 2 AND 'crossing' <> ''"])
    calling = threading.Thread(target=lambda: answers.append(stack.answer("db_execute", call)))
    calling.start()
    wait_until(lambda: running(stack, "crossing") > 0, "the second statement waits")
    other.query("UPDATE trial.accounts SET money = money + 5 WHERE id = 1")
    other.commit()
    other.close()
    calling.join()
    assert (answers[0]["retries"], answers[0]["committed"]) == (1, True)
    assert rows(stack) == ((1, 104, "ann"), (2, 102, "ben"), (3, 101, "cy"))
    as_root(stack, "DROP DATABASE trial")
