"""What production does not start with; a trial on this machine may."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from tidbmcp.checks import production_is_safe, readers_are_required, refuse_unsafe


@pytest.fixture
def production(settings: Settings) -> Settings:
    settings.PRODUCTION = True
    settings.SITE_URL = "https://tidbmcp.example.com"
    settings.ALLOWED_HOSTS = ["tidbmcp.example.com"]
    return settings


UNSAFE = {
    "debug": ("DEBUG", True, "E001"),
    "every host": ("ALLOWED_HOSTS", ["*"], "E002"),
    "every host among others": ("ALLOWED_HOSTS", ["tidbmcp.example.com", "*"], "E002"),
    "no HTTPS": ("SITE_URL", "http://tidbmcp.example.com", "E003"),
    "no address": ("SITE_URL", "tidbmcp.example.com", "E003"),
    "no host": ("SITE_URL", "https://", "E004"),
    "a host of others": ("SITE_URL", "https://other.example.com", "E004"),
    "no hosts": ("ALLOWED_HOSTS", [], "E004"),
    "a short key": ("SECRET_KEY", "planted" * 7, "E005"),
}


@pytest.mark.parametrize(("name", "value", "expected"), UNSAFE.values(), ids=UNSAFE.keys())
def test_production_does_not_start_with(production: Settings, name: str, value: object, expected: str) -> None:
    setattr(production, name, value)
    assert f"tidbmcp.{expected}" in [error.id for error in production_is_safe(None)]
    with pytest.raises(ImproperlyConfigured, match=expected) as caught:
        refuse_unsafe()
    assert "planted" not in str(caught.value)


def test_a_short_fallback_is_as_bad_as_a_short_key(production: Settings) -> None:
    production.SECRET_KEY_FALLBACKS = ["short"]
    assert production_is_safe(None)


def test_production_starts_with_what_is_safe(production: Settings) -> None:
    assert production_is_safe(None) == []
    refuse_unsafe()


@pytest.mark.parametrize(("name", "value", "expected"), UNSAFE.values(), ids=UNSAFE.keys())
def test_a_trial_may(production: Settings, name: str, value: object, expected: str) -> None:
    production.PRODUCTION = False
    setattr(production, name, value)
    refuse_unsafe()


@pytest.mark.parametrize(
    ("in_production", "required", "warned"),
    [(True, False, ["tidbmcp.W002"]), (True, True, []), (False, False, []), (False, True, [])],
)
def test_production_is_warned_where_reads_need_no_reader(
    production: Settings, in_production: bool, required: bool, warned: list[str]
) -> None:
    production.PRODUCTION, production.REQUIRE_READER_LOGIN = in_production, required
    assert [warning.id for warning in readers_are_required(None)] == warned
    refuse_unsafe()
