"""The gate's rules over hosts, origins, tokens and parameters."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from pytest_django import Settings

from mcpserver import gate_rules
from mcpserver.gate_rules import Headers, allowed_here, bearer_of, over_rate, read_only_of


def headers(*pairs: tuple[str, str]) -> Headers:
    return Headers([(name.encode(), value.encode("latin-1")) for name, value in pairs])


@pytest.fixture(autouse=True)
def deployment(settings: Settings) -> Settings:
    settings.ALLOWED_HOSTS = ["tidbmcp.example.com", ".team.example.com"]
    settings.SITE_URL = "https://tidbmcp.example.com"
    settings.MCP_ALLOWED_ORIGINS = ["https://app.example.com:8443"]
    settings.RATE_LIMIT_PER_ADDRESS = 3
    return settings


@pytest.mark.parametrize(
    "host",
    [
        "tidbmcp.example.com",
        "TIDBMCP.example.com",
        "tidbmcp.example.com:8443",
        "a.team.example.com",
        " tidbmcp.example.com ",
    ],
)
def test_our_hosts(host: str) -> None:
    assert allowed_here(headers(("host", host))) is None


@pytest.mark.parametrize(
    "hosts",
    [[], [""], ["evil.example.com"], ["tidbmcp.example.com.evil.com"], ["eviltidbmcp.example.com"], ["127.0.0.1"], ["localhost"],
     ["tidbmcp.example.com", "tidbmcp.example.com"], ["tidbmcp.example.com", "evil.example.com"], ["tidbmcp.example.com@evil.com"],
     ["tidbmcp.example.com:80:80"], ["tidbmcp.example.com:x"], ["tidbmcp.example.com/"], ["tidbmcp.example.com evil.com"], ["*"], ["\xff"]],
    ids=str,
)  # fmt: skip
def test_other_hosts_are_refused(hosts: list[str]) -> None:
    sentence = allowed_here(headers(*[("host", host) for host in hosts]))
    assert sentence == "This host name is not served here. An admin can add it to ALLOWED_HOSTS."


@pytest.mark.parametrize(
    "origin",
    [
        "https://tidbmcp.example.com",
        "HTTPS://TIDBMCP.example.com",
        "https://app.example.com:8443",
        " https://tidbmcp.example.com ",
    ],
)
def test_our_origins(origin: str) -> None:
    assert allowed_here(headers(("host", "tidbmcp.example.com"), ("origin", origin))) is None


@pytest.mark.parametrize(
    "origins",
    [["null"], [""], ["http://tidbmcp.example.com"], ["https://tidbmcp.example.com:444"], ["https://app.example.com"], ["https://evil.com"],
     ["https://tidbmcp.example.com.evil.com"], ["https://tidbmcp.example.com/"], ["https://tidbmcp.example.com", "https://evil.com"],
     ["https://tidbmcp.example.com https://evil.com"], ["*"]],
    ids=str,
)  # fmt: skip
def test_pages_of_other_origins_are_refused(origins: list[str]) -> None:
    found = allowed_here(headers(("host", "tidbmcp.example.com"), *[("origin", origin) for origin in origins]))
    assert found is not None
    assert "MCP_ALLOWED_ORIGINS" in found


@pytest.mark.parametrize("value", ["Bearer abc", "bearer abc", "BEARER  abc", " Bearer abc \t"])
def test_a_bearer_token(value: str) -> None:
    assert bearer_of(headers(("authorization", value)), b"") == ("abc", "")


@pytest.mark.parametrize(
    "values",
    [
        [],
        [""],
        ["Bearer"],
        ["Bearer "],
        ["Bearer\tabc"],
        ["abc"],
        ["Basic abc"],
        ["Bearerabc"],
        ["Bearer a", "Bearer a"],
        ["Bearer a", "Bearer b"],
    ],
    ids=str,
)
def test_without_exactly_one_bearer_there_is_none(values: list[str]) -> None:
    found, hint = bearer_of(headers(*[("authorization", value) for value in values]), b"")
    assert found is None
    assert (
        hint
        == "Send your token as 'Authorization: Bearer <token>'. Tokens are made at https://tidbmcp.example.com/me/tokens/."
    )


@pytest.mark.parametrize(
    "query", [b"token=hunter2", b"Access_Token=hunter2", b"a=1&api_key=hunter2", b"key=", b"token", b"%74oken=hunter2"]
)
def test_a_token_in_the_address_is_told_to_be_revoked_and_not_repeated(query: bytes) -> None:
    found, hint = bearer_of(headers(), query)
    assert found is None
    assert "revoke it" in hint
    assert "hunter2" not in hint


@pytest.mark.parametrize(
    ("values", "query", "expected"),
    [
        ([], b"", False), (["true"], b"", True), (["false"], b"", False), ([], b"readonly=1", True), ([], b"readonly=no", False),
        (["false"], b"readonly=true", True), (["true"], b"readonly=false", True), (["true", "false"], b"", True),
        ([], b"readonly=false&readonly=true", True), ([" YES "], b"", True), ([], b"readonly=%74rue", True),
    ],
)  # fmt: skip
def test_any_word_for_read_only_counts(values: list[str], query: bytes, expected: bool) -> None:
    assert read_only_of(headers(*[("x-read-only", value) for value in values]), query) == ("", expected)


@pytest.mark.parametrize(
    ("values", "query"),
    [
        (["yess"], b""), ([""], b""), (["true, true"], b""), (["true", "yess"], b""), ([], b"readonly=yess"), ([], b"readonly="), ([], b"readonly"),
        ([], b"readonly-true"), ([], b"read_only=true"), ([], b"READONLY=true"), ([], b"readonly=true&x=1"), ([], b"token=x"), ([], b"&"),
        ([], b"readonly=\xc3\xa9"), ([], b"readonly=%ff"), ([], b"readonly=true;x=1"), (["2"], b"readonly=true"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused_and_never_ignored(values: list[str], query: bytes) -> None:
    sentence, read_only = read_only_of(headers(*[("x-read-only", value) for value in values]), query)
    assert sentence
    assert read_only is True


@pytest.fixture
def empty_cache() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def test_an_address_over_its_rate_waits_and_others_do_not(empty_cache: None) -> None:
    found = [over_rate("10.0.0.1") for _ in range(4)]
    assert found[:3] == [None] * 3
    assert found[3] is not None
    assert 1 <= found[3] <= 60
    assert over_rate("10.0.0.2") is None


@pytest.mark.parametrize("error", [OSError, ValueError, RuntimeError])
def test_a_store_that_is_down_refuses(error: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*args: object, **kwargs: object) -> None:
        raise error("planted")

    monkeypatch.setattr(gate_rules, "get_usage", fails)
    assert over_rate("10.0.0.1") == -1


def test_a_store_that_counts_nothing_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate_rules, "get_usage", lambda *_, **__: {"should_limit": True, "time_left": -1})
    assert over_rate("10.0.0.1") == -1


def test_a_cache_that_does_not_work_refuses(settings: Settings) -> None:
    settings.CACHES = {"default": {"BACKEND": "tests.unit.test_gate_rules.BrokenCache"}}
    assert over_rate("10.0.0.1") == -1


class BrokenCache:
    """A cache whose server is gone."""

    def __init__(self, *args: object) -> None:
        pass

    def __getattr__(self, name: str) -> object:
        raise OSError("planted")

    def close(self) -> None:
        """The end of a test closes every cache."""


def test_a_name_in_other_letters_is_another_header() -> None:
    assert Headers([(b"host", b"a"), (b"x-host", b"b")]).all("host") == ["a"]
    assert Headers([(b"host", b"a"), (b"host", b"b")]).one("host") is None
