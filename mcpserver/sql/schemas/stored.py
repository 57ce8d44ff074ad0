"""A schema as a text that can be kept, and back. Pure."""

import orjson

from mcpserver.sql.schemas.definition import table_of
from mcpserver.sql.schemas.shape import Schema, View


def as_text(schema: Schema) -> str:
    """The engine's own words of every table and view: a later version may take them apart otherwise."""
    kept = {
        "engine": schema.engine,
        "tables": {name: table.source for name, table in schema.tables.items()},
        "views": {name: [view.query, view.security, view.check] for name, view in schema.views.items()},
    }
    return orjson.dumps(kept).decode()


def from_text(text: str) -> Schema:
    """What `as_text` kept."""
    kept = orjson.loads(text)
    tables = {name: table_of(name, source) for name, source in kept["tables"].items()}
    return Schema(kept["engine"], tables, {name: View(name, *parts) for name, parts in kept["views"].items()})
