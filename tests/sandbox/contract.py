"""Requests and answers held against the OpenAPI files of TiDB Cloud, strictly: what they do not name is a problem.

The files are not part of this project. `AT_HAND` says whether they are there; without them nothing can be said.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from jsonschema import Draft4Validator, FormatChecker  # type: ignore[import-untyped]

from tests.sandbox_process import ROOT

Host = Literal["serverless", "iam"]

FILES: Final = ROOT.parent / "shared" / "tidbcloud-api"
AT_HAND: Final = FILES.is_dir()

# One file knows three clouds here and four elsewhere; the newer public document has alicloud here as well.
_OLD_PATTERN, _PATTERN = "^regions/(aws|gcp|azure)-(.+)$", "^regions/(aws|gcp|azure|alicloud)-(.+)$"
_NOT_SCHEMA: Final = ("example", "description", "title", "default", "readOnly", "x-nullable")
_FORMATS: Final = FormatChecker(formats=())


@_FORMATS.checks("date-time", raises=ValueError)
def _is_a_moment(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@_FORMATS.checks("int32")
def _is_small(value: object) -> bool:
    return not isinstance(value, int) or -(2**31) <= value < 2**31


@dataclass(frozen=True)
class Operation:
    """One method of one path, and the document that it stands in."""

    document: dict[str, Any]
    path: str
    method: str
    spec: dict[str, Any]
    values: dict[str, str]
    """What stands in the places of the path."""


def request_problems(method: str, target: str, body: object, host: Host) -> list[str]:
    """What is wrong with a request. The target is path and query; the body JSON as text or taken apart, None if none."""
    parts = urlsplit(target)
    operation = find(method, parts.path, host)
    if operation is None:
        return [f"{method} {parts.path} is not an operation of the {host} host"]
    content = _json(body)
    if isinstance(content, _NotJson):
        return ["the body is not JSON"]
    return [*_query_problems(operation, parts.query), *_body_problems(operation, content)]


def answer_problems(method: str, target: str, status: int, body: object, host: Host) -> list[str]:
    """What is wrong with an answer to that request. The body is JSON as text or taken apart."""
    operation = find(method, urlsplit(target).path, host)
    if operation is None:
        return [f"{method} {target} is not an operation of the {host} host"]
    content = _json(body)
    if isinstance(content, _NotJson):
        return ["the body is not JSON"]
    said = operation.spec["responses"]
    # What clients are known to meet without its being in the files has the body of errors.
    fallback = said.get("default") or said.get("400") if status >= 400 else None
    answer = said.get(str(status), fallback)
    if answer is None:
        return [f"status {status} is not documented"]
    return _schema_problems(operation.document, answer["schema"], content, of_request=False)


def find(method: str, path: str, host: Host) -> Operation | None:
    """The operation that a request is for."""
    for document in _documents():
        if document["host"] != f"{host}.tidbapi.com":
            continue
        for template, methods in document["paths"].items():
            match = _pattern(document.get("basePath", "") + template).fullmatch(path)
            if match and method.lower() in methods:
                values = {name: unquote(value) for name, value in zip(_names(template), match.groups(), strict=True)}
                return Operation(document, template, method, methods[method.lower()], values)
    return None


def operations() -> set[tuple[str, str, str]]:
    """Host, method and path of everything that is documented, without the version and with `{}` for what varies."""
    return {
        (document["host"].split(".")[0], method.upper(), re.sub(r"\{[^}]+\}", "{}", _short(document, path)))
        for document in _documents()
        for path, methods in document["paths"].items()
        for method in methods
    }


def _short(document: dict[str, Any], path: str) -> str:
    return str(document.get("basePath", "") + path).removeprefix("/v1beta1")


@cache
def _documents() -> list[dict[str, Any]]:
    texts = [file.read_text() for file in sorted(FILES.glob("*.swagger.json"))]
    return [json.loads(text.replace(_OLD_PATTERN, _PATTERN)) for text in texts]


@cache
def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"(\{[^}]+\})", template)
    return re.compile("".join("([^/:?]+)" if part.startswith("{") else re.escape(part) for part in parts))


def _names(template: str) -> list[str]:
    return re.findall(r"\{([^}]+)\}", template)


def _query_problems(operation: Operation, query: str) -> Iterator[str]:
    known = {part["name"]: part for part in operation.spec.get("parameters", []) if part["in"] == "query"}
    sent = parse_qsl(query, keep_blank_values=True)
    for name, value in sent:
        parameter = known.get(name)
        if parameter is None:
            yield f"query parameter {name} is not documented"
        elif parameter["type"] == "integer" and not re.fullmatch(r"-?[0-9]+", value):
            yield f"query parameter {name} is not an integer"
        elif parameter.get("enum") and value not in parameter["enum"]:
            yield f"query parameter {name} is none of {parameter['enum']}"
    for name, parameter in known.items():
        times = sum(name == other for other, _ in sent)
        if parameter.get("required") and not times:
            yield f"query parameter {name} is missing"
        if times > 1 and parameter.get("collectionFormat") != "multi":
            yield f"query parameter {name} is repeated"


def _body_problems(operation: Operation, content: object) -> Iterator[str]:
    wanted = next((part for part in operation.spec.get("parameters", []) if part["in"] == "body"), None)
    if wanted is None:
        if content is not None:
            yield "a body is not documented"
    elif content is None:
        yield "the body is missing"
    else:
        yield from _schema_problems(operation.document, wanted["schema"], content, of_request=True)


def _schema_problems(document: dict[str, Any], schema: object, content: object, *, of_request: bool) -> list[str]:
    definitions = _strict(document["definitions"], of_request=of_request)
    whole = {"allOf": [_strict(schema, of_request=of_request)], "definitions": definitions}
    errors = Draft4Validator(whole, format_checker=_FORMATS).iter_errors(content)
    return [f"{'/'.join(map(str, error.path)) or 'body'}: {error.message}" for error in errors]


def _strict(node: Any, *, of_request: bool) -> Any:
    """As JSON schema that refuses unknown fields, and in a request those that can only be read."""
    if isinstance(node, list):
        return [_strict(part, of_request=of_request) for part in node]
    if not isinstance(node, dict):
        return node
    schema = {name: _strict(part, of_request=of_request) for name, part in node.items() if name not in _NOT_SCHEMA}
    properties = node.get("properties")
    if isinstance(properties, dict):
        schema["properties"] = _properties(properties, of_request=of_request)
        schema.setdefault("additionalProperties", False)
        if required := [name for name in node.get("required", []) if name in schema["properties"]]:
            schema["required"] = required
        else:
            schema.pop("required", None)
    elif node.get("type") == "object" and "additionalProperties" not in node and "$ref" not in node:
        schema["additionalProperties"] = False
    return {"anyOf": [schema, {"type": "null"}]} if node.get("x-nullable") else schema


def _properties(properties: dict[str, Any], *, of_request: bool) -> dict[str, Any]:
    """Under their own names, whatever these are: `description` and `title` are fields somewhere."""
    kept = {}
    for name, part in properties.items():
        if of_request and part.get("readOnly"):
            continue
        kept[name] = _strict(part, of_request=of_request)
        if name == "rootPassword" and not of_request:
            kept[name] = {"enum": [""]}  # input only; it comes back empty
    return kept


class _NotJson:
    """What came of a text that is not JSON."""


def _json(body: object) -> object:
    if isinstance(body, bytes):
        body = body.decode(errors="replace")
    if not isinstance(body, str):
        return body
    try:
        return json.loads(body) if body else None
    except ValueError:
        return _NotJson()
