"""The paths of the sandbox, and the judge itself, held against the OpenAPI files of TiDB Cloud where they are at hand."""

import json
import re
from typing import Any

import pytest

from mcpserver.sandbox.api.documented import IAM_OPERATIONS, IAM_WITHOUT_VERSION, SERVERLESS_OPERATIONS
from tests.sandbox.contract import AT_HAND, FILES, Host, answer_problems, operations, request_problems

pytestmark = pytest.mark.skipif(not AT_HAND, reason="The OpenAPI files of TiDB Cloud are not beside this checkout.")

# The contract names them after another document, which is not at hand.
ELSEWHERE = {("iam", method, path) for method, path in (("GET", "/apikeys"), ("POST", "/apikeys"), ("GET", "/members"),
                                                        ("GET", "/auditLogs"))}  # fmt: skip


def test_every_documented_operation_has_its_path_and_no_other() -> None:
    here = {
        (host, method, re.sub(r"\{[^}]+\}", "{}", path))
        for host, known in (
            ("serverless", SERVERLESS_OPERATIONS),
            ("iam", IAM_OPERATIONS),
            ("iam", IAM_WITHOUT_VERSION),
        )
        for path, methods in known
        for method in methods.split()
    }
    assert here == operations() | ELSEWHERE


def examples() -> list[Any]:
    found = []
    for file in sorted(FILES.glob("wire-examples/*.json")):
        example = json.loads(file.read_text())
        if "swagger.json" in example["contract"]["swagger"]:
            found.append(pytest.param(example, id=file.stem))
    return found


@pytest.mark.parametrize("example", examples())
def test_the_judge_agrees_with_the_examples(example: dict[str, Any]) -> None:
    request, answer = example["request"], example["response"]
    host: Host = "iam" if "//iam." in request["url"] else "serverless"
    target = request["url"].partition(".tidbapi.com")[2]
    problems = request_problems(request["method"], target, request.get("body"), host)
    assert bool(problems) == (example.get("requestIsInvalid") == "schema"), problems
    if "rawBody" not in example:
        assert answer_problems(request["method"], target, answer["status"], answer["body"], host) == []


CLUSTER = {"displayName": "orders", "region": {"name": "regions/aws-us-east-1"}}


@pytest.mark.parametrize(
    ("method", "target", "body", "problem"),
    [
        ("GET", "/v1beta1/cluster", None, "not an operation"),
        ("PUT", "/v1beta1/clusters", None, "not an operation"),
        ("GET", "/v1beta1/projects", None, "not an operation"),
        ("GET", "/v1beta1/clusters?page_size=1", None, "not documented"),
        ("GET", "/v1beta1/clusters?pageSize=ten", None, "not an integer"),
        ("GET", "/v1beta1/clusters?skip=1&skip=1", None, "repeated"),
        ("GET", "/v1beta1/clusters/1?view=full", None, "none of"),
        ("GET", "/v1beta1/clusters:batchGet", None, "missing"),
        ("GET", "/v1beta1/clusters", {}, "a body is not documented"),
        ("POST", "/v1beta1/clusters", "{", "not JSON"),
        ("POST", "/v1beta1/clusters", None, "the body is missing"),
        ("POST", "/v1beta1/clusters", {"displayName": "orders"}, "required"),
        ("POST", "/v1beta1/clusters", {**CLUSTER, "name": "x"}, "name"),
        ("POST", "/v1beta1/clusters", {**CLUSTER, "rootPassword": "short"}, "rootPassword"),
        ("POST", "/v1beta1/clusters", {**CLUSTER, "spendingLimit": {"monthly": "5"}}, "spendingLimit"),
        ("POST", "/v1beta1/clusters", {**CLUSTER, "spendingLimit": {"monthly": 2**31}}, "spendingLimit"),
        ("PATCH", "/v1beta1/clusters/1", {"cluster": {"displayName": "orders"}}, "updateMask"),
        ("PATCH", "/v1beta1/clusters/1", {"cluster": {"version": "v9"}, "updateMask": "version"}, "version"),
    ],
)
def test_a_wrong_request_is_noticed(method: str, target: str, body: object, problem: str) -> None:
    assert problem in "".join(request_problems(method, target, body, "serverless"))


@pytest.mark.parametrize(
    ("status", "body", "problem"),
    [
        (200, {**CLUSTER, "state": "RUNNING"}, "state"),
        (200, {**CLUSTER, "port": 1}, "port"),
        (200, {**CLUSTER, "rootPassword": "not-for-your-eyes"}, "rootPassword"),
        (200, {**CLUSTER, "createTime": "yesterday"}, "createTime"),
        (200, {"displayName": "orders"}, "region"),
        (200, "<html>", "not JSON"),
        (201, CLUSTER, "not documented"),
        (404, {"code": "404"}, "code"),
        (404, {"error": "not found"}, "error"),
    ],
)
def test_a_wrong_answer_is_noticed(status: int, body: object, problem: str) -> None:
    assert problem in "".join(answer_problems("GET", "/v1beta1/clusters/1", status, body, "serverless"))
