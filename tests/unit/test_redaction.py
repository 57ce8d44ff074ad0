"""No planted secret survives redaction, by its name or by its shape; harmless words do; no text takes long."""

import json
import logging
import sys
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.tokens import new_token
from audit.parameters import kept
from tidbmcp.lib.redaction import REMOVED, RedactingFormatter, redact, redact_text

PLANTED = "hunter2hunter2"

BY_SHAPE = {
    "assigned": f"password={PLANTED}",
    "assigned with blanks": f"password = {PLANTED}",
    "assigned in YAML": f"db_password: {PLANTED}",
    "assigned in Go": f'password := "{PLANTED}"',
    "assigned in Ruby": f"password => '{PLANTED}'",
    "assigned on the next line": f"Password:\n{PLANTED}",
    "assigned, quote inside": f'password="a\\"{PLANTED}"',
    "assigned, doubled quote inside": f"password='a''{PLANTED}'",
    "assigned, end cut off": f'password="{PLANTED} and so',
    "an environment variable": f"export MYSQL_PWD='{PLANTED}'",
    "an API key": f"api-key: {PLANTED}",
    "a header of an API key": f"X-Api-Key: {PLANTED}",
    "a client secret": f"TIDB_CLIENT_SECRET={PLANTED}",
    "a private key setting": f"private_key={PLANTED}",
    "JSON": f'{{"password": "{PLANTED}"}}',
    "JSON, quote inside": f'{{"password": "a\\"{PLANTED}"}}',
    "JSON in JSON": json.dumps(json.dumps({"password": PLANTED})),
    "Python": f"{{'token': '{PLANTED}'}}",
    "Python bytes": f"{{'password': b'{PLANTED}'}}",
    "a parameter": f"https://example.com/?a=1&access_token={PLANTED}&b=2",
    "an address": f"mysql://root:{PLANTED}@db.example.com/shop",
    "an address, @ in the password": f"mysql://root:p@{PLANTED}@db.example.com/shop",
    "an address, / in the password": f"mysql://root:p/{PLANTED}@db.example.com/shop",
    "an address without user": f"redis://:{PLANTED}@cache:6379/0",
    "Bearer": f"Authorization: Bearer {PLANTED}",
    "bearer alone": f"bearer {PLANTED}",
    "Basic": f"authorization: basic {PLANTED}",
    "a scheme nobody knows": f"Authorization: ApiKey {PLANTED}",
    "Digest": f'Authorization: Digest username="k", realm="r", cnonce="{PLANTED}", response="{PLANTED}"',
    "Cookie": f"Cookie: a=b; sessionid={PLANTED}",
    "Set-Cookie": f"set-cookie: sessionid={PLANTED}; Path=/",
    "IDENTIFIED BY": f"CREATE USER u IDENTIFIED BY '{PLANTED}'",
    "IDENTIFIED BY, quote inside": rf"CREATE USER u IDENTIFIED BY 'a\'{PLANTED}'",
    "IDENTIFIED BY, doubled quote": f"CREATE USER u IDENTIFIED BY 'a''{PLANTED}'",
    "IDENTIFIED WITH": f"ALTER USER u IDENTIFIED WITH caching_sha2_password BY '{PLANTED}'",
    "IDENTIFIED VIA": f"ALTER USER u IDENTIFIED VIA mysql_native_password USING '{PLANTED}'",
    "IDENTIFIED BY PASSWORD": f"GRANT USAGE ON *.* TO u IDENTIFIED BY PASSWORD '*{PLANTED}'",
    "SET PASSWORD": f"SET PASSWORD = '{PLANTED}'",
    "SET PASSWORD FOR": f"SET PASSWORD FOR 'bob'@'%' = '{PLANTED}'",
    "SET PASSWORD with a function": f"SET PASSWORD FOR bob = PASSWORD('{PLANTED}')",
    "PASSWORD()": f"SELECT PASSWORD( '{PLANTED}' )",
    "a private key": f"-----BEGIN RSA PRIVATE KEY-----\n{PLANTED}\n-----END RSA PRIVATE KEY-----",
    "a private key, cut off": f"-----BEGIN PRIVATE KEY-----\n{PLANTED}",
    "a JWT": f"eyJhbGciOiJI.eyJ{PLANTED}.{PLANTED}",
    "an AWS key": "AKIAHUNTER2HUNTER2XX",
    "a GitHub token": f"ghp_{PLANTED}",
    "a GitLab token": f"glpat-{PLANTED}",
    "a Slack token": f"xoxb-{PLANTED}",
    "an OpenAI key": f"sk-proj-{PLANTED}",
    "a Google key": f"AIza{PLANTED}",
    "a sealed secret": f"gAAAAA{PLANTED}{PLANTED}",
    "a token of ours": f"tmcp_abcdefgh{PLANTED}",
    "a token of ours in a word": f"xtmcp_abcdefgh{PLANTED}",
}


@pytest.mark.parametrize("text", BY_SHAPE.values(), ids=BY_SHAPE.keys())
def test_a_secret_with_a_shape_survives_nowhere(text: str) -> None:
    around = f"it said {text}, and then"
    for value in (around, {"q": around}, [around], ({"deep": [{"in": around}]},), {around: 1}):
        assert "hunter2" not in str(redact(value)).lower()


