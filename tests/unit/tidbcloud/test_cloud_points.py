"""Where an earlier client was wrong about TiDB Cloud: a test for each point, by number, that says what is right."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import datetime
from itertools import repeat
from threading import Event as Signal
from typing import Any

import pytest
from pydantic import ValidationError

from accounts.principal import Principal
from audit.facts import NOBODY, Facts
from mcpserver.sql.values import as_integer
from mcpserver.sqlgate import Allow, Refuse, judge
from mcpserver.tidbcloud.auth import BearerToken
from mcpserver.tidbcloud.changes import Backup, ClusterChange, Limit, NewBranch, NewCluster, RegionName
from mcpserver.tidbcloud.client import TidbCloud
from mcpserver.tidbcloud.errors import (
    CloudBusy,
    CloudConfused,
    CloudError,
    CloudForbidden,
    CloudNotFound,
    CloudPlan,
    CloudRejected,
    CloudUnauthorized,
    CloudUnclear,
    CloudUnreachable,
)
from mcpserver.tidbcloud.types import ACTIVE, DELETED, Branch, BranchPage, Cluster, ClusterPage, Region
from mcpserver.tools import TOOLS
from mcpserver.tools.find import find_branch, find_cluster, forget_addresses
from mcpserver.tools.page_tokens import Onward, write_token
from mcpserver.tools.spec import Call
from mcpserver.vault.clients import close_clients
from mcpserver.vault.models import TidbCloudConnection
from tests.sandbox.contract import AT_HAND, request_problems
from tests.unit.far_end import KEY, PRIVATE, PUBLIC, Answer, Asked, Digest, FarEnd, client_of, paged
from tidbmcp.lib.errors import NotFound
from tidbmcp.lib.ids import new_id
from tidbmcp.lib.secrets import Secret
from tidbmcp.lib.threads import in_control_thread

Asking = tuple[str, str, object]
"""Method, target and body of a request."""

ONE = {"clusterId": "7", "displayName": "shop", "state": "ACTIVE"}
NEW = NewCluster(display_name="shop", region=RegionName(name="regions/aws-us-east-1"))
EVERYTHING: dict[str, Any] = {
    "name": "clusters/7",
    "clusterId": "10208123456789012345",
    "displayName": "shop",
    "state": "ACTIVE",
    "userPrefix": "2Bx9fJkQm7TcRzW",
    "version": "v8.5.3",
    "createdBy": "apikey-K",
    "createTime": "2026-01-02T03:04:05Z",
    "updateTime": "2026-02-02T03:04:05Z",
    "createdAt": "1999-01-01T00:00:00Z",
    "usage": {"requestUnit": "1", "rowStorage": 2.5},
    "rootPassword": "planted-root",
    "region": {"name": "regions/aws-us-east-1", "regionId": "us-east-1", "cloudProvider": "aws", "provider": None},
    "servicePlan": "Essential",
    "clusterPlan": None,
    "autoScaling": {"minRcu": 2000, "maxRcu": 4000},
    "encryptionConfig": {"enhancedEncryptionEnabled": True},
    "highAvailabilityType": "ZONAL",
    "auditLogConfig": {"enabled": True, "unredacted": False},
    "spendingLimit": {"monthly": 5000},
    "labels": {"tidb.cloud/project": "9"},
    "annotations": {"tidb.cloud/has-set-password": "false"},
    "endpoints": {
        "public": {
            "host": "gateway01.us-east-1.prod.aws.tidbcloud.com",
            "port": 4000,
            "disabled": False,
            "authorizedNetworks": [
                {"startIpAddress": "0.0.0.0", "endIpAddress": "255.255.255.255", "displayName": "all"}
            ],
        },
        "private": {
            "aws": {"serviceName": "com.amazonaws", "availabilityZone": ["use1-az1", "use1-az2"]},
            "alicloud": {"serviceName": "com.aliyun", "availabilityZone": ["a"]},
        },
    },
}


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mcpserver.tidbcloud.host.PAUSE", 0.0)


def words_of(node: Any) -> set[str]:
    """Every name in a schema."""
    if isinstance(node, dict):
        return set(node) | {word for inner in node.values() for word in words_of(inner)}
    return {word for inner in node for word in words_of(inner)} if isinstance(node, list) else set()


def argument(tool: str, name: str) -> dict[str, Any]:
    """One argument of a tool, as models read it."""
    return dict(TOOLS[tool].input_schema["properties"][name])


# 1-4: what is sent


@pytest.mark.parametrize(
    ("change", "body", "mask"),
    [
        (ClusterChange(display_name="shop-2"), {"displayName": "shop-2"}, "displayName"),
        (
            ClusterChange(display_name="shop-2", spending_limit=Limit(monthly=100)),
            {"displayName": "shop-2", "spendingLimit": {"monthly": 100}},
            "displayName,spendingLimit.monthly",
        ),
        (
            ClusterChange(
                labels={"the_team": "a"}, automated_backup_policy=Backup(start_time="02:00", retention_days=7)
            ),
            {"labels": {"the_team": "a"}, "automatedBackupPolicy": {"startTime": "02:00", "retentionDays": 7}},
            "labels,automatedBackupPolicy",
        ),
    ],
    ids=["one field", "two fields", "whole objects"],
)
async def test_point_01_patch_sends_the_cluster_and_its_update_mask(
    far: FarEnd, client: TidbCloud, change: ClusterChange, body: dict[str, Any], mask: str
) -> None:
    far.script = [Answer(body=ONE)]
    await client.update_cluster("7", change)
    assert far.lines() == ["PATCH clusters/7"]
    assert far.served[0].json == {"cluster": body, "updateMask": mask}


async def test_point_02_the_limit_is_cents_on_the_wire_and_in_every_tool(far: FarEnd, client: TidbCloud) -> None:
    far.script = [Answer(body={"clusters": []}), Answer(body=ONE)]
    await client.create_cluster(NEW.model_copy(update={"spending_limit": Limit(monthly=5000)}))
    assert far.served[1].json["spendingLimit"] == {"monthly": 5000}
    for name, tool in TOOLS.items():
        for word in words_of(tool.input_schema) | words_of(tool.output_schema):
            assert "spending" not in word or word.endswith("_usd_cents"), name
    for name in ("tidbcloud_create_cluster", "tidbcloud_update_cluster"):
        assert "USD cents a month (5000 is 50 USD)" in argument(name, "spending_limit_monthly_usd_cents")["description"]


async def test_point_03_zero_is_sent_and_is_said_to_be_the_free_quota_only(far: FarEnd, client: TidbCloud) -> None:
    far.script = [Answer(body={"clusters": []}), Answer(body=ONE), Answer(body=ONE)]
    await client.create_cluster(NEW.model_copy(update={"spending_limit": Limit(monthly=0)}))
    await client.update_cluster("7", ClusterChange(spending_limit=Limit(monthly=0)))
    assert far.served[1].json["spendingLimit"] == {"monthly": 0}
    assert far.served[2].json == {"cluster": {"spendingLimit": {"monthly": 0}}, "updateMask": "spendingLimit.monthly"}
    for name in ("tidbcloud_create_cluster", "tidbcloud_update_cluster"):
        said = argument(name, "spending_limit_monthly_usd_cents")["description"]
        assert "0 is the free quota only" in said
        assert "no limit" not in said


async def test_point_03_a_paid_cluster_that_refuses_zero_says_what_to_do(far: FarEnd, client: TidbCloud) -> None:
    said = "Scalable cluster can not set spending limit to 0."
    far.script = [Answer(400, {"code": 400, "message": said, "details": [{"requestId": "r"}]})]
    with pytest.raises(CloudPlan, match="can't go back to 0 .free.: give a limit above 0") as caught:
        await client.update_cluster("7", ClusterChange(spending_limit=Limit(monthly=0)))
    assert said in caught.value.public


async def test_point_04_no_root_password_is_sent_or_read(far: FarEnd, client: TidbCloud) -> None:
    far.script = [
        Answer(body={"clusters": []}),
        Answer(body=EVERYTHING),
        Answer(body={"branches": []}),
        Answer(body={"branchId": "bran-1", "rootPassword": "planted-root"}),
    ]
    cluster = await client.create_cluster(NEW)
    branch = await client.create_branch("7", NewBranch(display_name="try"))
    assert not [asked for asked in far.served if b"assword" in asked.body]
    assert "planted-root" not in repr(cluster.model_dump()) + repr(branch.model_dump())


PAGE = "password_page"
"""The address of one, for a person who signs in."""


def test_point_04_no_tool_takes_or_tells_a_password() -> None:
    for name, tool in TOOLS.items():
        assert not [
            word
            for word in words_of([tool.input_schema, tool.output_schema])
            if "passw" in word.lower() and word != PAGE
        ], name
    assert "auto-generated" not in " ".join(tool.description for tool in TOOLS.values())


# 5-16: what is read

CLUSTER, BRANCH = Cluster.model_validate(EVERYTHING), Branch.model_validate({**EVERYTHING, "branchId": "bran-1"})


@pytest.mark.parametrize("thing", [CLUSTER, BRANCH], ids=["cluster", "branch"])
def test_point_05_the_times_are_create_time_and_update_time(thing: Cluster | Branch) -> None:
    assert (thing.create_time, thing.update_time) == ("2026-01-02T03:04:05Z", "2026-02-02T03:04:05Z")
    assert "1999" not in repr(thing.model_dump())


def test_point_05_tools_tell_them_by_these_names() -> None:
    for name in ("tidbcloud_get_cluster", "tidbcloud_get_branch"):
        assert {"create_time", "update_time"} <= set(TOOLS[name].output_schema["properties"])


@pytest.mark.parametrize(
    ("said", "region_id"),
    [
        ({"name": "regions/aws-us-east-1", "regionId": "us-east-1", "provider": None}, "aws-us-east-1"),
        ({"name": "regions/alicloud-ap-southeast-1", "regionId": "alicloud-ap-southeast-1"}, "alicloud-ap-southeast-1"),
        ({"regionId": "aws-us-east-1"}, "aws-us-east-1"),
    ],
    ids=["a short regionId", "alicloud", "no name"],
)
def test_point_06_a_region_is_known_by_its_name_and_provider_may_be_null(said: dict[str, Any], region_id: str) -> None:
    region = Region.model_validate({**said, "cloudProvider": "aws", "servicePlans": ["Starter", "Essential"]})
    assert (region.id, region.cloud_provider, region.provider) == (region_id, "aws", None)
    assert region.service_plans == ["Starter", "Essential"]


STATES = [
    "CREATING", "DELETING", "ACTIVE", "RESTORING", "MAINTENANCE", "DELETED", "INACTIVE", "UPGRADING", "IMPORTING",
    "MODIFYING", "PAUSING", "PAUSED", "RESUMING", "SOMETHING_NEW",
]  # fmt: skip


@pytest.mark.parametrize("state", STATES)
def test_point_07_every_state_is_read_and_only_active_is_ready(state: str) -> None:
    read = Cluster.model_validate({**ONE, "state": state}).state
    assert read == state
    assert ((read == ACTIVE), (read in DELETED)) == (state == "ACTIVE", state in {"DELETED", "DELETING"})


@pytest.mark.parametrize("state", ["CREATING", "ACTIVE", "DELETED", "RESTORING", "MAINTENANCE", "SOMETHING_NEW"])
def test_point_08_a_branchs_state_is_read_the_same_known_or_not(state: str) -> None:
    assert Branch.model_validate({"branchId": "b", "state": state}).state == state


def test_point_09_usage_is_passed_over() -> None:
    assert "usage" not in CLUSTER.model_dump()
    for name, tool in TOOLS.items():
        assert "usage" not in words_of(tool.output_schema), name


def test_point_10_endpoints_are_read_whole() -> None:
    for thing in (CLUSTER, BRANCH):
        public, private = thing.endpoints.public, thing.endpoints.private
        assert (public.host, public.port, public.disabled) == (
            "gateway01.us-east-1.prod.aws.tidbcloud.com", 4000, False,
        )  # fmt: skip
        (network,) = public.authorized_networks or []
        assert (network.start_ip_address, network.end_ip_address) == ("0.0.0.0", "255.255.255.255")
        assert private.aws.availability_zone == ["use1-az1", "use1-az2"]
        assert (private.alicloud.service_name, private.alicloud.availability_zone) == ("com.aliyun", ["a"])


def test_point_11_the_newer_fields_are_there_and_the_plan_is_the_service_plan() -> None:
    assert (CLUSTER.name, CLUSTER.service_plan, CLUSTER.cluster_plan, CLUSTER.plan) == (
        "clusters/7", "Essential", None, "Essential",
    )  # fmt: skip
    assert (CLUSTER.auto_scaling.min_rcu, CLUSTER.auto_scaling.max_rcu) == (2000, 4000)
    assert CLUSTER.encryption_config.enhanced_encryption_enabled is True
    assert (CLUSTER.high_availability_type, CLUSTER.audit_log_config.enabled) == ("ZONAL", True)
    assert Cluster.model_validate({**ONE, "clusterPlan": "STARTER"}).plan == "Starter"


MUTABLE = {
    "displayName", "spendingLimit", "automatedBackupPolicy", "endpoints", "labels", "auditLogConfig", "autoScaling",
}  # fmt: skip
"""By section 4.3 of the contract."""


def test_point_12_only_what_may_change_can_be_asked_to() -> None:
    assert {field.alias for field in ClusterChange.model_fields.values()} == MUTABLE
    with pytest.raises(ValidationError):
        ClusterChange.model_validate({"annotations": {"a": "b"}})


def test_point_12_the_mask_names_what_changes_as_official_clients_do() -> None:
    network = {"startIpAddress": "203.0.113.7", "endIpAddress": "203.0.113.7", "displayName": "ci"}
    change = {
        "endpoints": {"public": {"authorizedNetworks": [network]}},
        "autoScaling": {"minRcu": 2000, "maxRcu": 4000},
    }
    patch = ClusterChange.model_validate({**change, "auditLogConfig": {"enabled": True}}).patch()
    assert patch["cluster"]["endpoints"] == change["endpoints"]
    assert patch["updateMask"].split(",") == ["endpoints.public.authorizedNetworks", "autoScaling", "auditLogConfig"]


# A root password is accepted too, and never sent: point 4.
ACCEPTED = (MUTABLE - {"auditLogConfig"}) | {"region", "encryptionConfig", "highAvailabilityType"}


async def test_point_13_what_is_made_is_described_in_the_fields_of_the_api(far: FarEnd, client: TidbCloud) -> None:
    far.script = [Answer(body={"clusters": []}), Answer(body=ONE), Answer(body={}), Answer(body={"branchId": "b"})]
    await client.create_cluster(NEW.model_copy(update={"labels": {"team": "a"}, "spending_limit": Limit(monthly=1)}))
    await client.create_branch(
        "7", NewBranch(display_name="try", parent_id="p", parent_timestamp="2026-01-02T03:04:05Z")
    )
    cluster, branch = far.served[1].json, far.served[3].json
    assert {field.alias for field in NewCluster.model_fields.values()} == ACCEPTED
    assert cluster["region"] == {"name": "regions/aws-us-east-1"}
    assert cluster.keys() == {"displayName", "region", "labels", "spendingLimit"}
    assert branch == {"displayName": "try", "parentId": "p", "parentTimestamp": "2026-01-02T03:04:05Z"}


def test_point_14_a_branch_has_its_own_prefix_and_parentage() -> None:
    said = {"parentId": "7", "parentDisplayName": "shop", "parentTimestamp": "2026-01-01T00:00:00Z"}
    branch = Branch.model_validate({**EVERYTHING, **said, "branchId": "bran-1"})
    assert (branch.user_prefix, branch.name, branch.update_time) == (
        "2Bx9fJkQm7TcRzW", "clusters/7", "2026-02-02T03:04:05Z",
    )  # fmt: skip
    assert (branch.parent_id, branch.parent_display_name, branch.parent_timestamp) == tuple(said.values())
    assert branch.annotations == EVERYTHING["annotations"]
    assert "user_prefix" in TOOLS["tidbcloud_get_branch"].output_schema["properties"]


@pytest.mark.parametrize("left_out", ["userPrefix", "version", "state", "region", "endpoints", "labels", "displayName"])
def test_point_15_what_is_missing_while_it_is_made_is_no_error(left_out: str) -> None:
    said = {name: value for name, value in EVERYTHING.items() if name != left_out}
    for without in (said, {**said, left_out: None}):
        assert Cluster.model_validate(without).cluster_id == EVERYTHING["clusterId"]
    assert Cluster.model_validate({"clusterId": "7", "region": {"name": "regions/x"}}).region.display_name is None


@pytest.mark.parametrize(
    "body",
    [
        {"code": 400, "message": "the reason", "details": [{"requestId": "r"}]},
        {"code": 49900007, "message": "the reason", "details": []},
        {"code": 3, "message": "the reason", "details": [{"@type": "type.googleapis.com/google.rpc.BadRequest"}]},
        {"code": "400", "msgPrefix": "p", "status": 400, "error": "the reason"},
        {"code": "invalid", "status": 400, "error": {"message": "the reason"}},
    ],
    ids=["status", "gateway", "gRPC", "IAM", "IAM, an object"],
)
async def test_point_16_the_code_in_the_body_decides_nothing(
    far: FarEnd, client: TidbCloud, body: dict[str, Any]
) -> None:
    far.script = [Answer(400, body), Answer(404, body)]
    with pytest.raises(CloudRejected, match="the reason"):
        await client.get_cluster("7")
    with pytest.raises(CloudNotFound):
        await client.get_cluster("7")


@pytest.mark.parametrize("state", ["DELETING", "DELETED"])
async def test_point_17_what_is_deleted_comes_back_as_it_goes(far: FarEnd, client: TidbCloud, state: str) -> None:
    far.script = [Answer(body={**ONE, "state": state}), Answer(body={"branchId": "b", "state": state})]
    cluster, branch = await client.delete_cluster("7"), await client.delete_branch("7", "b")
    assert (cluster.state, branch.state) == (state, state)
    assert far.lines() == ["DELETE clusters/7", "DELETE clusters/7/branches/b"]


# 18: looking things up, over all pages


@pytest.fixture
async def connected(far: FarEnd) -> AsyncIterator[TidbCloudConnection]:
    """The far end as a stored connection, which is opened as ever."""
    row = TidbCloudConnection(name="far end", api_url=far.address, iam_url=far.address, public_key=PUBLIC)
    await in_control_thread(row.store, Secret(PRIVATE), Facts(person="alice"))
    forget_addresses()
    yield row
    await close_clients()


def a_call() -> Call:
    return Call(Principal(1, "bob", new_id(), "tmcp_bob", frozenset(), False), NOBODY, False)


def organization(asked: Asked) -> Answer:
    """150 clusters and, in each, 25 branches."""
    clusters = [{"clusterId": str(1000 + n), "displayName": f"shop-{n}", "state": "ACTIVE"} for n in range(150)]
    branches = [{"branchId": f"bran-{n}", "displayName": f"try-{n}", "state": "ACTIVE"} for n in range(25)]
    if asked.path == "clusters":
        return paged(clusters, "clusters")(asked)  # type: ignore[return-value]
    if asked.path.endswith("/branches"):
        return paged(branches, "branches")(asked)  # type: ignore[return-value]
    found = next((cluster for cluster in clusters if asked.path == f"clusters/{cluster['clusterId']}"), None)
    return Answer(body=found) if found else Answer(404)


@pytest.mark.django_db(transaction=True)
async def test_point_18_a_name_is_looked_for_on_every_page(far: FarEnd, connected: TidbCloudConnection) -> None:
    far.script = organization
    found = await find_cluster(a_call(), "shop-149")
    assert found.cluster.cluster_id == "1149"
    assert [asked.query.get("pageToken") for asked in far.served if asked.path == "clusters"] == [None, "from-100"]
    assert (await find_branch(a_call(), found, "try-24")).branch_id == "bran-24"


@pytest.mark.django_db(transaction=True)
async def test_point_18_the_branch_tool_gives_pages_of_the_size_that_was_asked_for(
    far: FarEnd, connected: TidbCloudConnection
) -> None:
    far.script = organization
    tool, names, token = TOOLS["tidbcloud_list_branches"], [], None
    for _ in range(3):
        said = {"cluster": "1000", "page_size": 10, "page_token": token}
        page = await tool.run(a_call(), tool.arguments.model_validate(said))
        names += [branch["display_name"] for branch in page["branches"]]
        token = page["next_page_token"]
    assert (names, token) == ([f"try-{n}" for n in range(25)], None)


@pytest.mark.django_db(transaction=True)
async def test_point_18_a_page_of_one_cluster_is_not_a_page_of_another(
    far: FarEnd, connected: TidbCloudConnection
) -> None:
    far.script = organization
    token = write_token(Onward(of="1001", token="from-10", size=10))
    tool = TOOLS["tidbcloud_list_branches"]
    with pytest.raises(Exception, match="of another cluster's list"):
        await tool.run(a_call(), tool.arguments.model_validate({"cluster": "1000", "page_token": token}))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("status", [403, 404])
async def test_point_18_a_deleted_cluster_is_missing_whether_it_is_said_by_403_or_404(
    far: FarEnd, connected: TidbCloudConnection, status: int
) -> None:
    far.script = lambda asked: Answer(body={"clusters": [ONE]}) if asked.path == "clusters" else Answer(status)
    with pytest.raises(NotFound, match="There is no cluster '42'. There are: shop."):
        await find_cluster(a_call(), "42")


@pytest.mark.django_db(transaction=True)
async def test_point_18_a_key_that_may_do_nothing_is_not_a_missing_cluster(
    far: FarEnd, connected: TidbCloudConnection
) -> None:
    far.script = lambda asked: Answer(403)
    with pytest.raises(CloudForbidden):
        await find_cluster(a_call(), "42")


@pytest.mark.parametrize(
    "tokens", [repeat("again", 300), map(str, range(300))], ids=["one again and again", "ever new ones"]
)
@pytest.mark.parametrize("name", ["clusters", "branches"])
async def test_point_18_a_list_that_does_not_end_is_an_error(
    far: FarEnd, client: TidbCloud, name: str, tokens: Iterator[str]
) -> None:
    far.script = lambda asked: Answer(body={"nextPageToken": next(tokens)})
    with pytest.raises(CloudError, match="does not end"):
        [row async for row in (client.all_clusters() if name == "clusters" else client.all_branches("7"))]
    assert len(far.served) <= 100


@pytest.mark.parametrize(
    "body", [{"clusters": "many"}, {"clusters": [{}]}, {"clusters": [], "nextPageToken": {"a": 1}}]
)
async def test_point_18_a_list_that_is_half_understood_is_not_taken_for_a_whole_one(
    far: FarEnd, client: TidbCloud, body: dict[str, Any]
) -> None:
    far.script = [Answer(body=body)]
    with pytest.raises(CloudError, match="can't be understood"):
        [row async for row in client.all_clusters()]


# 19: proving oneself


async def test_point_19_once_challenged_a_call_is_one_request_with_a_new_count_and_cnonce(
    far: FarEnd, client: TidbCloud
) -> None:
    digest = Digest()
    far.guard, far.script = digest, lambda asked: Answer(body=ONE)
    for _ in range(4):
        await client.get_cluster("7")
    assert (len(far.asked), len(far.served)) == (5, 4)
    assert [given["nc"] for given in digest.seen] == [f"{n:08x}" for n in (1, 2, 3, 4)]
    assert len({given["nonce"] for given in digest.seen}) == 1
    assert len({given["cnonce"] for given in digest.seen}) == 4


async def test_point_19_the_uri_is_base_path_and_query_as_sent(far: FarEnd, client: TidbCloud) -> None:
    digest = Digest(opaque="echo, me")
    far.guard, far.script = digest, lambda asked: Answer(body={"clusters": []})
    await client.list_clusters(page_size=3, page_token="a+b/c=%20&é", display_name="shop 1")
    (given,) = digest.seen
    assert given["uri"] == far.served[0].target
    assert given["uri"].startswith("/v1beta1/clusters?pageSize=3&pageToken=a%2Bb%2Fc%3D%2520%26%C3%A9&filter=")
    assert far.served[0].query == {"pageSize": "3", "pageToken": "a+b/c=%20&é", "filter": 'displayName="shop 1"'}
    assert (given["opaque"], given["realm"], given["username"]) == ("echo, me", "tidb.cloud", PUBLIC)


@pytest.mark.parametrize("qop", ["auth", "auth,auth-int", "auth-int, auth"])
@pytest.mark.parametrize("name", ["Digest", "digest", "DIGEST"])
async def test_point_19_auth_is_chosen_from_what_the_server_offers(
    far: FarEnd, client: TidbCloud, qop: str, name: str
) -> None:
    digest = Digest(qop=qop, name=name)
    far.guard, far.script = digest, [Answer(body=ONE)]
    await client.get_cluster("7")
    assert digest.seen[0]["qop"] == "auth"


async def test_point_19_a_stale_nonce_costs_one_more_request_and_the_body_goes_again(
    far: FarEnd, client: TidbCloud
) -> None:
    digest = Digest()
    far.guard, far.script = digest, lambda asked: Answer(body=ONE)
    await client.get_cluster("7")
    digest.forget()
    await client.update_cluster("7", ClusterChange(display_name="shop-2"))
    assert [asked.method for asked in far.asked] == ["GET", "GET", "PATCH", "PATCH"]
    assert [asked.method for asked in far.served] == ["GET", "PATCH"]
    assert far.served[1].json == {"cluster": {"displayName": "shop-2"}, "updateMask": "displayName"}
    assert [given["nc"] for given in digest.seen] == ["00000001", "00000002", "00000001"]


async def test_point_19_a_wrong_key_is_asked_with_once_and_named_by_its_connection(far: FarEnd) -> None:
    far.guard = Digest()
    client = client_of(far, key=type(KEY)(PUBLIC, Secret("not the planted one")))
    try:
        with pytest.raises(CloudUnauthorized, match="does not accept the key of the connection far end"):
            await client.get_cluster("7")
    finally:
        await client.close()
    assert (len(far.asked), far.served) == (2, [])


async def test_point_19_many_at_once_are_all_let_in(far: FarEnd, client: TidbCloud) -> None:
    far.guard, far.script = Digest(), lambda asked: Answer(body=ONE)
    await asyncio.gather(*(client.get_cluster("7") for _ in range(20)))
    await asyncio.gather(*(client.get_cluster("7") for _ in range(20)))
    assert len(far.served) == 40


@pytest.mark.parametrize(
    "challenge",
    ["Digest", "Digest nonsense", 'Digest realm="r"', 'Digest realm="r", nonce="n", qop="auth-int"',
     'Digest realm="r", nonce="n", algorithm=ROT13, qop="auth"', 'Digest realm="r", nonce="n", qop="other"'],
)  # fmt: skip
async def test_point_19_a_challenge_that_cannot_be_met_is_the_far_ends_fault(
    far: FarEnd, client: TidbCloud, challenge: str
) -> None:
    far.guard = lambda asked: Answer(401, {}, {"WWW-Authenticate": challenge})
    with pytest.raises((CloudUnreachable, CloudUnauthorized)):
        await client.get_cluster("7")


# 20: manners


async def test_point_20_it_says_who_it_is(far: FarEnd, client: TidbCloud) -> None:
    far.script = [Answer(body=ONE)]
    await client.get_cluster("7")
    assert re.fullmatch(r"tidbmcp/\d+\.\d+\.\d+", far.served[0].headers["user-agent"])
    assert far.served[0].headers["accept"] == "application/json"


@pytest.mark.parametrize(("status", "error"), [(429, CloudBusy), (500, CloudUnreachable), (503, CloudUnreachable)])
async def test_point_20_busy_and_broken_have_names(
    far: FarEnd, client: TidbCloud, status: int, error: type[CloudError]
) -> None:
    far.script = lambda asked: Answer(status, "<html>", {"X-Ratelimit-Reset": "30"})
    with pytest.raises(error):
        await client.get_cluster("7")


@pytest.mark.parametrize(
    ("named", "sent"),
    [
        ("../x", "..%2Fx"),
        ("a/b", "a%2Fb"),
        ("?", "%3F"),
        ("a?view=BASIC#b", "a%3Fview%3DBASIC%23b"),
        ("%2e%2e", "%252e%252e"),
        ("a:b", "a%3Ab"),
        ("a b é", "a%20b%20%C3%A9"),
    ],
)
async def test_point_20_an_id_is_one_step_of_the_path_whatever_is_in_it(
    far: FarEnd, client: TidbCloud, named: str, sent: str
) -> None:
    far.guard, far.script = Digest(), lambda asked: Answer(body={**ONE, "branchId": "b"})
    with pytest.raises(CloudConfused):  # the far end answers with another one
        await client.get_cluster(named)
    await client.delete_branch("7", named)
    await client.set_branch_password("7", "b", named, Secret("x"))
    await client.set_sql_password("7", named, Secret("x"))
    assert [asked.target for asked in far.served] == [
        f"/v1beta1/clusters/{sent}?view=FULL",
        f"/v1beta1/clusters/7/branches/{sent}",
        f"/v1beta1/clusters/7/branches/b/sqlUsers/{sent}",
        f"/v1beta1/clusters/7/sqlUsers/{sent}",
    ]


@pytest.mark.parametrize("named", ["", ".", "..", "..."])
async def test_point_20_no_id_climbs_to_the_cluster_above_a_branch(far: FarEnd, client: TidbCloud, named: str) -> None:
    asks = [client.get_cluster(named), client.set_sql_password("7", named, Secret("x"))]
    for ask in asks:
        with pytest.raises(CloudNotFound):
            await ask
    for gone in (await client.delete_branch("7", named), await client.delete_cluster(named)):
        assert gone is None
    assert far.asked == []


@pytest.mark.parametrize("changing", [False, True], ids=["a read", "a change"])
async def test_point_20_a_silent_server_is_left_after_its_time(far: FarEnd, changing: bool) -> None:
    let_go = Signal()

    def say_nothing(asked: Asked) -> Answer:
        let_go.wait(10)
        return Answer(503)

    far.script = say_nothing
    client = client_of(far, timeout=0.05)
    try:
        with pytest.raises(CloudUnclear if changing else CloudUnreachable, match="did not"):
            await (client.update_cluster("7", ClusterChange(display_name="x")) if changing else client.get_cluster("7"))
    finally:
        let_go.set()
        await client.close()


# 21-23


async def test_point_21_one_thing_is_always_asked_for_in_full(far: FarEnd, client: TidbCloud) -> None:
    far.script = [Answer(body=ONE), Answer(body={"branchId": "b"})]
    await client.get_cluster("7")
    await client.get_branch("7", "b")
    assert [asked.query for asked in far.served] == [{"view": "FULL"}] * 2


async def test_point_21_sql_users_are_asked_for_at_the_iam_host(far: FarEnd) -> None:
    users = [{"userName": f"p.user{n}", "builtinRole": "role_readonly"} for n in range(120)]
    made = {"userName": "p.tidbmcp_reader", "builtinRole": "role_readonly"}

    def answer(asked: Asked) -> Answer:
        return Answer(body=made) if asked.method != "GET" else paged(users, "sqlUsers")(asked)  # type: ignore[return-value]

    with FarEnd(answer, Digest()) as iam:
        client = client_of(far, iam)
        try:
            found = [user.user_name async for user in client.all_sql_users("7")]
            user = await client.create_sql_user("7", "tidbmcp_reader", "role_readonly", Secret("the password"))
            await client.set_sql_password("7", user.user_name, Secret("another"))
        finally:
            await client.close()
        post, patch = iam.served[-2:]
    assert (len(found), user.user_name, far.asked) == (120, "p.tidbmcp_reader", [])
    assert post.json == {
        "userName": "tidbmcp_reader",
        "builtinRole": "role_readonly",
        "password": "the password",
        "authMethod": "mysql_native_password",
        "autoPrefix": True,
    }
    assert (patch.method, patch.path, patch.json) == (
        "PATCH", "clusters/7/sqlUsers/p.tidbmcp_reader", {"password": "another"},
    )  # fmt: skip


async def test_point_21_a_branch_can_be_reset_to_its_parent(far: FarEnd, client: TidbCloud) -> None:
    far.script = [Answer(body={"branchId": "bran-1", "state": "RESTORING"})]
    assert (await client.reset_branch("7", "bran-1")).state == "RESTORING"
    (asked,) = far.served
    assert (asked.method, asked.target, asked.body) == ("POST", "/v1beta1/clusters/7/branches/bran-1:reset", b"")


async def test_point_21_a_bearer_token_serves_both_hosts_at_the_first_request(far: FarEnd) -> None:
    far.script = [Answer(body=ONE), Answer(body={"sqlUsers": []})]
    client = client_of(far, key=BearerToken(Secret("planted-token")))
    try:
        await client.get_cluster("7")
        assert [user async for user in client.all_sql_users("7")] == []
    finally:
        await client.close()
    assert [asked.headers["authorization"] for asked in far.asked] == ["Bearer planted-token"] * 2


@pytest.mark.parametrize("token", ["planted\n", "planted ", "planted\x00"])
async def test_point_21_a_token_that_cannot_be_sent_is_in_no_error(far: FarEnd, token: str) -> None:
    client = client_of(far, key=BearerToken(Secret(token)))
    try:
        with pytest.raises(CloudUnclear) as caught:
            await client.update_cluster("7", ClusterChange(display_name="x"))
    finally:
        await client.close()
    assert "planted" not in caught.value.public + caught.value.detail


MORE_CALLS: dict[str, tuple[Callable[[TidbCloud], Awaitable[Any]], Asking, Any]] = {
    "regions of a cloud": (
        lambda client: client.list_regions(cloud_provider="aws", plan="Starter"),
        ("GET", "/v1beta1/regions?cloudProvider=aws&servicePlan=Starter", None),
        {"regions": [{"name": "regions/aws-us-east-1"}]},
    ),
    "root password": (
        lambda client: client.set_root_password("7", Secret("N3w-planted!")),
        ("PUT", "/v1beta1/clusters/7/password", {"password": "N3w-planted!"}),
        {},
    ),
    "projects": (
        lambda client: listed(client.all_projects()),
        ("GET", "/v1beta1/projects?pageSize=100", None),
        {"projects": [{"id": "137", "name": "shop", "org_id": "136", "cluster_count": 2, "create_timestamp": "1756713600"}]},
    ),
    "backups": (
        lambda client: listed(client.copies.backups("7")),
        ("GET", "/v1beta1/backups?clusterId=7&pageSize=100", None),
        {"backups": [{"backupId": "289048", "clusterId": "7", "createTime": "2026-09-01T07:00:00Z"}], "totalSize": 1},
    ),
    "restore of a backup": (
        lambda client: client.copies.restore_backup("289048"),
        ("POST", "/v1beta1/clusters:restore", {"snapshot": {"backupId": "289048"}}),
        {"clusterId": "8"},
    ),
    "restore to a moment": (
        lambda client: client.copies.restore_to("7", datetime.fromisoformat("2026-09-01T08:30:00+02:00")),
        ("POST", "/v1beta1/clusters:restore", {"pointInTime": {"clusterId": "7", "backupTime": "2026-09-01T06:30:00Z"}}),
        {"clusterId": "8"},
    ),
    "exports": (
        lambda client: listed(client.copies.exports("7")),
        ("GET", "/v1beta1/clusters/7/exports?pageSize=100", None),
        {"exports": [{"exportId": "exp-1", "clusterId": "7", "state": "RUNNING"}]},
    ),
    "export": (
        lambda client: client.copies.export("7", tables=["shop.orders"]),
        (
            "POST",
            "/v1beta1/clusters/7/exports",
            {
                "exportOptions": {"fileType": "CSV", "filter": {"table": {"patterns": ["shop.orders"]}}},
                "target": {"type": "LOCAL"},
            },
        ),
        {"exportId": "exp-1", "clusterId": "7", "state": "RUNNING"},
    ),
    "end of an export": (
        lambda client: client.copies.cancel_export("7", "exp-1"),
        ("POST", "/v1beta1/clusters/7/exports/exp-1:cancel", None),
        {"exportId": "exp-1", "clusterId": "7", "state": "CANCELED"},
    ),
    "imports": (
        lambda client: listed(client.copies.imports("7")),
        ("GET", "/v1beta1/clusters/7/imports?pageSize=100", None),
        {"imports": [{"id": "imp-1", "state": "IMPORTING", "totalSize": "9007199254740993", "completePercent": 4}]},
    ),
    "end of an import": (
        lambda client: client.copies.cancel_import("7", "imp-1"),
        ("POST", "/v1beta1/clusters/7/imports/imp-1:cancel", None),
        {},
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", MORE_CALLS)
async def test_point_21_what_else_exists_is_asked_for_as_documented(far: FarEnd, client: TidbCloud, what: str) -> None:
    call, asking, answer = MORE_CALLS[what]
    far.script = [Answer(body=answer)]
    found = await call(client)
    (asked,) = far.served
    assert (asked.method, asked.target, asked.json if asked.body else None) == asking
    assert _is_in(answer, found)
    if AT_HAND:
        assert request_problems(*asking, host="iam" if what == "projects" else "serverless") == []


def _is_in(answer: Any, found: Any) -> bool:
    """Whether what was read says all that the answer said and the model has a place for."""
    if isinstance(found, list):
        (wire,) = next(value for value in answer.values() if isinstance(value, list))
        (read,) = found
        return _is_in(wire, read)
    told = found.model_dump(by_alias=True) if found is not None else {}
    return all(told[name] == value for name, value in answer.items() if name in told) and bool(told) == bool(answer)


async def listed(things: AsyncIterator[Any]) -> list[Any]:
    return [thing async for thing in things]


NAMES = {
    "shop": True, "a1-b": True, "A" * 64: True, "0000": True,
    "abc": False, "": False, "A" * 65: False, "-abc": False, "abc-": False, "a_bc": False, "a bc": False, "abcé": False,
    "shop\n": False, 'a"bc': False,
}  # fmt: skip


@pytest.mark.parametrize(("name", "fits"), NAMES.items())
def test_point_22_a_clusters_name_has_4_to_64_letters_digits_and_hyphens(name: str, fits: bool) -> None:
    for tool, more in (("tidbcloud_create_cluster", {"region": "r"}), ("tidbcloud_update_cluster", {"cluster": "7"})):
        try:
            TOOLS[tool].arguments.model_validate({"display_name": name, **more})
        except ValidationError:
            taken = False
        else:
            taken = True
        assert taken == (fits or name == "shop\n"), tool  # a blank at the end is taken away before it is looked at


def test_point_22_models_read_the_rule() -> None:
    assert argument("tidbcloud_create_cluster", "display_name")["pattern"].startswith("^[A-Za-z0-9][-A-Za-z0-9]{2,62}")


@pytest.mark.parametrize("sql", ["DELETE FROM t", "SELECT 1; DELETE FROM t", "EXPLAIN SELECT 1; DELETE FROM t"])
def test_point_23_what_executes_is_not_taken_for_a_read(sql: str) -> None:
    assert isinstance(judge(sql), Refuse)


@pytest.mark.parametrize(
    "sql",
    [
        "EXPLAIN ANALYZE DELETE FROM t",
        "explain /* x */ analyze format = 'brief' delete from t",
        "EXPLAIN ANALYZE UPDATE t SET a = 1",
        "WITH a AS (SELECT 1) DELETE FROM t",
        "WITH RECURSIVE a AS (SELECT 1) UPDATE t SET a = 1",
        "(WITH a AS (SELECT 1) DELETE FROM t)",
        "EXPLAIN ANALYZE WITH a AS (SELECT 1) DELETE FROM t",
        "DESC ANALYZE INSERT INTO t SELECT 1",
    ],
)
def test_point_23_what_executes_behind_a_reading_word_is_refused(sql: str) -> None:
    assert isinstance(judge(sql), Refuse)


@pytest.mark.parametrize(
    "sql",
    [
        "EXPLAIN SELECT REPLACE(a, 'x', 'y') FROM t",
        "WITH `delete` AS (SELECT 1) SELECT * FROM `delete`",
        "(WITH a AS (SELECT 1 AS `update`) SELECT `update` FROM a)",
        "EXPLAIN ANALYZE FORMAT = 'brief' WITH a AS (SELECT 'DELETE') TABLE a",
        "DESC t",
    ],
)
def test_point_23_what_only_reads_behind_them_is_not_refused(sql: str) -> None:
    assert judge(sql) == Allow(sql)


@pytest.mark.parametrize("number", ["9007199254740993", "18446744073709551615", "-9223372036854775808"])
def test_point_23_a_big_integer_keeps_its_digits(number: str) -> None:
    assert str(as_integer(number.encode())) == number


def test_every_point_of_the_contract_has_a_test() -> None:
    found = {int(match[1]) for name in globals() if (match := re.match(r"test_point_(\d\d)_", name))}
    assert found == set(range(1, 24))


def test_lists_are_read_with_and_without_a_token() -> None:
    for page in (ClusterPage.model_validate({}), BranchPage.model_validate({"branches": None, "nextPageToken": None})):
        assert page.next_page_token is None
