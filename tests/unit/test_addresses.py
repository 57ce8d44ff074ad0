"""Addresses that a key may be sent to."""

import pytest
from django.core.exceptions import ValidationError
from pytest_django import Settings

from mcpserver.addresses import api_address, is_loopback


@pytest.mark.parametrize(
    "url",
    [
        "https://serverless.tidbapi.com/v1beta1", "https://h", "https://h:8443/x", "https://10.0.0.1/", "https://[2001:db8::1]/v1",
        "HTTPS://h/", "http://127.0.0.1:9000/v1beta1", "http://localhost:9000", "http://[::1]:9000", "http://127.9.9.9",
    ],
)  # fmt: skip
def test_an_address_that_is_fine_in_a_trial(url: str, settings: Settings) -> None:
    settings.PRODUCTION = False
    api_address(url)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9000", "http://localhost", "http://[::1]"])
def test_production_sends_no_key_in_the_clear_not_even_to_itself(url: str, settings: Settings) -> None:
    settings.PRODUCTION = True
    with pytest.raises(ValidationError, match="https address"):
        api_address(url)


@pytest.mark.parametrize(
    "url",
    [
        "", "h", "//h", "https:", "https://", "https:///path", "ftp://h", "file:///etc/passwd", "javascript:alert(1)", "http://h",
        "http://localhost.example.com", "http://127.0.0.1.example.com", "http://127.1", "http://2130706433", "http://0x7f000001",
        "http://0.0.0.0", "http://[::ffff:127.0.0.1]", "http://localhost@h", "http://10.0.0.1", "https://h:0", "https://h:99999",
        "https://h:port", "https://[::1", "https://user@h", "https://user:hunter2@h", "https://:hunter2@h", "https://h?key=hunter2",
        "https://h/#x", "https://h\\@evil.example.com",
    ],
)  # fmt: skip
def test_an_address_that_is_refused_without_being_repeated(url: str, settings: Settings) -> None:
    settings.PRODUCTION = False
    with pytest.raises(ValidationError) as caught:
        api_address(url)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("localhost.", False), ("LOCALHOST", False), ("0.0.0.0", False), ("", False),
     ("127.0.0.1.nip.io", False), ("10.0.0.1", False)],
)  # fmt: skip
def test_this_machine_and_no_other(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected
