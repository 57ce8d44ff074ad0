"""The answers and paths, held against the OpenAPI files of TiDB Cloud where they are at hand."""

import json
from datetime import datetime
from functools import cache
from typing import Any

import httpx2
import pytest
from jsonschema import Draft4Validator  # type: ignore[import-untyped]

from mcpserver.sandbox.api.documented import OPERATIONS
from tests.sandbox_process import ROOT, SandboxProcess

FILES = ROOT.parent / "shared" / "tidbcloud-api"
pytestmark = pytest.mark.skipif(
    not FILES.is_dir(), reason="The OpenAPI files of TiDB Cloud are not beside this checkout."
)

# The file knows three clouds here and four elsewhere; the newer public document has alicloud here as well.
OLD_PATTERN, PATTERN = "^regions/(aws|gcp|azure)-(.+)$", "^regions/(aws|gcp|azure|alicloud)-(.+)$"
OTHER_HOSTS = {"/customerSignupUrl", "/mspCustomers", "/mspCustomers/{customerOrgId}"}


@cache
def swagger() -> dict[str, Any]:
    document: dict[str, Any] = json.loads((FILES / "cluster.swagger.json").read_text().replace(OLD_PATTERN, PATTERN))
    return document


def strict(node: Any) -> Any:
    """As JSON schema: unknown fields are refused, `x-nullable` is kept, a password may come back empty."""
    if isinstance(node, list):
        return [strict(part) for part in node]
    if not isinstance(node, dict):
        return node
    schema = {name: strict(part) for name, part in node.items() if name not in ("example", "description")}
    if isinstance(schema.get("properties"), dict):
        schema.setdefault("additionalProperties", False)
        if "rootPassword" in schema["properties"]:
            schema["properties"]["rootPassword"] = {"enum": [""]}
    return {"anyOf": [schema, {"type": "null"}]} if node.get("x-nullable") else schema


def problems(path: str, body: Any) -> list[str]:
    schema = swagger()["paths"][path]["get"]["responses"]["200"]["schema"]
    whole = {"allOf": [strict(schema)], "definitions": strict(swagger()["definitions"])}
    return [f"{'/'.join(map(str, error.path))}: {error.message}" for error in Draft4Validator(whole).iter_errors(body)]


def test_the_regions_fit(api: httpx2.Client) -> None:
    assert problems("/regions", api.get("/regions").json()) == []


@pytest.mark.parametrize("query", ["", "?pageSize=1", "?skip=9"])
def test_lists_of_clusters_fit(api: httpx2.Client, query: str) -> None:
    assert problems("/clusters", api.get(f"/clusters{query}").json()) == []


@pytest.mark.parametrize("view", ["BASIC", "FULL"])
def test_clusters_fit(api: httpx2.Client, sandbox: SandboxProcess, view: str) -> None:
    for facts in sandbox.facts["clusters"]:
        cluster = api.get(f"/clusters/{facts['cluster_id']}?view={view}").json()
        assert problems("/clusters/{clusterId}", cluster) == []
        assert datetime.fromisoformat(cluster["createTime"]) < datetime.fromisoformat(cluster["updateTime"])


def test_a_wrong_answer_would_be_noticed(api: httpx2.Client) -> None:
    answer = api.get("/clusters").json()
    answer["clusters"][0] |= {"state": "RUNNING", "port": 1}
    assert len(problems("/clusters", answer)) == 2


def test_every_documented_operation_has_its_path_and_no_other() -> None:
    documented = set()
    for file in FILES.glob("*.swagger.json"):
        document = json.loads(file.read_text())
        for path, methods in document["paths"].items():
            short = (document.get("basePath", "") + path).removeprefix("/v1beta1")
            documented |= {(method.upper(), shape(short)) for method in methods if path not in OTHER_HOSTS}
    here = {(method, shape(path)) for path, methods in OPERATIONS for method in methods.split()}
    assert here == documented


def shape(path: str) -> str:
    """`/clusters/{cluster.clusterId}` and `/clusters/{id}` are the same path."""
    return "/".join("{}" + part.partition("}")[2] if part.startswith("{") else part for part in path.split("/"))
