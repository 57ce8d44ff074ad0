"""Statements that run for as long as a test wants: they wait for a lock which the test holds."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

import MySQLdb

from tests.stack import Stack


@contextmanager
def held(stack: Stack, *names: str) -> Iterator[None]:
    """Until the end of this, whoever asks for one of these locks waits."""
    cluster = stack.sandbox.cluster("shop")
    root = cluster["root"]
    with closing(
        MySQLdb.connect(host=cluster["host"], port=cluster["port"], user=root["user"], password=root["password"])
    ) as connection:
        for name in names:
            connection.query(f"SELECT GET_LOCK('{name}', 0)")
            assert connection.store_result().fetch_row() == ((1,),)
        yield
