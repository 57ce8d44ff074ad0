"""The tools: what every one of them owes to the models and clients that read it."""

from typing import Any, cast
from uuid import UUID

import orjson
import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from pydantic import BaseModel

from accounts.principal import Principal
from accounts.scopes import Scope
from audit.facts import NOBODY
from mcpserver import governor
from mcpserver.governor import Context
from mcpserver.protocol import _tool
from mcpserver.sql.job import Statement
from mcpserver.sqlgate.lists.tables import CLOSED_SCHEMAS
from mcpserver.tools import TOOLS, Tool
from mcpserver.tools.json_schema import flat_schema
from mcpserver.tools.reading import default_limits, run_read
from mcpserver.tools.spec import Call, Effect, NoArguments, tool
from tidbmcp.lib.errors import Refused

READER = Principal(1, "bob", UUID(int=1), "tmcp_x", frozenset({Scope.READ}), False)
each_tool = pytest.mark.parametrize("one", TOOLS.values(), ids=TOOLS.keys())


def words_of(node: Any) -> set[str]:
    if isinstance(node, dict):
        return set(node) | {word for inner in node.values() for word in words_of(inner)}
    return {word for inner in node for word in words_of(inner)} if isinstance(node, list) else set()


@each_tool
def test_schemas_are_plain_objects_that_every_client_reads(one: Tool[Any]) -> None:
    for schema in (one.input_schema, one.output_schema):
        Draft202012Validator.check_schema(schema)
        assert schema["type"] == "object"
        assert not {"$ref", "$defs"} & words_of(schema)
        assert not {"anyOf", "oneOf", "allOf", "title", "description"} & set(schema)


@each_tool
def test_unknown_arguments_are_refused_in_the_schema_too(one: Tool[Any]) -> None:
    assert one.input_schema["additionalProperties"] is False


@each_tool
def test_every_field_of_an_answer_is_always_there_and_said(one: Tool[Any]) -> None:
    assert list(one.output_schema["properties"]) == list(one.output.model_fields)
    assert all(field.is_required() for field in one.output.model_fields.values())
    assert all(field.get("type") for field in one.output_schema["properties"].values())


@each_tool
def test_a_description_is_short_and_says_when_to_use_it(one: Tool[Any]) -> None:
    assert 5 <= len(one.description.split()) <= 60
    assert one.description.endswith(".")


@each_tool
def test_every_argument_is_described(one: Tool[Any]) -> None:
    assert all("description" in words_of(field) for field in one.input_schema["properties"].values())


@each_tool
def test_names_and_titles_are_of_one_kind(one: Tool[Any]) -> None:
    assert TOOLS[one.name] is one
    assert one.name == one.name.lower().replace(" ", "_")
    assert one.title[0].isupper()
    assert len(one.title) <= 40


@each_tool
def test_no_argument_and_no_answer_holds_a_secret(one: Tool[Any]) -> None:
    fields = (words_of(one.input_schema) | words_of(one.output_schema)) - {"password_page"}  # an address
    assert not {field for field in fields if "password" in field or "secret" in field or "private_key" in field}


def test_titles_are_there_once() -> None:
    assert len({one.title for one in TOOLS.values()}) == len(TOOLS)


def test_a_list_for_a_reader_is_small() -> None:
    shown = [
        _tool(one).model_dump(by_alias=True, exclude_none=True) for one in governor.listed(READER, Context(NOBODY))
    ]
    assert len(shown) >= 7
    assert len(orjson.dumps({"tools": shown})) < 16_000


def test_a_list_is_in_a_fixed_order() -> None:
    names = [one.name for one in governor.listed(READER, Context(NOBODY))]
    assert names == [name for name in TOOLS if name in names]


def _register(name: str, effect: Effect = Effect.READS) -> None:
    async def run(call: Call, arguments: NoArguments) -> dict[str, Any]:
        return {}

    tool(name, title="T", description="D.", scope=None, effect=effect, arguments=NoArguments, output=NoArguments)(run)


def test_the_same_name_twice_stops_the_import() -> None:
    before = dict(TOOLS)
    with pytest.raises(ValueError, match="two tools are named db_query"):
        _register("db_query")
    assert before == TOOLS


@pytest.mark.parametrize(
    ("effect", "read_only", "destructive"),
    [
        (Effect.READS, True, None),
        (Effect.CREATES, False, False),
        (Effect.CHANGES, False, True),
        (Effect.DESTROYS, False, True),
    ],
)
def test_hints_say_what_the_tool_does(
    effect: Effect, read_only: bool, destructive: bool | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(TOOLS, "temporary", raising=False)
    _register("temporary", effect)
    hints = _tool(TOOLS.pop("temporary")).annotations
    assert hints is not None
    assert (hints.read_only_hint, hints.destructive_hint) == (read_only, destructive)


class Inner(BaseModel):
    """Not shown."""

    title: str
    inner: list["Leaf"]


class Leaf(BaseModel):
    """Shown."""

    title: int | None = None


def test_definitions_are_written_in_place_and_a_field_named_title_stays() -> None:
    schema = flat_schema(Inner, "validation")
    leaf = schema["properties"]["inner"]["items"]
    assert schema["properties"]["title"] == {"type": "string"}
    assert list(leaf["properties"]) == ["title"]
    assert "$defs" not in schema


@pytest.mark.parametrize("name", [*sorted(CLOSED_SCHEMAS), "MySQL", "SYS", "Performance_Schema"])
async def test_a_system_database_is_refused_before_anything_is_asked(name: str) -> None:
    call = Call(READER, NOBODY, False)
    with pytest.raises(Refused, match="is not open here"):
        await run_read(call, "shop", Statement("SELECT 1"), default_limits(), name)


@pytest.mark.parametrize("name", ["metr\u0130cs_schema", "information_schema", "Information_Schema"])
async def test_a_system_database_in_odd_letters_is_refused_and_the_open_one_as_database(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def not_reached(*args: object) -> None:
        raise LookupError

    monkeypatch.setattr("mcpserver.tools.reading.find_cluster", not_reached)
    with pytest.raises(Refused):
        await run_read(cast("Call", None), "shop", Statement("SELECT 1"), default_limits(), name)
