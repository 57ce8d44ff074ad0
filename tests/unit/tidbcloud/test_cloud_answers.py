"""Answers of all kinds: refusals become sentences that say enough and no more, and odd fields hide no clusters."""

import json
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcpserver.tidbcloud.changes import ClusterChange
from mcpserver.tidbcloud.client import TidbCloud
from mcpserver.tidbcloud.errors import (
    CloudBusy,
    CloudConflict,
    CloudError,
    CloudForbidden,
    CloudNotFound,
    CloudPlan,
    CloudRejected,
    CloudUnauthorized,
    CloudUnclear,
    CloudUnreachable,
)
from mcpserver.tidbcloud.refusals import SAID_MOST, message_of, refusal
from mcpserver.tidbcloud.types import Branch, BranchPage, Cluster, ClusterPage, RegionList, SqlUserPage
from tests.unit.far_end import PRIVATE, Answer, Digest, FarEnd


def refused(status: int, body: object = "", *, changing: bool = True, trace: str = "") -> CloudError:
    """What the client would raise for this answer."""
    response = httpx2.Response(status, content=Answer(status, body).raw(), headers={"X-Debug-Trace-Id": trace})
    return refusal("ours", "PATCH clusters/7", response, changing=changing)


# Refusals

OF_IAM = {"code": "InvalidParameter", "msgPrefix": "iam", "status": 400, "error": "userName is too long"}
GATEWAY_KEY = {"code": 49900001, "message": "public_key not found", "details": []}
GATEWAY_RATE = {"code": 49900007, "message": "The request exceeded the limit of 100 times per apikey per minute."}
NOT_TAKEN, THIS = "TiDB Cloud (ours) does not take this request.", "TiDB Cloud says:"


@pytest.mark.parametrize(
    ("status", "body", "error", "sentence"),
    [
        (400, {"code": 400, "message": "bad mask", "details": []}, CloudRejected, f'{NOT_TAKEN} {THIS} "bad mask"'),
        (400, OF_IAM, CloudRejected, f'{NOT_TAKEN} {THIS} "userName is too long"'),
        (400, {"status": 400, "error": {"message": "deep"}}, CloudRejected, f'{NOT_TAKEN} {THIS} "deep"'),
        (400, {"error": "authorization_pending"}, CloudRejected, f'{NOT_TAKEN} {THIS} "authorization_pending"'),
        (400, {"message": "", "error": "the second"}, CloudRejected, f'{NOT_TAKEN} {THIS} "the second"'),
        (400, "", CloudRejected, NOT_TAKEN),
        (400, "<html><h1>400</h1></html>", CloudRejected, NOT_TAKEN),
        (400, b"\xff\xfe\x00{", CloudRejected, NOT_TAKEN),
        (400, "[" * 100_000, CloudRejected, NOT_TAKEN),
        (400, "9" * 100_000, CloudRejected, NOT_TAKEN),
        (400, ["message"], CloudRejected, NOT_TAKEN),
        (400, {"message": {"a": 1}, "error": [1]}, CloudRejected, NOT_TAKEN),
        (400, {"message": 5, "error": None}, CloudRejected, NOT_TAKEN),
        (422, {"message": "no"}, CloudRejected, f'{NOT_TAKEN} {THIS} "no"'),
        (
            401,
            GATEWAY_KEY,
            CloudUnauthorized,
            "TiDB Cloud does not accept the key of the connection ours. An admin can test it in the console.",
        ),
        (
            403,
            {"message": "secret reasons"},
            CloudForbidden,
            "The key of the connection ours may not do this, or what it asks for is deleted. "
            "An admin can look at the key's role in TiDB Cloud.",
        ),
        (404, {"message": "cluster 7 not found"}, CloudNotFound, "TiDB Cloud (ours) has no such thing."),
        (409, {"message": "busy"}, CloudConflict, f'TiDB Cloud (ours) can\'t do this now. {THIS} "busy"'),
        (
            429,
            GATEWAY_RATE,
            CloudBusy,
            "TiDB Cloud takes no more requests for the connection ours now; try again in 60 seconds.",
        ),
        (500, "<html>", CloudUnclear, "TiDB Cloud (ours) failed (500) and did not say whether this was done."),
        (501, {"message": "m"}, CloudRejected, f'TiDB Cloud (ours) does not offer this here. {THIS} "m"'),
        (302, "", CloudError, "TiDB Cloud (ours) gave an answer that is not expected here."),
        (418, {"message": "teapot"}, CloudError, "TiDB Cloud (ours) gave an answer that is not expected here."),
    ],
)
def test_a_refusal_is_a_class_and_a_sentence(status: int, body: object, error: type[CloudError], sentence: str) -> None:
    found = refused(status, body)
    assert (type(found), found.public) == (error, sentence)
    assert found.detail.startswith(f"PATCH clusters/7: {status} ")


