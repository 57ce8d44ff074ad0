"""Finding a branch over all pages of the API; only the far end of the wire is ours."""

from collections.abc import Iterator

import pytest

from accounts.principal import Principal
from audit.facts import NOBODY
from mcpserver.tidbcloud.types import Cluster
from mcpserver.tools import find
from mcpserver.tools.spec import Call
from mcpserver.vault.models import TidbCloudConnection
from tests.unit.far_end import Answer, Asked, FarEnd, client_of
from tidbmcp.lib.errors import BadInput, NotFound
from tidbmcp.lib.ids import new_id

PAGES = {
    "": {"branches": [{"branchId": "bran-1", "displayName": "try"}], "nextPageToken": "two"},
    "two": {"branches": [{"branchId": "bran-2", "displayName": "bran-1"}, {"branchId": "bran-3", "displayName": "twin"},
                         {"branchId": "bran-4", "displayName": "twin"}]},
}  # fmt: skip


def pages(asked: Asked) -> Answer:
    assert asked.path == "clusters/7/branches"
    return Answer(body=PAGES[asked.query.get("pageToken", "")])


@pytest.fixture
def far() -> Iterator[FarEnd]:
    with FarEnd(pages) as far_end:
        yield far_end


async def found(far: FarEnd, wanted: str, monkeypatch: pytest.MonkeyPatch) -> str:
    client = client_of(far)

    async def ready(*args: object) -> object:
        return client

    monkeypatch.setattr(find, "cloud", ready)
    call = Call(Principal(1, "bob", new_id(), "tmcp_bob", frozenset(), False), NOBODY, False)
    place = find.Found(TidbCloudConnection(name="far end"), Cluster(cluster_id="7"))
    try:
        return (await find.find_branch(call, place, wanted)).branch_id
    finally:
        await client.close()


@pytest.mark.parametrize(("wanted", "branch_id"), [("try", "bran-1"), ("bran-3", "bran-3"), ("bran-1", "bran-1")])
async def test_an_id_or_a_name_finds_it_and_an_id_beats_an_equal_name(
    far: FarEnd, wanted: str, branch_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await found(far, wanted, monkeypatch) == branch_id


async def test_a_name_that_two_have_asks_for_the_id(far: FarEnd, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadInput, match="2 branches are named 'twin'"):
        await found(far, "twin", monkeypatch)


async def test_a_deleted_one_is_found_by_its_id_only(far: FarEnd, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = {"branchId": "bran-5", "displayName": "gone", "state": "DELETED"}
    far.script = lambda asked: Answer(body={"branches": [gone]})
    assert await found(far, "bran-5", monkeypatch) == "bran-5"
    with pytest.raises(NotFound):
        await found(far, "gone", monkeypatch)


async def test_an_unknown_one_lists_what_there_is(far: FarEnd, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotFound, match="There are: bran-1, try, twin"):
        await found(far, "nope", monkeypatch)
