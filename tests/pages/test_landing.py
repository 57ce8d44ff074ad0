"""The first page, which anybody may read."""

import pytest
from django.template.loader import render_to_string
from django.test import Client

pytestmark = pytest.mark.django_db


def test_it_says_what_this_is_to_anybody(client: Client) -> None:
    page = client.get("/").text
    assert "http://testserver/mcp" in page
    assert "Sign in" in page


@pytest.mark.parametrize(
    "advice",
    ["Review before you approve", "least rights", "read-only restricts", "SQL user", "out of repositories and prompts"],
)
def test_it_carries_the_security_notice(client: Client, advice: str) -> None:
    assert advice in client.get("/").text


def test_it_links_to_the_security_best_practices(client: Client) -> None:
    assert "https://modelcontextprotocol.io/docs/tutorials/security/security_best_practices" in client.get("/").text


def test_a_page_that_is_not_there_says_so_in_our_clothes(client: Client) -> None:
    answer = client.get("/nowhere/")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.text


def test_the_page_for_a_failure_needs_nothing() -> None:
    assert "Something failed" in render_to_string("500.html")


def test_a_form_without_its_csrf_token_is_explained(db: None) -> None:
    answer = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "a", "password": "b"})
    assert answer.status_code == 403
    assert "out of date" in answer.text
