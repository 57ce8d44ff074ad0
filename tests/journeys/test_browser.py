"""A person in a real browser: signs in, makes a token, sees the call in the record, takes it away as CSV."""

import csv
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.stack import Stack

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
PICTURES = os.environ.get("TIDBMCP_SCREENSHOTS")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, stack: Stack) -> Iterator[Page]:
    """A fresh visitor. A page that breaks the content security policy, or throws, fails the test."""
    context = browser.new_context(base_url=stack.url, viewport={"width": 1180, "height": 800})
    page = context.new_page()
    page.set_default_timeout(10_000)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    expected = "the server responded with a status of 403 (Forbidden)"
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert [complaint for complaint in complaints if expected not in complaint] == []


def sign_in(page: Page, stack: Stack, name: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(stack.run[name]["password"])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/accounts/login/" not in url)


def picture(page: Page, name: str) -> None:
    """For eyes: with TIDBMCP_SCREENSHOTS=folder each stop of a journey leaves a picture there."""
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def test_an_admin_makes_a_token_and_finds_the_call_in_the_record(page: Page, stack: Stack, tmp_path: Path) -> None:
    sign_in(page, stack, "admin")
    page.goto("/me/tokens/")
    page.get_by_label("Used by").fill("a client in a test")
    page.get_by_role("button", name="Make token").click()
    token = page.locator("#token").inner_text().strip()
    picture(page, "token")
    assert (
        stack.call("db_query", {"cluster": "shop", "sql": "SELECT 'mine'"}, token=token)["result"]["isError"] is False
    )
    page.goto("/admin/audit/event/")
    page.locator("input[name=q]").fill(token[:13])
    page.locator("input[name=q]").press("Enter")
    expect(page.locator("table")).to_contain_text("SELECT ?")
    picture(page, "calls")
    with page.expect_download() as download:
        page.get_by_role("link", name="Export CSV").click()
    download.value.save_as(tmp_path / "events.csv")
    with (tmp_path / "events.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["token"] for row in rows} == {token[:13]}
    assert [row["tool"] for row in rows if row["kind"] == "call.finished"] == ["db_query"]
    page.go_back()
    page.locator("table a", has_text="db_query").first.click()
    assert "admin" in page.locator("main, #content").first.inner_text()
    picture(page, "one-call")


def test_a_token_is_shown_once_and_can_be_revoked(page: Page, stack: Stack) -> None:
    sign_in(page, stack, "developer")
    page.goto("/me/tokens/")
    page.get_by_label("Used by").fill("soon gone")
    page.get_by_role("button", name="Make token").click()
    token = page.locator("#token").inner_text().strip()
    page.goto("/me/tokens/")
    assert token not in page.content()
    row = page.locator("li", has_text="soon gone")
    row.get_by_text("Revoke…").click()
    row.get_by_role("button", name="Revoke it").click()
    expect(page.locator("li", has_text="soon gone").locator(".chip").first).to_have_text("revoked")
    assert stack.post({"jsonrpc": "2.0", "id": 1, "method": "ping"}, token=token).status_code == 401


def test_a_developer_does_not_get_into_the_console(page: Page, stack: Stack) -> None:
    sign_in(page, stack, "developer")
    page.goto("/admin/audit/event/")
    assert "Export CSV" not in page.content()


def test_a_wrong_password_is_told_and_recorded(page: Page, stack: Stack) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".errorlist, [role=alert]").first).to_be_visible()
    assert stack.events("kind = 'session.refused'")[-1]["error"] == "wrong name or password"


def test_a_stored_key_can_be_tested_and_not_read(page: Page, stack: Stack) -> None:
    sign_in(page, stack, "admin")
    page.goto("/admin/mcpserver/tidbcloudconnection/")
    page.locator("input[name=_selected_action]").first.check()
    page.locator("select[name=action]").select_option(label="Test the connection")
    page.locator("button[name=index]").click()
    expect(page.get_by_text("the key is accepted, and sees 2 clusters")).to_be_visible()
    picture(page, "connections")
    page.locator("#result_list tbody a").first.click()
    assert page.locator("input[name=secret]").input_value() == ""
    page.locator("input[name=api_url]").fill("https://elsewhere.example.com/v1beta1")
    page.locator("input[name=_save]").click()
    expect(page.get_by_text("Enter the secret")).to_be_visible()
    picture(page, "connection-form")


def test_a_stored_login_is_tested_against_its_server(page: Page, stack: Stack) -> None:
    sign_in(page, stack, "admin")
    page.goto("/admin/mcpserver/sqllogin/")
    for box in page.locator("input[name=_selected_action]").all():
        box.check()
    page.locator("select[name=action]").select_option(label="Test the connection")
    page.locator("button[name=index]").click()
    expect(page.get_by_text("the login is accepted, and only reads")).to_have_count(2)
    expect(page.get_by_text("the login is accepted, and can change data")).to_have_count(4)


def test_the_landing_page_says_what_this_is_and_what_to_mind(page: Page, stack: Stack) -> None:
    page.goto("/")
    text = page.locator("body").inner_text()
    for words in ("TiDB Cloud", "read-only", "repositor"):
        assert words in text
    assert page.locator("a[href*='security_best_practices']").count() == 1
    picture(page, "landing")
