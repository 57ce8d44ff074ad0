"""What a model and its client see of the tools: names, titles, arguments and schemas that no known client refuses."""

import re
from typing import Any

import pytest

from mcpserver.tools import TOOLS, Tool

each_tool = pytest.mark.parametrize("one", TOOLS.values(), ids=TOOLS.keys())

REFUSED = {"$ref", "anyOf", "oneOf", "allOf", "not", "const", "exclusiveMinimum", "exclusiveMaximum"} | {
    "propertyNames",
    "patternProperties",
    "multipleOf",
    "uniqueItems",
    "$schema",
}
"""Keywords for which an API behind some client refuses the whole list of tools."""

VERBS = {"list": "List", "get": "Get", "create": "Create", "update": "Update", "delete": "Delete"}

ARGUMENTS: dict[str, tuple[str, str]] = {
    "cluster": ("string", "Cluster: its id or exact display name."),
    "branch": ("string", "Branch: its id or exact display name"),
    "parent_branch": ("string", "Branch to copy"),
    "id": ("string", "Schema change: "),
    "from_branch": ("string", "Branch to compare"),
    "to_branch": ("string", "Branch to compare with"),
    "database": ("string", "Database"),
    "table": ("string", "Table or view: its exact name."),
    "words": ("string", "Words to look for"),
    "sql": ("string", "One "),
    "max_rows": ("integer", ""),
    "max_tokens": ("integer", ""),
    "timeout_seconds": ("integer", "Stop it after so many seconds"),
    "analyze": ("boolean", "Run the query to measure"),
    "page_size": ("integer", "Rows a page."),
    "page_token": ("string", "next_page_token of the page before"),
    "display_name": ("string", "Name: "),
    "region": ("string", "region_id of tidbcloud_list_regions"),
    "connection": ("string", "Connection to make it in"),
    "spending_limit_monthly_usd_cents": ("integer", "USD cents a month"),
    "labels": ("object", "Labels "),
    "automated_backup": ("object", "When backups are made"),
    "start_time": ("string", "In UTC, as HH:mm."),
    "retention_days": ("integer", "Days to keep a backup."),
    "at": ("string", "Copy the data as of this time"),
    "wait": ("boolean", "Wait until it is ready"),
    "confirm": ("boolean", "true, after the user has agreed"),
    "discard": ("boolean", "true: give it up"),
    "confirm_name": ("string", "The exact display name"),
    "user": ("string", "SQL user: "),
    "role": ("string", "Built-in role"),
    "reason": ("string", "Why, in a sentence"),
    "statements": ("array", "Statements in their order"),
    "dry_run": ("boolean", "Run it, say what it would change"),
    "request_key": ("string", "A name of yours for this call, "),
}
"""By name: the type, and how the description begins, in whatever tool."""


def properties(schema: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """All of them, also those within."""
    own = list(schema.get("properties", {}).items())
    return own + [deep for _, inner in own for deep in properties(inner)]


def keywords(schema: Any) -> set[str]:
    """Of a schema, without the names of its properties."""
    if isinstance(schema, list):
        return {word for inner in schema for word in keywords(inner)}
    if not isinstance(schema, dict):
        return set()
    inner = [*schema.get("properties", {}).values(), *(v for k, v in schema.items() if k != "properties")]
    return set(schema) | keywords(inner)


@each_tool
def test_no_known_client_refuses_its_arguments(one: Tool[Any]) -> None:
    assert one.input_schema["type"] == "object"
    assert isinstance(one.input_schema["properties"], dict)
    assert keywords(one.input_schema) & REFUSED == set()
    assert not [name for name, inner in properties(one.input_schema) if not isinstance(inner.get("type"), str)]


@each_tool
def test_its_answer_is_an_object_with_everything_in_place(one: Tool[Any]) -> None:
    assert one.output_schema["type"] == "object"
    assert keywords(one.output_schema) & {"$ref", "$defs", "oneOf", "allOf", "$schema"} == set()
    assert not {"anyOf", "oneOf", "allOf"} & set(one.output_schema)


@each_tool
def test_its_arguments_mean_the_same_as_those_of_other_tools(one: Tool[Any]) -> None:
    for name, inner in properties(one.input_schema):
        kind, beginning = ARGUMENTS[name]
        assert (inner["type"], inner["description"][: len(beginning)]) == (kind, beginning)
        assert inner["description"].endswith(".")
        assert inner.get("default", "") is not None


@each_tool
def test_its_name_fits_every_client_also_behind_a_prefix(one: Tool[Any]) -> None:
    for name in (one.name, f"mcp__tidbmcp__{one.name}"):
        assert re.fullmatch(r"[a-zA-Z_][a-zA-Z0-9_-]{0,63}", name)


@each_tool
def test_its_title_says_what_its_name_says(one: Tool[Any]) -> None:
    _, _, rest = one.name.partition("tidbcloud_")
    verb, _, thing = rest.partition("_")
    if verb in VERBS:
        assert one.title.split()[0] == VERBS[verb]
        assert one.title.split()[-1] == thing
    else:
        assert one.title.split()[-1].lower() in one.name.replace("db_query", "database")


@each_tool
def test_its_description_is_short_and_names_only_tools_that_are_there(one: Tool[Any]) -> None:
    assert len(one.description.split()) <= 60
    named = set(re.findall(r"\b(?:tidbcloud|db|show|my)_[a-z_]+", one.description))
    assert named <= set(TOOLS)
    assert one.name not in named


def test_lists_are_small_unless_more_is_asked_for() -> None:
    sizes = {one.name: one.input_schema["properties"].get("page_size") for one in TOOLS.values()}
    lists = {name: size for name, size in sizes.items() if name.startswith("tidbcloud_list_")}
    assert lists.keys() == {name for name, size in sizes.items() if size}
    assert {(size["default"], size["maximum"]) for size in lists.values()} == {(20, 100)}