@pytest.mark.parametrize("status", [500, 502, 503, 504, 599])
def test_trouble_is_unclear_for_a_change_and_a_pity_for_a_read(status: int) -> None:
    assert type(refused(status)) is CloudUnclear
    found = refused(status, changing=False)
    assert (type(found), found.public) == (
        CloudUnreachable,
        f"TiDB Cloud (ours) is in trouble ({status}). Try again later.",
    )


@pytest.mark.parametrize("status", [201, 202, 204])
def test_a_success_that_the_api_does_not_describe_is_unclear_for_a_change_only(status: int) -> None:
    assert type(refused(status)) is CloudUnclear
    assert type(refused(status, changing=False)) is CloudError


CLUSTERS, BRANCHES = "The plan allows no more clusters like this", "The plan allows no more branches"


@pytest.mark.parametrize(
    ("status", "said", "sentence"),
    [
        (400, "Scalable cluster can not set spending limit to 0.", "can't go back to 0 (free): give a limit above 0"),
        (400, "free cluster quota exceeded", CLUSTERS),
        (400, "You have reached the cluster limit of your organization", CLUSTERS),
        (400, "The number of branches has reached the limit of 5", BRANCHES),
        (400, "branch quota exceeded", BRANCHES),
        (
            400,
            "branches are not supported: the usage quota is exhausted",
            "The plan of this organization does not allow",
        ),
        (400, "the backup policy of a free cluster is fixed", "The plan of this organization does not allow this"),
        (402, "payment method required", "ask whoever pays for TiDB Cloud"),
        (402, "", "ask whoever pays for TiDB Cloud"),
        (422, "no capacity in this region", "ask whoever pays for TiDB Cloud"),
        (400, "your credits are used up", "ask whoever pays for TiDB Cloud"),
    ],
)
def test_what_the_plan_refuses_is_said_in_the_users_words(status: int, said: str, sentence: str) -> None:
    found = refused(status, {"code": status, "message": said})
    assert (type(found), found.code) == (CloudPlan, "plan")
    assert sentence in found.public
    assert not said or f'TiDB Cloud says: "{said}"' in found.public


@pytest.mark.parametrize("status", [401, 403, 404, 409, 429, 500])
def test_words_about_money_make_no_plan_of_another_refusal(status: int) -> None:
    assert not isinstance(refused(status, {"message": "quota payment limit"}), CloudPlan)


SECRETS = [
    "Bearer abcdef0123456789",
    "password=hunter2hunter2",
    'Digest username="k", response="deadbeef"',
    "mysql://root:hunter2hunter2@h/db",
    "eyJhbGciOiJ.eyJzdWIiOiJ.c2ln",
    "AKIAABCDEFGHIJKLMNOP",
    "IDENTIFIED BY 'hunter2hunter2'",
]


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_in_what_the_api_says_is_taken_out(secret: str) -> None:
    for body in ({"message": f"no: {secret}"}, {"error": {"message": f"no: {secret}"}}):
        found = refused(400, body)
        assert "[redacted]" in found.public
        assert secret not in found.public + found.detail


@pytest.mark.parametrize(
    ("said", "seen"),
    [
        ("a\u202eb", "a⟦U+202E⟧b"),
        ("a\u200bb", "a⟦U+200B⟧b"),
        ("a\x1b[31mb", "a⟦U+001B⟧[31mb"),
        ("a\x00b", "a⟦U+0000⟧b"),
        ("a\ud800b", "a⟦U+D800⟧b"),
        ("a\U000e0041b", "a⟦U+E0041⟧b"),
    ],
)
def test_what_is_not_seen_in_what_the_api_says_is_made_visible(said: str, seen: str) -> None:
    assert f'"{seen}"' in refused(400, {"message": said}).public
    refused(400, {"message": said}).public.encode()


