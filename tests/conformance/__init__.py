"""The official conformance suite of MCP against the whole product."""
