"""The documents name everything that there is, and nothing that there isn't."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import find_commands

from audit.kinds import Kind, Result
from mcpserver.tools import TOOLS

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
DOCUMENTS = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
README, EXAMPLE = ROOT / "README.md", ROOT / ".env.example"

ASKING = re.compile(r"env\.(env_\w+|checked)|os\.environ(\.\w+)?|os\.getenv")
APPS = ("tidbmcp.console", "mcpserver", "accounts", "audit")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
MACHINE_PATH = re.compile(r"(?<![\w.<>-])(?:/wor[k]|/home|/root|/Users|/tmp|/workspace|/mnt)/|file://|~/\w|[A-Z]:\\")


def settings_read() -> set[str]:
    """The names that tidbmcp/settings.py asks the environment for, in whatever way."""
    names: set[str] = set()
    for node in ast.walk(ast.parse((ROOT / "tidbmcp" / "settings.py").read_text())):
        if not isinstance(node, ast.Call | ast.Subscript):
            continue
        asked = ast.unparse(node.func if isinstance(node, ast.Call) else node.value)
        if ASKING.fullmatch(asked):
            name = node.args[0] if isinstance(node, ast.Call) else node.slice
            assert isinstance(name, ast.Constant), f"line {node.lineno}: a setting's name is written out"
            names.add(str(name.value))
    return names


def settings_in_example() -> list[str]:
    return re.findall(r"^#?([A-Z][A-Z0-9_]*)=", EXAMPLE.read_text(), re.MULTILINE)


def settings_in_tables() -> list[str]:
    return first_cells(DOCS / "settings.md")


def first_cells(page: Path) -> list[str]:
    """Names in code that begin a table's row."""
    return re.findall(r"^\| `([^`]+)` \|", page.read_text(), re.MULTILINE)


def commands() -> Iterator[str]:
    for name in APPS:
        yield from find_commands(str(Path(apps.get_app_config(name.rpartition(".")[2]).path) / "management"))


def targets() -> list[str]:
    return re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE)


def headings(page: Path) -> list[str]:
    return HEADING.findall(FENCED.sub("", page.read_text()))


def anchors(page: Path) -> set[str]:
    """Headings as addresses within a page, as the hosts of repositories make them."""
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings(page)}


def links() -> list[tuple[Path, str]]:
    found = [(page, link) for page in DOCUMENTS for link in LINK.findall(FENCED.sub("", page.read_text()))]
    return [(page, link) for page, link in found if not link.startswith(("https://", "mailto:"))]


def name_of(value: object) -> str:
    return str(value.relative_to(ROOT)) if isinstance(value, Path) else str(value)


def test_every_tool_has_a_part_of_its_own_in_the_order_of_the_list() -> None:
    assert [heading for heading in headings(DOCS / "tools.md") if heading.islower()] == list(TOOLS)


def test_the_readme_has_every_tool_in_its_table() -> None:
    assert first_cells(README) == list(TOOLS)


@pytest.mark.parametrize("name", TOOLS)
def test_a_tool_is_described_with_its_scope_and_arguments(name: str) -> None:
    part = (DOCS / "tools.md").read_text().partition(f"\n## {name}\n")[2].partition("\n## ")[0]
    scope = TOOLS[name].scope
    assert f"Scope: `{scope}`" in part if scope else "Scope: any" in part
    for other in TOOLS[name].also:
        assert f"`{other}`" in part
    for argument in TOOLS[name].arguments.model_fields:
        assert f"`{argument}`" in part
    for field in TOOLS[name].output.model_fields:
        assert f"`{field}`" in part or f'"{field}"' in part


@pytest.mark.parametrize("where", [settings_in_example, settings_in_tables])
def test_every_setting_is_there_once_and_no_other(where: Callable[[], list[str]]) -> None:
    assert sorted(where()) == sorted(settings_read())


def test_the_example_holds_no_secret() -> None:
    assert (
        re.findall(r"^#?(?:SECRET_KEY|SECRET_KEY_FALLBACKS|VAULT_KEYS)=(.+)$", EXAMPLE.read_text(), re.MULTILINE) == []
    )


def test_every_command_of_ours_has_a_part_of_its_own() -> None:
    assert sorted(set(headings(DOCS / "commands.md")) & set(commands())) == sorted(commands())


def test_every_make_target_is_described() -> None:
    described = re.findall(r"^\| `make ([a-z-]+)` \|", (DOCS / "commands.md").read_text(), re.MULTILINE)
    assert sorted(described) == sorted(targets())


@pytest.mark.parametrize("word", [*Kind.values, *Result.values])
def test_every_kind_of_event_and_every_result_is_described(word: str) -> None:
    assert f"`{word}`" in (DOCS / "audit.md").read_text()


@pytest.mark.parametrize(("page", "link"), links(), ids=name_of)
def test_links_lead_to_files_and_headings_that_exist(page: Path, link: str) -> None:
    path, _, anchor = link.partition("#")
    there = (page.parent / path).resolve() if path else page
    assert there.is_relative_to(ROOT)
    assert there.is_file()
    assert not anchor or anchor in anchors(there)


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, waiting = {README}, [README]
    while waiting:
        here = waiting.pop()
        there = {(page.parent / link.partition("#")[0]).resolve() for page, link in links() if page == here}
        new = {page for page in there if page.suffix == ".md"} - reached
        reached |= new
        waiting += new
    assert reached >= {page.resolve() for page in DOCUMENTS}


def rules_of_the_gate() -> set[str]:
    """The words by which the SQL gate refuses."""
    return {
        str(node.args[0].value)
        for path in (ROOT / "mcpserver" / "sqlgate").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Refuse" and isinstance(node.args[0], ast.Constant)
    }


def test_every_rule_of_the_sql_gate_is_described_and_no_other() -> None:
    assert {row for row in first_cells(DOCS / "sql-gate.md") if row.isidentifier()} == rules_of_the_gate()


@pytest.mark.parametrize("page", [*DOCUMENTS, EXAMPLE], ids=name_of)
def test_no_document_speaks_of_a_machine_path(page: Path) -> None:
    assert MACHINE_PATH.findall(page.read_text()) == []


@pytest.mark.parametrize(
    "text",
    [
        "/" + "work/here/README.md",
        "in /home/ada/tidbmcp",
        "(/tmp/x)",
        "`/root/.cache`",
        "file:///x",
        "~/tidbmcp",
        "C:\\tidbmcp",
    ],
)
def test_a_machine_path_would_be_found(text: str) -> None:
    assert MACHINE_PATH.search(text)


@pytest.mark.parametrize("page", sorted((DOCS / "decisions").glob("*.md")), ids=name_of)
def test_a_decision_is_dated_and_says_context_decision_and_consequences(page: Path) -> None:
    text = page.read_text()
    assert text.startswith(f"# {page.name[:4]}: ")
    assert re.search(r"^\d{4}-\d{2}-\d{2}$", text, re.MULTILINE)
    assert headings(page)[1:] == ["Context", "Decision", "Consequences"]
