"""Statements that run for as long as a test wants: they read a table which the test has locked."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

import MySQLdb

from tests.stack import Stack

WAITING = "SELECT COUNT(*) > 0 AS `{}` FROM shop.customers"
"""Answers 1; the name is for finding it."""


@contextmanager
def held(stack: Stack) -> Iterator[None]:
    """Until the end of this, whoever reads the customers waits."""
    cluster = stack.sandbox.cluster("shop")
    root = cluster["root"]
    with closing(
        MySQLdb.connect(host=cluster["host"], port=cluster["port"], user=root["user"], password=root["password"])
    ) as connection:
        connection.query("LOCK TABLES shop.customers WRITE")
        yield