BY_NAME = (
    "password", "Password", "db_passwd", "PASSWD", "passphrase", "pw", "pwd", "secret", "client_secret", "token",
    "access_token", "refreshToken", "next_page_token", "credentials", "Authorization", "auth", "cookie", "Set-Cookie", "signature",
    "api_key", "apiKey", "API-KEY", "private_key", "privateKey", "access_key", "encryption_key", "VAULT_KEYS", "session_id",
    "sessionid", "otp", "pin", "connection_string", "dsn",
)  # fmt: skip


@pytest.mark.parametrize("name", BY_NAME)
@pytest.mark.parametrize(
    "value", ["x y z", 4711, 47.11, ["x y z"], {"inner": "x y z"}], ids=["text", "int", "float", "list", "dict"]
)
def test_a_field_with_a_secrets_name_is_withheld_whole(name: str, value: object) -> None:
    assert redact({name: value}) == {name: REMOVED}
    assert redact([{"deep": {name: value}}]) == [{"deep": {name: REMOVED}}]


HARMLESS = (
    "page_token", "tokens left", "This page_token is not one of this list.", "the token is expired", "Wait 12 s.",
    "0192f0c1-8d3a-7c4e-9b1a-2f0e5d6c7b8a", "0192f0c18d3a7c4e9b1a2f0e5d6c7b8a", "SELECT a, b FROM t WHERE c = ? ORDER BY d LIMIT ?",
    "SELECT secret_santa FROM parties", "SELECT COUNT(*) FROM tokens WHERE used_at > ?", "https://example.com/a?b=c", "10.0.0.1:4000",
    "http://localhost:8000/users/@me", "someone@example.com", "tmcp_ab12CD34", "2Bx9fJkQm7TcRzW.reader", "passenger: 7",
    "2026-11-22T14:00:00+00:00", "mcp:read mcp:sql", "tidbcloud_list_clusters", "compass=north", "`password`", "the cookie jar",
)  # fmt: skip


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_text_survives(text: str) -> None:
    assert redact_text(text) == text


@pytest.mark.parametrize(
    "fields",
    [
        {"page_token": "eyJzdGFydCI6IDIwfQ=="},
        {"token_prefix": "tmcp_ab12CD34"},
        {"tokens_left": 7, "token_left": 7},
        {"password": None, "read_only_token": True},
        {"cluster": "shop", "page_size": 20, "labels": {"team": "a"}},
        {"keyboard": "x", "spinner": 1, "author": "bob", "pine": 1},
    ],
    ids=["page token", "prefix", "tokens left", "nothing to hide", "arguments", "words with parts of others"],
)
def test_harmless_fields_survive(fields: dict[str, object]) -> None:
    assert redact(fields) == fields


def test_the_prefix_of_a_token_stays_and_names_it() -> None:
    token = new_token()
    assert redact_text(f"got {token.text}.") == f"got {token.lookup}…{REMOVED}."


@given(st.text(), st.text())
def test_a_token_of_ours_survives_in_no_surroundings(before: str, after: str) -> None:
    token = new_token().text
    assert token[13:] not in redact_text(before + token + after)


LONG = {
    "one word": "a" * 60_000,
    "secret names": "token" * 12_000,
    "secret names between quotes": 'password"' * 7_000,
    "a name, then blanks": "password:" + " " * 60_000,
    "beginnings of JWTs": "-eyJ" * 15_000,
    "bearers": "Bearer aaaaaa " * 4_000,
    "digests": "Digest a=b " * 5_000,
    "a bearer, then blanks": "Bearer" + " " * 60_000,
    "identified": "IDENTIFIED WITH " * 4_000,
    "set passwords": "SET PASSWORD " * 5_000,
    "addresses": "://a:" * 12_000,
    "beginnings of keys": "-----BEGIN PRIVATE KEY " * 3_000,
    "open quotes": "password='" * 6_000,
    "backslashes": "password" + "\\" * 60_000,
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG.keys())
def test_a_long_text_from_a_stranger_takes_no_time(text: str) -> None:
    """A User-Agent may have 60 kB, and comes here before anybody is known."""
    start = process_time()
    redact_text(text)
    assert process_time() - start < 1


def test_what_json_does_not_know_is_redacted_too() -> None:
    assert PLANTED not in str(kept({"error": ValueError(f"password={PLANTED}")}))


def _line(message: str, *values: object, error: bool = False) -> str:
    trace = sys.exc_info() if error else None
    record = logging.LogRecord("app", logging.ERROR, __file__, 1, message, values, trace)
    return RedactingFormatter("{levelname} {message}", style="{").format(record)


def test_a_log_line_loses_its_secrets_wherever_they_come_from() -> None:
    line = _line("password=%s for %s", PLANTED, {"token": PLANTED})
    assert line.startswith("ERROR ")
    assert PLANTED not in line


def test_a_traceback_loses_its_secrets_and_stays_readable() -> None:
    try:
        try:
            raise OSError("mysql://root:" + "hunter2" + "@db refused")
        except OSError as cause:
            raise ValueError("Bearer " + "hunter2") from cause
    except ValueError:
        line = _line("it failed", error=True)
    assert "hunter2@" not in line.replace('"hunter2"', "")
    assert "Bearer hunter2" not in line
    assert "The above exception was the direct cause" in line
    assert "ValueError" in line
