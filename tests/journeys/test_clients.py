"""The Python SDK's client, in both eras, through everything that this version has."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

from mcpserver.tools import TOOLS
from mcpserver.tools.spec import Effect
from tests.stack import Stack

ERAS = ["2026-07-28", "legacy"]


@asynccontextmanager
async def connected(stack: Stack, era: str, token: str | None = None) -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {token or stack.run['tokens']['developer']}"}
    async with httpx2.AsyncClient(headers=headers, timeout=30, trust_env=False) as http:
        async with Client(streamable_http_client(stack.mcp_url, http_client=http), mode=era) as client:
            yield client


@pytest.mark.parametrize("era", ERAS)
async def test_a_client_goes_from_clusters_to_rows(stack: Stack, era: str) -> None:
    async with connected(stack, era) as client:
        clusters = (await client.call_tool("tidbcloud_list_clusters", {})).structured_content["clusters"]
        assert [cluster["display_name"] for cluster in clusters] == ["shop", "northwind-freight"]
        databases = await client.call_tool("show_databases", {"cluster": "shop"})
        assert "shop" in databases.structured_content["databases"]
        tables = await client.call_tool("show_tables", {"cluster": "shop", "database": "shop"})
        assert ("orders", "table") in [(one["name"], one["kind"]) for one in tables.structured_content["tables"]]
        result = await client.call_tool("db_query", {"cluster": "shop", "sql": "SELECT COUNT(*) AS n FROM shop.orders"})
    assert result.structured_content["columns"] == [{"name": "n", "type": "bigint"}]
    assert result.structured_content["rows"][0][0] > 500


@pytest.mark.parametrize("era", ERAS)
async def test_each_part_of_an_answer_is_complete_alone(stack: Stack, era: str) -> None:
    async with connected(stack, era) as client:
        result = await client.call_tool("tidbcloud_get_cluster", {"cluster": "northwind-freight"})
        refusal = await client.call_tool("db_query", {"cluster": "shop", "sql": "DROP TABLE shop.orders"})
    assert json.loads(result.content[0].text) == result.structured_content
    assert refusal.is_error
    assert refusal.structured_content is None
    assert "DROP is not a word" in refusal.content[0].text
    assert "(request " in refusal.content[0].text


@pytest.mark.parametrize("era", ERAS)
async def test_answers_fit_the_schemas_that_tools_declare(stack: Stack, era: str) -> None:
    made = stack.answer("tidbcloud_create_branch", {"cluster": "shop", "display_name": f"for {era}", "wait": True})
    branch = made["branch_id"]
    arguments = {
        "db_query": {"cluster": "shop", "sql": "SELECT * FROM shop.customers LIMIT 3"},
        "explain_query": {"cluster": "shop", "sql": "SELECT * FROM shop.customers"},
        "show_databases": {"cluster": "shop"},
        "show_tables": {"cluster": "shop", "database": "shop"},
        "compare_schema": {"cluster": "shop", "database": "shop", "to_branch": branch},
        "search_schema": {"cluster": "shop", "words": "customer"},
        "describe_table": {"cluster": "shop", "database": "shop", "table": "orders"},
        "sample_table": {"cluster": "shop", "database": "shop", "table": "orders"},
        "get_connection_info": {"cluster": "shop"},
        "tidbcloud_get_cluster": {"cluster": "shop"},
        "tidbcloud_list_branches": {"cluster": "shop"},
        "tidbcloud_get_branch": {"cluster": "shop", "branch": branch},
    }
    async with connected(stack, era) as client:
        tools = (await client.list_tools()).tools
        assert [tool.name for tool in tools] == list(TOOLS)
        for tool in tools:
            if TOOLS[tool.name].effect is not Effect.READS:
                continue  # these have journeys of their own
            result = await client.call_tool(tool.name, arguments.get(tool.name, {}))
            assert not result.is_error
            TOOLS[tool.name].output.model_validate(result.structured_content)


@pytest.mark.parametrize("era", ERAS)
async def test_an_unknown_tool_is_a_fault_of_the_protocol(stack: Stack, era: str) -> None:
    async with connected(stack, era) as client:
        with pytest.raises(MCPError, match="Unknown tool: drop_everything") as caught:
            await client.call_tool("drop_everything", {})
    assert caught.value.code == -32602
    assert stack.events("tool = 'drop_everything'")[-1]["result"] == "refused"


@pytest.mark.parametrize("era", ERAS)
async def test_a_token_sees_only_what_its_scopes_open(stack: Stack, era: str) -> None:
    token = stack.token("mcp:sql")
    async with connected(stack, era, token) as client:
        assert [tool.name for tool in (await client.list_tools()).tools] == [
            "db_execute",
            "apply_schema_change",
            "my_access",
        ]
        refusal = await client.call_tool("db_query", {"cluster": "shop", "sql": "SELECT 1"})
        access = await client.call_tool("my_access", {})
    assert "needs the scope mcp:read" in refusal.content[0].text
    assert "/me/tokens/" in refusal.content[0].text
    assert access.structured_content["scopes"] == ["mcp:sql"]
    assert access.structured_content["limits"]["max_write_rows"] == 10_000


@pytest.mark.parametrize("era", ERAS)
async def test_every_call_is_on_record_under_its_person_token_and_client(stack: Stack, era: str) -> None:
    token = stack.token("mcp:read", "--name", era)
    async with connected(stack, era, token) as client:
        await client.call_tool("db_query", {"cluster": "shop", "sql": "SELECT 'a secret word', 42 FROM DUAL"})
    row = stack.events("token = ? AND tool = 'db_query'", token[:13])[-1]
    assert (row["person"], row["kind"], row["result"]) == ("developer", "call.finished", "ok")
    assert row["client_name"] == "mcp"
    assert (row["cluster"], row["rows"], row["sql"]) == ("shop", 1, "SELECT ?, ? FROM DUAL")
    assert row["address"] == "127.0.0.1"
    assert row["call_id"]
    assert row["duration_ms"] > 0


async def test_tools_list_is_never_cacheable_as_public(stack: Stack) -> None:
    async with connected(stack, "2026-07-28") as client:
        listed = await client.list_tools()
    assert (listed.ttl_ms, listed.cache_scope) == (0, "private")


@pytest.mark.parametrize("revision", ["2025-03-26", "2025-06-18", "2025-11-25"])
def test_each_earlier_revision_is_served(stack: Stack, revision: str) -> None:
    body = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {"protocolVersion": revision, "capabilities": {}, "clientInfo": {"name": "old", "version": "1"}},
    }
    response = stack.post(body)
    assert response.status_code == 200
    assert f'"protocolVersion":"{revision}"' in response.text
    called = stack.call("my_access", headers={"MCP-Protocol-Version": revision})
    assert called["result"]["isError"] is False


def test_instructions_tell_a_model_how_to_work_here(stack: Stack) -> None:
    params = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "old", "version": "1"}}
    response = stack.post({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params})
    assert "tidbcloud_list_clusters" in response.text


def test_a_client_that_said_its_name_once_is_known_in_later_calls(stack: Stack) -> None:
    token = stack.token()
    params = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "Cursor", "version": "3.1"}}
    stack.post({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}, token=token)
    stack.call("my_access", token=token)
    row = stack.events("token = ? AND tool = 'my_access'", token[:13])[-1]
    assert (row["client_name"], row["client_version"]) == ("Cursor", "3.1")
