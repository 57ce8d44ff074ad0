"""Imports point down only: console -> mcpserver -> accounts -> audit -> tidbmcp.lib, and so inside mcpserver."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# From the roof to the floor; a file may import what stands below its own line, or beside it in its own folder.
LAYERS: list[list[str]] = [
    ["manage", "tidbmcp.asgi", "tidbmcp.urls"],
    ["tidbmcp.console", "mcpserver.management"],
    ["mcpserver.sandbox"],
    ["mcpserver.admin"],
    ["mcpserver.login_actions", "mcpserver.schema_change_admin"],
    ["tidbmcp.http", "tidbmcp.pages", "tidbmcp.checks", "tidbmcp.summary", "tidbmcp.celery"],
    ["mcpserver.tasks"],
    ["mcpserver.gate"],
    ["mcpserver.gate_record"],
    ["mcpserver.protocol"],
    ["mcpserver.gate_rules", "mcpserver.envelope", "mcpserver.splice"],
    ["mcpserver.governor"],
    ["mcpserver.rights"],
    ["mcpserver.tools"],
    ["mcpserver.models"],
    ["mcpserver.changes", "mcpserver.grants"],
    ["mcpserver.vault", "mcpserver.request_keys"],
    ["mcpserver.tidbcloud", "mcpserver.sql", "mcpserver.sqlgate"],
    ["mcpserver.addresses"],
    ["mcpserver.apps"],
    ["accounts"],
    ["audit"],
    ["tidbmcp.settings", "tidbmcp.local"],
    ["tidbmcp.database"],
    ["tidbmcp.lib"],
]
OURS = {"tidbmcp", "mcpserver", "accounts", "audit", "manage"}


def modules() -> Iterator[tuple[str, Path]]:
    for path in sorted(ROOT.glob("*.py")) + [p for name in OURS for p in sorted((ROOT / name).rglob("*.py"))]:
        parts = list(path.relative_to(ROOT).with_suffix("").parts)
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def layer_of(module: str) -> int | None:
    fits = [
        (len(prefix), number)
        for number, layer in enumerate(LAYERS)
        for prefix in layer
        if f"{module}.".startswith(f"{prefix}.")
    ]
    return max(fits)[1] if fits else None


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize(
    ("module", "path"),
    [
        pytest.param(*found, id=found[0])
        for found in modules()
        if found[0] not in OURS and ".migrations" not in found[0]
    ],
)
def test_it_imports_only_what_is_below_it(module: str, path: Path) -> None:
    own = layer_of(module)
    assert own is not None, "this module stands in no layer: add it to the list"
    wanted = [name for name in imports_of(path) if name.split(".")[0] in OURS]
    upward = [name for name in wanted if (found := layer_of(name)) is not None and found < own]
    assert upward == []


def test_no_code_of_the_product_imports_the_sandbox_but_its_command() -> None:
    users = {module for module, path in modules() for name in imports_of(path) if name.startswith("mcpserver.sandbox")}
    outside = {module for module in users if not module.startswith("mcpserver.sandbox")}
    assert outside == {"mcpserver.management.commands.sandbox"}


def test_the_sandbox_imports_nothing_of_the_product() -> None:
    wanted = {name for module, path in modules() if module.startswith("mcpserver.sandbox") for name in imports_of(path)}
    assert {name for name in wanted if name.split(".")[0] in OURS and not name.startswith("mcpserver.sandbox")} == set()


def test_the_gate_of_sql_is_pure() -> None:
    wanted = {name for module, path in modules() if module.startswith("mcpserver.sqlgate") for name in imports_of(path)}
    assert {name for name in wanted if name.split(".")[0] in {"django", "MySQLdb"}} == set()
