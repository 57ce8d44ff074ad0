"""What is asked for again and what never is, and what becomes of a change whose answer got lost."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from mcpserver.tidbcloud.changes import Backup, ClusterChange, Limit, NewBranch, NewCluster, RegionName
from mcpserver.tidbcloud.client import TidbCloud
from mcpserver.tidbcloud.errors import (
    CloudBusy,
    CloudError,
    CloudForbidden,
    CloudRejected,
    CloudUnclear,
    CloudUnreachable,
)
from mcpserver.tidbcloud.types import Branch, Cluster
from tests.unit.far_end import DROP, Answer, Asked, Digest, FarEnd, Step, client_of
from tidbmcp.lib.secrets import Secret

ONE = {"clusterId": "7", "displayName": "shop", "state": "ACTIVE"}
NEW = NewCluster(display_name="shop", region=RegionName(name="regions/aws-us-east-1"))
RENAME = ClusterChange(display_name="shop-2")
HTML = Answer(503, "<html><h1>503 Service Temporarily Unavailable</h1></html>", {"Content-Type": "text/html"})


def busy(reset: str) -> Answer:
    said = "The request exceeded the limit of 100 times per apikey per minute."
    return Answer(429, {"details": [], "code": 49900007, "message": said}, {"X-Ratelimit-Reset": reset})


TROUBLE: dict[str, Step] = {
    "500": Answer(500, {"code": 500, "message": "internal"}),
    "503 in HTML": HTML,
    "dropped": DROP,
    "half an answer": Answer(200, ONE, cut=1),
    "a broken answer": Answer(200, "noise", {"Content-Encoding": "gzip"}),
}


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mcpserver.tidbcloud.host.PAUSE", 0.0)
    monkeypatch.setattr("mcpserver.tidbcloud.unclear.LOOK_AGAIN", 0.0)


# Reads


@pytest.mark.parametrize("trouble", [*TROUBLE.values(), busy("0")], ids=[*TROUBLE, "429, free at once"])
async def test_a_read_is_tried_twice_more(far: FarEnd, client: TidbCloud, trouble: Step) -> None:
    far.script = [trouble, trouble, Answer(body=ONE)]
    assert (await client.get_cluster("7")).cluster_id == "7"
    assert len(far.served) == 3


@pytest.mark.parametrize(
    ("trouble", "error"),
    [*[(step, CloudUnreachable) for step in TROUBLE.values()], (busy("0"), CloudBusy)],
    ids=[*TROUBLE, "429"],
)
async def test_a_read_is_given_up_after_the_third_try(
    far: FarEnd, client: TidbCloud, trouble: Step, error: type[CloudError]
) -> None:
    far.script = lambda asked: trouble
    with pytest.raises(error):
        await client.get_cluster("7")
    assert len(far.served) == 3


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 409, 418, 422, 501, 204, 302])
async def test_a_read_that_is_answered_is_not_tried_again(far: FarEnd, client: TidbCloud, status: int) -> None:
    far.script = lambda asked: Answer(status)
    with pytest.raises(CloudError):
        await client.get_cluster("7")
    assert len(far.served) == 1


async def test_an_answer_that_is_not_understood_is_not_asked_for_again(far: FarEnd, client: TidbCloud) -> None:
    far.script = lambda asked: Answer(200, "<html>", {"Content-Type": "text/html"})
    with pytest.raises(CloudError, match="can't be understood"):
        await client.get_cluster("7")
    assert len(far.served) == 1


async def test_a_connection_that_is_closed_before_anything_is_read_is_made_again(
    far: FarEnd, client: TidbCloud
) -> None:
    far.script, far.hang_ups = [Answer(body=ONE)], 2
    await client.get_cluster("7")
    assert len(far.asked) == 1


async def test_a_server_that_is_not_there_is_said_to_be(far: FarEnd) -> None:
    with FarEnd() as gone:
        client = client_of(gone)
    try:
        with pytest.raises(CloudUnreachable, match="did not answer"):
            await client.get_cluster("7")
        with pytest.raises(CloudUnreachable, match="did not answer"):  # nothing was sent, so nothing is unclear
            await client.update_cluster("7", RENAME)
    finally:
        await client.close()


async def test_no_read_is_tried_again_when_its_patience_is_over(
    far: FarEnd, client: TidbCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mcpserver.tidbcloud.host.PATIENCE", -1.0)
    far.script = lambda asked: HTML
    with pytest.raises(CloudUnreachable):
        await client.get_cluster("7")
    assert len(far.served) == 1


# The budget of a key


async def test_after_a_429_nothing_is_sent_until_the_budget_is_back(far: FarEnd, client: TidbCloud) -> None:
    far.script = lambda asked: busy("30")
    with pytest.raises(CloudBusy, match="try again in 30 seconds"):
        await client.get_cluster("7")
    for ask in (client.get_cluster("7"), client.list_regions(), client.update_cluster("7", RENAME)):
        with pytest.raises(CloudBusy, match=r"for the connection far end now; try again in (30|29) seconds"):
            await ask
    assert len(far.asked) == 1


async def test_the_last_request_of_a_minute_is_answered_and_the_next_is_not_sent(
    far: FarEnd, client: TidbCloud
) -> None:
    far.script = lambda asked: Answer(
        body=ONE, headers={"X-Ratelimit-Remaining-Minute": "0", "X-Ratelimit-Reset": "41"}
    )
    assert (await client.get_cluster("7")).cluster_id == "7"
    with pytest.raises(CloudBusy, match="try again in 41 seconds"):
        await client.get_cluster("7")
    assert len(far.asked) == 1


async def test_every_key_has_a_budget_of_its_own(far: FarEnd, client: TidbCloud) -> None:
    far.script = [busy("30"), Answer(body=ONE)]
    with pytest.raises(CloudBusy):
        await client.get_cluster("7")
    other = client_of(far)
    try:
        assert (await other.get_cluster("7")).cluster_id == "7"
    finally:
        await other.close()


@pytest.mark.parametrize("reset", ["", "soon", "-1", "٣٠", "1e9", "999999", "99999"])
async def test_a_reset_that_cannot_be_read_or_believed_is_a_minute(far: FarEnd, client: TidbCloud, reset: str) -> None:
    far.script = lambda asked: Answer(429, {}, {"X-Ratelimit-Reset": reset} if reset.isascii() else {})
    with pytest.raises(CloudBusy):
        await client.get_cluster("7")
    with pytest.raises(CloudBusy, match="try again in (60|59) seconds"):
        await client.get_cluster("7")


async def test_a_change_that_is_over_the_limit_was_not_made(far: FarEnd, client: TidbCloud) -> None:
    far.script = [busy("30")]
    with pytest.raises(CloudBusy) as caught:
        await client.update_cluster("7", RENAME)
    assert not caught.value.outcome_unknown


# Changes: one request each, whatever comes back

Change = Callable[[TidbCloud], Awaitable[object]]
CHANGES: dict[str, Change] = {
    "create a cluster": lambda client: client.create_cluster(NEW),
    "create a branch": lambda client: client.create_branch("7", NewBranch(display_name="try")),
    "change a cluster": lambda client: client.update_cluster("7", RENAME),
    "delete a cluster": lambda client: client.delete_cluster("7"),
    "delete a branch": lambda client: client.delete_branch("7", "b"),
    "make a SQL user": lambda client: client.create_sql_user("7", "reader", "role_readonly", Secret("x")),
    "set a password": lambda client: client.set_sql_password("7", "p.reader", Secret("x")),
    "set a branch's password": lambda client: client.set_branch_password("7", "b", "p.reader", Secret("x")),
}
UNCLEAR: dict[str, Step] = TROUBLE | {
    "nothing": Answer(200, ""),
    "garbage": Answer(200, "<html>"),
    "204": Answer(204, ""),
    "202": Answer(202, "{}"),
}


@pytest.mark.parametrize("trouble", UNCLEAR.values(), ids=UNCLEAR)
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
async def test_no_change_is_sent_twice(far: FarEnd, client: TidbCloud, change: Change, trouble: Step) -> None:
    def answer(asked: Asked) -> Step:
        if asked.method != "GET":
            return trouble
        return Answer(body=ONE if asked.path == "clusters/7" else {"branchId": "b", "state": "ACTIVE"})

    far.guard, far.script = Digest(), answer
    with pytest.raises(CloudUnclear) as caught:
        await change(client)
    assert caught.value.outcome_unknown
    assert len([asked for asked in far.served if asked.method != "GET"]) == 1


@pytest.mark.parametrize("status", [400, 401, 402, 403, 409, 422, 429, 501])
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
async def test_a_change_that_is_refused_is_clear_and_looked_for_no_more(
    far: FarEnd, client: TidbCloud, change: Change, status: int
) -> None:
    far.script = lambda asked: Answer() if asked.method == "GET" else Answer(status, {"message": "no"})
    with pytest.raises(CloudError) as caught:
        await change(client)
    assert not caught.value.outcome_unknown
    assert far.served[-1].method != "GET"


async def test_an_idle_connection_that_the_server_closed_does_not_make_a_change_unclear(
    far: FarEnd, client: TidbCloud
) -> None:
    far.script = [Answer(body=ONE), Answer(body=ONE)]
    await client.get_cluster("7")
    far.hang_up_all()
    await asyncio.sleep(0)
    await client.update_cluster("7", RENAME)
    assert far.lines() == ["GET clusters/7", "PATCH clusters/7"]


# An unclear POST: what is there now and was not before


class Made:
    """Clusters and branches as the API would list them; a POST adds one, or not, and then says `answer`."""

    def __init__(self, answer: Step, *, applied: int = 1, before: int = 0, after: int = 0) -> None:
        self.answer, self.applied, self.after = answer, applied, after
        self.rows = [self.row(f"old-{n}", "shop") for n in range(before)]
        self.posts = self.looks = 0

    def row(self, id: str, name: str) -> dict[str, Any]:  # noqa: A002 - it is one
        return {"clusterId": id, "branchId": id, "displayName": name, "state": "CREATING"}

    def __call__(self, asked: Asked) -> Step:
        if asked.method == "POST":
            self.posts += 1
            self.looks = 0
            self.rows += [self.row(f"new-{n}", asked.json["displayName"]) for n in range(self.applied)]
            self.rows.append(self.row("of-others", "other"))
            return self.answer
        self.looks += 1
        shown = self.rows if not self.posts or self.looks > self.after else self.rows[: -self.applied - 1]
        return Answer(body={"clusters": shown, "branches": shown})


MAKING: dict[str, Callable[[TidbCloud], Awaitable[Cluster | Branch]]] = {
    "cluster": lambda client: client.create_cluster(NEW),
    "branch": lambda client: client.create_branch("7", NewBranch(display_name="shop")),
}
making = pytest.mark.parametrize("make", MAKING.values(), ids=MAKING)


@making
@pytest.mark.parametrize("answer", UNCLEAR.values(), ids=UNCLEAR)
@pytest.mark.parametrize("before", [0, 2], ids=["the first of its name", "older ones of its name"])
async def test_what_was_made_before_the_answer_got_lost_is_found(
    far: FarEnd, client: TidbCloud, make: Any, answer: Step, before: int
) -> None:
    far.script = made = Made(answer, before=before)
    assert (await make(client)).id == "new-0"
    assert made.posts == 1


@making
async def test_what_shows_up_at_the_second_look_is_found_too(far: FarEnd, client: TidbCloud, make: Any) -> None:
    far.script = made = Made(DROP, after=1)
    assert (await make(client)).id == "new-0"
    assert (made.posts, made.looks) == (1, 2)


@making
@pytest.mark.parametrize("before", [0, 1, 2], ids=["none before", "one before", "two before"])
async def test_what_was_not_made_is_unclear_and_an_older_one_is_not_taken_for_it(
    far: FarEnd, client: TidbCloud, make: Any, before: int
) -> None:
    far.script = made = Made(HTML, applied=0, before=before)
    with pytest.raises(CloudUnclear, match="List again before you ask for it once more"):
        await make(client)
    assert made.posts == 1


@making
async def test_where_two_are_new_none_is_taken(far: FarEnd, client: TidbCloud, make: Any) -> None:
    far.script = made = Made(DROP, applied=2)
    with pytest.raises(CloudUnclear):
        await make(client)
    assert made.posts == 1


@making
async def test_where_nobody_can_look_it_stays_unclear(far: FarEnd, client: TidbCloud, make: Any) -> None:
    posted: list[Asked] = []

    def answer(asked: Asked) -> Step:
        if asked.method == "POST":
            posted.append(asked)
        return HTML if posted else Answer()

    far.script = answer
    with pytest.raises(CloudUnclear):
        await make(client)
    assert len(posted) == 1


@making
async def test_where_nobody_can_look_first_nothing_is_asked_for(far: FarEnd, client: TidbCloud, make: Any) -> None:
    far.script = lambda asked: HTML
    with pytest.raises(CloudUnreachable):
        await make(client)
    assert {asked.method for asked in far.asked} == {"GET"}


async def test_it_is_looked_for_by_its_name_and_over_all_pages(far: FarEnd, client: TidbCloud) -> None:
    def answer(asked: Asked) -> Step:
        if asked.method == "POST":
            far.script = after
        return Answer(body={"clusters": []}) if asked.method == "GET" else DROP

    def after(asked: Asked) -> Step:
        last = asked.query.get("pageToken") == "two"
        return Answer(body={"clusters": [ONE] if last else [], "nextPageToken": "" if last else "two"})

    far.script = answer
    assert (await client.create_cluster(NEW)).cluster_id == "7"
    assert {asked.query["filter"] for asked in far.served if asked.method == "GET"} == {'displayName="shop"'}


# An unclear DELETE and PATCH: the state says it


@pytest.mark.parametrize("look", [Answer(404), Answer(403), Answer(body={**ONE, "branchId": "b", "state": "DELETED"}),
                                  Answer(body={**ONE, "branchId": "b", "state": "DELETING"})],
                         ids=["404", "403", "DELETED", "DELETING"])  # fmt: skip
@pytest.mark.parametrize("name", ["delete a cluster", "delete a branch"])
async def test_what_is_gone_after_an_unclear_deletion_was_deleted(
    far: FarEnd, client: TidbCloud, name: str, look: Answer
) -> None:
    far.script = lambda asked: look if asked.method == "GET" else DROP
    gone: Any = await CHANGES[name](client)
    assert (gone.state if gone else None) == (look.body["state"] if look.status == 200 else None)
    assert [asked.method for asked in far.served] == ["DELETE", "GET"]


@pytest.mark.parametrize("name", ["delete a cluster", "delete a branch"])
async def test_what_is_still_there_after_an_unclear_deletion_is_said_to_be(
    far: FarEnd, client: TidbCloud, name: str
) -> None:
    far.script = lambda asked: Answer(body={**ONE, "branchId": "b"}) if asked.method == "GET" else HTML
    with pytest.raises(CloudUnclear, match="still there a moment later"):
        await CHANGES[name](client)


@pytest.mark.parametrize("name", ["delete a cluster", "delete a branch"])
async def test_deleting_what_is_gone_is_done_already(far: FarEnd, client: TidbCloud, name: str) -> None:
    far.script = [Answer(404)]
    assert await CHANGES[name](client) is None


@pytest.mark.parametrize("name", ["delete a cluster", "delete a branch"])
async def test_a_key_that_may_not_delete_is_not_taken_for_a_deletion(far: FarEnd, client: TidbCloud, name: str) -> None:
    far.script = [Answer(403)]
    with pytest.raises(CloudForbidden):
        await CHANGES[name](client)


NOW: dict[str, Any] = {
    **ONE,
    "displayName": "shop-2",
    "spendingLimit": {"monthly": 500},
    "labels": {"team": "a", "tidb.cloud/project": "9"},
    "automatedBackupPolicy": {"startTime": "02:00", "retentionDays": 7},
}
ALL = ClusterChange(
    display_name="shop-2",
    spending_limit=Limit(monthly=500),
    labels={"team": "a"},
    automated_backup_policy=Backup(start_time="02:00", retention_days=7),
)


@pytest.mark.parametrize(
    ("change", "there", "done"),
    [
        (ALL, {}, True),
        (RENAME, {}, True),
        (ALL, {"displayName": "shop"}, False),
        (ALL, {"spendingLimit": {"monthly": 400}}, False),
        (ALL, {"spendingLimit": None}, False),
        (ALL, {"labels": None}, False),
        (ALL, {"labels": {"team": "b"}}, False),
        (ALL, {"automatedBackupPolicy": None}, False),
        (ALL, {"automatedBackupPolicy": {"startTime": "02:00", "retentionDays": 8}}, False),
        (ClusterChange(spending_limit=Limit(monthly=0)), {"spendingLimit": {}}, True),
        (ClusterChange(spending_limit=Limit(monthly=0)), {"spendingLimit": None}, True),
        (ClusterChange(spending_limit=Limit(monthly=0)), {}, False),
        (ClusterChange(automated_backup_policy=Backup(retention_days=7)), {}, True),
        (ClusterChange(automated_backup_policy=Backup(retention_days=8)), {}, False),
    ],
)
async def test_an_unclear_change_is_done_where_all_that_was_asked_is_there(
    far: FarEnd, client: TidbCloud, change: ClusterChange, there: dict[str, Any], done: bool
) -> None:
    far.script = lambda asked: Answer(body=NOW | there) if asked.method == "GET" else DROP
    if done:
        assert (await client.update_cluster("7", change)).cluster_id == "7"
    else:
        with pytest.raises(CloudUnclear, match="It was not changed a moment later: look again"):
            await client.update_cluster("7", change)
    assert [asked.method for asked in far.served] == ["PATCH", "GET"]


async def test_an_unclear_change_that_cannot_be_looked_at_stays_unclear(far: FarEnd, client: TidbCloud) -> None:
    far.script = lambda asked: Answer(404) if asked.method == "GET" else DROP
    with pytest.raises(CloudUnclear, match="did not say whether this was done"):
        await client.update_cluster("7", RENAME)


async def test_a_refusal_says_what_the_api_says(far: FarEnd, client: TidbCloud) -> None:
    far.script = [Answer(400, {"message": "invalid field mask"})]
    with pytest.raises(CloudRejected, match='TiDB Cloud says: "invalid field mask"'):
        await client.update_cluster("7", RENAME)
