"""SQL users, from an agent's call to a login at the database: the password comes by a page in a real browser, and no other way."""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal

import MySQLdb
import pytest
from playwright.sync_api import Page, expect

from tests.journeys.test_browser import browser, page, sign_in
from tests.journeys.test_clients import connected
from tests.stack import Stack

__all__ = ["browser", "page"]

PICTURES = os.environ.get("TIDBMCP_SCREENSHOTS")
DENIED = 1142
CLUSTER = "northwind-freight"
ASKED: dict[str, Any] = {"cluster": CLUSTER, "confirm": True}


@pytest.fixture(scope="module")
def token(stack: Stack) -> str:
    return stack.token("mcp:admin")


def by_sdk(stack: Stack, token: str, tool: str, arguments: dict[str, Any]) -> Any:
    """Through the Python SDK's client; in a thread, because the browser has this one's event loop."""

    async def go() -> Any:
        async with connected(stack, "2026-07-28", token) as client:
            return await client.call_tool(tool, arguments)

    with ThreadPoolExecutor(1) as thread:
        result = thread.submit(lambda: asyncio.run(go())).result()
    assert not result.is_error, result.content[0].text
    return result.structured_content


def log_in(cluster: dict[str, Any], user: str, password: str, **more: Any) -> MySQLdb.connections.Connection:
    return MySQLdb.connect(host=cluster["host"], port=cluster["port"], user=user, password=password, **more)


def pictures(page: Page, name: str) -> None:
    """For eyes: light, dark, and on a phone."""
    if not PICTURES:
        return
    looks: list[tuple[Literal["light", "dark"], int]] = [("light", 1180), ("dark", 1180), ("light", 360)]
    for scheme, width in looks:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 800})
        page.screenshot(path=Path(PICTURES) / f"{name}-{scheme}-{width}.png", full_page=True)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1180, "height": 800})


def test_a_user_is_made_seen_once_used_and_removed(stack: Stack, page: Page, token: str) -> None:
    cluster = stack.sandbox.cluster(CLUSTER)
    made = by_sdk(stack, token, "db_create_user", ASKED | {"user": "dashboards", "reason": "for the wallboard"})
    user, address = made["user"], made["password_page"].removeprefix(stack.url)
    assert user == f"{cluster['user_prefix']}.dashboards"
    assert address.startswith("/me/passwords/")

    page.goto(address)  # not signed in yet
    page.get_by_label("Username").fill("developer")
    page.get_by_label("Password").fill(stack.run["developer"]["password"])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"**{address}")
    pictures(page, "password-waits")
    page.reload()
    page.get_by_role("button", name="Show the password").click()
    password = page.locator("#password").inner_text().strip()
    assert page.locator("#user").inner_text().strip() == user
    assert page.locator("#host").inner_text().strip() == cluster["host"]
    pictures(page, "password-shown")
    page.goto(address)
    expect(page.get_by_text("is not shown again")).to_be_visible()
    pictures(page, "password-seen")
    assert password not in page.content()

    connection = log_in(cluster, user, password, database="freight")
    connection.query("SELECT COUNT(*) FROM shipments")
    assert connection.store_result().num_rows() == 1
    with pytest.raises(MySQLdb.OperationalError, match="denied"):
        connection.query("DELETE FROM shipments")
    connection.close()

    assert by_sdk(stack, token, "db_remove_user", ASKED | {"user": user})["user"] == user
    with pytest.raises(MySQLdb.OperationalError, match="Access denied"):
        log_in(cluster, user, password)
    everything = str(stack.events()) + "".join(stack.log) + stack.database.read_bytes().decode("latin-1")
    assert password not in everything
    kinds = [event["kind"] for event in stack.events("kind LIKE 'secret.%'")]
    assert kinds == ["secret.shown"]


def test_the_link_opens_for_nobody_else(stack: Stack, page: Page, token: str) -> None:
    made = stack.answer("db_create_user", ASKED | {"user": "for_one"}, token=token)
    sign_in(page, stack, "admin")  # a superuser
    assert page.request.get(made["password_page"]).status == 404
    stack.answer("db_remove_user", ASKED | {"user": "for_one"}, token=token)
    page.context.clear_cookies()
    sign_in(page, stack, "developer")
    page.goto(made["password_page"])
    expect(page.get_by_text("its user was removed")).to_be_visible()
    pictures(page, "password-over")


@pytest.mark.parametrize(
    ("user", "role", "can_write"),
    [("reads", "role_readonly", False), ("writes", "role_readwrite", True), ("owns", "role_admin", True)],
)
def test_a_role_does_what_it_says(stack: Stack, token: str, user: str, role: str, can_write: bool, page: Page) -> None:
    cluster = stack.sandbox.cluster(CLUSTER)
    made = stack.answer("db_create_user", ASKED | {"user": user, "role": role}, token=token)
    try:
        sign_in(page, stack, "developer")
        page.goto(made["password_page"])
        page.get_by_role("button", name="Show the password").click()
        connection = log_in(cluster, made["user"], page.locator("#password").inner_text().strip(), database="freight")
        try:
            connection.query("DELETE FROM shipments WHERE 1 = 0")
            wrote = True
        except MySQLdb.OperationalError:
            wrote = False
        connection.close()
        assert wrote is can_write
    finally:
        stack.answer("db_remove_user", ASKED | {"user": user}, token=token)


