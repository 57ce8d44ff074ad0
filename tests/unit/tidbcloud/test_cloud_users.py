"""Deleting a SQL user: asked for once, and looked for where the answer got lost."""

import pytest

from mcpserver.tidbcloud.client import TidbCloud
from mcpserver.tidbcloud.errors import CloudError, CloudUnclear
from tests.unit.far_end import DROP, Answer, Asked, Digest, FarEnd, Step

NAME = "p.tidbmcp_reader"


class Users:
    """SQL users as the API lists them. A DELETE removes one, or not, and then says `answer`."""

    def __init__(self, *names: str, answer: Step = Answer(body={"code": 200, "message": "ok"}), applied: bool = True):  # noqa: B008 - frozen
        self.names, self.answer, self.applied = list(names), answer, applied

    def __call__(self, asked: Asked) -> Step:
        if asked.method == "GET":
            return Answer(body={"sqlUsers": [{"userName": name, "customRoles": None} for name in self.names]})
        if self.applied:
            self.names.remove(asked.path.rpartition("/")[2])
        return self.answer


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mcpserver.tidbcloud.host.PAUSE", 0.0)


def deletions(far: FarEnd) -> list[str]:
    return [asked.target for asked in far.served if asked.method == "DELETE"]


async def test_a_user_is_deleted_by_its_full_name(far: FarEnd, client: TidbCloud) -> None:
    far.guard, far.script = Digest(), (users := Users("p.root", NAME))
    assert await client.delete_sql_user("7", NAME)
    assert users.names == ["p.root"]
    assert deletions(far) == [f"/v1beta1/clusters/7/sqlUsers/{NAME}"]


async def test_one_that_is_not_there_is_not_asked_for(far: FarEnd, client: TidbCloud) -> None:
    far.script = Users("p.root")
    assert not await client.delete_sql_user("7", NAME)
    assert deletions(far) == []


async def test_one_that_somebody_else_deletes_first_was_not_there(far: FarEnd, client: TidbCloud) -> None:
    far.script = Users(NAME, answer=Answer(404))
    assert not await client.delete_sql_user("7", NAME)


@pytest.mark.parametrize("answer", [DROP, Answer(500), Answer(200, "noise")], ids=["dropped", "500", "noise"])
async def test_a_lost_answer_is_looked_for(far: FarEnd, client: TidbCloud, answer: Step) -> None:
    far.script = Users(NAME, answer=answer)
    assert await client.delete_sql_user("7", NAME)
    assert len(deletions(far)) == 1


async def test_one_that_is_still_there_after_a_lost_answer_is_said_to_be(far: FarEnd, client: TidbCloud) -> None:
    far.script = Users(NAME, answer=DROP, applied=False)
    with pytest.raises(CloudUnclear, match="still there a moment later"):
        await client.delete_sql_user("7", NAME)
    assert len(deletions(far)) == 1


async def test_where_the_look_fails_too_nobody_knows(far: FarEnd, client: TidbCloud) -> None:
    far.script = [Answer(body={"sqlUsers": [{"userName": NAME}]}), DROP, Answer(403)]
    with pytest.raises(CloudUnclear, match="did not say whether"):
        await client.delete_sql_user("7", NAME)


@pytest.mark.parametrize("status", [400, 401, 403, 409, 429])
async def test_a_refusal_is_no_deletion(far: FarEnd, client: TidbCloud, status: int) -> None:
    far.script = Users(NAME, answer=Answer(status), applied=False)
    with pytest.raises(CloudError) as caught:
        await client.delete_sql_user("7", NAME)
    assert not caught.value.outcome_unknown
