"""Ids are in the order of time, and none comes twice."""

from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from uuid import UUID

from tidbmcp.lib.ids import new_id, new_request_id


def test_later_ids_sort_after_earlier_ones() -> None:
    made = [new_id() for _ in range(2000)]
    assert made == sorted(made)
    assert [str(one) for one in made] == sorted(str(one) for one in made)


def test_they_are_of_version_7() -> None:
    assert (new_id().version, new_id().variant) == (7, "specified in RFC 4122")


def test_threads_never_make_the_same_one() -> None:
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: new_id(), range(4000)))
    assert len(set(made)) == 4000


def test_processes_that_are_forked_never_make_the_same_one() -> None:
    with get_context("fork").Pool(4) as processes:
        made = processes.map(_some, range(8), chunksize=1)
    assert len({one for some in made for one in some}) == 8 * 100


def _some(_: int) -> list[UUID]:
    return [new_id() for _ in range(100)]


def test_a_request_id_fits_the_column_of_the_audit() -> None:
    made = new_request_id()
    assert len(made) == 32
    assert int(made, 16)
