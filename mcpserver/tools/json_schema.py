"""JSON Schemas as every client reads them, and as few words as will do: no $ref, no titles that repeat a name."""

from typing import Any, Final, Literal

from pydantic import BaseModel

_LEFT_OUT: Final = frozenset({"propertyNames", "minLength", "maxLength"})
"""Refused by some clients, or of no use to a model: it learns from the sentence of a refusal, if ever it must."""


def flat_schema(model: type[BaseModel], mode: Literal["validation", "serialization"]) -> dict[str, Any]:
    """The model's JSON Schema with its definitions written in place (the models are not recursive)."""
    schema = model.model_json_schema(mode=mode)
    flat: dict[str, Any] = _flat(schema, schema.pop("$defs", {}))
    flat.pop("description", None)
    return _plain(flat) if mode == "validation" else _brief(flat)


def _flat(node: Any, definitions: dict[str, Any]) -> Any:
    if isinstance(node, list):
        return [_flat(inner, definitions) for inner in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _flat(definitions[node["$ref"].rsplit("/", 1)[-1]], definitions)
    # `title` is a keyword here only where it is text: a property may be named title, and then it is an object.
    return {k: _flat(v, definitions) for k, v in node.items() if not (k == "title" and isinstance(v, str))}


def _plain(node: Any) -> Any:
    """Arguments without the keywords that some clients refuse; what they say is checked all the same.

    One that may be left out need not be said to take null, too.
    """
    if isinstance(node, list):
        return [_plain(inner) for inner in node]
    if not isinstance(node, dict):
        return node
    options = node.get("anyOf")
    if isinstance(options, list) and len(real := [one for one in options if one != {"type": "null"}]) == 1:
        outer = {k: v for k, v in node.items() if k != "anyOf" and (k, v) != ("default", None)}
        node = real[0] | outer
    bound = node.get("exclusiveMaximum")
    if isinstance(bound, int):
        node = {k: v for k, v in node.items() if k != "exclusiveMaximum"} | {"maximum": bound - 1}
    return {k: _plain(v) for k, v in node.items() if k not in _LEFT_OUT}


def _brief(schema: dict[str, Any]) -> dict[str, Any]:
    """Of an answer each field and its type, and no more: a model pays for every word, before it has asked for anything.

    Every field is always there. What stands within lists and objects is told by docs/tools.md, and by the answer.
    """
    return {"type": "object", "properties": {name: _kind(field) for name, field in schema["properties"].items()}}


def _kind(node: dict[str, Any]) -> dict[str, Any]:
    options = node.get("anyOf")
    if options:
        return {"type": [one["type"] for one in options]}
    items = node.get("items", {})
    inner = {"items": {"type": items["type"]}} if items.get("type") not in {None, "object", "array"} else {}
    return {k: v for k, v in node.items() if k == "type"} | inner
