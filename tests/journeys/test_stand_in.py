"""Where no reader login is required: another login reads in its place, but for nobody who is read-only."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.stack import Stack, running_stack

TAKE = (
    "from mcpserver.models import SqlLogin;"
    "SqlLogin.objects.filter(cluster_id={cluster!r}, role={role!r}).update(role={aside!r})"
)
ASKED = {"cluster": "northwind-freight", "sql": "SELECT 1"}


@pytest.fixture(scope="module")
def lax(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running_stack(tmp_path_factory.mktemp("lax"), REQUIRE_READER_LOGIN="false") as stack:
        stack.answer("db_query", ASKED)
        take(stack, "role_readonly", "aside")
        yield stack


def take(stack: Stack, role: str, aside: str) -> None:
    cluster = stack.sandbox.cluster("northwind-freight")["cluster_id"]
    stack.manage("shell", "-v0", "-c", TAKE.format(cluster=cluster, role=role, aside=aside))


def user(stack: Stack, token: str) -> str:
    ((name,),) = stack.answer("db_query", {**ASKED, "sql": "SELECT CURRENT_USER()"}, token=token)["rows"]
    return str(name).removesuffix("@%")


@pytest.fixture(scope="module")
def token(lax: Stack) -> str:
    return lax.token("mcp:read,mcp:write")


def login(stack: Stack, role: str) -> str:
    return str(stack.sandbox.cluster("northwind-freight")["logins"][role]["user"])


def test_another_login_of_the_least_role_reads(lax: Stack, token: str) -> None:
    assert user(lax, token) == login(lax, "role_readwrite")
    take(lax, "role_readwrite", "aside too")
    try:
        assert user(lax, token) == login(lax, "role_admin")
    finally:
        take(lax, "aside too", "role_readwrite")


@pytest.mark.parametrize("options", [{"headers": {"x-read-only": "true"}}, {"query": "?readonly=true"}], ids=str)
def test_it_reads_for_no_request_that_is_read_only(lax: Stack, token: str, options: dict[str, Any]) -> None:
    lax.answer("db_query", ASKED, token=token)
    sentence = lax.refusal("db_query", ASKED, token=token, **options)
    assert "No reader login is stored for northwind-freight. Ask " in sentence
    assert "in the console or by manage.py sql_login" in sentence


def test_it_reads_for_no_token_that_is_read_only(lax: Stack, token: str) -> None:
    lax.answer("db_query", ASKED, token=token)
    read_only = lax.token("mcp:read,mcp:write", "--read-only")
    assert "No reader login is stored" in lax.refusal("db_query", ASKED, token=read_only)


def test_a_reader_that_is_there_is_the_one_who_reads(lax: Stack, token: str) -> None:
    take(lax, "aside", "role_readonly")
    try:
        assert user(lax, token) == login(lax, "role_readonly")
    finally:
        take(lax, "role_readonly", "aside")
    assert user(lax, token) == login(lax, "role_readwrite")


def test_my_access_says_so(lax: Stack, stack: Stack) -> None:
    assert lax.answer("my_access")["reader_login_required"] is False
    assert lax.answer("my_access", headers={"x-read-only": "true"})["reader_login_required"] is True
    assert stack.answer("my_access")["reader_login_required"] is True