@pytest.mark.parametrize(
    "body",
    [
        {"message": "x" * 1_000_000},
        {"message": "\u202e" * 100_000},
        "x" * 1_000_000,
        {"error": {"message": "y " * 500_000}},
    ],
    ids=["long", "invisible", "no JSON", "an object"],
)
def test_a_megabyte_is_cut_for_the_caller_and_for_the_log(body: object) -> None:
    found = refused(400, body)
    assert len(found.public) <= SAID_MOST + 100
    assert len(found.detail) <= 1500


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(
    st.sampled_from(["message", "error", "code", "details", "x"]), inner)), st.sampled_from([400, 401, 402, 403, 404, 409, 429, 500]))  # fmt: skip
def test_any_body_gives_a_sentence_of_bounded_length(body: Any, status: int) -> None:
    found = refused(status, json.dumps(body))
    assert found.public.endswith((".", '"'))
    assert len(message_of(httpx2.Response(400, content=json.dumps(body).encode()))) <= SAID_MOST
    found.public.encode()


@given(st.binary())
def test_any_noise_gives_a_sentence(body: bytes) -> None:
    assert type(refused(400, body)) is CloudRejected


@pytest.mark.parametrize("charset", ["hex", "base64", "rot13", "idna", "utf-16", "undefined", "zlib", "nonsense"])
def test_the_charset_of_a_page_does_not_matter(charset: str) -> None:
    page = httpx2.Response(503, content=b"<html>\xff", headers={"Content-Type": f"text/html; charset={charset}"})
    assert type(refusal("ours", "GET x", page, changing=False)) is CloudUnreachable


def test_the_trace_id_is_in_the_log_and_not_in_the_sentence() -> None:
    found = refused(400, {"message": "no"}, trace="trace-1")
    assert "(trace-1)" in found.detail
    assert "trace-1" not in found.public


async def test_no_error_holds_the_private_key(far: FarEnd, client: TidbCloud) -> None:
    digest = Digest()
    far.guard = digest
    far.script = lambda asked: Answer(400, {"message": f"you sent {asked.headers['authorization']}"})
    with pytest.raises(CloudError) as caught:
        await client.update_cluster("7", ClusterChange(display_name="x"))
    assert PRIVATE not in caught.value.public + caught.value.detail
    assert digest.seen[0]["response"] not in caught.value.public + caught.value.detail
    assert PRIVATE not in repr(client) + repr(vars(client))


# What is read

CLUSTER = {"clusterId": "10208123456789012345", "displayName": "shop", "state": "ACTIVE"}
ALIASES = sorted(str(field.alias) for name, field in Cluster.model_fields.items() if name != "cluster_id")
ODD: list[Any] = [
    None,
    0,
    -1,
    1.5,
    10**30,
    True,
    "",
    "text",
    [],
    [1],
    [[]],
    {},
    {"a": 1},
    {"public": []},
    {"monthly": "x"},
]


@pytest.mark.parametrize("field", ALIASES)
def test_a_field_of_a_cluster_that_does_not_fit_hides_itself_alone(field: str) -> None:
    for odd in ODD:
        row = CLUSTER | {field: odd}
        page = ClusterPage.model_validate_json(json.dumps({"clusters": [row, CLUSTER], "nextPageToken": ""}))
        assert [cluster.cluster_id for cluster in page.clusters] == [CLUSTER["clusterId"]] * 2
        assert page.clusters[1].display_name == "shop"


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["public", "host", "monthly", "name", "aws"]) | st.text(), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(ALIASES) | st.text(), JSON, max_size=6))
def test_no_json_in_its_optional_fields_hides_a_cluster_or_changes_its_id(fields: dict[str, Any]) -> None:
    row = fields | {"clusterId": "42"}
    body = json.dumps({"clusters": [row, CLUSTER], "totalSize": fields}).encode("utf-8")
    page = ClusterPage.model_validate_json(body)
    assert [cluster.cluster_id for cluster in page.clusters] == ["42", CLUSTER["clusterId"]]


@given(
    st.dictionaries(
        st.sampled_from(sorted(str(f.alias) for n, f in Branch.model_fields.items() if n != "branch_id")), JSON
    )
)
def test_no_json_in_its_optional_fields_hides_a_branch(fields: dict[str, Any]) -> None:
    page = BranchPage.model_validate_json(json.dumps({"branches": [fields | {"branchId": "bran-1"}]}))
    assert [branch.branch_id for branch in page.branches] == ["bran-1"]


