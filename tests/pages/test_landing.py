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
    answer = client.get("/nowhere/", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert (answer.status_code, answer["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert "<!doctype html>" in answer.text.lower()
    assert "There is nothing here" in answer.text


@pytest.mark.parametrize("accept", ["", "*/*", "application/json", "application/json, text/event-stream"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/nowhere/"),
        ("POST", "/sse"),
        ("GET", "/.well-known/oauth-protected-resource/mcp"),
        ("GET", "/.well-known/oauth-authorization-server"),
        ("POST", "/register"),
    ],
)
def test_a_client_in_the_wrong_place_reads_where_mcp_is(client: Client, method: str, path: str, accept: str) -> None:
    answer = client.generic(method, path, headers={"Accept": accept} if accept else None)
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/json")
    said = answer.json()
    assert set(said) == {"error", "error_description"}
    assert said["error"] == "not_found"
    for word in ("There is nothing here.", "http://testserver/mcp,", "http://testserver/me/tokens/", "no OAuth"):
        assert word in said["error_description"]


def test_the_page_for_a_failure_needs_nothing() -> None:
    assert "Something failed" in render_to_string("500.html")


def test_a_form_without_its_csrf_token_is_explained(db: None) -> None:
    answer = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "a", "password": "b"})
    assert answer.status_code == 403
    assert "out of date" in answer.text