@pytest.mark.parametrize(
    ("tool", "arguments", "sentence"),
    [
        ("db_create_user", {"user": "root"}, "belongs to whoever made the cluster"),
        ("db_remove_user", {"user": "root"}, "belongs to whoever made the cluster"),
        ("db_remove_user", {"user": "{prefix}.root"}, "belongs to whoever made the cluster"),
        ("db_create_user", {"user": "tidbmcp_reader"}, "is a login of the gateway's own"),
        ("db_remove_user", {"user": "tidbmcp_reader"}, "is a login of the gateway's own"),
        ("db_remove_user", {"user": "{prefix}.tidbmcp_owner"}, "is a login of the gateway's own"),
        ("db_create_user", {"user": "x`; DROP"}, "user does not fit: SQL user: letters"),
        ("db_create_user", {"user": "fine", "confirm": False}, "Nothing was made. It would make the SQL user"),
        (
            "db_create_user",
            {"user": "fine", "role": "owner"},
            "role: input should be 'role_readonly', 'role_readwrite'",
        ),
        ("db_create_user", {"user": "fine", "password": "hunter2hunter2"}, "'password' is not an argument"),
        ("db_remove_user", {"user": "nobody_here"}, "There is no user"),
    ],
)
def test_refusals_say_why(stack: Stack, token: str, tool: str, arguments: dict[str, Any], sentence: str) -> None:
    prefix = stack.sandbox.cluster(CLUSTER)["user_prefix"]
    user = arguments["user"].format(prefix=prefix)
    assert sentence in stack.refusal(tool, ASKED | arguments | {"user": user}, token=token)


@pytest.mark.parametrize("tool", ["db_create_user", "db_remove_user"])
def test_a_token_needs_the_scope_and_must_not_be_read_only(stack: Stack, tool: str) -> None:
    asked = ASKED | {"user": "fine"}
    assert "needs the scope mcp:admin" in stack.refusal(tool, asked, token=stack.token("mcp:read,mcp:write,mcp:sql"))
    assert "read-only" in stack.refusal(tool, asked, token=stack.token("mcp:admin", "--read-only"))


def test_a_branch_has_users_of_its_own_made_by_sql(stack: Stack, page: Page, token: str) -> None:
    on_branch = ASKED | {"branch": "users", "user": "tester"}
    stack.answer("tidbcloud_create_branch", {"cluster": CLUSTER, "display_name": "users", "wait": True})
    try:
        branch = stack.answer("tidbcloud_get_branch", {"cluster": CLUSTER, "branch": "users"})
        made = stack.answer("db_create_user", on_branch | {"role": "role_readwrite"}, token=token)
        assert made["user"] == f"{branch['user_prefix']}.tester"
        sign_in(page, stack, "developer")
        page.goto(made["password_page"])
        expect(page.get_by_text("users", exact=True)).to_be_visible()
        page.get_by_role("button", name="Show the password").click()
        password = page.locator("#password").inner_text().strip()
        connection = log_in(branch, made["user"], password, database="freight")
        connection.query("DELETE FROM shipments WHERE 1 = 0")
        with pytest.raises(MySQLdb.OperationalError, match="denied"):
            connection.query("SELECT * FROM mysql.global_priv")
        connection.close()
        with pytest.raises(MySQLdb.OperationalError, match="Access denied"):
            log_in(stack.sandbox.cluster(CLUSTER), made["user"], password)

        assert "There is a user" in stack.refusal("db_create_user", on_branch, token=token)
        assert "There is no user" in stack.refusal("db_remove_user", on_branch | {"user": "testr"}, token=token)
        own = {
            "root": "belongs to",
            "tidbmcp_reader": "gateway's own",
            f"{branch['user_prefix']}.tidbmcp_owner": "gateway's own",
        }
        for user, why in own.items():
            assert why in stack.refusal("db_create_user", on_branch | {"user": user}, token=token)
            assert why in stack.refusal("db_remove_user", on_branch | {"user": user}, token=token)
        stack.answer("db_remove_user", on_branch, token=token)
        with pytest.raises(MySQLdb.OperationalError, match="Access denied"):
            log_in(branch, made["user"], password)
        assert password not in str(stack.events()) + "".join(stack.log)
    finally:
        gone = {"cluster": CLUSTER, "branch": "users", "confirm": True, "confirm_name": "users"}
        stack.answer("tidbcloud_delete_branch", gone)