@pytest.mark.parametrize(
    ("given", "read"),
    [("10208123456789012345", "10208123456789012345"), (10208123456789012345, "10208123456789012345"), (7, "7")],
    ids=["a text", "a big number", "a number"],
)
def test_an_id_is_a_text_with_all_its_digits(given: object, read: str) -> None:
    body = json.dumps({"clusters": [{"clusterId": given}]})
    assert [cluster.cluster_id for cluster in ClusterPage.model_validate_json(body).clusters] == [read]


@pytest.mark.parametrize(
    "limit", [{"spendingLimit": {}}, {"spendingLimit": {"monthly": None}}], ids=["{}", "null in it"]
)
def test_a_spending_limit_whose_zero_was_left_out_is_zero(limit: dict[str, Any]) -> None:
    assert Cluster.model_validate(CLUSTER | limit).spending_limit.monthly == 0


@pytest.mark.parametrize("limit", [{}, {"spendingLimit": None}], ids=["left out", "null"])
def test_a_spending_limit_that_is_not_told_is_not_known(limit: dict[str, Any]) -> None:
    assert Cluster.model_validate(CLUSTER | limit).spending_limit is None


@pytest.mark.parametrize(
    ("plans", "plan"),
    [
        ({"servicePlan": "Starter", "clusterPlan": None}, "Starter"),
        ({"servicePlan": None, "clusterPlan": "ESSENTIAL"}, "Essential"),
        ({"servicePlan": "Premium", "clusterPlan": "STARTER"}, "Premium"),
        ({}, None),
    ],
)
def test_the_plan_is_known_where_one_of_its_fields_is(plans: dict[str, Any], plan: str | None) -> None:
    assert Cluster.model_validate(CLUSTER | plans).plan == plan


def test_a_bad_network_hides_the_networks_and_not_the_endpoint() -> None:
    public = {"host": "h", "port": 4000, "authorizedNetworks": [1]}
    read = Cluster.model_validate(CLUSTER | {"endpoints": {"public": public, "private": 5}}).endpoints
    assert (read.public.host, read.public.port, read.public.authorized_networks) == ("h", 4000, None)


@pytest.mark.parametrize(
    ("page", "body"),
    [
        (ClusterPage, {"clusters": [None]}),
        (ClusterPage, {"clusters": [{}]}),
        (ClusterPage, {"clusters": [{"clusterId": None}]}),
        (ClusterPage, {"clusters": [{"clusterId": ["7"]}]}),
        (ClusterPage, {"clusters": {"0": CLUSTER}}),
        (ClusterPage, {"clusters": "none"}),
        (ClusterPage, {"clusters": [], "nextPageToken": ["more"]}),
        (BranchPage, {"branches": [{"displayName": "no id"}]}),
        (SqlUserPage, {"sqlUsers": [{"builtinRole": "role_admin"}]}),
        (SqlUserPage, {"sqlUsers": 5}),
        (RegionList, {"regions": [5]}),
        (RegionList, {"regions": {}}),
        (ClusterPage, []),
        (ClusterPage, "clusters"),
    ],
)
def test_half_a_list_does_not_pass_for_the_whole(page: Any, body: object) -> None:
    with pytest.raises(ValueError, match="validation error"):
        page.model_validate_json(json.dumps(body))


@pytest.mark.parametrize(
    "body", [{}, {"clusters": None, "nextPageToken": None, "totalSize": "x"}, {"clusters": [], "x": 1}]
)
def test_an_empty_list_may_be_left_out(body: dict[str, Any]) -> None:
    page = ClusterPage.model_validate_json(json.dumps(body))
    assert (page.clusters, page.next_page_token) == ([], None)


async def test_what_is_not_understood_is_counted_in_the_log_and_not_shown(far: FarEnd, client: TidbCloud) -> None:
    far.script = [Answer(body={"clusters": [{"displayName": "hunter2hunter2"}]})]
    with pytest.raises(CloudError) as caught:
        await client.list_clusters(page_size=10)
    assert caught.value.public == "TiDB Cloud (far end) gave an answer that can't be understood."
    assert caught.value.detail == "GET clusters: 1 fields do not fit ClusterPage"
    assert caught.value.code == "tidbcloud_confused"
